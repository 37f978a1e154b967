"""Which of a program's files each is, told by what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from calbook.core.errors import BadInput, CalbookError
from calbook.core.imports import Content
from calbook.core.text import excerpt
from calbook.wire.json_objects import describe_fault
from calbook.wire.reading.foreign import calcom, calendly, easyappointments
from calbook.wire.reading.foreign.tables import Table, decode, read_table

_PROGRAMS = {
    "calendly": "Calendly",
    "calcom": "cal.com",
    "easyappointments": "Easy!Appointments",
}


class File(NamedTuple):
    name: str
    data: bytes


def read_files(
    source: str, files: Sequence[File], *, timezone: str, dates: str | None
) -> Content:
    """What the files of one program hold together.

    Raises:
        BadInput: one of them is none of that program's, or is damaged.
    """
    if source == "calendly":
        return _read_calendly(files, timezone, dates)
    if source == "calcom":
        return _read_calcom(files)
    return _read_easyappointments(files, timezone)


def _read_calendly(files: Sequence[File], timezone: str, dates: str | None) -> Content:
    tables: list[Table] = []
    found: list[Content] = []
    for file in files:
        with_name = _Named(file)
        if _is_json(file.data):
            value = with_name(lambda data: parse(decode(data)))
            if not calendly.is_event_types(value):
                raise _foreign("calendly", file)
            found.append(with_name(lambda _, v=value: calendly.read_event_types(v)))
            continue
        table = with_name(read_table)
        if not calendly.is_table(table.columns):
            raise _foreign("calendly", file)
        tables.append(table)
    if tables:
        found.append(calendly.read_tables(tables, timezone=timezone, dates=dates))
    return join(found)


def _read_calcom(files: Sequence[File]) -> Content:
    bookings: list[Any] = []
    types: list[Any] = []
    pages: list[object] = []
    for file in files:
        value = _Named(file)(lambda data: parse(decode(data)))
        some, others = calcom.find_items(value)
        if not (some or others) and not _is_empty(value):
            raise _foreign("calcom", file)
        bookings += some
        types += others
        pages += [value] if some else []
    found = calcom.read_items(bookings, types)
    missing = calcom.missing_pages(pages, bookings)
    return found._replace(left_out=(*found.left_out, *filter(None, [missing])))


def _read_easyappointments(files: Sequence[File], timezone: str) -> Content:
    tables: list[Table] = []
    found: list[Content] = []
    for file in files:
        with_name = _Named(file)
        text = with_name(decode)
        if easyappointments.is_dump(text):
            found.append(
                with_name(
                    lambda _, t=text: easyappointments.read_text(t, timezone=timezone)
                )
            )
            continue
        table = with_name(read_table)
        if easyappointments.kind_of(table.columns) is None:
            raise _foreign("easyappointments", file)
        tables.append(table)
    if tables:
        found.append(easyappointments.read_tables(tables, timezone=timezone))
    return join(found)


class _Named:
    """Reads a file, and names it in what is wrong with it."""

    def __init__(self, file: File) -> None:
        self._file = file

    def __call__(self, read: Any) -> Any:
        try:
            return read(self._file.data)
        except CalbookError as error:
            error.json_message = f"{excerpt(self._file.name)}: {error.json_message}"
            raise


def name_file(file: File) -> _Named:
    return _Named(file)


def _foreign(source: str, file: File) -> BadInput:
    return BadInput(
        f"{excerpt(file.name)} is no file of {_PROGRAMS[source]} that can be read",
        hint="calbook help coming says which files those are",
    )


def _is_json(data: bytes) -> bool:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _is_empty(value: object) -> bool:
    data = value.get("data") if isinstance(value, dict) else value
    return data == []


def parse(text: str) -> Any:
    """JSON as a program wrote it.

    Raises:
        BadInput: it is none; the line is named.
    """
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise BadInput(
            f"line {error.lineno}: it is no JSON: {describe_fault(error)}",
            line=error.lineno,
        ) from None
    except (ValueError, RecursionError):
        raise BadInput("it is no JSON that can be read") from None


def join(contents: Iterable[Content]) -> Content:
    """What several files hold, one behind the other."""
    every = list(contents)
    return Content(
        *(
            tuple(dict.fromkeys(x for each in every for x in getattr(each, name)))
            if name in ("kept", "dropped")
            else tuple(x for each in every for x in getattr(each, name))
            for name in Content._fields
        )
    )
