"""The bookings file looked after: checked, copied, put back, and shared."""

from __future__ import annotations

from calbook.store.context import Context


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
