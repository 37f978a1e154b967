"""The bookings file looked after: checked, copied, put back, and shared."""

from __future__ import annotations

from calbook.store.context import Context
from calbook.store.sqlite import maintenance, sharing


def check_file(context: Context) -> tuple[str, ...]:
    """What is wrong with the file, a sentence each."""
    return maintenance.check_file(context.store)


def back_up_file(context: Context, path: str, *, force: bool) -> None:
    maintenance.backup(context.store, path, force=force)


def restore_file(context: Context, path: str) -> str | None:
    """Put a copy in the file's place; where the present one is kept."""
    return maintenance.restore(context.store, path)


def share_file(context: Context, group: str) -> None:
    """Give the file to a group of users on this machine."""
    sharing.share(context.store, group)
