"""The files of another program, read into bookings."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from calbook.core import checks
from calbook.core.errors import BadInput, UsageError
from calbook.core.imports import LARGEST_FILE, YEARS_AHEAD, Content, check_size
from calbook.core.text import excerpt
from calbook.core.time import times
from calbook.wire.reading.foreign.date_forms import ORDERS
from calbook.wire.reading.foreign.files import File, join, name_file, read_files

if TYPE_CHECKING:
    from calbook.core.catalog import EventType
    from calbook.wire.reading.foreign.csv_bookings import Preview, Reader

Source = str | os.PathLike[str] | bytes
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"  # workbooks before 2007
_MOST_FILES = 1_000
_OF_OFFICE = ("[Content_Types].xml", "mimetype")  # in Microsoft's, in OpenDocument


class How(NamedTuple):
    """What is said of how to read them."""

    timezone: str
    now: datetime
    hosts: frozenset[str]  # their e-mail addresses, as they are compared
    columns: Mapping[str, str] = {}
    dates: str | None = None
    event_type: EventType | None = None


def read_dates(value: object) -> str | None:
    return None if value is None else checks.choice(value, "dates", ORDERS)


def load(sources: Iterable[Source]) -> tuple[File, ...]:
    """The bytes of all files, those in an archive one by one.

    Raises:
        BadInput: one cannot be read, or they are too large together.
    """
    found: list[File] = []
    size = 0
    for number, source in enumerate(sources, 1):
        name, data = _read(source, number)
        size += len(data)
        check_size(size)
        if data.startswith(_OLE):
            raise _office_error(name)
        if data.startswith(_ZIP):
            size -= len(data)
            for file in _unpack(name, data, LARGEST_FILE - size):
                size += len(file.data)
                found.append(file)
        else:
            found.append(File(name, data))
    if not found:
        raise UsageError("no file is named")
    return tuple(found)


def _read(source: Source, number: int) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return (f"file {number}" if number > 1 else "the file"), source
    path = checks.prose(os.fspath(source), "source", most=4_096)
    try:
        with open(path, "rb") as file:
            return os.path.basename(path), file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadInput(f"cannot read {path}: {reason}", path=path) from None


def _unpack(name: str, data: bytes, room: int) -> list[File]:
    """What an archive holds, as far as there is room; Google's has calendars."""
    found: list[File] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [m for m in archive.infolist() if _is_file(m)]
            if any(m.filename in _OF_OFFICE for m in members):
                raise _office_error(name)
            if len(members) > _MOST_FILES:
                raise BadInput(f"{excerpt(name)} has more than {_MOST_FILES:,} files")
            for member in members:
                with archive.open(member) as file:
                    part = file.read(room + 1)
                room -= len(part)
                if room < 0:
                    check_size(LARGEST_FILE - room)
                found.append(File(os.path.basename(member.filename), part))
    except BadInput:
        raise
    except Exception:  # damaged in any way
        raise BadInput(f"{excerpt(name)} is an archive that cannot be read") from None
    return found


def _office_error(name: str) -> BadInput:
    return BadInput(
        f"{excerpt(name)} is a document of an office program",
        hint="save the table as CSV there",
    )


def _is_file(member: zipfile.ZipInfo) -> bool:
    """None that macOS alone packs, beside each file."""
    return not (member.is_dir() or member.filename.startswith("__MACOSX/"))


def read(source: str, files: tuple[File, ...], how: How) -> Content:
    """What the files hold.

    Raises:
        BadInput: one is none of that program's; nothing of the others counts.
    """
    if source in ("ics", "google"):
        return _read_calendars(source, files, how)
    if source == "csv":
        return _only_table(files, how).content()
    return read_files(source, files, timezone=how.timezone, dates=how.dates)


def preview(files: tuple[File, ...], how: How) -> Preview:
    """How a table would be read."""
    usual = how.event_type and how.event_type.duration
    return _only_table(files, how).preview(usual)


def _only_table(files: tuple[File, ...], how: How) -> Reader:
    from calbook.wire.reading.foreign import (
        calendly,
        csv_bookings,
        tables,
    )  # slow to import

    if len(files) > 1:
        raise UsageError("one table is read at a time")
    [file] = files
    with_name = name_file(file)
    table = with_name(tables.read_table)
    if calendly.is_table(table.columns) and not how.columns:
        raise UsageError(
            f"{excerpt(file.name)} is an export of Calendly",
            hint='read it as one: "calendly"; or say with map which column is which',
            command_hint="say --from calendly; or with --map start=COLUMN,… which"
            " column is which",
        )
    reader: Reader = with_name(
        lambda _: csv_bookings.Reader(
            *(table, how.columns),
            timezone=how.timezone,
            dates=how.dates,
            find_zone=_zone_by_another_name,
        )
    )
    return reader


def _zone_by_another_name(name: str) -> str | None:
    """As Windows or a spreadsheet calls it; None of an offset, too."""
    from calbook.ical.reading import zone_names  # slow to import

    found = zone_names.zone_of_exact_name(name)
    if found is None and (named := zone_names.zone_of_name(name)) is not None:
        found = None if named.is_guess else named.zone
    return getattr(found, "key", None)


def _read_calendars(source: str, files: tuple[File, ...], how: How) -> Content:
    from calbook.ical.reading.booked_series import Limits
    from calbook.ical.reading.bookings import Manner, read_bookings  # slow to import

    most = 730 if how.event_type is None else how.event_type.max_occurrences
    # Whole years, so that the same file comes to the same for a year.
    year = min(how.now.year, times.LAST_YEAR - YEARS_AHEAD - 1)
    recent = datetime(year, 1, 1, tzinfo=UTC)
    horizon = recent.replace(year=year + YEARS_AHEAD + 1)
    limits = Limits(most, recent, horizon)
    manner = Manner(how.timezone, how.hosts, limits, source == "google")
    calendars = [f for f in files if f.name.lower().endswith(".ics")] or list(files)
    return join(
        name_file(file)(lambda data: read_bookings(data, manner)) for file in calendars
    )
