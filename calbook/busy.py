"""`client.calendar.busy`: time in which hosts are busy with other things.

From calendar files, and from what a host says. A file is read before the transaction
that saves it: expanding thousands of events must not keep others from booking.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook import files
from calbook.core import busy, fields, ids, times, when
from calbook.core.busy import Found, Kind, Stretch
from calbook.core.errors import BadInput, CalbookError, NotFound, UsageError
from calbook.core.model import Host, Span
from calbook.store import busy as store
from calbook.store.busy import BusyFacts
from calbook.store.stretches import stretch_rows
from calbook.values.times import BusyCalendar, BusyTime

if TYPE_CHECKING:
    from calbook.desk import Desk
    from calbook.store.reading import Row
    from calbook.store.transaction import Transaction

Json = dict[str, Any]
Progress = Callable[[int, int], object]
Refused = Callable[[CalbookError], None]
When = str | date | datetime

_MOST_SKIPPED = 1_000  # that are kept with their reasons


class Busy:
    """Calendars and own busy time; it blocks bookings as bookings do.

    Without `host_id` the only host is meant, where there is one.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def import_ics(
        self,
        source: str | os.PathLike[str] | bytes,
        *,
        name: str,
        host_id: str | None = None,
        shows_text: bool = False,
        progress: Progress | None = None,
    ) -> BusyCalendar:
        """Read a calendar file, or its bytes, in the place of one of that name.

        From a month before now to two years ahead, or as far as the host can be
        booked. With `shows_text` the events' titles are kept, and told to whoever is
        refused; without, they are not even stored. `progress` is called with how many
        of how many components are read.

        Raises:
            BadInput: it cannot be read, is no calendar, or the name is none.
        """
        path = None if isinstance(source, bytes) else files.named(source)
        wanted = _Wanted(
            busy.name(name),
            None if path is None else files.lasting(path),
            fields.boolean(shows_text, "showsText"),
        )
        with self._desk.store.read(BusyFacts) as facts:
            host = _host(facts, host_id)
        data = source if isinstance(source, bytes) else files.read(files.named(source))
        return self._imported(host, wanted, data, progress)

    def _imported(
        self, host: Host, wanted: _Wanted, data: bytes, progress: Progress | None
    ) -> BusyCalendar:
        from calbook.ical.reading import read  # slow to import

        now = self._desk.clock()
        with self._desk.store.read(BusyFacts) as facts:
            window = busy.window(now, host.timezone, facts.most_ahead(host.id))
        found = read(
            data,
            timezone=host.timezone,
            window=window,
            email=host.email,
            shows_text=wanted.shows_text,
            progress=progress,
        )
        with self._desk.store.write() as tx:
            tx.host(host.id)  # it may have gone meanwhile
            own = _own(tx, host.id, found)
            calendar = {
                **_told(found, own),
                "host_id": host.id,
                "name": wanted.name,
                "kind": Kind.ICS,
                "source": wanted.source,
                "shows_text": int(wanted.shows_text),
                "imported_at": times.epoch(now),
                "horizon": times.epoch(window.end),
            }
            foreign = (s for s in found.stretches if s.uid not in own)
            return _saved(tx, calendar, busy.condensed(foreign, host.timezone), now)

    def add(
        self,
        *,
        start_time: When,
        end_time: When,
        host_id: str | None = None,
        reason: str | None = None,
        shows_text: bool = False,
        timezone: str | None = None,
    ) -> BusyCalendar:
        """Block a host's own time; its `name` is an id that is made up.

        A bare date begins that day, or includes it, in `timezone`, else the host's.
        The reason is told to whoever is refused only with `shows_text`.
        """
        text = None
        if reason is not None:
            text = fields.line(reason, "reason", most=fields.REASON_LENGTH)
        shows = fields.boolean(shows_text, "showsText")
        with self._desk.store.write() as tx:
            now = self._desk.clock()
            host = _host(tx, host_id)
            zone = when.timezone(timezone) if timezone else host.timezone
            span = Span(
                when.lower(start_time, now=now, timezone=zone),
                when.upper(end_time, now=now, timezone=zone),
            )
            busy.check_length(span)
            calendar = {
                **_EMPTY,
                "host_id": host.id,
                "name": ids.busy(),
                "kind": Kind.OWN,
                "shows_text": int(shows),
                "imported_at": times.epoch(now),
            }
            return _saved(tx, calendar, [Stretch(span, text)], now)

    def list(
        self,
        *,
        host_id: str | None = None,
        start_date: When | None = None,
        end_date: When | None = None,
        timezone: str | None = None,
    ) -> tuple[BusyCalendar, ...]:
        """Calendars and own busy time by host; all hosts' unless one is named.

        With dates, those that are busy then; `end_date` includes a bare date.
        """
        now = self._desk.clock()
        with self._desk.store.read(BusyFacts) as facts:
            zone = _zone(facts, host_id, timezone)
            rows = facts.calendar_rows(
                host_id=None if host_id is None else _host(facts, host_id).id,
                since=_edge(when.lower, start_date, now, zone),
                until=_edge(when.upper, end_date, now, zone),
            )
            return tuple(_shown(facts, row, now) for row in rows)

    def get(self, name: str, *, host_id: str | None = None) -> BusyCalendar:
        """A calendar by its name, or own busy time by its id.

        Raises:
            NotFound: there is none.
            UsageError: several hosts have one of this name.
        """
        now = self._desk.clock()
        with self._desk.store.read(BusyFacts) as facts:
            return _shown(facts, _named(facts, name, host_id), now)

    def remove(self, name: str, *, host_id: str | None = None) -> None:
        """Remove a calendar or own busy time; the host is free again."""
        with self._desk.store.write() as tx:
            row = _named(BusyFacts(tx.connection), name, host_id)
            store.remove(tx, row["host_id"], row["name"])

    def refresh(
        self,
        name: str | None = None,
        *,
        host_id: str | None = None,
        refused: Refused | None = None,
        progress: Progress | None = None,
    ) -> tuple[BusyCalendar, ...]:
        """Read the files of calendars again, all of them without a name.

        What was read from elsewhere than a file stays as it is. Each calendar is one
        transaction; `refused` is told of those that fail, which stay too.
        """
        with self._desk.store.read(BusyFacts) as facts:
            rows = _with_files(facts, name, host_id)
            hosts = {row["host_id"]: facts.host(row["host_id"]) for row in rows}
        done = []
        for row in rows:
            wanted = _Wanted(row["name"], row["source"], bool(row["shows_text"]))
            try:
                data = files.read(row["source"], lasts=True)
                done.append(
                    self._imported(hosts[row["host_id"]], wanted, data, progress)
                )
            except CalbookError as error:
                _name_calendar(error, row)
                if refused is None:
                    raise
                refused(error)
        return tuple(done)

    def times(
        self,
        *,
        start_date: When,
        end_date: When,
        host_id: str | None = None,
        timezone: str | None = None,
    ) -> tuple[BusyTime, ...]:
        """When hosts are busy with other things, by start; all hosts' without one.

        Every stretch that overlaps the dates, whole; a bare `end_date` is included.
        Times are in `timezone`, else in each host's.
        """
        now = self._desk.clock()
        with self._desk.store.read(BusyFacts) as facts:
            zone = _zone(facts, host_id, timezone)
            rows = stretch_rows(
                facts.connection,
                None if host_id is None else _host(facts, host_id).id,
                times.epoch(when.lower(start_date, now=now, timezone=zone)),
                times.epoch(when.upper(end_date, now=now, timezone=zone)),
            )
        return tuple(BusyTime(time(row, timezone)) for row in rows)


class _Wanted(NamedTuple):
    """A calendar as it is asked for; `source` is a file that can be read again."""

    name: str
    source: str | None
    shows_text: bool


_EMPTY: Json = {
    "source": None,
    "events": 0,
    "free": 0,
    "bookings": 0,
    "skipped": "[]",
    "skipped_count": 0,
    "horizon": None,
}


def _told(found: Found, own: set[str]) -> Json:
    """What is kept of a file besides its busy time."""
    skipped = [each._asdict() for each in found.skipped[:_MOST_SKIPPED]]
    return {
        "events": found.events,
        "free": found.free,
        "bookings": len(own),
        "skipped": json.dumps(skipped, ensure_ascii=False),
        "skipped_count": len(found.skipped),
    }


def _own(tx: Transaction, host_id: str, found: Found) -> set[str]:
    """The events that are the host's bookings in this very file: these have claims."""
    uids = {event.partition("@")[0]: event for event in found.claimed}
    booked = BusyFacts(tx.connection).booked(host_id, uids)
    return {uids[uid] for uid in booked}


def _saved(
    tx: Transaction, calendar: Json, stretches: Iterable[Stretch], now: datetime
) -> BusyCalendar:
    store.save(tx, calendar, tuple(stretches))
    facts = BusyFacts(tx.connection)
    [row] = facts.calendar_rows(host_id=calendar["host_id"], name=calendar["name"])
    return _shown(facts, row, now)


def _host(facts: BusyFacts | Transaction, host_id: str | None) -> Host:
    """The host that is named, else the only one."""
    if host_id is not None:
        return facts.host(fields.identifier(host_id, "user", "hostId"))
    every = facts.ids("host")
    if len(every) != 1:
        raise UsageError(
            "whose time is it?",
            hint="name a host: --host "
            + " or ".join(id.removeprefix("user_") for id in every[:8]),
        )
    return facts.host(every[0])


def _zone(facts: BusyFacts, host_id: str | None, timezone: str | None) -> str:
    """In which bare dates are read: that asked for, the host's, the oldest host's."""
    if timezone is not None:
        return when.timezone(timezone)
    oldest = facts.oldest_host() if host_id is None else host_id
    return "UTC" if oldest is None else _host(facts, oldest).timezone


def _edge(
    read: Callable[..., datetime], given: When | None, now: datetime, zone: str
) -> int | None:
    return None if given is None else times.epoch(read(given, now=now, timezone=zone))


def _named(facts: BusyFacts, name: object, host_id: str | None) -> Row:
    text = fields.line(name, "name", most=80).lower()
    found = facts.calendar_rows(
        host_id=None if host_id is None else _host(facts, host_id).id, name=text
    )
    if not found:
        raise NotFound(
            "calendar or busy time",
            text,
            known=[row["name"] for row in facts.calendar_rows()],
        )
    if len(found) > 1:
        hosts = [row["host_id"].removeprefix("user_") for row in found]
        raise UsageError(
            f"{len(found)} hosts have a calendar {text}",
            hint=f"name one of them: --host {' or '.join(hosts[:8])}",
        )
    return found[0]


def _with_files(facts: BusyFacts, name: str | None, host_id: str | None) -> list[Row]:
    if name is None:
        whose = None if host_id is None else _host(facts, host_id).id
        return [row for row in facts.calendar_rows(host_id=whose) if row["source"]]
    row = _named(facts, name, host_id)
    if row["source"] is None:
        raise BadInput(
            f"{row['name']} was not read from a file",
            hint="import it again: calbook busy import FILE"
            if row["kind"] == Kind.ICS
            else None,
            field="name",
        )
    return [row]


def _name_calendar(error: CalbookError, row: Row) -> None:
    error.message = f"{row['name']} of {row['host_id']}: {error.message}"
    error.args = (error.message,)
    error.details |= {"calendar": row["name"], "hostId": row["host_id"]}


def _shown(facts: BusyFacts, row: Row, now: datetime) -> BusyCalendar:
    def stamp(epoch: int | None) -> str | None:
        return None if epoch is None else times.rfc3339(epoch, row["timezone"])

    return BusyCalendar(
        {
            "name": row["name"],
            "kind": row["kind"],
            "hostId": row["host_id"],
            "startTime": stamp(row["first"]),
            "endTime": stamp(row["last"]),
            "timezone": row["timezone"],
            "stretches": row["stretches"],
            "reason": row["text"],
            "showsText": bool(row["shows_text"]),
            "source": row["source"],
            "importedAt": stamp(row["imported_at"]),
            "horizon": stamp(row["horizon"]),
            "events": row["events"],
            "free": row["free"],
            "bookings": row["bookings"],
            "skippedCount": row["skipped_count"],
            "skipped": json.loads(row["skipped"]),
            "overlapping": facts.overlapping(row, now=times.epoch(now)),
        }
    )


def time(row: Row, timezone: str | None) -> Json:
    zone = timezone or row["timezone"]
    span = Span(times.instant(row["stretch_start"]), times.instant(row["stretch_end"]))
    return {
        "hostId": row["host_id"],
        "calendar": row["name"],
        "startTime": times.rfc3339(span.start, zone),
        "endTime": times.rfc3339(span.end, zone),
        "isAllDay": busy.is_all_day(span, row["timezone"]),
        "reason": row["text"],
    }
