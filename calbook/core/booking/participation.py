"""Who takes part in which meetings of a group.

A regular takes part in all of them but the dates of an absence, also in those that a
series gets later; a drop-in on some dates alone. All dates are the original local ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from calbook.core.model import Attendee, Booking, Occurrence, Status


def is_drop_in(person: Attendee) -> bool:
    return bool(person.only_on)


def takes_part(person: Attendee, day: date) -> bool:
    """Whether somebody is expected on a date."""
    if person.only_on:
        return day in person.only_on
    return day not in person.absent_on


def persons_on(booking: Booking, occurrence: Occurrence) -> tuple[Attendee, ...]:
    """Who takes part in one meeting; each has a seat in it."""
    return tuple(p for p in booking.attendees if takes_part(p, occurrence.date))


def most_on(booking: Booking, occurrences: Iterable[Occurrence]) -> int:
    """How many take part in the fullest of some meetings."""
    return max((len(persons_on(booking, o)) for o in occurrences), default=0)


def persons_of(
    booking: Booking, occurrences: Iterable[Occurrence]
) -> tuple[Attendee, ...]:
    """Who takes part in any of these meetings."""
    days = [occurrence.date for occurrence in occurrences]
    return tuple(
        p for p in booking.attendees if any(takes_part(p, day) for day in days)
    )


def meetings_of(
    person: Attendee, occurrences: Iterable[Occurrence]
) -> tuple[Occurrence, ...]:
    """Those of some meetings in which somebody takes part."""
    return tuple(o for o in occurrences if takes_part(person, o.date))


def has_dates(booking: Booking, person: Attendee) -> bool:
    """Whether anything of a booking is somebody's that is not off."""
    own = meetings_of(person, booking.occurrences)
    return any(o.status is not Status.CANCELLED for o in own)


def booking_of(booking: Booking, person: Attendee) -> Booking:
    """A booking as somebody has it: what is not theirs is off."""
    if not person.only_on and not person.absent_on:
        return booking
    return booking._replace(
        occurrences=tuple(
            o
            if takes_part(person, o.date)
            else o._replace(status=Status.CANCELLED, reason=None)
            for o in booking.occurrences
        )
    )


def with_dates(person: Attendee, days: Iterable[date]) -> Attendee:
    """Who takes part on these dates as well."""
    if person.only_on:
        return person._replace(only_on=tuple(sorted({*person.only_on, *days})))
    new = {*days}
    return person._replace(
        absent_on=tuple(day for day in person.absent_on if day not in new)
    )


def without_dates(person: Attendee, days: Iterable[date]) -> Attendee | None:
    """Who takes no part on these dates; None of a drop-in who has no date left."""
    gone = {*days}
    if not person.only_on:
        absent = tuple(sorted({*person.absent_on, *gone}))
        return person._replace(absent_on=absent)
    left = tuple(day for day in person.only_on if day not in gone)
    return person._replace(only_on=left) if left else None


def as_regular(person: Attendee, past: Collection[date]) -> Attendee:
    """A drop-in who stays for good; of what is over, only where they were."""
    absent = tuple(sorted(day for day in past if day not in person.only_on))
    return person._replace(only_on=(), absent_on=absent)
