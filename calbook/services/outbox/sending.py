"""What is due sent now: by a round of delivery, or once right after a change."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from calbook.core.time import times
from calbook.store import waits
from calbook.store.outbox import OutboxReader
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.core.errors import CalbookError
    from calbook.store.context import Context

    OnRefused = Callable[[CalbookError], None]


def deliver(
    context: Context,
    *,
    limit: int | None,
    watch: bool,
    retry_now: bool,
    refresh_every: timedelta | None = None,
    refused: Callable[[CalbookError], None] | None = None,
    overlapped: Callable[[Json], None] | None = None,
) -> Generator[Json]:
    """Send what is due, each delivery after its attempt; `watch` goes on for ever.

    Who watches also reads calendars again, every so often, beside it.

    Raises:
        DeliveryUnderWay: another process is delivering.
    """
    from calbook.delivery import lock, worker  # slow to import
    from calbook.services.bookings import change

    if retry_now and count_retries(context)[0]:
        from calbook.store.writer import repeat_step  # slow to import

        now = times.epoch(context.clock())
        context.store.write_portions(
            repeat_step(lambda tx: waits.retry_some_now(tx, now))
        )
    with lock.hold_lock(context.store.delivery_lock, stays=watch):
        work = worker.DeliveryWorker(context, limit=limit)
        steps = (
            lambda: change.tick(context),
            lambda: write_feeds(context, refused),
        )
        if not watch:
            yield from work.round(*steps)
            return
        from calbook.services.calendars.background import refreshing_beside

        with refreshing_beside(context, refresh_every, refused, overlapped):
            yield from work.watch(*steps)


def tick(context: Context, refused: OnRefused | None) -> list[Json]:
    """Tell of what time has done, and write the feeds that it has changed."""
    from calbook.services.bookings import change

    events = change.tick(context)
    write_feeds(context, refused)
    return events


def write_feeds(context: Context, refused: OnRefused | None) -> None:
    """Write again the published feeds that are out of date, if there are any."""
    from calbook.store.published_feeds import PublishedFeeds

    with context.store.read(PublishedFeeds) as reader:
        has_feeds = bool(reader.feed_rows())
    if has_feeds:
        from calbook.services.calendars import publishing  # slow to import

        publishing.update_feeds(context, refused)


def send_queued(context: Context, *, seconds: float) -> tuple[Json, ...]:
    """Send what this context's changes have queued, once; what has not arrived."""
    from calbook.delivery import first_attempt  # slow to import

    return first_attempt.send_queued(context, seconds=seconds)


def count_due(context: Context) -> int:
    with context.store.read(OutboxReader) as reader:
        return reader.count_due(times.epoch(context.clock()))


def count_retries(context: Context) -> tuple[int, datetime | None]:
    """How many deliveries wait for another attempt, and when the first is due."""
    with context.store.read(OutboxReader) as reader:
        count, due_at = reader.count_retries(times.epoch(context.clock()))
    return count, None if due_at is None else times.instant(due_at)


def find_event_ahead(context: Context) -> datetime | None:
    """When the newest event was written, if that is ahead of this clock.

    Then the clock is wrong, or was when that event was written.
    """
    with context.store.read(OutboxReader) as reader:
        at = reader.newest_event()
    if at is None or at <= times.epoch(context.clock()):
        return None
    return times.instant(at)
