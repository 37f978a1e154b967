"""What hosts did to their bookings in their calendars: found, and told.

No booking is changed by it. What a server lists wrongly is read once more before it is
believed, and what it only says in another way is taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from calbook.core.calendars import ConnectedCalendar, WrittenEntry
from calbook.core.errors import CalbookError, EntriesGone
from calbook.core.outgoing.pushes import EntryState, Found
from calbook.core.text import printable
from calbook.delivery.calendars.push_job import OVERWRITE, PushJob, read_push
from calbook.services.calendars.connections import find_row, queue_unwritten
from calbook.services.calendars.known_entries import Known, record_known
from calbook.store import pushes
from calbook.store.calendars import CalendarReader, connected_calendar
from calbook.wire.json_objects import Json
from calbook.wire.writing.calendars import finding_to_json

if TYPE_CHECKING:
    from calbook.core.model import Span
    from calbook.delivery.calendars.collection import Collection, Resource
    from calbook.delivery.calendars.pushing import Comparison
    from calbook.ical.writing.entries import NewEntry
    from calbook.store.context import Context

OnRefused = Callable[[CalbookError], None]

SECONDS = 30.0  # for each request
_OUTDATED = "calendar.sync"  # what a booking is queued for that was not as written
_OURS = re.compile(r"(bk_[a-z0-9]{4,40})\.ics", re.ASCII)
_LONGEST = 200  # letters of a title from there
_SUSPICIOUS = 3  # deletions: fewer are meant


class Finding(NamedTuple):
    """Something that was not left as it was written.

    `kind` is deleted, moved, changed, foreign (another event has the name), stray (it
    was changed there, and is no booking of the host's any more) or unknown (it is no
    booking of this file). `ours` and `theirs` are the dates that only one of both has.
    """

    kind: str
    uid: str
    name: str
    title: str | None = None  # as it is there
    ours: tuple[Span, ...] = ()
    theirs: tuple[Span, ...] = ()
    starts_at: float = float("inf")  # of the booking, for their order


def sync_calendars(
    context: Context,
    name: str | None,
    *,
    host_id: str | None,
    overwrites: bool,
    is_confirmed: bool,
    refused: OnRefused | None,
    uids: Iterable[str] = (),
) -> list[Json]:
    """Compare calendars with what was written there; read those that block too.

    With `uids` of these bookings only.

    Raises:
        CalendarUnreachable: it cannot be read; with `refused` told there.
        EntriesGone: most of it is not there any more, and nobody has confirmed that.
        CalendarEmpty: nothing of others is there any more, and nobody has either.
    """
    with context.store.read(CalendarReader) as reader:
        only = {reader.resolve_uid(uid) for uid in uids}
        if name is None:
            calendars = reader.connected_calendars(host_id=host_id)
        else:
            calendars = [connected_calendar(find_row(reader, name, host_id))]
    found: list[Json] = []
    for calendar in calendars:
        with _refusing(refused):
            found += _find(
                *(context, calendar, only),
                overwrites=overwrites,
                is_confirmed=is_confirmed,
            )
        with _refusing(refused):
            _read_busy(context, calendar, is_confirmed=is_confirmed)
    return found


@contextmanager
def _refusing(refused: OnRefused | None) -> Iterator[None]:
    """What goes wrong with one keeps no other from being looked at, if told there."""
    try:
        yield
    except CalbookError as error:
        if refused is None:
            raise
        refused(error)


def _find(
    context: Context,
    calendar: ConnectedCalendar,
    only: Set[str],
    *,
    overwrites: bool,
    is_confirmed: bool,
) -> list[Json]:
    if not calendar.is_pushed:
        return []
    findings = _sync_written(
        context, calendar, only, overwrites=overwrites, is_confirmed=is_confirmed
    )
    with context.store.read(CalendarReader) as reader:
        zone = reader.host(calendar.host_id).timezone
    is_over = [overwrites and finding.kind in _OVERWRITTEN for finding in findings]
    return [
        finding_to_json(calendar, finding._asdict(), zone, is_overwritten=each)
        for finding, each in zip(findings, is_over, strict=True)
    ]


def _read_busy(
    context: Context, calendar: ConnectedCalendar, *, is_confirmed: bool
) -> None:
    if not calendar.is_busy:
        return
    from calbook.services.calendars import refreshing

    refreshing.refresh_calendars(
        context,
        calendar.name,
        host_id=calendar.host_id,
        refused=None,
        progress=None,
        is_confirmed=is_confirmed,
    )


_OVERWRITTEN = ("deleted", "moved", "changed", "stray")


def _sync_written(
    context: Context,
    calendar: ConnectedCalendar,
    only: Set[str],
    *,
    overwrites: bool,
    is_confirmed: bool,
) -> list[Finding]:
    """Read, compare, record: in this order, and none of it holds the file for long."""
    from calbook.delivery.calendars.opening import open_calendar  # slow to import
    from calbook.services.calendars.checking import failing_as

    with (
        failing_as(calendar),
        closing(open_calendar(calendar, seconds=SECONDS)) as collection,
    ):
        with context.store.read(CalendarReader) as reader:
            entries = pushes.written_entries(reader, calendar.id)
        listed = collection.list_etags()
        if not is_confirmed:
            _check_is_there(calendar, entries, listed)
        look = _Look(context, calendar, {entry.uid: entry for entry in entries})
        look.compare(collection, listed)
    if only:
        look.findings = [each for each in look.findings if each.uid in only]
    if overwrites:
        look.overwrite()
    record_known(context, calendar, look.known)
    queue_unwritten(context, calendar.name, host_id=calendar.host_id)
    return sorted(look.findings, key=lambda each: (each.starts_at, each.uid))


def _check_is_there(
    calendar: ConnectedCalendar,
    entries: Sequence[WrittenEntry],
    listed: Mapping[str, str | None],
) -> None:
    """Refuse a calendar that was lost, even if some was written into it since.

    Raises:
        EntriesGone: nothing is there any more, or most of what was written is not.
    """
    gone = sum(entry.name not in listed for entry in entries)
    is_most = gone >= _SUSPICIOUS and 2 * gone > len(entries)
    if gone and (not listed or is_most):
        raise EntriesGone(calendar.name, calendar.host_id, len(entries), gone)


class _Look:
    """One look at a calendar: what was found, and what is known of it now."""

    def __init__(
        self,
        context: Context,
        calendar: ConnectedCalendar,
        entries: Mapping[str, WrittenEntry],
    ) -> None:
        self._context, self._calendar, self._entries = context, calendar, entries
        self.findings: list[Finding] = []
        self.known: list[Known] = []

    def compare(self, collection: Collection, listed: Mapping[str, str | None]) -> None:
        wanted = dict(self._to_be_read(listed))
        there = {each.name: each for each in collection.read_some(wanted)}
        for name, uid in wanted.items():
            self._compare(uid, name, there.get(name))

    def overwrite(self) -> None:
        """Have all written again that is not as it was."""
        again = {f.uid for f in self.findings if f.kind in _OVERWRITTEN}
        self.known = [
            each._replace(queued_for=OVERWRITE) if each.uid in again else each
            for each in self.known
        ]

    def _to_be_read(
        self, listed: Mapping[str, str | None]
    ) -> Iterator[tuple[str, str]]:
        """What is not there, not as it was written, or ours and not known."""
        names = {entry.name for entry in self._entries.values()}
        with self._context.store.read(CalendarReader) as reader:
            stale = pushes.stale_entries(
                reader, self._calendar, now=self._context.clock()
            )
        for uid, entry in self._entries.items():
            etag = listed.get(entry.name)
            is_as_written = etag is not None and etag == entry.etag
            if not is_as_written or entry.state != EntryState.WRITTEN or uid in stale:
                yield entry.name, uid
        for name in listed.keys() - names:
            if (ours := _OURS.fullmatch(name)) is not None:
                yield name, ours[1]

    def _compare(self, uid: str, name: str, there: Resource | None) -> None:
        """What a resource says beside what the booking is now."""
        if there is not None and not there.data:
            return  # its server fails at it
        from calbook.delivery.calendars import pushing  # slow to import
        from calbook.ical.writing.entries import write_entry

        entry = self._entries.get(uid)
        with self._context.store.read(CalendarReader) as reader:
            if reader.booking_row(uid) is None:
                if there is not None:  # perhaps another file's, which writes there too
                    self.findings.append(Finding("unknown", uid, name))
                return
            if pushes.is_queued(reader, self._calendar.target, uid):
                return  # what is written next looks by itself
            if entry is None and not _is_given(reader, self._calendar.host_id, uid):
                return  # by whom it is, who write there too, by another address
            now = self._context.clock()
            push = read_push(
                reader, self._calendar.target, uid, kind=_OUTDATED, now=now
            )
        if push is None:
            return
        new = None if push.invite is None else write_entry(push.invite)
        found = pushing.compare(push, new, there)
        if new is None:
            self._compare_unwanted(push, name, found)
        elif _is_over(push, now):
            self._note(uid, entry, there, found)
        elif found.kind is Found.NOTHING:
            self._add(Finding("deleted", uid, name), push)
            self.known.append(Known(uid, entry))
        elif found.kind in (Found.CHANGED, Found.FOREIGN):
            self._add_change(push, new, name, there, found)
        else:
            self._note(uid, entry, there, found, new)

    def _compare_unwanted(self, push: PushJob, name: str, found: Comparison) -> None:
        """No booking of the host's any more: taken out, unless it was changed there."""
        if found.kind in (Found.NOTHING, Found.FOREIGN):
            self.known.append(Known(push.uid, None))
        elif found.kind in (Found.WANTED, Found.UNTOUCHED):
            self.known.append(Known(push.uid, push.written, _OUTDATED))
        elif push.written is not None or found.kind is Found.CHANGED:
            entry = WrittenEntry(
                *(self._calendar.id, push.uid, name, None),
                push.written.digest if push.written else None,
                EntryState.CONFLICT,
            )
            self.known.append(Known(push.uid, entry))
            self.findings.append(Finding("stray", push.uid, name, _title(found)))

    def _note(
        self,
        uid: str,
        entry: WrittenEntry | None,
        there: Resource | None,
        found: Comparison,
        new: NewEntry | None = None,
    ) -> None:
        """Ours, as it was written once: what it is now, and whether that is old."""
        if there is None:
            self.known.append(Known(uid, None))
            return
        digest = entry.digest if entry else None
        if found.entry is not None and found.kind is not Found.CHANGED:
            digest = found.entry.said or digest
        noted = WrittenEntry(
            *(self._calendar.id, uid, there.name, there.etag, digest),
            EntryState.WRITTEN,
        )
        is_outdated = new is not None and digest != new.digest
        self.known.append(Known(uid, noted, _OUTDATED if is_outdated else None))

    def _add_change(
        self,
        push: PushJob,
        new: NewEntry,
        name: str,
        there: Resource | None,
        found: Comparison,
    ) -> None:
        from calbook.ical.reading.entries import read_entry

        digest = push.written.digest if push.written else None
        entry = WrittenEntry(
            *(self._calendar.id, push.uid, name, there and there.etag, digest),
            EntryState.CONFLICT,
        )
        self.known.append(Known(push.uid, entry))
        if found.kind is Found.FOREIGN:
            self._add(Finding("foreign", push.uid, name), push)
            return
        ours = read_entry(new.data).dates
        theirs = found.entry.dates if found.entry else ()
        only_ours = tuple(span for span in ours if span not in theirs)
        only_theirs = tuple(span for span in theirs if span not in ours)
        is_moved = found.entry is not None and bool(only_ours or only_theirs)
        kind = "moved" if is_moved else "changed"
        title = _title(found)
        self._add(Finding(kind, push.uid, name, title, only_ours, only_theirs), push)

    def _add(self, finding: Finding, push: PushJob) -> None:
        assert push.invite is not None
        first = min(o.span.start for o in push.invite.booking.occurrences)
        self.findings.append(finding._replace(starts_at=first.timestamp()))


def _is_given(reader: CalendarReader, host_id: str, uid: str) -> bool:
    """Whether a host gives a booking, or some of its dates."""
    booking = reader.booking(uid)
    return any(host_id in booking.hosts_of(o) for o in booking.occurrences)


def _title(found: Comparison) -> str | None:
    return printable(found.entry.title[:_LONGEST]) if found.entry else None


def _is_over(push: PushJob, now: datetime) -> bool:
    """What is over is nobody's matter any more."""
    assert push.invite is not None
    return all(o.span.end <= now for o in push.invite.booking.occurrences)
