"""Seats taken again that were given back, and given back that were taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from calbook.core import people
from calbook.core.booking import changes, participation, seats
from calbook.core.booking.changes import Change
from calbook.core.booking.inverses import Undoing
from calbook.core.booking.undo import is_live
from calbook.core.model import Attendee, Booking, Event, Occurrence


class SeatUndone(NamedTuple):
    """Whose seat a change was about: as they are in the booking now, and were before.

    `gained` and `lost` are the dates that are not over on which they will take part
    and do not now, or the other way round.
    """

    now: Attendee | None
    was: Attendee | None
    gained: tuple[Occurrence, ...]
    lost: tuple[Occurrence, ...]


def seats_undone(undoing: Undoing) -> tuple[SeatUndone, ...]:
    """One for each person whom the change was about."""
    return tuple(_seats(undoing))


def _seats(undoing: Undoing) -> Iterator[SeatUndone]:
    booking, before = undoing.booking, undoing.past.before
    ahead = [o for o in booking.occurrences if is_live(o) and o.span.end > undoing.now]
    for facts in undoing.past.events.values():
        now, was = (_person_named(b, facts) for b in (booking, before))
        gained = (o for o in ahead if _is_on(was, o) and not _is_on(now, o))
        lost = (o for o in ahead if _is_on(now, o) and not _is_on(was, o))
        yield SeatUndone(now, was, tuple(gained), tuple(lost))


def _is_on(person: Attendee | None, occurrence: Occurrence) -> bool:
    return person is not None and participation.takes_part(person, occurrence.date)


def _person_named(booking: Booking, facts: Mapping[str, Any]) -> Attendee | None:
    key = people.person_key(facts["attendee"])
    own = (p for p in booking.attendees if people.person_key(p) == key)
    return next(own, None)


def seat_as_before(undoing: Undoing) -> Change:
    """The persons of before, on the dates of before; each seat tells of itself.

    A new revision: to somebody it is a cancellation, or comes after one.
    """
    booking, before = undoing.booking, undoing.past.before
    after = booking._replace(
        attendees=before.attendees,
        responses=before.responses,
        notes=before.notes,
        metadata=before.metadata,
        overrides=tuple(dict.fromkeys((*before.overrides, *undoing.overrides))),
        sequence=booking.sequence + 1,
    )
    events = tuple(_event(undoing, seat) for seat in seats_undone(undoing))
    return Change(changes.next_version(after, undoing.now), events)


def _event(undoing: Undoing, seat: SeatUndone) -> Event:
    person = seat.now or seat.was
    assert person is not None
    is_whole = None in (seat.now, seat.was) and not participation.is_drop_in(person)
    is_series = undoing.booking.recurring is not None
    facts = {k: v for k, v in undoing.told.items() if v is not None}
    return seats.seat_event(
        undoing.booking,
        "removed" if seat.lost or seat.was is None else "added",
        person,
        now=undoing.now,
        by=undoing.by,
        occurrences=(seat.gained or seat.lost) if is_series and not is_whole else (),
        **facts,
    )
