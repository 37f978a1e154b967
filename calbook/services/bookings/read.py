"""Bookings read: one, many, their meetings, their history.

Light on purpose: listing imports neither the rules nor their values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.store.booking_filters import Place, are_of_person
from calbook.store.reader import EVERYTHING, Reader
from calbook.wire.json_objects import Json
from calbook.wire.writing.bookings import booking_to_json, occurrence_row_to_json

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context

FindFilters = Callable[[Reader], Mapping[str, Any]]

PORTION = 1_000  # rows that are read in one transaction
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


def iter_bookings(
    context: Context,
    filters: Mapping[str, Any],
    *,
    after: str | None = None,
    portion: int = PORTION,
    **page: Any,
) -> Iterator[Json]:
    """Bookings by start, then uid; `after` continues behind a uid.

    Each portion is as it was at one moment. While it is used nobody is kept from
    writing: what is moved meanwhile may be missed, or come twice.
    """

    def read(reader: Reader, place: Place | None, **which: Any) -> list[Row]:
        if place is None and after is not None:
            place = reader.place_of(reader.resolve_uid(after))
        return reader.booking_rows(after=place, **which)

    order, now = ("starts_at", "uid"), _now(context)
    find = _filters_finder(filters, now)
    for row in _read_rows(context, find, read, order, portion, now=now, **page):
        yield booking_to_json(row, now=now)


def iter_occurrences(
    context: Context, filters: Mapping[str, Any], **page: Any
) -> Iterator[Json]:
    """Meetings by start, then uid: a booking for each, with its `date`.

    In portions as `iter_bookings`.
    """
    now = _now(context)
    return iter_meetings(context, _filters_finder(filters, now), now=now, **page)


def iter_meetings(
    context: Context,
    find: FindFilters,
    *,
    now: int,
    portion: int = PORTION,
    **page: Any,
) -> Iterator[Json]:
    """The meetings that filters mean which are found with the first portion."""

    def read(reader: Reader, place: Place | None, **which: Any) -> list[Row]:
        return reader.occurrence_rows(after=place, **which)

    order = ("start_at", "uid", "recurrence_id")
    for row in _read_rows(context, find, read, order, portion, now=now, **page):
        yield occurrence_row_to_json(row, now=now)


def _filters_finder(filters: Mapping[str, Any], now: int) -> FindFilters:
    return lambda reader: _read_filters(reader, filters, now)


def _read_rows(
    context: Context,
    find: FindFilters,
    read: Callable[..., list[Row]],
    order: tuple[str, ...],
    portion: int,
    *,
    now: int,
    limit: int | None = None,
    offset: int = 0,
    latest_first: bool = False,
) -> Iterator[Row]:
    """Rows in their order; a transaction ends before its rows are given away."""
    check_page(limit, offset)
    page: Json = {"now": now, "latest_first": bool(latest_first)}
    chosen, place = None, None
    left = EVERYTHING if limit is None else limit
    while True:
        with context.store.read(Reader) as reader:
            if chosen is None:
                chosen = find(reader)
            size = min(left, portion)
            rows = read(
                *(reader, place), filters=chosen, limit=size, offset=offset, **page
            )
        yield from rows
        left -= len(rows)
        if len(rows) < portion or not left:
            return
        place, offset = tuple(rows[-1][name] for name in order), 0
        if are_of_person(chosen):
            of_dates = "recurrence_id" in order
            which = {"of_dates": of_dates, "limit": left, "most": portion, **page}
            yield from _read_parts(context, chosen, read, place, which, page)
            return


def _read_parts(
    context: Context,
    filters: Mapping[str, Any],
    read: Callable[..., list[Row]],
    place: Place,
    which: Json,
    page: Json,
) -> Iterator[Row]:
    """What somebody has is found by who it is and then sorted: once for all parts."""
    from calbook.store.parts import read_parts  # few have so many

    with context.store.read(Reader) as reader:
        parts = read_parts(reader, filters, after=place, **which)
    for size, last, uids in parts:
        found = {**filters, "uids": uids}
        with context.store.read(Reader) as reader:
            rows = read(*(reader, place), filters=found, limit=size, offset=0, **page)
        yield from rows
        place = last


def list_bookings(
    context: Context, filters: Mapping[str, Any], **page: Any
) -> list[Json]:
    """The bookings of `iter_bookings`, all as they are at one moment."""
    return [*iter_bookings(context, filters, portion=EVERYTHING, **page)]


def list_occurrences(
    context: Context, filters: Mapping[str, Any], **page: Any
) -> list[Json]:
    """The meetings of `iter_occurrences`, all as they are at one moment."""
    return [*iter_occurrences(context, filters, portion=EVERYTHING, **page)]


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
