"""Bookings as iCalendar (RFC 5545, 5546, 6868, 7986), for other people's calendars.

The same state gives the same bytes: nothing here asks a clock or makes up an id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from calbook.core.model import Span
from calbook.core.progress import Progress
from calbook.ical.writing.components import Component
from calbook.ical.writing.event_text import Invite
from calbook.ical.writing.events import Manner, write_events
from calbook.ical.writing.head import calendar_head
from calbook.ical.writing.method import LISTING, Method
from calbook.ical.writing.moments import is_plain
from calbook.ical.writing.vtimezone import vtimezone, vtimezone_by_onset


def default_method(invite: Invite) -> Method | None:
    """The method of a booking by default; None when nobody can be ORGANIZER."""
    if not invite.organizer.email:
        return None
    return Method.CANCEL if invite.is_cancelled else Method.REQUEST


def write_calendar(
    invites: Sequence[Invite],
    *,
    method: Method | None,
    name: str | None = None,
    alarm: timedelta | None = None,
    refresh: timedelta | None = None,
    progress: Progress | None = None,
) -> bytes:
    """One file of all `invites`, by start; `alarm` sounds that long before each.

    `refresh` is how often who subscribes to it is to look again (RFC 7986, 5.7).
    `progress` is told how many of them are written.

    CANCEL takes a booking out whatever its status; REQUEST is for live ones alone.
    Where an organizer has no e-mail the file has no METHOD, and so neither ORGANIZER
    nor ATTENDEE: both are for scheduling alone (RFC 5545, 3.8.4.1 and 3.8.4.3). Where
    nobody has one to be asked by, it says PUBLISH (RFC 5546, 3.2.2).

    Raises:
        NotFound: an invite is about a date that its booking does not have.
    """
    if not all(invite.organizer.email for invite in invites):
        method = None
    used = UsedZones()
    for invite in invites:
        used.add(invite)
    zones = used.described()
    written = calendar_head(_said_method(invites, method), name, refresh)
    written.parts += zones.values()
    manner = Manner(method, zones, alarm)
    for number, invite in enumerate(sorted(invites, key=order_in_file), 1):
        written.parts += write_events(invite, manner)
        if progress is not None:
            progress(number, len(invites))
    return written.to_ical()


def _said_method(invites: Sequence[Invite], method: Method | None) -> Method | None:
    if method not in LISTING:
        return method
    from calbook.ical.writing.attendees import write_attendees  # slow to import

    has_some = any(write_attendees(invite, None) for invite in invites)
    return method if has_some else Method.PUBLISH


def order_in_file(invite: Invite) -> tuple[datetime, str]:
    """By the start of its first date."""
    return invite.occurrences[0].span.start, invite.booking.uid


class UsedZones:
    """The zones that events need, each over the dates of its bookings.

    A zone whose changes follow no rule is described for a series alone: 10:00 would
    not stay 10:00 in UTC.
    """

    def __init__(self) -> None:
        self._spans: dict[str, Span] = {}
        self._serial: set[str] = set()

    def add(self, invite: Invite) -> None:
        zone = invite.booking.timezone
        if invite.booking.recurring:
            self._serial.add(zone)
        if instants := _instants(invite):
            known = self._spans.get(zone, ())
            self._spans[zone] = Span(min(*known, *instants), max(*known, *instants))

    def described(self) -> dict[str, Component]:
        """The components of those that can be described, by their names."""
        made = {zone: self._describe(zone) for zone in sorted(self._spans)}
        return {zone: component for zone, component in made.items() if component}

    def is_described(self, zone: str) -> bool:
        return zone in self._spans and self._describe(zone) is not None

    def _describe(self, zone: str) -> Component | None:
        span = self._spans[zone]
        found = vtimezone(zone, *span)
        if found is None and zone in self._serial:
            return vtimezone_by_onset(zone, *span)
        return found


def _instants(invite: Invite) -> Sequence[datetime]:
    """What is written in the booking's zone: of a series, by the rule and in fact."""
    booking = invite.booking
    if booking.recurring is None:
        span = booking.single.span
        return span if is_plain(span, booking.timezone) else ()
    from calbook.ical.writing.series import read_series  # slow to import

    series = read_series(booking)
    return [
        instant
        for occurrence in invite.occurrences
        for start in [series.start_by_rule(occurrence)]
        for instant in (start, start + series.length, *occurrence.span)
    ]
