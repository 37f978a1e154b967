"""Connected calendars read as busy time, whenever something has changed there.

What has changed is never asked: a calendar is read in full or not at all, so that
nothing is freed because a server forgot it or said so by mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from calbook.core.busy import CalendarContent, Stretch
from calbook.core.errors import CalendarEmpty, CalendarUnreachable
from calbook.core.feeds import read_mark
from calbook.core.model import Span
from calbook.core.time import open_hours, times
from calbook.services.calendars.contents import (
    Manner,
    Reading,
    begin_reading,
    check_is_not_empty,
    find_own_events,
    is_busy_to_come,
    is_read_far_enough,
    read_further,
    record_unchanged,
    save_content,
)
from calbook.store import pushes
from calbook.store.busy import BusyReader
from calbook.store.calendars import connected_calendar
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.delivery.calendars.collection import Collection
    from calbook.store.connection import Row
    from calbook.store.context import Context

SECONDS = 60.0  # for each request: a large calendar takes its server long


def pull_calendar(context: Context, row: Row, *, is_confirmed: bool = False) -> Json:
    """Let what stands in a calendar block its host, unless that is as it was.

    `row` is one of `BusyReader.calendar_rows`. Who books meanwhile sees all of the old
    busy time at least, see `replace_steps`.

    Raises:
        CalendarUnreachable: it cannot be read; what was read before stays.
        CalendarEmpty: it holds nothing any more, and nobody has confirmed that.
    """
    from calbook.delivery.calendars.collection import CollectionError
    from calbook.delivery.calendars.opening import open_calendar  # slow to import
    from calbook.services.calendars.checking import hints

    with context.store.read(BusyReader) as reader:
        host = reader.host(row["host_id"])
    reading = begin_reading(context, host, Manner.of(row))
    calendar = connected_calendar(row)
    try:
        with closing(open_calendar(calendar, seconds=SECONDS)) as collection:
            return _pull(context, collection, row, reading, is_confirmed=is_confirmed)
    except CollectionError as error:
        raise CalendarUnreachable(
            str(error), **hints(calendar, error), status=error.code
        ) from None


def _pull(
    context: Context,
    collection: Collection,
    row: Row,
    reading: Reading,
    *,
    is_confirmed: bool,
) -> Json:
    said = collection.read_mark()  # before all else: what comes later differs from it
    if _is_unchanged(said, row, reading):
        return record_unchanged(context, reading, row)
    reading = read_further(reading)
    if row["is_free_busy"]:
        found = _read_free_busy(context, collection, row, reading)
        is_empty = not found.stretches
    else:
        names, found = _read_events(collection, reading)
        is_empty = not found.events
        if not is_confirmed and not is_empty and is_busy_to_come(row, reading):
            _check_is_not_lost(context, collection, row, names, found)
    if not is_confirmed:
        check_is_not_empty(row, reading, is_empty=is_empty)
    columns = {"name": row["name"]}
    return save_content(context, reading, found, columns, signs=[said], row=row)


def _is_unchanged(said: str | None, row: Row, reading: Reading) -> bool:
    """Whether it is as it was, and would be read as it was."""
    known = read_mark(row["mark"])
    if said is None or known is None or not is_read_far_enough(reading, row):
        return False
    return (known.signs, known.basis) == ((said,), reading.basis)


def _read_events(
    collection: Collection, reading: Reading
) -> tuple[set[str], CalendarContent]:
    """The names of what was read, and what it says."""
    from calbook.ical.reading.objects import read_busy_objects  # slow to import

    names = set[str]()

    def read() -> Iterator[tuple[str, bytes]]:
        for each in collection.read_between(reading.window):
            names.add(each.name)
            yield each.name, each.data

    found = read_busy_objects(read(), **reading.words)
    return names, found


def _check_is_not_lost(
    context: Context,
    collection: Collection,
    row: Row,
    names: set[str],
    found: CalendarContent,
) -> None:
    """Refuse what holds nothing but what was written since it was lost.

    It is still that calendar where all is there that was written into it, and some of
    that before it was read the last time.

    Raises:
        CalendarEmpty: it may be another one by now, as where a disk is not mounted.
    """
    with context.store.read(BusyReader) as reader:
        own = find_own_events(reader, row["host_id"], found)
        entries = pushes.written_entries(reader, row["id"])
        is_known = pushes.has_entries_before(reader, row["id"], row["checked_at"] or 0)
    ours = {f"{uid.partition('@')[0]}.ics" for uid in own}
    if names - ours - {entry.name for entry in entries}:
        return
    listed = collection.list_etags()
    is_whole = all(entry.name in listed for entry in entries)
    if not (is_known and is_whole):
        raise CalendarEmpty(row["name"], row["stretches"], holds_bookings=True)


def _read_free_busy(
    context: Context, collection: Collection, row: Row, reading: Reading
) -> CalendarContent:
    """Without the host's bookings, where these are written into that calendar."""
    from calbook.ical.reading.busy_times import read_busy_times  # slow to import

    data = collection.read_free_busy(reading.window)
    found = read_busy_times(data, **reading.words)
    if not row["is_pushed"]:
        return found
    window = reading.window
    with context.store.read(BusyReader) as reader:
        edges = (times.epoch(window.start), times.epoch(window.end))
        booked = reader.booked_spans(row["host_id"], *edges)
    own = open_hours.merge_spans(
        Span(times.instant(each["start_at"]), times.instant(each["end_at"]))
        for each in booked
    )
    return found._replace(stretches=tuple(_without(found.stretches, own, window)))


def _without(
    stretches: tuple[Stretch, ...], own: tuple[Span, ...], window: Span
) -> Iterator[Stretch]:
    """Busy time outside of some spans, which are in order and disjoint."""
    busy = open_hours.merge_spans(each.span for each in stretches)
    rest = open_hours.subtract_spans(window, own)
    return map(Stretch, open_hours.intersect_stretches([busy, rest]))
