"""Bookings with what their calendar entries need, read from the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from calbook.core import checks
from calbook.core.booking import effective_status, series
from calbook.core.model import MINUTE, Booking
from calbook.core.people import Wanted
from calbook.core.time import parsing, times
from calbook.ical.writing.event_text import Invite, invite_for, read_invite
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
    person: Wanted | None = None,
    names_all: bool = False,
) -> bytes:
    """One booking as an iCalendar file, or its occurrence of an original local date.

    As one `person` may have it; of a group without one it names nobody, unless it is
    the host's own copy, which `names_all`.

    Raises:
        BadInput: the method is none of publish, request, cancel, none.
        NotFound: the booking has no such date, or nobody is meant.
        AmbiguousPerson: several are.
    """
    now = context.clock()
    with context.store.read(Facts) as facts:
        booking = effective_status.effective_booking(
            facts.booking(facts.resolve_uid(uid)), now
        )
        [invite] = _invites(facts, [booking])
        if person is not None:
            from calbook.store.people import find_in_booking  # few ask for a copy

            own = find_in_booking(facts, booking.attendees, person)
            invite = invite_for(invite, own)
    if person is None and booking.is_group and not names_all:
        invite = invite._replace(names_nobody=True)
    if date is not None:
        only = parsing.day(date, now=now, timezone=booking.timezone)
        invite = invite._replace(only=only)
    chosen = default_method(invite) if method is None else _method(method, *Method)
    return write_calendar([invite], method=chosen, alarm=_alarm(alarm))


def bookings_feed(
    context: Context, wanted: Mapping[str, Any], *, method: str | None = None
) -> bytes:
    """What is not cancelled of many bookings, as one calendar to subscribe to.

    Raises:
        BadInput: the method is neither publish nor none.
    """
    chosen = _method(method or Method.PUBLISH, Method.PUBLISH)
    invites, name = _invites_of(context, wanted)
    return feed_calendar(invites, name, method=chosen)


def feed_calendar(
    invites: Sequence[Invite], name: str, *, method: Method | None = Method.PUBLISH
) -> bytes:
    live = [invite for invite in invites if not invite.is_cancelled]
    return write_calendar(live, method=method, name=name)


def stored_calendars(
    context: Context, wanted: Mapping[str, Any], *, alarm: int | None = None
) -> Iterator[tuple[str, bytes]]:
    """What is not cancelled of many bookings, by uid: each as a file without METHOD."""
    before, (invites, _) = _alarm(alarm), _invites_of(context, wanted)
    for invite in invites:
        if not invite.is_cancelled:
            yield (
                invite.booking.uid,
                write_calendar([invite], method=None, alarm=before),
            )


def _method(said: str, *among: Method) -> Method | None:
    chosen = checks.choice(said, "method", (*among, _NO_METHOD))
    return None if chosen == _NO_METHOD else Method(chosen)


_NO_METHOD = "none"


def _alarm(minutes: int | None) -> timedelta | None:
    if minutes is None:
        return None
    return checks.whole_number(minutes, "alarm", least=0, most=525_600) * MINUTE


def _invites_of(
    context: Context, wanted: Mapping[str, Any]
) -> tuple[list[Invite], str]:
    """What is asked for, and the name of it all."""
    now = context.clock()
    with context.store.read(Facts) as facts:
        chosen = filters.read_filters(facts, wanted, now=times.epoch(now))
        found = facts.bookings(chosen, now=now)
        if (host_id := chosen.get("host_id")) is not None:
            found = [series.dates_given_by(host_id, booking) for booking in found]
        invites = _invites(
            facts, [effective_status.effective_booking(b, now) for b in found]
        )
        return invites, _name(facts, chosen)


def _name(facts: Facts, chosen: Mapping[str, Any]) -> str:
    """What a calendar program lists the feed under."""
    if "event_type_id" in chosen:
        return facts.event_type(chosen["event_type_id"]).title
    if whose := filters.whose_time(chosen):
        return facts.host(whose).name
    return "Bookings"


def _invites(facts: Facts, bookings: list[Booking]) -> list[Invite]:
    host = cache(facts.host)
    return [read_invite(booking, host) for booking in bookings]
