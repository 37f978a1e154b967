"""Looking after the file: is it sound, a copy of it, a copy back in its place."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from contextlib import closing
from itertools import count

from calbook.core.errors import Damaged, OutputError, StoreError
from calbook.store.reader import Reader
from calbook.store.sqlite.store import SqliteStore

_CHECKS = {
    "two claims of {} overlap": """
        select a.host_id from claims a join claims b
        on a.host_id = b.host_id and a.claim_start < b.claim_start
        and b.claim_start < a.claim_end limit 1
    """,
    "{} holds time for a cancelled occurrence": """
        select uid from claims join occurrences using (uid, recurrence_id)
        where status = 'CANCELLED' limit 1
    """,
    "{} holds other time than its occurrence says": """
        select c.uid from claims c join occurrences o using (uid, recurrence_id)
        where c.claim_start <> o.claim_start or c.claim_end <> o.claim_end limit 1
    """,
    "{} will take place but holds no time": """
        select uid from occurrences o join booking_hosts h using (uid)
        where status = 'CONFIRMED' and not exists (
            select 1 from claims c where c.uid = o.uid
            and c.recurrence_id = o.recurrence_id and c.host_id = h.host_id
        ) limit 1
    """,
    "the bookings of {} are counted wrong": """
        select host_id from host_loads l where bookings <> (
            select count(*) from booking_hosts h where is_live
            and h.event_type_id = l.event_type_id and h.host_id = l.host_id
        )
        union all
        select host_id from booking_hosts h where is_live and not exists (
            select 1 from host_loads l
            where l.event_type_id = h.event_type_id and l.host_id = h.host_id
        ) limit 1
    """,
    "the busy time of {} has a gap": """
        select host_id from busy group by calendar_id, stretch
        having sum(busy_end - busy_start) <> max(stretch_end) - min(stretch_start)
        or min(busy_start) <> min(stretch_start) limit 1
    """,
    "busy time of {} belongs to a calendar of another host": """
        select b.host_id from busy b join calendars k on k.id = b.calendar_id
        where k.host_id <> b.host_id limit 1
    """,
    "{} has no occurrence": """
        select uid from bookings b where not exists (
            select 1 from occurrences o where o.uid = b.uid
        ) limit 1
    """,
    "{} has no event that tells of its making": """
        select uid from bookings b where not exists (
            select 1 from events e where e.uid = b.uid and e.type = 'booking.created'
        ) limit 1
    """,
    "{} waits for a webhook that is sent nothing": """
        select id from deliveries where status = 'pending' and channel = 'webhook'
        and target not in (select id from webhooks where active) limit 1
    """,
    "{} tells of an event of another booking": """
        select d.id from deliveries d join events e on e.seq = d.event_seq
        where e.uid <> d.uid limit 1
    """,
}


def find_faults(store: SqliteStore) -> tuple[str, ...]:
    """What is wrong, a sentence each: pages, references, claims, events."""
    _check_exists(store.path)
    with store.read(Reader) as reading:
        conn = reading.connection
        findings = [
            str(row[0])
            for row in conn.execute("pragma integrity_check")
            if row[0] != "ok"
        ]
        findings += [
            f"a row of {row['table']} refers to a missing row of {row['parent']}"
            for row in conn.execute("pragma foreign_key_check")
        ]
        guards = conn.execute(
            "select count(*) from sqlite_master where type = 'trigger'"
            " and name in ('claims_inserted', 'claims_moved')"
        ).fetchone()[0]
        if guards != len(("claims_inserted", "claims_moved")):
            findings.append("a trigger that refuses overlapping claims is missing")
        for sentence, statement in _CHECKS.items():
            row = conn.execute(statement).fetchone()
            if row:
                findings.append(sentence.format(row[0]))
    return tuple(findings)


def backup(store: SqliteStore, path: str, *, force: bool) -> None:
    """Copy the file beside `path`, then rename: never half a copy.

    Raises:
        OutputError: the target exists and `force` is not given, is no file, or is
            the bookings file itself.
    """
    _check_exists(store.path)
    _check_target(store, path, force=force)
    temporary = _copy(store, beside=path)
    try:
        os.replace(temporary, path)
    except OSError as error:
        os.unlink(temporary)
        raise OutputError(f"cannot write {path}: {error.strerror}", path=path) from None


def _check_target(store: SqliteStore, path: str, *, force: bool) -> None:
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return
    if not stat.S_ISREG(mode):
        raise OutputError(f"{path} is not a regular file", path=path)
    if _is_same(path, store.path):
        raise OutputError(f"{path} is the bookings file itself", path=path)
    if not force:
        raise OutputError(
            f"{path} exists",
            hint="replace it with force=True",
            command_hint="replace it with --force",
            path=path,
        )


def _is_same(path: str, other: str) -> bool:
    return os.path.exists(other) and os.path.samefile(path, other)


def restore(store: SqliteStore, path: str) -> str | None:
    """Put a copy of `path` in the file's place; the present file is kept beside it.

    The copy is checked first: a damaged or foreign one changes nothing. The present
    file is locked, then renamed, not read: it may be damaged, and whoever was about
    to write to it is told that it was moved.
    """
    _check_exists(path)
    if _is_same(path, store.path):
        raise StoreError(f"{path} is the bookings file itself", path=path)
    with closing(SqliteStore(path)) as copy:
        if findings := find_faults(copy):
            raise StoreError(f"{path} is not sound: {findings[0]}", path=path)
        new = _copy(copy, beside=store.path)
    try:
        if os.path.exists(store.path):
            return _swap(store, new)
        _check_no_log(store.path)
        os.replace(new, store.path)
        return None
    finally:
        store.close()
        if os.path.lexists(new):
            os.unlink(new)


def _swap(store: SqliteStore, new: str) -> str:
    """Rename the new file over the present one, which keeps a free name."""
    kept = first = f"{store.path}.before-restore"
    numbers = count(2)
    while os.path.lexists(kept):
        kept = f"{first}-{next(numbers)}"
    try:
        with store.write(dry_run=True):
            _check_no_log(store.path)
            _keep_second_name(store.path, kept)
            os.replace(new, store.path)
    except Damaged:
        store.close()
        for part in ("", "-journal", "-wal"):
            if os.path.exists(store.path + part):
                os.replace(store.path + part, kept + part)
        os.replace(new, store.path)
    return kept


def _keep_second_name(path: str, kept: str) -> None:
    """The same file under a second name; a copy where a file has one name only."""
    try:
        os.link(path, kept)
    except OSError:
        shutil.copy2(path, kept)


def _check_no_log(path: str) -> None:
    """SQLite would play another file's log back into the new one."""
    for log in (f"{path}-wal", f"{path}-journal"):
        if os.path.lexists(log):
            raise StoreError(
                f"{log} is in the way",
                hint="close the program that has the file open, or move that file away",
                path=path,
            )


def _copy(store: SqliteStore, *, beside: str) -> str:
    """A whole and consistent copy in a new file beside another."""
    directory, name = os.path.split(os.path.abspath(beside))
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f"{name}.", dir=directory)
    except OSError as error:
        raise OutputError(
            f"cannot write {beside}: {error.strerror}", path=beside
        ) from None
    os.close(descriptor)
    try:
        with store.read(Reader) as reading, closing(sqlite3.connect(temporary)) as to:
            reading.connection.backup(to)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _check_exists(path: str) -> None:
    """Reading would show an empty calendar where there is none."""
    if not os.path.exists(path) or not os.path.getsize(path):
        raise StoreError(
            f"there are no bookings in {path}",
            command_hint="name the file with --db or CALBOOK_DB",
            path=path,
        )
