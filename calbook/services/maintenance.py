"""The bookings file or database looked after: made, checked, copied, shared."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing

from calbook.core.errors import UsageError
from calbook.core.progress import Progress
from calbook.store.context import Context, open_context
from calbook.store.copying import copy_store
from calbook.store.engines import administer


def create_tables(context: Context, *, has_exclusion: bool) -> bool:
    """Make the file or the database's tables; whether they were missing."""
    return administer(context.store).create(has_exclusion=has_exclusion)


def migrate_tables(context: Context) -> tuple[int, int]:
    """Bring the tables up to date; the version that they had, and have."""
    return administer(context.store).migrate(), context.store.version


def list_grants(context: Context) -> str:
    return administer(context.store).grants()


def copy_all(
    context: Context,
    path: str,
    progress: Progress | None = None,
    replaced: Callable[[str], object] | None = None,
) -> dict[str, int]:
    """Copy all that is stored to another file or URL; the rows of each table."""
    source, target = context.store, open_context(path, context.clock).store
    if _is_same(source.path, target.path):
        raise UsageError("a copy goes from one place to another")
    with closing(target):
        stores = administer(source), administer(target)
        return copy_store(*stores, progress, replaced)


def _is_same(path: str, other: str) -> bool:
    is_file = os.path.exists(path) and os.path.exists(other)
    return path == other or (is_file and os.path.samefile(path, other))


def check_file(
    context: Context, progress: Progress | None = None, *, quick: bool = False
) -> tuple[str, ...]:
    """What is wrong with the file, a sentence each."""
    return administer(context.store).check(progress, quick=quick)


def back_up_file(
    context: Context, path: str, force: bool, progress: Progress | None = None
) -> None:
    administer(context.store).backup(path, force=force, progress=progress)


def restore_file(
    context: Context, path: str, confirm: Callable[[], object] | None
) -> str | None:
    """Put a copy in the file's place; where the present one is kept."""
    return administer(context.store).restore(path, confirm)


def compact_file(context: Context) -> tuple[int, int]:
    """Give back the room of what was deleted; the bytes before and after."""
    return administer(context.store).compact()


def share_file(context: Context, group: str) -> None:
    """Give the file to a group of users on this machine."""
    administer(context.store).share(group)
