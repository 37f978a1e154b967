"""Bookings of any table, by what its columns are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from calbook.core.imports import (
    Content,
    ForeignBooking,
    ForeignDate,
    Kept,
    Remark,
    state_of,
)
from calbook.core.model import LONGEST_DURATION, MINUTE, Attendee, Status
from calbook.core.people import person_key
from calbook.core.text import excerpt
from calbook.core.time import parsing, times
from calbook.wire.reading.foreign import columns as mapping
from calbook.wire.reading.foreign import words
from calbook.wire.reading.foreign.date_forms import (
    Wall,
    find_order,
    place_span,
    read_day_and_clock,
    read_length,
)
from calbook.wire.reading.foreign.tables import Row, Table

_SHOWN = 5  # rows of a preview
_HOURS = re.compile(
    r"\b(?:h|hrs?|hours?|std|stunden?|heures?|horas?|ore|uren|uur)\b", re.IGNORECASE
)


class Unreadable(Exception):
    """A row that is left out, with the reason."""


class Preview(NamedTuple):
    """How a table is read: its columns, what was guessed, and its first rows."""

    mapping: Mapping[str, str]
    is_guessed: bool
    order: str | None
    timezone: str
    rows: tuple[Mapping[str, str], ...]


class Reader:
    """Reads the rows of one table, and collects what is to be said of them.

    `find_zone` knows zones by other names than IANA's.
    """

    def __init__(
        self,
        table: Table,
        wanted: Mapping[str, str],
        *,
        timezone: str,
        dates: str | None = None,
        find_zone: Callable[[str], str | None] = lambda name: None,
    ) -> None:
        self._table, self._find_zone = table, cache(find_zone)
        self._fields, self._is_guessed = mapping.choose(table.columns, wanted)
        self._timezone, self._kept = timezone, Kept()
        self._remarks: list[Remark] = []
        self._said: set[str] = set()
        self._orders: dict[str, str | None] = {
            field: find_order(self._values(field), dates)
            for field in ("start", "date", "end", "end_date")
            if field in self._fields
        }
        said = "\n".join(f"{f}={c}" for f, c in sorted(self._fields.items()))
        self._kind = hashlib.sha256(said.encode()).hexdigest()[:8]
        self._is_in_hours = bool(_HOURS.search(self._fields.get("duration", "")))
        used = set(self._fields.values())
        self._others = [name for name in table.columns if name not in used]

    def _values(self, field: str) -> list[tuple[int, str]]:
        name = self._fields[field]
        return [(row.line, row.cells.get(name, "")) for row in self._table.rows]

    def preview(self, usual: timedelta | None = None) -> Preview:
        """Meetings that do not say their length have the `usual` one."""
        rows: list[Mapping[str, str]] = []
        for row in self._table.rows[:_SHOWN]:
            try:
                shown = _shown(self.booking(row), row, usual, self._timezone)
                rows.append(shown)
            except Unreadable as error:
                rows.append({"line": str(row.line), "reason": str(error)})
        self._remarks.clear()
        order = next(iter(self._orders.values()), None)
        return Preview(
            self._fields, self._is_guessed, order, self._timezone, tuple(rows)
        )

    def content(self) -> Content:
        bookings: list[ForeignBooking] = []
        left_out: list[Remark] = []
        known: dict[str, ForeignBooking] = {}
        for row in self._table.rows:
            try:
                found = self.booking(row)
            except Unreadable as error:
                left_out.append(Remark(str(error), row.line, is_fault=True))
                continue
            first = known.setdefault(found.uid, found)
            if first is found:
                bookings.append(found)
            elif state_of(first) == state_of(found):
                left_out.append(
                    Remark(f"it is the same as line {first.line}", row.line)
                )
            else:
                reason = f"it has the id of line {first.line} and says something else"
                left_out.append(Remark(reason, row.line, is_fault=True))
        return Content(
            tuple(bookings),
            left_out=tuple(left_out),
            remarks=tuple(self._remarks),
            kept=tuple(self._kept.kept),
            dropped=tuple(self._kept.dropped),
        )

    # -- one row

    def booking(self, row: Row) -> ForeignBooking:
        """The booking of a row.

        Raises:
            Unreadable: it says not when it is.
        """
        extra: dict[str, Any] = {name: row.cells.get(name, "") for name in self._others}
        zone = self._zone(row)
        start, end = self._span(row, zone)
        person = self._person(row, extra)
        guests = [
            words.read_person(extra, email=each)
            for each in words.read_addresses(self._cell(row, "guests"))
        ]
        people = words.without_doubles([person, *guests])
        status = self._status(row, extra)
        location, url = words.read_place(self._cell(row, "location"))
        host = self._cell(row, "host")
        return ForeignBooking(
            uid=self._uid(row, start, person),
            dates=(ForeignDate(start, end),),
            people=people,
            line=row.line,
            event=self._cell(row, "event"),
            status=Status.CONFIRMED if status is Status.NO_SHOW else status,
            absent=frozenset(
                map(person_key, people[:1] if status is Status.NO_SHOW else ())
            ),
            hosts=(host,) if host else (),
            location=location,
            meeting_url=url,
            notes=words.read_notes(self._cell(row, "notes")),
            metadata=self._kept.metadata(extra),
        )

    def _cell(self, row: Row, field: str) -> str:
        return row.cells.get(self._fields.get(field, ""), "")

    def _zone(self, row: Row) -> str:
        said = self._cell(row, "timezone")
        if not said:
            return self._timezone
        found = said if parsing.is_timezone(said) else self._find_zone(said)
        if found is None:
            raise Unreadable(f"time zone {excerpt(said)} is not known")
        return found

    def _say_once(self, reason: str, row: Row) -> None:
        if reason not in self._said:
            self._said.add(reason)
            self._remarks.append(Remark(reason, row.line))

    def _span(self, row: Row, zone: str) -> tuple[datetime, datetime]:
        wall = self._start(row)
        length = self._length(row)
        end = self._end(row, wall)
        # Without an end it is as long as the event type says.
        start, finish, remarks = place_span(wall, end or wall, zone)
        self._remarks += [Remark(remark, row.line) for remark in remarks]
        start, finish = start.replace(second=0), finish.replace(second=0)
        if end is None and length is not None:
            finish = start + length
        if finish < start:
            raise Unreadable("it ends before it begins")
        if finish - start > LONGEST_DURATION:
            raise Unreadable("it is longer than 24 hours")
        return start, finish

    def _start(self, row: Row) -> Wall:
        """Where a time alone is called the start, it is one of the `date`."""
        start, date = self._cell(row, "start"), self._cell(row, "date")
        found = self._moment(row, "start", self._cell(row, "time"))
        if found is None:
            found = self._moment(row, "date", start or self._cell(row, "time"))
        if found is None and not (start or date):
            raise Unreadable("it says not when it begins")
        if found is None:
            clock = self._cell(row, "time")
            said = " ".join(filter(None, (date, start, clock)))
            raise Unreadable(f"{excerpt(said)} is no time")
        if not found.has_clock:
            raise Unreadable("it has a day and no time")
        return found

    def _end(self, row: Row, start: Wall) -> Wall | None:
        """It may be a time alone, on its own day, or that of the start or the next."""
        end, date = self._cell(row, "end"), self._cell(row, "end_date")
        found = self._moment(row, "end", "")
        if found is None and date:
            found = self._moment(row, "end_date", end)
        elif found is None and end:
            found = _same_day(end, start)
        if found is None and (end or date):
            raise Unreadable(f"{excerpt(f'{date} {end}'.strip())} is no time")
        return found if found is not None and found.has_clock else None

    def _moment(self, row: Row, field: str, clock: str) -> Wall | None:
        """What a field says, together with the cell that has its time."""
        text = self._cell(row, field)
        return (
            read_day_and_clock(text, clock, self._orders.get(field)) if text else None
        )

    def _length(self, row: Row) -> timedelta | None:
        text = self._cell(row, "duration")
        if not text:
            return None
        length = read_length(text, in_hours=self._is_in_hours)
        if length is None or not MINUTE <= length <= LONGEST_DURATION:
            raise Unreadable(f"{excerpt(text)} is no length")
        return length

    def _person(self, row: Row, extra: dict[str, Any]) -> Attendee:
        parts = (self._cell(row, "first_name"), self._cell(row, "last_name"))
        name = self._cell(row, "name") or " ".join(filter(None, parts))
        return words.read_person(
            extra,
            name=name,
            email=self._cell(row, "email"),
            phone=self._cell(row, "phone"),
        )

    def _status(self, row: Row, extra: dict[str, Any]) -> Status:
        text = self._cell(row, "status")
        found = words.read_state(text) if text else Status.CONFIRMED
        if found is None:
            extra["status"] = text
            self._say_once(f"status {excerpt(text)} is not known: read as booked", row)
            return Status.CONFIRMED
        return found

    def _uid(self, row: Row, start: datetime, person: Attendee) -> str:
        """Its own id among such tables, else what tells it apart: when, what, who."""
        own = self._cell(row, "id")
        if own:
            return f"{own} of {self._kind}"
        facts = (start.isoformat(), self._cell(row, "event"), self._cell(row, "host"))
        said = "\n".join((*facts, person_key(person)))
        return f"row-{hashlib.sha256(said.encode()).hexdigest()[:24]}"


def _same_day(text: str, start: Wall) -> Wall | None:
    found = read_day_and_clock(f"{start.time:%Y-%m-%d}", text, None)
    if found is None or start.time.tzinfo or found.time.tzinfo:
        return None
    if found.time < start.time:
        found = found._replace(time=found.time + 1440 * MINUTE)
    return found


def _shown(
    booking: ForeignBooking, row: Row, usual: timedelta | None, zone: str
) -> Mapping[str, str]:
    [date] = booking.dates
    end = date.start + usual if usual and date.end == date.start else date.end
    first = booking.people[0] if booking.people else Attendee()
    return {
        "line": str(row.line),
        "start": times.rfc3339(date.start, zone),
        "end": times.rfc3339(end, zone) if end > date.start else "",
        "name": first.name or "",
        "email": first.email or "",
        "phone": first.phone or "",
        "event": booking.event,
        "status": "NO_SHOW" if booking.absent else booking.status.value,
    }
