"""Mail before a meeting: who is reminded of which occurrence, and when.

Only confirmed meetings; and of a series only what falls due until a day behind the end
of the next one, as by then it is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from calbook.core.booking import participation
from calbook.core.catalog import EventType, Host, Reminder
from calbook.core.checks import fold_email
from calbook.core.model import DAY, MINUTE, Attendee, Booking, Occurrence, Status

RECIPIENTS = ("attendee", "host", "all")
LONGEST_LEAD = 30 * DAY

Person = Attendee | Host
Key = tuple[datetime, int, str]  # start, minutes before, folded address
HostsOf = Callable[[Occurrence], Iterable[Host]]  # of a date


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


def plan_end(booking: Booking, event_type: EventType, now: datetime) -> datetime | None:
    """Until when what falls due is to be queued now; None when nothing is left then.

    A day behind the end of the next meeting; it is time for more once that is over.
    """
    ahead = sorted(o.span for o in _confirmed(booking) if o.span.start > now)
    leads = [reminder.before for reminder in event_type.reminders]
    if not ahead or not leads or ahead[-1].start - min(leads) <= ahead[0].end + DAY:
        return None
    return ahead[0].end + DAY


def due_reminders(
    booking: Booking,
    event_type: EventType,
    hosts_of: HostsOf,
    now: datetime,
    *,
    until: datetime | None,
    queued: Collection[Key] = (),
) -> dict[Key, DueReminder]:
    """What persons are to be reminded of, also what should have been told by now.

    Of meetings still to come what falls due until then, and of those that are queued.
    """
    starts = {start for start, *_ in queued}
    found: dict[Key, DueReminder] = {}
    for occurrence in _confirmed(booking):
        start = occurrence.span.start
        if start <= now and start not in starts:
            continue
        for reminder in event_type.reminders:
            if until and start - reminder.before > until and start not in starts:
                continue
            hosts = hosts_of(occurrence)
            for person in _recipients(reminder, booking, occurrence, event_type, hosts):
                each = DueReminder(occurrence, reminder, person)
                found.setdefault(each.key, each)
    return found


def wanted_keys(
    booking: Booking,
    event_type: EventType,
    hosts_of: HostsOf,
    queued: Collection[Key],
) -> set[Key]:
    """Those of them that are still right, whatever the clock says."""
    starts = {start for start, *_ in queued}
    right = {
        DueReminder(occurrence, reminder, person).key
        for occurrence in _confirmed(booking)
        if occurrence.span.start in starts
        for reminder in event_type.reminders
        for hosts in [hosts_of(occurrence)]
        for person in _recipients(reminder, booking, occurrence, event_type, hosts)
        if person.email
    }
    return right.intersection(queued)


def takes_place(booking: Booking, start: datetime) -> bool:
    """Whether a meeting that starts then is to take place."""
    return any(
        o.status is Status.CONFIRMED and o.span.start == start
        for o in booking.occurrences
    )


def takes_part(
    booking: Booking, hosts: Iterable[Host], address: str, start: datetime | None
) -> bool:
    """Whether somebody with this folded address is to be there at a start."""
    there = [o for o in booking.occurrences if o.span.start == start]
    attendees = participation.persons_of(booking, there or booking.occurrences)
    persons: list[Person] = [*attendees, *hosts]
    return any(p.email and fold_email(p.email) == address for p in persons)


def _confirmed(booking: Booking) -> Iterator[Occurrence]:
    return (o for o in booking.occurrences if o.status is Status.CONFIRMED)


def _recipients(
    reminder: Reminder,
    booking: Booking,
    occurrence: Occurrence,
    event_type: EventType,
    hosts: Iterable[Host],
) -> Iterator[Person]:
    """Who booked, in a group everyone who did; the hosts; or all with the guests.

    Of them who takes part in it and has an address.
    """
    persons: list[Person] = []
    if reminder.to == "attendee" and event_type.seats is None:
        persons = [booking.attendee]
    elif reminder.to != "host":
        persons = [*participation.persons_on(booking, occurrence)]
    if reminder.to != "attendee":
        persons += hosts
    return (person for person in persons if person.email)
