"""Bookings read: one, many, their meetings, their history.

Light on purpose: listing imports neither the rules nor their values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from calbook.store.reader import EVERYTHING, Reader
from calbook.wire.json_objects import Json
from calbook.wire.writing.bookings import booking_to_json, occurrence_row_to_json

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context

_MOST = 2**62  # SQLite counts to 2**63


def get_booking(context: Context, uid: str) -> Json:
    """One booking, its status as the clock sees it now.

    Raises:
        NotFound: there is none.
        AmbiguousUid: the shortened uid fits several.
    """
    now = _now(context)
    with context.store.read(Reader) as reader:
        row = _existing_row(reader, uid)
    return booking_to_json(row, now=now)


def last_made(context: Context) -> Json | None:
    """The booking that was made last."""
    from calbook.store.last_changes import uid_made_last  # few ask

    with context.store.read(Reader) as reader:
        uid = uid_made_last(reader)
    return None if uid is None else get_booking(context, uid)


def list_bookings(
    context: Context,
    filters: Mapping[str, Any],
    *,
    limit: int | None = None,
    offset: int = 0,
    after: str | None = None,
    latest_first: bool = False,
) -> list[Json]:
    """Bookings by start, then uid; `after` continues behind a uid."""
    check_page(limit, offset)
    now = _now(context)
    with context.store.read(Reader) as reader:
        rows = reader.booking_rows(
            _read_filters(reader, filters, now),
            now=now,
            latest_first=bool(latest_first),
            after=None if after is None else reader.resolve_uid(after),
            limit=EVERYTHING if limit is None else limit,
            offset=offset,
        )
    return [booking_to_json(row, now=now) for row in rows]


def list_occurrences(
    context: Context,
    filters: Mapping[str, Any],
    *,
    limit: int | None = None,
    offset: int = 0,
    latest_first: bool = False,
) -> list[Json]:
    """Meetings by start, then uid: a booking for each, with its `date`."""
    check_page(limit, offset)
    now = _now(context)
    with context.store.read(Reader) as reader:
        rows = reader.occurrence_rows(
            _read_filters(reader, filters, now),
            now=now,
            latest_first=bool(latest_first),
            limit=EVERYTHING if limit is None else limit,
            offset=offset,
        )
    return [occurrence_row_to_json(row, now=now) for row in rows]


def count_bookings(
    context: Context, filters: Mapping[str, Any], *, occurrences: bool
) -> int:
    """How many bookings, or meetings, the filters find."""
    now = _now(context)
    with context.store.read(Reader) as reader:
        chosen = _read_filters(reader, filters, now)
        if occurrences:
            return reader.count_occurrences(chosen, now=now)
        return reader.count_bookings(chosen, now=now)


def read_history(context: Context, uid: str) -> list[Json]:
    """What happened to a booking, in the order in which it was written."""
    from calbook.wire.writing.bookings import event_to_json

    with context.store.read(Reader) as reader:
        booking = _existing_row(reader, uid)
        events = reader.event_rows(booking["uid"])
    return [event_to_json(event, booking["timezone"]) for event in events]


def _existing_row(reader: Reader, uid: str) -> Row:
    row = reader.booking_row(reader.resolve_uid(uid))
    assert row is not None
    return row


def _now(context: Context) -> int:
    return int(context.clock().timestamp())


def _read_filters(
    reader: Reader, filters: Mapping[str, Any], now: int
) -> Mapping[str, Any]:
    if all(filters[key] is None for key in filters.keys() - {"timezone"}):
        return {}
    from calbook.services.bookings.filters import read_filters  # slow to import

    return read_filters(reader, filters, now=now)


def check_page(count: int | None, offset: int) -> None:
    numbers = [offset] if count is None else [count, offset]
    if all(isinstance(n, int) and 0 <= n <= _MOST for n in numbers):
        return
    from calbook.core.errors import BadInput
    from calbook.core.text import to_text

    raise BadInput(
        "count and offset must be whole numbers, not negative",
        count=to_text(count)[:80],
        offset=to_text(offset)[:80],
    )


def shorten_ids(context: Context, ids: Iterable[str]) -> dict[str, str]:
    """How people are shown ids, and may type them."""
    from calbook.store.short_ids import shorten

    with context.store.read(Reader) as reader:
        return dict(shorten(reader, ids))
