"""Looking after the file: a copy of it, and a copy's content back in its place."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from typing import BinaryIO

from calbook import interrupts
from calbook.core.errors import (
    CalbookError,
    Damaged,
    NotCalbook,
    OutputError,
    StoreError,
)
from calbook.core.progress import Progress, part_of
from calbook.store.sqlite import file_copies
from calbook.store.sqlite.access_errors import reason
from calbook.store.sqlite.consistency import find_faults
from calbook.store.sqlite.file_access import (
    APPLICATION_ID,
    LOCK_TRY_SECONDS,
    MEMORY,
    SCHEMA_VERSION,
    check_is_whole,
    create_file,
    is_file,
    read_file_marks,
    translate_errors,
    wait_for_lock,
)
from calbook.store.sqlite.file_copies import LOOKED_AT, TEMPORARY, private_directory
from calbook.store.sqlite.file_locks import lock_broken_file, lock_database
from calbook.store.sqlite.file_modes import share_with_group
from calbook.store.sqlite.setup import check_ours
from calbook.store.sqlite.store import SqliteStore

_LOGS = ("-journal", "-wal")  # what SQLite plays back into a file of their name
_BESIDE = (*_LOGS, "-shm", ".delivering", ".queue")  # no files to write to
_KEPT = ".before-restore"
_MAPPED = 2**40  # bytes of a private copy, or as many as SQLite will
_OURS = b"claims_inserted"  # a name that is in every bookings file


@contextmanager
def on_tables_of_today(store: SqliteStore) -> Iterator[SqliteStore]:
    """The file as it is; of an older one a private copy that is brought up to date.

    Raises:
        OSError: there is no room for it.
    """
    with ExitStack() as stack:
        path = store.path
        if path != MEMORY and is_file(path):
            stack.enter_context(translate_errors(path))
            conn = sqlite3.connect(os.path.abspath(path), timeout=LOCK_TRY_SECONDS)
            stack.enter_context(closing(conn))
            if wait_for_lock(lambda: check_ours(conn, path), store.patience):
                check_is_whole(conn, path)
                directory = stack.enter_context(private_directory(LOOKED_AT))
                copy = os.path.join(directory, os.path.basename(path))
                file_copies.copy_database(conn, copy, lasts=False)
                store = stack.enter_context(closing(SqliteStore(copy)))
            conn.close()
        yield store


def check_file(
    store: SqliteStore, progress: Progress | None = None, *, quick: bool = False
) -> tuple[str, ...]:
    """What is wrong, a sentence each; an older file is not brought up to date by it.

    Of a copy, where there is room for one: nobody can write while the file is read. A
    quick one is soon over, and reads the file itself.
    """
    check_exists(store.path)
    try:
        with on_tables_of_today(store) as looked_at:
            if quick:
                with looked_at.reading() as conn:
                    return find_faults(conn, progress, quick=True)
            copying, looking = (
                part_of(progress, *part) for part in ((0, 0.1), (0.1, 1))
            )
            with reading_long(looked_at, copying) as conn:
                return find_faults(conn, looking)
    except OSError as error:
        said = f"there is no room for a copy of {store.path}: {error.strerror}"
        raise StoreError(said, path=store.path) from None


@contextmanager
def reading_long(
    store: SqliteStore, progress: Progress | None = None
) -> Iterator[sqlite3.Connection]:
    """All that is stored, as it is now, of a copy where there is room for one.

    Nobody can write while the file itself is read.
    """
    with ExitStack() as stack:
        with ExitStack() as reading:
            conn = reading.enter_context(store.reading())
            copy = _try_to_copy(conn, stack, progress)
            if copy is None:
                stack.push(reading.pop_all())
        if copy is not None:
            stack.enter_context(translate_errors(store.path))
            conn = stack.enter_context(closing(sqlite3.connect(copy)))
            conn.execute(f"pragma mmap_size = {_MAPPED}")  # nobody can cut it short
            conn.execute("pragma synchronous = off")
        yield conn


def _try_to_copy(
    conn: sqlite3.Connection, stack: ExitStack, progress: Progress | None
) -> str | None:
    """A copy for as long as `stack` lasts; None where there is no room."""
    try:
        directory = stack.enter_context(private_directory(LOOKED_AT))
        copy = os.path.join(directory, "copy.db")
        file_copies.copy_database(conn, copy, lasts=False, progress=progress)
    except (OSError, sqlite3.OperationalError):
        return None
    return copy


def migrate_file(store: SqliteStore) -> int:
    """Bring the file up to date, which opening it does; the version that it had."""
    check_exists(store.path)
    with (
        translate_errors(store.path),
        closing(sqlite3.connect(os.path.abspath(store.path))) as conn,
    ):
        version = wait_for_lock(lambda: check_ours(conn, store.path))
    with store.reading():
        return SCHEMA_VERSION if version is None else version


# -- a copy --------------------------------------------------------------------------


def backup(
    store: SqliteStore, path: str, *, force: bool, progress: Progress | None = None
) -> None:
    """Copy the file beside `path`, then rename: never half a copy.

    Raises:
        OutputError: the target exists and `force` is not given, is no file, or is
            the bookings file itself or a log of it.
    """
    check_exists(store.path)
    _check_target(store, path, force=force)
    try:
        share = partial(share_with_group, like=store.path)
        temporary = file_copies.start_copy(path, share=share)
    except OSError as error:
        said = f"cannot write {path}: {reason(error, path)}"
        raise OutputError(said, path=path) from None
    try:
        with store.reading() as conn:
            file_copies.copy_database(conn, temporary, progress=progress)
        with interrupts.committing():
            if not force:
                file_copies.claim_name(path)
            os.replace(temporary, path)
    except BaseException as error:
        os.unlink(temporary)
        if isinstance(error, OSError):
            said = f"cannot write {path}: {error.strerror}"
            raise OutputError(said, path=path) from None
        raise
    file_copies.sync_directory(path)


def _check_target(store: SqliteStore, path: str, *, force: bool) -> None:
    if os.path.realpath(path) in {os.path.realpath(store.path) + s for s in _BESIDE}:
        raise OutputError(f"{path} belongs to the bookings file", path=path)
    _check_no_log(path, OutputError)
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


# -- its content back ----------------------------------------------------------------


def restore(
    store: SqliteStore, path: str, confirm: Callable[[], object] | None
) -> str | None:
    """Write a copy's content into the file; where the present one is kept.

    The copy is checked first: a damaged or foreign one changes nothing, and nobody is
    asked. The file stays
    the same one, under whatever names; who waits to write goes on in the new content.
    """
    interrupts.begin_change()
    check_exists(path, hint="name a copy that calbook db backup made")
    if _is_same(path, store.path):
        raise StoreError(f"{path} is the bookings file itself", path=path)
    if store.path == MEMORY:
        directory = None
    else:
        store.close()
        directory = os.path.dirname(os.path.realpath(store.path))
        is_file(store.path)
    try:
        with private_directory(TEMPORARY, directory) as private:
            new = _sound_copy(path, private)
            if confirm is not None:
                confirm()
            return _write_content(store, new)
    except OSError as error:
        said = f"cannot write {store.path}: {reason(error, store.path)}"
        raise StoreError(said, path=store.path) from None


def _sound_copy(path: str, directory: str) -> str:
    """The backup as a bookings file of today in which nothing is wrong.

    The backup itself stays as it is, also when it is from an older version.
    """
    new = os.path.join(directory, "new.db")
    with (
        translate_errors(path),
        closing(sqlite3.connect(os.path.abspath(path))) as conn,
    ):
        conn.row_factory = sqlite3.Row
        wait_for_lock(lambda: check_ours(conn, path))
        check_is_whole(conn, path)
        file_copies.copy_database(conn, new)
    try:
        with closing(SqliteStore(new)) as copy, copy.reading() as conn:
            findings = find_faults(conn)
    except Damaged:
        raise Damaged(f"{path} is damaged", path=path) from None
    if findings:
        raise StoreError(f"{path} is not sound: {findings[0]}", path=path)
    return new


def _write_content(store: SqliteStore, new: str) -> str | None:
    with closing(sqlite3.connect(new)) as source:
        if store.path == MEMORY:
            source.backup(store.connection)
            return None
        if not is_file(store.path):
            _check_no_log(store.path, StoreError)
            create_file(store.path)
        try:
            with (
                translate_errors(store.path),
                lock_database(store.path, store.patience) as conn,
            ):
                kept = _keep_content(conn, store.path)
                with interrupts.committing():
                    source.backup(conn)
                return kept
        except (Damaged, NotCalbook):
            if not _is_broken(store.path):
                raise
    return _write_over_broken(store, new)


def _keep_content(conn: sqlite3.Connection, path: str) -> str | None:
    """The present content in a file beside; None where there is none.

    Raises:
        NotCalbook: it is another program's.
        Damaged: it was cut short.
    """
    tables = conn.execute("select count(*) from sqlite_master").fetchone()[0]
    application_id, version = read_file_marks(conn)
    if not (tables or application_id or version):
        return None
    if application_id != APPLICATION_ID:
        raise NotCalbook(f"{path} is another program's database", path=path)
    check_is_whole(conn, path)
    return file_copies.keep_copy(path, _KEPT, partial(file_copies.copy_database, conn))


def _is_broken(path: str) -> bool:
    """Whether what SQLite refuses was a bookings file; a crash leaves zeros."""
    with open(path, "rb") as file:
        data = file.read()
    if data.startswith(b"SQLite format 3\0"):
        return data[68:72] == APPLICATION_ID.to_bytes(4, "big")
    return not data[:4096].strip(b"\0") or _OURS in data


def _write_over_broken(store: SqliteStore, new: str) -> str:
    """SQLite cannot read the file: keep its bytes, and its logs, and write all anew."""
    real = os.path.realpath(store.path)
    with (
        open(real, "r+b") as file,
        lock_broken_file(file, real, store.patience),
        open(new, "rb") as source,
    ):
        kept = file_copies.keep_copy(real, _KEPT, partial(_keep_bytes, file))
        with interrupts.committing():
            for log in _LOGS:
                with suppress(FileNotFoundError):
                    os.replace(real + log, kept + log)
            file_copies.copy_bytes(source, file)
    return kept


def _keep_bytes(file: BinaryIO, path: str) -> None:
    with open(path, "r+b") as copy:
        file_copies.copy_bytes(file, copy)


def _check_no_log(path: str, error: type[CalbookError]) -> None:
    """SQLite would play another file's log back into the new one."""
    for log in _LOGS:
        if os.path.lexists(path + log):
            raise error(
                f"{path}{log} is in the way",
                hint="close the program that has the file open, or move that file away",
                path=path,
            )


def check_exists(
    path: str, hint: str = "name the file with --db or CALBOOK_DB"
) -> None:
    """Reading would show an empty calendar where there is none."""
    if not os.path.exists(path) or not os.path.getsize(path):
        raise StoreError(
            f"there are no bookings in {path}",
            command_hint=hint,
            path=path,
        )
