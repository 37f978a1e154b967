"""Writes bookings into calendars elsewhere, and leaves alone what was changed there.

What is there is read before it is written over, and only that is: an etag says so.
Slow to import.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from calbook.core.calendars import ConnectedCalendar, WrittenEntry
from calbook.core.errors import BadInput
from calbook.core.outgoing.pushes import (
    CHANGED_THERE,
    Action,
    EntryState,
    Found,
    decide_push,
)
from calbook.core.text import printable
from calbook.delivery.calendars.collection import (
    Collection,
    CollectionError,
    HasChanged,
    Resource,
)
from calbook.delivery.calendars.opening import open_calendar
from calbook.delivery.calendars.push_job import PushJob
from calbook.delivery.job import Job
from calbook.delivery.outcome import EntryChange, Outcome, Sender, not_reached
from calbook.ical.reading.entries import Entry, read_entry
from calbook.ical.writing.entries import NewEntry, write_entry

_TURNS = 3  # in which it may change there meanwhile
_UNAUTHORIZED = 401
_LATER = (429, 503)  # nobody's fault but the server's, for whatever goes there
_EXCERPT = 200  # letters of what a server says

_NOTHING_WRITTEN = "as it was written: nothing to do"


def open_sender() -> Sender:
    """Writes one booking after another into one calendar."""
    writer = CalendarSender()
    return Sender(writer.send, writer.close)


class CalendarSender:
    """Keeps a calendar open from one booking to the next."""

    def __init__(self) -> None:
        self._kept: tuple[ConnectedCalendar, Collection] | None = None

    def send(self, job: Job, *, now: datetime, seconds: float) -> Outcome:
        """Make one attempt; raises nothing for what a server or a disk does."""
        if job.push is None:
            return Outcome("gone", None, "the calendar is no longer connected")
        try:
            new = None if job.push.invite is None else write_entry(job.push.invite)
            if _is_settled(job.push, new):
                return Outcome("delivered", None, _NOTHING_WRITTEN)
            return self._push(job.push, new, seconds)
        except CollectionError as error:
            return _outcome_of(error)

    def close(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            kept[1].close()

    def _push(self, push: PushJob, new: NewEntry | None, seconds: float) -> Outcome:
        """Over what is kept, which is not shared with an attempt that was given up."""
        kept, self._kept = self._kept, None
        if kept is not None and kept[0] != push.calendar:
            kept[1].close()
            kept = None
        until = time.monotonic() + seconds
        opened = open_calendar(push.calendar, seconds=seconds) if not kept else kept[1]
        opened.end_by(until)  # who has given it up writes something newer
        try:
            outcome = push_booking(opened, push, new)
        except BaseException:
            opened.close()
            raise
        self._kept = push.calendar, opened
        return outcome


def _is_settled(push: PushJob, new: NewEntry | None) -> bool:
    """Whether it was written as it is to be, by all that is known here."""
    written = push.written
    if push.overwrites or push.is_written_again:
        return False
    if written is None or written.state != EntryState.WRITTEN:
        return False
    return new is not None and written.digest == new.digest


def push_booking(
    collection: Collection, push: PushJob, new: NewEntry | None
) -> Outcome:
    """Write a booking, or take it out, unless it was changed there.

    Raises:
        CollectionError: it could not be done.
    """
    if new is not None and push.written is None:
        with suppress(HasChanged):  # then there is one: written before, or another's
            etag = collection.create(push.name, new.with_additions(()))
            return _written(push, new, etag, "written")
    there: Resource | None = None
    for _ in range(_TURNS):
        there = _read_again(collection, push.name, there)
        found = compare(push, new, there)
        action = decide_push(
            found.kind, is_wanted=new is not None, overwrites=push.overwrites
        )
        with suppress(HasChanged):
            return _act(collection, push, new, there, found, action)
    raise CollectionError("it is changed there all the time")


def _read_again(
    collection: Collection, name: str, before: Resource | None
) -> Resource | None:
    """What is there; without its etag where that differs and nothing else does.

    Some servers give another one each time: no condition would ever hold.
    """
    there = collection.read(name)
    if before is None or there is None or there.data != before.data:
        return there
    return there if there.etag == before.etag else there._replace(etag=None)


class Comparison(NamedTuple):
    """What stands there, as a resource says it."""

    kind: Found
    entry: Entry | None = None


def compare(push: PushJob, new: NewEntry | None, there: Resource | None) -> Comparison:
    """What stands there beside what was written and what is to be."""
    if there is None:
        return Comparison(Found.NOTHING)
    try:
        entry = read_entry(there.data)
    except BadInput:
        return Comparison(Found.CHANGED)
    if entry.uid != f"{push.uid}@calbook":
        return Comparison(Found.FOREIGN, entry)
    is_as_said = (entry.said or "").startswith(f"{entry.digest}.")
    if new is not None and entry.digest == new.says:
        is_whole = is_as_said and entry.said == new.digest
        return Comparison(Found.WANTED if is_whole else Found.UNTOUCHED, entry)
    written = (push.written.digest or "") if push.written else ""
    if is_as_said or written.startswith(f"{entry.digest}."):
        return Comparison(Found.UNTOUCHED, entry)
    return Comparison(Found.CHANGED, entry)


def _act(
    collection: Collection,
    push: PushJob,
    new: NewEntry | None,
    there: Resource | None,
    found: Comparison,
    action: Action,
) -> Outcome:
    """Raises HasChanged where it is another one by now."""
    etag = None if there is None else there.etag
    if action is Action.KEEP:
        return _kept(push, found.kind, etag)
    if action is Action.FORGET:
        return Outcome("delivered", None, "not there", entry=_change(push, None))
    if action is Action.REMOVE:
        collection.remove(push.name, etag=etag)
        return Outcome("delivered", None, "taken out", entry=_change(push, None))
    assert new is not None
    if action is Action.ADOPT:
        return _written(push, new, etag, "there already")
    if action is Action.CREATE:
        etag = collection.create(push.name, new.with_additions(()))
        was_there = push.written is not None
        said = "it was deleted there: written again" if was_there else "written"
        return _written(push, new, etag, said)
    additions = () if found.entry is None else found.entry.additions
    etag = collection.replace(push.name, new.with_additions(additions), etag=etag)
    return _written(push, new, etag, "written")


def _written(push: PushJob, new: NewEntry, etag: str | None, said: str) -> Outcome:
    entry = WrittenEntry(
        push.calendar.id, push.uid, push.name, etag, new.digest, EntryState.WRITTEN
    )
    return Outcome("delivered", None, said, entry=_change(push, entry))


def _change(push: PushJob, entry: WrittenEntry | None) -> EntryChange:
    return EntryChange(push.calendar, push.uid, entry)


def _kept(push: PushJob, found: Found, etag: str | None) -> Outcome:
    """Not tried again: somebody has to decide."""
    if found is Found.FOREIGN:
        said = f"another event has the name {printable(push.name)} there: it stays"
    else:
        said = CHANGED_THERE
    digest = push.written.digest if push.written else None
    entry = WrittenEntry(
        push.calendar.id, push.uid, push.name, etag, digest, EntryState.CONFLICT
    )
    return Outcome("failed", None, said, entry=_change(push, entry))


def _outcome_of(error: CollectionError) -> Outcome:
    """What a server says of a log-in holds for all that goes to it."""
    text = printable(str(error)[:_EXCERPT])
    if not error.is_reached or error.code == _UNAUTHORIZED:
        return not_reached(text, error.code)
    if error.code in _LATER:
        return Outcome("retry", error.code, text, error.retry_after, reached=False)
    status = "failed" if error.is_final else "retry"
    return Outcome(status, error.code, text, error.retry_after)
