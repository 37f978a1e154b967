"""Calendars that are kept in objects, one for each UID (RFC 4791, 4.1).

One that cannot be read spoils no other, and what a file may hold is what all of them
may hold together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from calbook.core.busy import LARGEST_FILE, MOST_EVENTS, CalendarContent, SkippedEvent
from calbook.core.checks import NAME_LENGTH
from calbook.core.errors import BadInput
from calbook.core.model import Span
from calbook.core.text import printable
from calbook.ical.reading.busy_times import BUSY_ALL_THE_SAME, ContentReader
from calbook.ical.reading.components import CalendarSource, Unreadable
from calbook.ical.reading.structure import read_calendars

LARGEST_CALENDAR = 4 * LARGEST_FILE  # bytes of all of them
_UID = re.compile(rb"^UID:[ \t]*([^\r\n]{1,1000})", re.MULTILINE | re.IGNORECASE)


def read_busy_objects(
    objects: Iterable[tuple[str, bytes]],
    *,
    timezone: str,
    window: Span,
    email: str | None = None,
    shows_text: bool = False,
    strict: bool = False,
    careful: bool = False,
) -> CalendarContent:
    """As `read_busy_times`, of objects with their names in the calendar.

    One that cannot be read is skipped, and named by its UID, else by its name.

    Raises:
        BadInput: they are too many, or too large.
    """
    reader = ContentReader(timezone, window, email)
    reader.shows_text, reader.is_strict = shows_text, strict
    reader.is_careful = careful
    read, size = _read_all(objects)
    reader.begin(size)
    for each in read:
        _expand(reader, each)
    return reader.found()


class _Object(NamedTuple):
    """An object that was cut into its components, or why it was not, and all of it."""

    name: str
    calendars: list[CalendarSource]
    skipped: list[SkippedEvent]
    fault: Exception | None = None
    data: bytes = b""


def _read_all(objects: Iterable[tuple[str, bytes]]) -> tuple[list[_Object], int]:
    """All of them before the first is expanded, and their bytes: these say how far."""
    found = []
    size = events = 0
    for name, data in objects:
        size += len(data)
        try:
            each = _Object(name, *read_calendars(data))
        except Exception as error:  # whatever is wrong with it
            each = _Object(name, [], [], error, data)
        events += sum(len(source.blocks) for source in each.calendars)
        _check_size(size, events)
        found.append(each)
    return found, size


def _expand(reader: ContentReader, each: _Object) -> None:
    before, fault = len(reader.skipped), each.fault
    reader.skipped += each.skipped
    try:
        for source in each.calendars:
            for _ in reader.each(source):
                pass
    except Exception as error:  # whatever is wrong with it
        fault = error
    if fault is not None:
        reader.skipped.append(_leave_out(reader, each.data, fault))
    reader.skipped[before:] = _named(reader.skipped[before:], each.name)


def _leave_out(reader: ContentReader, data: bytes, fault: Exception) -> SkippedEvent:
    left_out = _skipped_object(data, fault)
    if reader.is_careful and _blocks(reader, data):
        return left_out._replace(reason=left_out.reason + BUSY_ALL_THE_SAME)
    return left_out


def _blocks(reader: ContentReader, data: bytes) -> bool:
    """Whether what cannot be read blocks its own time all the same."""
    try:
        return reader.add_own_times(data)
    except Exception:  # whatever is wrong with it
        return False


def _skipped_object(data: bytes, error: Exception) -> SkippedEvent:
    found = _UID.search(data)
    uid = found[1].decode("utf-8", "replace").strip() if found else ""
    is_told = isinstance(error, BadInput | Unreadable)
    reason = str(error) if is_told else "it cannot be read"
    line = error.details.get("line", 1) if isinstance(error, BadInput) else 1
    return SkippedEvent(uid[:NAME_LENGTH] or None, line, reason)


def _named(skipped: Iterable[SkippedEvent], name: str) -> Iterator[SkippedEvent]:
    """What belongs to no event is named by the object that it stands in."""
    stem = printable(name.removesuffix(".ics"))[:NAME_LENGTH]  # may be no text
    for each in skipped:
        yield each if each.uid else each._replace(uid=stem)


def _check_size(size: int, events: int) -> None:
    for has, most, what in (
        (size, LARGEST_CALENDAR, "bytes"),
        (events, MOST_EVENTS, "events"),
    ):
        if has > most:
            raise BadInput(
                f"the calendar has {has:,} {what} or more; at most {most:,} fit",
                length=has,
                most=most,
            )
