"""Bookings with what their calendar entries need, read from the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from calbook.core import checks
from calbook.core.booking import effective_status
from calbook.core.model import MINUTE, Booking
from calbook.core.time import parsing, times
from calbook.ical.writing.event_text import Invite
from calbook.ical.writing.vcalendar import Method, default_method, write_calendar
from calbook.services.bookings import filters
from calbook.store.context import Context
from calbook.store.facts import Facts


def booking_calendar(
    context: Context,
    uid: str,
    *,
    method: str | None,
    alarm: int | None = None,
    date: str | date | None = None,
) -> bytes:
    """One booking as an iCalendar file, or its occurrence of an original local date.

    Raises:
        BadInput: the method is none of publish, request, cancel.
        NotFound: the booking has no such date.
    """
    now = context.clock()
    with context.store.read(Facts) as facts:
        booking = effective_status.effective_booking(
            facts.booking(facts.resolve_uid(uid)), now
        )
        [invite] = _invites(facts, [booking])
    if date is not None:
        only = parsing.day(date, now=now, timezone=booking.timezone)
        invite = invite._replace(only=only)
    chosen = (
        default_method(invite)
        if method is None
        else Method(checks.choice(method, "method", tuple(Method)))
    )
    minutes = (
        None
        if alarm is None
        else checks.whole_number(alarm, "alarm", least=0, most=525_600) * MINUTE
    )
    return write_calendar([invite], method=chosen, alarm=minutes)


def bookings_feed(context: Context, wanted: Mapping[str, Any]) -> bytes:
    """What is not cancelled of many bookings, as one calendar to subscribe to."""
    now = context.clock()
    with context.store.read(Facts) as facts:
        chosen = filters.read_filters(facts, wanted, now=times.epoch(now))
        found = facts.bookings(chosen, now=now)
        invites = _invites(
            facts, [effective_status.effective_booking(b, now) for b in found]
        )
        name = _name(facts, chosen)
    return feed_calendar(invites, name)


def feed_calendar(invites: Sequence[Invite], name: str) -> bytes:
    live = [invite for invite in invites if not invite.is_cancelled]
    return write_calendar(live, method=Method.PUBLISH, name=name)


def _name(facts: Facts, chosen: Mapping[str, Any]) -> str:
    """What a calendar program lists the feed under."""
    if "event_type_id" in chosen:
        return facts.event_type(chosen["event_type_id"]).title
    if "host_id" in chosen:
        return facts.host(chosen["host_id"]).name
    return "Bookings"


def _invites(facts: Facts, bookings: list[Booking]) -> list[Invite]:
    host = cache(facts.host)
    return [
        Invite(booking, tuple(host(host_id) for host_id in booking.host_ids))
        for booking in bookings
    ]
