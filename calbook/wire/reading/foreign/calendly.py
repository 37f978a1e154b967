"""Calendly: its CSV export of events and invitees, and event types of its API v2.

In a row is one invitee; those of one event have its UUID. Times are in the zone of
whoever exported them, without saying so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from calbook.core.errors import BadInput
from calbook.core.imports import (
    Content,
    ForeignBooking,
    ForeignDate,
    ForeignEventType,
    Kept,
    Remark,
    absent_keys,
    clean_answer,
    clean_line,
)
from calbook.core.model import LONGEST_DURATION, Actor, Attendee, Status
from calbook.core.text import excerpt
from calbook.wire.reading.event_types import slug_of
from calbook.wire.reading.foreign import words
from calbook.wire.reading.foreign.date_forms import (
    Wall,
    find_order,
    place_span,
    place_wall,
    read_wall,
)
from calbook.wire.reading.foreign.event_types import fields_of, question
from calbook.wire.reading.foreign.tables import Row, Table

_START, _END, _TYPE = "Start Date & Time", "End Date & Time", "Event Type Name"
_CREATED, _EVENT, _INVITEE = "Event Created Date & Time", "Event UUID", "Invitee UUID"
_GUESTS = "Guest Email(s)"
_USED = frozenset(
    {
        *(_START, _END, _TYPE, _CREATED, _EVENT, _INVITEE, _GUESTS, "Location"),
        *("Invitee Name", "Invitee First Name", "Invitee Last Name", "Invitee Email"),
        *("Invitee Time Zone", "Text Reminder Number", "Canceled", "Canceled By"),
        *("Cancellation reason", "User Name", "User Email", "Marked as No-Show"),
        *("Meeting Notes",),
    }
)
_QUESTION = re.compile(r"(Question|Response) (\d+)")
_PERSON = ("Invitee Email", "Invitee Name", "Invitee First Name")


def is_table(columns: Iterable[str]) -> bool:
    names = set(columns)
    is_events = {_START, _TYPE} <= names
    return is_events or (_EVENT in names and not names.isdisjoint(_PERSON))


class _Invitee(NamedTuple):
    row: Row
    person: Attendee
    is_cancelled: bool
    is_absent: bool
    guests: tuple[Attendee, ...]
    extra: Mapping[str, Any]


def read_tables(
    tables: Sequence[Table], *, timezone: str, dates: str | None = None
) -> Content:
    """The bookings of its tables; rows of several files may speak of one event."""
    reader = _Reader(tables, timezone, dates)
    return reader.content()


class _Reader:
    def __init__(
        self, tables: Sequence[Table], timezone: str, dates: str | None
    ) -> None:
        self._rows = [row for table in tables for row in table.rows]
        values = [(row.line, row.cells.get(_START, "")) for row in self._rows]
        self._order = find_order(values, dates)
        self._timezone, self._kept = timezone, Kept()
        self._left_out: list[Remark] = []
        self._remarks: list[Remark] = []

    def content(self) -> Content:
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in self._rows:
            groups.setdefault(_key(row), []).append(row)
        bookings: list[ForeignBooking] = []
        if groups:
            said = f"its times are read by the clocks of {self._timezone}"
            self._remarks.append(Remark(said))
        for key, rows in groups.items():
            bookings += self._bookings(key, rows)
        return Content(
            tuple(bookings),
            left_out=tuple(self._left_out),
            remarks=tuple(self._remarks),
            kept=tuple(self._kept.kept),
            dropped=tuple(self._kept.dropped),
        )

    def _bookings(
        self, key: tuple[str, ...], rows: list[Row]
    ) -> Iterable[ForeignBooking]:
        """One of who comes; else one of who cancelled."""
        facts = _first_facts(rows)
        line = rows[0].line
        wall = self._wall(facts.get(_START, ""))
        if wall is None:
            reason = "it says not when it begins"
            if facts.get(_START):
                reason = f"{excerpt(facts[_START])} is no time"
            self._left_out.append(Remark(reason, line, is_fault=True))
            return
        until = self._wall(facts.get(_END, "")) or wall
        start, end, remarks = place_span(wall, until, self._timezone)
        self._remarks += [Remark(each, line) for each in remarks]
        if not start <= end <= start + LONGEST_DURATION:
            self._left_out.append(
                Remark("it is not as long as a meeting", line, is_fault=True)
            )
            return
        invitees = [self._invitee(row) for row in rows if _has_invitee(row)]
        coming = [each for each in invitees if not each.is_cancelled]
        gone = [each for each in invitees if each.is_cancelled]
        is_off = not coming and (bool(gone) or words.is_yes(facts.get("Canceled", "")))
        if coming and gone:
            who = ", ".join(excerpt(each.person.name or "") for each in gone)
            where = gone[0].row.line
            self._remarks.append(Remark(f"{who} cancelled, the others come", where))
        yield self._booking(
            key, facts, ForeignDate(start, end), coming or gone, line, is_off=is_off
        )

    def _booking(
        self,
        key: tuple[str, ...],
        facts: Mapping[str, str],
        date: ForeignDate,
        invitees: list[_Invitee],
        line: int,
        *,
        is_off: bool,
    ) -> ForeignBooking:
        hosts = [facts.get(name, "") for name in ("User Email", "User Name")]
        who = words.who_cancelled(
            facts.get("Canceled By"), (each.person for each in invitees), hosts
        )
        people = words.without_doubles(
            [each.person for each in invitees]
            + [guest for each in invitees for guest in each.guests]
        )
        absent = [each.person for each in invitees if each.is_absent]
        extra = {k: v for each in reversed(invitees) for k, v in each.extra.items()}
        location, url = words.read_place(_place(facts.get("Location", "")))
        made = self._wall(facts.get(_CREATED, ""))
        return ForeignBooking(
            uid="/".join(key),
            dates=(date,),
            people=people,
            line=line,
            event=facts.get(_TYPE, ""),
            status=Status.CANCELLED if is_off else Status.CONFIRMED,
            absent=absent_keys(people, tuple(p in absent for p in people)),
            is_group=len(invitees) > 1,
            created_at=made and place_wall(made, self._timezone)[0],
            hosts=tuple(filter(None, hosts)),
            reason=_reason(facts) if is_off else None,
            cancelled_by=who if is_off else Actor.SYSTEM,
            location=location,
            meeting_url=url,
            notes=words.read_notes(facts.get("Meeting Notes", "")),
            responses=_responses(invitees[0].row) if invitees else {},
            metadata=self._kept.metadata(extra),
        )

    def _wall(self, text: str) -> Wall | None:
        wall = read_wall(text, self._order) if text else None
        return wall if wall is not None and wall.has_clock else None

    def _invitee(self, row: Row) -> _Invitee:
        cells = row.cells
        extra: dict[str, Any] = {
            name: value
            for name, value in cells.items()
            if name not in _USED and not _QUESTION.fullmatch(name)
        }
        parts = (cells.get("Invitee First Name"), cells.get("Invitee Last Name"))
        person = words.read_person(
            extra,
            name=cells.get("Invitee Name") or " ".join(filter(None, parts)),
            email=cells.get("Invitee Email"),
            phone=cells.get("Text Reminder Number"),
            timezone=cells.get("Invitee Time Zone"),
        )
        guests = [
            words.read_person(extra, email=each)
            for each in words.read_addresses(cells.get(_GUESTS, ""))
        ]
        return _Invitee(
            *(row, person, words.is_yes(cells.get("Canceled", ""))),
            words.is_yes(cells.get("Marked as No-Show", "")),
            tuple(guests),
            extra,
        )


def _key(row: Row) -> tuple[str, ...]:
    """What the rows of one event share; without its UUID, who cancelled is apart."""
    cells = row.cells
    if cells.get(_EVENT):
        return (cells[_EVENT],)
    host = cells.get("User Email") or cells.get("User Name", "")
    key = (host, cells.get(_TYPE, ""), cells.get(_START, ""))
    created = cells.get(_CREATED, "")
    return (*key, created) if created else key


def _has_invitee(row: Row) -> bool:
    return any(row.cells.get(name) for name in _PERSON)


def _first_facts(rows: list[Row]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        for name, value in row.cells.items():
            if value and name not in found:
                found[name] = value
    return found


def _place(text: str) -> str:
    """`Zoom URL: https://…`, `In-person: 12 Main St`."""
    return re.sub(r"^[A-Za-z -]{2,20}: ", "", text)


def _reason(facts: Mapping[str, str]) -> str | None:
    said = clean_line(facts.get("Cancellation reason"), most=900)
    by = clean_line(facts.get("Canceled By"), most=90)
    return f"{said} ({by})" if said and by else said or by


def _responses(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, label in row.cells.items():
        kind = _QUESTION.fullmatch(name)
        if kind is None or kind[1] != "Question" or not label:
            continue
        answer = row.cells.get(f"Response {kind[2]}", "")
        if answer and slug_of(label):
            found[slug_of(label)] = clean_answer(answer)
    return found


# -- event types of the API -----------------------------------------------------------


def is_event_types(value: object) -> bool:
    items = value.get("collection") if isinstance(value, dict) else None
    if not isinstance(items, list):
        return False
    return all(isinstance(i, dict) and "duration" in i and "slug" in i for i in items)


def read_event_types(value: Mapping[str, Any]) -> Content:
    """What `GET /event_types` answers."""
    kept = Kept()
    found = tuple(_event_type(item, kept) for item in value["collection"])
    if not found:
        raise BadInput("it has no event types")
    return Content(
        event_types=found, kept=tuple(kept.kept), dropped=tuple(kept.dropped)
    )


_TYPE_FIELDS = frozenset(
    {"name", "slug", "duration", "description_plain", "description_html", "active"}
    | {"custom_questions", "profile", "duration_options"}
)


def _event_type(item: Mapping[str, Any], kept: Kept) -> ForeignEventType:
    title = clean_line(item.get("name")) or str(item["slug"])
    questions = [
        question(
            *(each.get("name"), each.get("type")),
            is_required=each.get("required"),
            options=_list(each.get("answer_choices")),
        )
        for each in _list(item.get("custom_questions"))
        if isinstance(each, dict) and each.get("enabled", True)
    ]
    unique = {each["key"]: each for each in questions if each}
    others = {k: v for k, v in item.items() if k not in _TYPE_FIELDS}
    active = item.get("active")
    return ForeignEventType(
        key=title,
        title=title,
        fields=fields_of(
            title,
            slug=item.get("slug"),
            minutes=item.get("duration"),
            description=item.get("description_plain"),
            active=active if isinstance(active, bool) else None,
            questions=list(unique.values()) or None,
            metadata=kept.metadata(others) or None,
        ),
        hosts=_owner(item.get("profile")),
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _owner(profile: object) -> tuple[str, ...]:
    name = profile.get("name") if isinstance(profile, dict) else None
    return (str(name),) if name else ()
