"""What a booking was before a change, from events written before version 12.

Each of these holds the booking's JSON as it was after it. One about some dates of a
series holds those alone, and one about a seat that person alone. So the state before a
change is put together from all that came before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from calbook.core import people
from calbook.core.model import (
    Actor,
    Attendance,
    Attendee,
    Booking,
    GivenStart,
    Occurrence,
    Resolution,
    Span,
    Status,
)
from calbook.core.time import recurrence, times
from calbook.wire.json_objects import Json
from calbook.wire.writing.bookings import complete_stored_booking

if TYPE_CHECKING:
    from calbook.wire.json_objects import Row

_BROUGHT = ("responses", "notes", "metadata")


def read_states(
    rows: Sequence[Row], first: int, last: int, booking: Booking
) -> tuple[Booking, Booking]:
    """What it was before the events from first to last, which is included, and after.

    `rows` are all its events, and `booking` says what no event does.
    """
    state = _State()
    for row in rows[:first]:
        state.take(row)
    before = state.copy()
    for row in rows[first : last + 1]:
        state.take(row)
    after = _read_state(state, booking)
    return _read_state(before, booking) if first else after, after


class _State:
    """A booking put together from events so far."""

    def __init__(self) -> None:
        self.whole: Json = {}
        self.persons: dict[str, Json] = {}  # the primary first, by person key
        self.dates: dict[str, Json] = {}

    def copy(self) -> _State:
        other = _State()
        other.whole = self.whole
        other.persons, other.dates = {**self.persons}, {**self.dates}
        return other

    def take(self, row: Row) -> None:
        """As it was after one more event."""
        facts, said = json.loads(row["change"]), json.loads(row["booking"])
        said = complete_stored_booking(said, said.get("title", ""))
        if "attendee" in facts and "undoes" not in facts:
            self._take_person(said, people.person_key(facts["attendee"]))
        else:
            every = (said["attendee"], *said["guests"])
            self.persons = {people.person_key(each): each for each in every}
        self.whole = said
        dates = {each["date"]: each for each in said["occurrences"]}
        if said["recurring"] is None and dates:
            self.dates = dates  # its only date is another one once it has moved
        else:
            self.dates |= dates

    def _take_person(self, said: Json, key: str) -> None:
        """One person as they are now; who led before stands behind who leads now."""
        old = next(iter(self.persons), key)
        if not said["guests"]:
            self.persons.pop(key, None)
        self.persons |= {people.person_key(each): each for each in said["guests"]}
        first = people.person_key(said["attendee"])
        if old not in (first, key):
            brought = {name: self.whole[name] for name in ("responses", "notes")}
            self.persons[old] = {**self.persons[old], **brought, "metadata": {}}
        others = {k: person for k, person in self.persons.items() if k != first}
        self.persons = {first: said["attendee"], **others}


# -- JSON to values --------------------------------------------------------------------


def _read_state(state: _State, booking: Booking) -> Booking:
    """With what the JSON does not say from the booking as it is now."""
    whole = state.whole
    keys = {people.shown_key(each): key for key, each in state.persons.items()}
    members = (*whole["hostIds"], *whole["resourceIds"])
    until = whole["heldUntil"] and _instant(whole["heldUntil"])
    occurrences = (
        _read_occurrence(each, booking, members, keys)._replace(held_until=until)
        for each in state.dates.values()
    )
    rule = whole["recurring"]
    return booking._replace(
        host_ids=members,
        occurrences=tuple(sorted(occurrences, key=lambda o: o.recurrence_id)),
        attendees=tuple(_read_persons(state.persons, booking)),
        location=whole["location"],
        meeting_url=whole["meetingUrl"],
        notes=whole["notes"],
        responses=whole["responses"],
        metadata=whole["metadata"],
        recurring=None if rule is None else recurrence.from_json(rule),
        overrides=tuple(whole["overrides"]),
        sequence=whole["sequence"],
        version=whole["version"],
    )


def _read_persons(persons: Mapping[str, Json], booking: Booking) -> Iterator[Attendee]:
    known = {people.person_key(person): person for person in booking.attendees}
    for n, (key, said) in enumerate(persons.items()):
        there = known.get(key)
        brought = {name: said[name] for name in _BROUGHT} if n else {}
        yield Attendee(
            **{name: said[name] for name in _NAMES},
            **brought,
            person_id=there.person_id if there else said["personId"],
            only_on=_read_days(said["onlyOn"]),
            absent_on=_read_days(said["absentOn"]),
            replies=there.replies if there else (),
        )


_NAMES = ("email", "name", "phone", "timezone", "ref", "language")


def _read_days(days: Iterable[str]) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, days))


def _read_occurrence(
    said: Json, booking: Booking, members: tuple[str, ...], keys: Mapping[str, str]
) -> Occurrence:
    """What is not said, as a claim, is that of the date as it is now."""
    day = date.fromisoformat(said["date"])
    span = Span(_instant(said["startTime"]), _instant(said["endTime"]))
    own = (*said["hostIds"], *said["resourceIds"])
    now = _same_date(booking, day)
    wall = datetime.fromisoformat(said["startTime"]).replace(tzinfo=None)
    start = GivenStart(span.start, wall, booking.timezone, by_offset=False)
    found = Occurrence(
        recurrence_id=now.recurrence_id if booking.recurring else span.start,
        date=day,
        start=start,
        span=span,
        claim=now.claim,
        status=Status(said["status"]),
        resolution=_optional_resolution(said["resolution"]),
        cancelled_by=Actor(said["cancelledBy"]) if said["cancelledBy"] else None,
        reason=said["reason"],
        attendance=Attendance(said["attendance"]),
        attendances={
            keys.get(shown, shown): Attendance(word)
            for shown, word in said["attendances"].items()
        },
        host_ids=() if own == members else own,
    )
    return found if now.span != span else found._replace(start=now.start)


def _same_date(booking: Booking, day: date) -> Occurrence:
    if booking.recurring is None:
        return booking.single
    known = {o.date: o for o in booking.occurrences}
    return known.get(day, booking.occurrences[0])


def _instant(text: str) -> datetime:
    return times.instant(int(datetime.fromisoformat(text).timestamp()))


def _optional_resolution(word: Any) -> Resolution | None:
    return Resolution(word) if word else None
