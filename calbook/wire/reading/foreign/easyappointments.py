"""Easy!Appointments: a dump of its database, or CSV files of its tables.

Its times are by the clock of the provider who gives them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from calbook.core.errors import BadInput
from calbook.core.imports import (
    Content,
    ForeignBooking,
    ForeignDate,
    ForeignEventType,
    Kept,
    Remark,
    clean_line,
)
from calbook.core.model import LONGEST_DURATION, Attendee, Status
from calbook.core.people import person_key
from calbook.core.text import excerpt
from calbook.core.time import parsing
from calbook.wire.reading.foreign import words
from calbook.wire.reading.foreign.date_forms import (
    Wall,
    place_span,
    place_wall,
    read_wall,
)
from calbook.wire.reading.foreign.event_types import fields_of, whole
from calbook.wire.reading.foreign.sql_dump import Rows, read_dump
from calbook.wire.reading.foreign.tables import Table

TABLES = ("services_providers", "appointments", "services", "users", "settings")
_APPOINTMENTS = re.compile(
    r"\b(?:INTO|TABLE|EXISTS)\b[^\w(]+(?:\w+`?\.`?)?(\w*)appointments\b", re.IGNORECASE
)
_USED = frozenset(
    {
        "id",
        "hash",
        "book_datetime",
        "create_datetime",
        "update_datetime",
        "start_datetime",
    }
    | {"end_datetime", "notes", "location", "status", "is_unavailable", "id_services"}
    | {"is_unavailability", "id_users_provider", "id_users_customer", "color", ""}
)
_CUSTOMER_USED = frozenset(
    {"id", "first_name", "last_name", "email", "mobile_number", "phone_number", ""}
    | {"timezone", "language", "id_roles", "create_datetime", "update_datetime"}
)
_BLOCKED = "it blocks time of a provider"
_LANGUAGES = {
    **{"english": "en", "german": "de", "french": "fr", "spanish": "es"},
    **{"italian": "it", "portuguese": "pt", "dutch": "nl", "greek": "el"},
}
_KINDS = {  # of CSV files, by columns that only they have
    "appointments": {"start_datetime", "id_services"},
    "services": {"duration", "attendants_number"},
    "users": {"first_name", "last_name", "email"},
}


def is_dump(text: str) -> bool:
    return "start_datetime" in text and "INSERT INTO" in text.upper()


def kind_of(columns: Iterable[str]) -> str | None:
    """Which of its tables a CSV file holds."""
    names = {column.lower() for column in columns}
    return next((k for k, needed in _KINDS.items() if needed <= names), None)


def read_text(text: str, *, timezone: str) -> Content:
    prefix = _find_prefix(text)
    rows = read_dump(text, [prefix + name for name in TABLES])
    found = {name.removeprefix(prefix): each for name, each in rows.items()}
    if "appointments" not in found and "services" not in found:
        raise BadInput("the dump has no rows of appointments or services")
    return _Reader(found, timezone).content()


def _find_prefix(text: str) -> str:
    """Of its tables' names: other programs may have theirs in the same database."""
    found = dict.fromkeys(name.lower() for name in _APPOINTMENTS.findall(text))
    plain = text.lower() if len(found) > 1 else ""
    its_own = (name for name in found if re.search(rf"\b{name}services\b", plain))
    return next(its_own, next(iter(found), ""))


def read_tables(tables: Iterable[Table], *, timezone: str) -> Content:
    found: dict[str, Rows] = {}
    for table in tables:
        kind = kind_of(table.columns)
        assert kind is not None
        for row in table.rows:
            cells = {k.lower(): v or None for k, v in row.cells.items()}
            found.setdefault(kind, []).append({**cells, "": row.line})
    return _Reader(found, timezone).content()


class _Reader:
    def __init__(self, tables: Mapping[str, Rows], timezone: str) -> None:
        self._tables, self._kept = tables, Kept()
        self._users = _by_id(tables.get("users", ()))
        self._services = _by_id(tables.get("services", ()))
        settings = {
            str(row.get("name")): row.get("value") for row in tables.get("settings", ())
        }
        said = str(settings.get("default_timezone") or "")
        self._has_zone = parsing.is_timezone(said)
        self._timezone = said if self._has_zone else timezone
        self._left_out: list[Remark] = []
        self._remarks: list[Remark] = []

    def content(self) -> Content:
        """Raises BadInput where nothing tells who the people are."""
        self._check_tables()
        groups: dict[str, list[ForeignBooking]] = {}
        for row in self._tables.get("appointments", ()):
            found = self._appointment(row)
            if isinstance(found, str):
                place = f"appointment {excerpt(row.get('id'))}"
                is_fault = found != _BLOCKED
                self._left_out.append(Remark(found, row.get(""), place, is_fault))
            else:
                groups.setdefault(found.uid, []).append(found)
        return Content(
            tuple(_join(group) for group in groups.values()),
            tuple(self._event_type(row) for row in self._tables.get("services", ())),
            tuple(self._left_out),
            tuple(dict.fromkeys(self._remarks)),
            tuple(self._kept.kept),
            tuple(self._kept.dropped),
        )

    def _check_tables(self) -> None:
        meetings = [r for r in self._tables.get("appointments", ()) if not _blocks(r)]
        if meetings and not self._users:
            raise BadInput(
                "the table ea_users is missing: nothing tells who comes, and to whom",
                hint="export it too, and name all files at once",
            )
        if meetings and not self._services:
            said = "the table ea_services is missing"
            self._remarks.append(Remark(f"{said}: nothing tells what they are called"))

    def _appointment(self, row: Mapping[str, Any]) -> ForeignBooking | str:
        """A booking, or why it is none."""
        if _blocks(row):
            return _BLOCKED
        provider = self._users.get(_key(row.get("id_users_provider")), {})
        service = self._services.get(_key(row.get("id_services")), {})
        zone = self._zone(provider)
        wall = _wall(row.get("start_datetime"))
        if wall is None:
            return "it says not when it begins"
        until = _wall(row.get("end_datetime")) or wall
        start, end, remarks = place_span(wall, until, zone)
        if not start <= end <= start + LONGEST_DURATION:
            return "it is not as long as a meeting"
        place = f"appointment {excerpt(row.get('id'))}"
        self._remarks += [Remark(each, row.get(""), place) for each in remarks]
        extra: dict[str, Any] = {k: v for k, v in row.items() if k not in _USED}
        person = self._customer(row.get("id_users_customer"), extra)
        people = words.without_doubles([person])
        status = words.read_state(str(row.get("status") or "booked"))
        if status is None:
            extra["status"], status = row.get("status"), Status.CONFIRMED
        is_group = (whole(service.get("attendants_number")) or 1) > 1
        location, url = words.read_place(row.get("location") or service.get("location"))
        return ForeignBooking(
            uid=_uid(row, is_group=is_group and status is not Status.CANCELLED),
            dates=(ForeignDate(start, end),),
            people=people,
            line=row.get(""),
            event=_service_name(service, row),
            status=Status.CONFIRMED if status is Status.NO_SHOW else status,
            absent=frozenset(
                map(person_key, people if status is Status.NO_SHOW else ())
            ),
            is_group=is_group,
            changed_at=_moment(row.get("update_datetime"), zone),
            created_at=_moment(
                row.get("book_datetime") or row.get("create_datetime"), zone
            ),
            hosts=_names(provider),
            location=location,
            meeting_url=url,
            notes=words.read_notes(row.get("notes")),
            metadata=self._kept.metadata(extra),
        )

    def _zone(self, provider: Mapping[str, Any]) -> str:
        said = str(provider.get("timezone") or "")
        if parsing.is_timezone(said):
            return said
        if not self._has_zone:
            remark = f"times are read by the clocks of {self._timezone}"
            self._remarks.append(Remark(f"of providers without a time zone {remark}"))
        return self._timezone

    def _customer(self, id: object, extra: dict[str, Any]) -> Attendee:
        row = self._users.get(_key(id), {})
        extra |= {k: v for k, v in row.items() if k not in _CUSTOMER_USED}
        parts = (row.get("first_name"), row.get("last_name"))
        return words.read_person(
            extra,
            name=" ".join(str(part) for part in parts if part),
            email=row.get("email"),
            phone=row.get("phone_number") or row.get("mobile_number"),
            timezone=row.get("timezone"),
            language=_LANGUAGES.get(str(row.get("language") or "").lower()),
        )

    def _event_type(self, row: Mapping[str, Any]) -> ForeignEventType:
        title = clean_line(row.get("name")) or "Imported"
        seats = whole(row.get("attendants_number"))
        location, _ = words.read_place(row.get("location"))
        hosts = [
            name
            for each in self._tables.get("services_providers", ())
            if _key(each.get("id_services")) == _key(row.get("id"))
            for name in _names(self._users.get(_key(each.get("id_users")), {}))
        ]
        names = ("price", "currency", "availabilities_type", "color", "is_private")
        extra = {name: row.get(name) for name in names}
        return ForeignEventType(
            key=title,
            title=title,
            fields=fields_of(
                title,
                minutes=row.get("duration"),
                description=row.get("description"),
                seats=seats if seats and seats > 1 else None,
                location=location,
                metadata=self._kept.metadata(extra) or None,
            ),
            hosts=tuple(hosts),
        )


def _wall(value: object) -> Wall | None:
    return read_wall(str(value), None) if value else None


def _moment(value: object, zone: str) -> datetime | None:
    wall = _wall(value)
    return None if wall is None else place_wall(wall, zone)[0]


def _join(group: list[ForeignBooking]) -> ForeignBooking:
    """The appointments of one service, provider and start: a group."""
    first = group[0]
    if len(group) == 1:
        return first
    people = words.without_doubles([p for each in group for p in each.people])
    changed = [each.changed_at for each in group if each.changed_at]
    return first._replace(
        people=people,
        absent=frozenset().union(*(each.absent for each in group)),
        changed_at=max(changed, default=None),
    )


def _by_id(rows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {_key(row.get("id")): row for row in rows}


def _key(value: object) -> str:
    return "" if value is None else str(value).strip()


def _is_set(value: object) -> bool:
    return _key(value) not in ("", "0")


def _blocks(row: Mapping[str, Any]) -> bool:
    return any(_is_set(row.get(k)) for k in ("is_unavailable", "is_unavailability"))


def _uid(row: Mapping[str, Any], *, is_group: bool) -> str:
    if not is_group:
        return _key(row.get("hash")) or f"appointment-{_key(row.get('id'))}"
    names = ("id_services", "id_users_provider", "start_datetime")
    return "group-" + "-".join(_key(row.get(name)) for name in names)


def _service_name(service: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    name = clean_line(service.get("name"))
    id = _key(row.get("id_services"))
    return name or (f"service {id}" if id else "")


def _names(user: Mapping[str, Any]) -> tuple[str, ...]:
    """The e-mail address and the name of a provider."""
    parts = (user.get("first_name"), user.get("last_name"))
    name = " ".join(str(part) for part in parts if part)
    return tuple(filter(None, (str(user.get("email") or ""), name)))
