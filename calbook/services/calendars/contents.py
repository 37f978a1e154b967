"""What a calendar says, read for its host and saved in the place of what it held.

It is read before the transactions that save it: expanding thousands of events must not
keep others from booking.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core import busy
from calbook.core.busy import CalendarContent, SkippedEvent, Stretch
from calbook.core.catalog import Host
from calbook.core.errors import CalendarEmpty
from calbook.core.feeds import CalendarMark, read_mark
from calbook.core.model import DAY, Span
from calbook.core.time import times
from calbook.services.calendars.busy import calendar_to_json, find_calendar
from calbook.store import reading_again
from calbook.store.busy import BusyReader, replace_steps
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context


_MOST_SKIPPED = 1_000  # that are kept with their reasons
_FURTHER = DAY  # than can be booked now


class Manner(NamedTuple):
    """How somebody wants a calendar to be read."""

    shows_text: bool = False
    is_strict: bool = False
    is_careful: bool = False

    @classmethod
    def of(cls, row: Row) -> Manner:
        """As it was asked for when it was added."""
        return cls(*(bool(row[name]) for name in cls._fields))


class Reading(NamedTuple):
    """For whom a calendar is read, when, how far and how."""

    host: Host
    now: datetime
    window: Span
    how: Manner

    @property
    def words(self) -> Json:
        """As the readers of `ical` take it."""
        return {
            "timezone": self.host.timezone,
            "window": self.window,
            "email": self.host.email,
            "shows_text": self.how.shows_text,
            "strict": self.how.is_strict,
            "careful": self.how.is_careful,
        }

    @property
    def basis(self) -> str:
        """What differs where the same calendar comes to something else."""
        return json.dumps([self.host.timezone, self.host.email, *self.how])


def begin_reading(context: Context, host: Host, how: Manner) -> Reading:
    now = context.clock()
    with context.store.read(BusyReader) as reader:
        window = busy.import_window(now, host.timezone, reader.most_ahead(host.id))
    return Reading(host, now, window, how)


def read_further(reading: Reading) -> Reading:
    """A day further ahead than is asked about, as time goes on before the next look."""
    window = reading.window
    return reading._replace(window=window._replace(end=window.end + _FURTHER))


def is_read_far_enough(reading: Reading, row: Row) -> bool:
    """Whether it need not be read again which its server calls unchanged.

    It is once a day, as some servers call unchanged what is not.
    """
    return (row["horizon"] or 0) >= times.epoch(read_further(reading).window.end)


def save_content(
    context: Context,
    reading: Reading,
    found: CalendarContent,
    columns: Json,
    *,
    signs: Sequence[str | None] = (),
    row: Row | None = None,
) -> Json:
    """What was found, in the place of what that calendar held; its JSON.

    In portions, as a large calendar must not keep others from booking. `signs` are
    its server's of what it is like now. With `row` it is that very calendar, and what
    comes to the same is not written again.
    """
    host, now = reading.host, reading.now
    with context.store.read(BusyReader) as reader:
        own = find_own_events(reader, host.id, found)
        is_pushed = row is not None and row["is_pushed"]
        moved = _moved_bookings(reader, found, own) if is_pushed else []
    content = _content_columns(found, own)
    foreign = [s._replace(uid=None) for s in found.stretches if s.uid not in own]
    stretches = busy.merge_stretches([*foreign, *moved], host.timezone)
    mark = CalendarMark(tuple(signs), reading.basis, _digest(content, stretches))
    if row is not None and _is_same(row, mark):
        return record_unchanged(context, reading, row, mark)
    calendar: dict[str, Any] = {
        **content,
        **reading.how._asdict(),
        **columns,
        "host_id": host.id,
        "imported_at": times.epoch(now),
        "checked_at": times.epoch(now),
        "tried_at": times.epoch(now),
        "fault": None,
        "mark": mark.to_text(),
        "horizon": times.epoch(reading.window.end),
    }
    id = None if row is None else row["id"]
    context.store.write_portions(
        itertools.chain(
            [lambda tx: tx.host(host.id)],  # it may have gone meanwhile
            replace_steps(calendar, stretches, id=id),
        )
    )
    return calendar_json(context, calendar["name"], host.id, now)


def record_unchanged(
    context: Context, reading: Reading, row: Row, mark: CalendarMark | None = None
) -> Json:
    """It is as it was; its JSON. With `mark` all of it was read to see that."""
    now = times.epoch(reading.now)
    new = None if mark is None else (mark.to_text(), times.epoch(reading.window.end))
    context.store.write(
        lambda tx: reading_again.record_check(tx, row["id"], row["mark"], new, now=now)
    )
    return calendar_json(context, row["name"], row["host_id"], reading.now)


def calendar_json(context: Context, name: str, host_id: str, now: datetime) -> Json:
    with context.store.read(BusyReader) as reader:
        return calendar_to_json(reader, find_calendar(reader, name, host_id), now)


def check_is_not_empty(row: Row, reading: Reading, *, is_empty: bool) -> None:
    """Refuse what holds nothing at all where something had been still to come.

    Raises:
        CalendarEmpty: most often it is the fault of whoever answered.
    """
    if is_empty and is_busy_to_come(row, reading):
        raise CalendarEmpty(row["name"], row["stretches"])


def is_busy_to_come(row: Row, reading: Reading) -> bool:
    """Whether something that was read the last time is not over."""
    return bool((row["last"] or 0) > times.epoch(reading.now))


def _is_same(row: Row, mark: CalendarMark) -> bool:
    known = read_mark(row["mark"])
    return known is not None and known[1:] == mark[1:]


def _digest(content: Json, stretches: Sequence[Stretch]) -> str:
    import hashlib  # slow to import

    found = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
    for (start, end), *said in stretches:
        line = f"{times.epoch(start)} {times.epoch(end)} {json.dumps(said)}\n"
        found.update(line.encode())
    return found.hexdigest()[:32]


def find_own_events(
    reader: BusyReader, host_id: str, found: CalendarContent
) -> set[str]:
    """The events that are the host's bookings in this very file: these have claims."""
    uids = {event.partition("@")[0]: event for event in found.claimed}
    booked = reader.booked(host_id, uids)
    return {uids[uid] for uid in booked}


def _moved_bookings(
    reader: BusyReader, found: CalendarContent, own: set[str]
) -> list[Stretch]:
    """Where bookings stand that were moved there: both times are busy until somebody
    decides, or what is here is written there.
    """
    uids = {event: event.partition("@")[0] for event in own}
    spans = reader.live_spans(uids.values())
    return [
        each._replace(uid=uids[each.uid])
        for each in found.stretches
        if each.uid in own and each.span not in spans[uids[each.uid]]
    ]


def _content_columns(found: CalendarContent, own: set[str]) -> Json:
    """What is kept of a calendar besides its busy time."""
    return {
        "events": found.events,
        "free": found.free,
        "bookings": len(own),
        "skipped": _named_json(found.skipped),
        "skipped_count": len(found.skipped),
        "remarks": _named_json(found.remarks),
        "remark_count": len(found.remarks),
    }


def _named_json(events: tuple[SkippedEvent, ...]) -> str:
    first = [each._asdict() for each in events[:_MOST_SKIPPED]]
    return json.dumps(first, ensure_ascii=False)
