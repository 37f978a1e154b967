"""The bookings file or database looked after: made, checked, copied, shared."""

from __future__ import annotations

from calbook.store.context import Context


def create_tables(context: Context, *, has_exclusion: bool) -> bool:
    """Make the file or the database's tables; whether they were missing."""
    return context.store.create(has_exclusion=has_exclusion)


def migrate_tables(context: Context) -> tuple[int, int]:
    """Bring the tables up to date; the version that they had, and have."""
    store = context.store
    return store.migrate(), store.version


def list_grants(context: Context) -> str:
    return context.store.grants()


def check_file(context: Context) -> tuple[str, ...]:
    """What is wrong with the file, a sentence each."""
    return context.store.check()


def back_up_file(context: Context, path: str, *, force: bool) -> None:
    context.store.backup(path, force=force)


def restore_file(context: Context, path: str) -> str | None:
    """Put a copy in the file's place; where the present one is kept."""
    return context.store.restore(path)


def share_file(context: Context, group: str) -> None:
    """Give the file to a group of users on this machine."""
    context.store.share(group)
