"""What a booking was before its last change: read from what its events hold.

Each event holds what its change replaced, so the booking as it is now is walked back,
the newest change first. Events from before version 12 hold it whole: `old_history`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from calbook.core import people
from calbook.core.booking import undo
from calbook.core.booking.undo import PastChange
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
from calbook.wire.reading import old_history
from calbook.wire.writing.history import DETAILS, PERSON_NAMES, occurrence_to_json

if TYPE_CHECKING:
    from calbook.wire.json_objects import Row


class _Event:
    """One event, its JSON read."""

    def __init__(self, row: Row) -> None:
        self.id, self.type, self.by = row["id"], row["type"], row["by"]
        self.row = row
        self.facts: Json = json.loads(row["change"])
        self.replaced: Json = json.loads(row["replaced"] or "{}")
        self.is_whole = row["version"] is None and row["booking"] is not None

    @property
    def version(self) -> int | None:
        """Which the booking had after it; None where no event says."""
        if self.is_whole:
            found: int = json.loads(self.row["booking"])["version"]
            return found
        version: int | None = self.row["version"]
        return version

    @property
    def is_erasing(self) -> bool:
        """Whether somebody in it was made nobody: then there is no way back."""
        return "erased" in self.facts

    def is_with(self, other: _Event) -> bool:
        """Whether one change made both: several persons took seats at once."""
        is_seat = "attendee" in self.facts and self.type == other.type
        return is_seat and self.version == other.version


def last_change(rows: Sequence[Row], booking: Booking) -> PastChange | None:
    """The last change of a booking that somebody made, if any."""
    events = [_Event(row) for row in rows]
    found = None
    for n, event in enumerate(events):
        if not undo.is_passed_over(event.type, event.by, event.facts):
            found = n
    return None if found is None else _read_change(events, found, booking)


def change_that_took_off(
    rows: Sequence[Row], booking: Booking, day: date
) -> PastChange:
    """The last change by which a date of a series does not take place.

    Of one that was never free, the one by which it was left out.
    """
    text, events = day.isoformat(), [_Event(row) for row in rows]
    found = 0
    for n, event in enumerate(events):
        is_off = event.type == "booking.cancelled"
        is_off = is_off and text in event.facts.get("dates", [text])
        if is_off or text in event.facts.get("conflicts", ()) or event.is_erasing:
            found = n
    past = _read_change(events, found, booking)._replace(day=day)
    is_new = all(o.date != day for o in past.before.occurrences)
    return past._replace(before=past.after) if is_new else past


def _read_change(events: Sequence[_Event], last: int, booking: Booking) -> PastChange:
    first = last
    while first > 0 and events[first - 1].is_with(events[last]):
        first -= 1
    told = events[first : last + 1]
    before, after = _read_states(events, first, last, booking)
    return PastChange(
        type=told[0].type,
        by=Actor(told[0].by),
        events={event.id: event.facts for event in told},
        before=before,
        after=after,
    )


def _read_states(
    events: Sequence[_Event], first: int, last: int, booking: Booking
) -> tuple[Booking, Booking]:
    if events[last].is_whole:
        rows = [event.row for event in events]
        return old_history.read_states(rows, first, last, booking)
    after = last + 1
    while after < len(events) and events[after].version == events[last].version:
        after += 1  # of several events of one change the last one has what it replaced
    is_after = _walk_back(booking, events[after:])
    is_before = _walk_back(is_after, events[first:after])
    return _as_time_made_it(is_before), _as_time_made_it(is_after)


# -- walking back ----------------------------------------------------------------------


def _walk_back(booking: Booking, events: Sequence[_Event]) -> Booking:
    for event in reversed(events):
        if event.replaced:
            booking = _before(booking, event.replaced)
    return booking


def _before(after: Booking, replaced: Json) -> Booking:
    """A booking as it was before a change, from what it was after it."""
    found = {DETAILS[key]: value for key, value in replaced.items() if key in DETAILS}
    for name in {"host_ids", "overrides"} & found.keys():
        found[name] = tuple(found[name])
    if found.get("recurring"):
        found["recurring"] = recurrence.from_json(found["recurring"])
    return after._replace(
        **found,
        attendees=_persons_before(after, replaced),
        occurrences=_dates_before(after, replaced),
    )


def _persons_before(after: Booking, replaced: Json) -> tuple[Attendee, ...]:
    """Who is in it still keeps what they answered, and who they are in the book."""
    if "kept" not in replaced:
        return after.attendees
    front, back = replaced["kept"]
    now = after.attendees
    known = {people.person_key(person): person for person in now}
    stood = replaced.get("attendees") or replaced.get("guests") or ()
    persons = (_read_person(each, known) for each in stood)
    return (*now[:front], *persons, *now[max(front, len(now) - back) :])


def _read_person(said: Json, known: dict[str, Attendee]) -> Attendee:
    there = known.get(people.person_key(said))
    return Attendee(
        **{name: said[name] for name in PERSON_NAMES if name in said},
        person_id=there.person_id if there else said.get("personId"),
        only_on=_read_days(said.get("onlyOn", ())),
        absent_on=_read_days(said.get("absentOn", ())),
        replies=there.replies if there else (),
    )


def _read_days(days: Iterable[str]) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, days))


def _dates_before(after: Booking, replaced: Json) -> tuple[Occurrence, ...]:
    dates, zone = replaced.get("occurrences", ()), after.timezone
    if after.recurring is None:
        single = after.single
        return (_read_date(single, dates[0], zone, moves=True),) if dates else (single,)
    new = _read_days(replaced.get("newDates", ()))
    found = {o.date: o for o in after.occurrences if o.date not in new}
    for said in dates:
        day = date.fromisoformat(said["date"])
        now = found.get(day)
        old = _read_date(now or after.occurrences[0], said, zone, moves=now is None)
        found[day] = old
    return tuple(sorted(found.values(), key=lambda o: o.recurrence_id))


def _read_date(now: Occurrence, said: Json, zone: str, *, moves: bool) -> Occurrence:
    """What is not said, as a claim, is that of the date as it is now.

    `moves`: its start is its key.
    """
    facts = {**occurrence_to_json(now, zone), **said}
    span = Span(_instant(facts["startTime"]), _instant(facts["endTime"]))
    wall = times.wall_time(span.start, zone)
    start = GivenStart(span.start, wall, zone, by_offset=False)
    words = facts["attendances"].items()
    return now._replace(
        recurrence_id=span.start if moves else now.recurrence_id,
        date=date.fromisoformat(facts["date"]),
        start=now.start if now.span == span else start,
        span=span,
        status=Status(facts["status"]),
        resolution=facts["resolution"] and Resolution(facts["resolution"]),
        cancelled_by=facts["cancelledBy"] and Actor(facts["cancelledBy"]),
        reason=facts["reason"],
        attendance=Attendance(facts["attendance"]),
        attendances={key: Attendance(word) for key, word in words},
        is_recorded=facts["isRecorded"],
        host_ids=tuple(facts["hostIds"]),
        held_until=facts["heldUntil"] and _instant(facts["heldUntil"]),
    )


def _instant(text: str) -> datetime:
    return times.instant(int(datetime.fromisoformat(text).timestamp()))


def _as_time_made_it(booking: Booking) -> Booking:
    """With what its events tell that time did."""
    return booking._replace(occurrences=tuple(map(_as_told, booking.occurrences)))


def _as_told(o: Occurrence) -> Occurrence:
    if not o.is_recorded:
        return o
    if o.status is Status.CONFIRMED:
        return o._replace(status=Status.COMPLETED)
    return o._replace(
        status=Status.CANCELLED,
        resolution=Resolution.EXPIRED,
        cancelled_by=Actor.SYSTEM,
    )
