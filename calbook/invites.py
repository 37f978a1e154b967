"""Bookings with what their calendar entries need, read from the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from calbook import ical
from calbook.core import fields, passing, times, when
from calbook.core.model import MINUTE, Booking
from calbook.desk import Desk
from calbook.ical import Invite, Method
from calbook.intake import filters
from calbook.store.facts import Facts


def calendar(
    desk: Desk,
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
    now = desk.clock()
    with desk.store.read(Facts) as facts:
        booking = passing.seen_booking(facts.booking(facts.found(uid)), now)
        [invite] = _invites(facts, [booking])
    if date is not None:
        only = when.day(date, now=now, timezone=booking.timezone)
        invite = invite._replace(only=only)
    chosen = (
        ical.method_for(invite)
        if method is None
        else Method(fields.choice(method, "method", tuple(Method)))
    )
    minutes = (
        None
        if alarm is None
        else fields.whole(alarm, "alarm", least=0, most=525_600) * MINUTE
    )
    return ical.calendar([invite], method=chosen, alarm=minutes)


def feed(desk: Desk, wanted: Mapping[str, Any], *, timezone: str | None) -> bytes:
    """What is not cancelled of many bookings, as one calendar to subscribe to."""
    now = desk.clock()
    given = {key: value for key, value in wanted.items() if value is not None}
    with desk.store.read(Facts) as facts:
        chosen = filters.read(facts, given, timezone=timezone, now=times.epoch(now))
        found = facts.bookings(chosen, now=now)
        invites = _invites(facts, [passing.seen_booking(b, now) for b in found])
        name = _name(facts, chosen)
    return feed_of(invites, name)


def feed_of(invites: Sequence[Invite], name: str) -> bytes:
    live = [invite for invite in invites if not invite.is_cancelled]
    return ical.calendar(live, method=Method.PUBLISH, name=name)


def _name(facts: Facts, chosen: Mapping[str, Any]) -> str:
    """What a calendar program lists the feed under."""
    if "event_type_id" in chosen:
        return facts.event_type(chosen["event_type_id"]).title
    if "host_id" in chosen:
        return facts.host(chosen["host_id"]).name
    return "Bookings"


def _invites(facts: Facts, bookings: list[Booking]) -> list[Invite]:
    event_type, host = cache(facts.event_type), cache(facts.host)
    return [
        Invite(
            booking,
            event_type(booking.event_type_id),
            tuple(host(host_id) for host_id in booking.host_ids),
        )
        for booking in bookings
    ]
