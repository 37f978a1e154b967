"""Mail before a meeting: who is reminded of which occurrence, and when.

Only confirmed meetings that are still to come; and of a series only those that could
fall due before the next one is over, as then it is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from calbook.core.checks import fold_email
from calbook.core.model import (
    DAY,
    MINUTE,
    Attendee,
    Booking,
    EventType,
    Host,
    Occurrence,
    Reminder,
    Status,
)

RECIPIENTS = ("attendee", "host", "all")
LONGEST_LEAD = 30 * DAY

Person = Attendee | Host
Key = tuple[datetime, int, str]  # start, minutes before, folded address


class DueReminder(NamedTuple):
    """One reminder of one occurrence to one person."""

    occurrence: Occurrence
    reminder: Reminder
    person: Person

    @property
    def at(self) -> datetime:
        return self.occurrence.span.start - self.reminder.before

    @property
    def key(self) -> Key:
        """Nobody is reminded of the same twice."""
        assert self.person.email is not None
        minutes = self.reminder.before // MINUTE
        return self.occurrence.span.start, minutes, fold_email(self.person.email)


def due_reminders(
    booking: Booking, event_type: EventType, hosts: Iterable[Host], now: datetime
) -> dict[Key, DueReminder]:
    """What persons are to be reminded of, also what should have been told by now."""
    if not event_type.reminders:
        return {}
    everybody = tuple(hosts)
    found: dict[Key, DueReminder] = {}
    for occurrence in _occurrences_to_remind(booking, event_type, now):
        for reminder in event_type.reminders:
            for person in _recipients(reminder, booking, event_type, everybody):
                each = DueReminder(occurrence, reminder, person)
                found.setdefault(each.key, each)
    return found


def takes_place(booking: Booking, start: datetime) -> bool:
    """Whether a meeting that starts then is to take place."""
    return any(
        o.status is Status.CONFIRMED and o.span.start == start
        for o in booking.occurrences
    )


def takes_part(booking: Booking, hosts: Iterable[Host], address: str) -> bool:
    """Whether somebody with this folded address is to be there."""
    persons: list[Person] = [*booking.attendees, *hosts]
    return any(p.email and fold_email(p.email) == address for p in persons)


def _occurrences_to_remind(
    booking: Booking, event_type: EventType, now: datetime
) -> Iterator[Occurrence]:
    """The next occurrence, and those whose reminders might not wait for its end.

    A day more, as its end is told of by whatever is run next.
    """
    live = sorted(
        (
            o
            for o in booking.occurrences
            if o.status is Status.CONFIRMED and o.span.start > now
        ),
        key=lambda o: o.span.start,
    )
    if not live:
        return
    longest = max(reminder.before for reminder in event_type.reminders)
    until = live[0].span.end + longest + DAY
    yield from (o for o in live if o.span.start <= until)


def _recipients(
    reminder: Reminder,
    booking: Booking,
    event_type: EventType,
    hosts: tuple[Host, ...],
) -> Iterator[Person]:
    """Who booked, in a group everyone who did; the hosts; or all with the guests."""
    if reminder.to == "attendee" and event_type.seats is None:
        yield booking.attendee
    elif reminder.to != "host":
        yield from booking.attendees
    if reminder.to != "attendee":
        yield from (host for host in hosts if host.email)
