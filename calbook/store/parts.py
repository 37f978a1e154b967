"""A long list in parts: what is found once for all of them, and read by its uids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from calbook.core.json_text import dumps
from calbook.core.typing_names import Any, NamedTuple
from calbook.store import reader as reading
from calbook.store.booking_filters import (
    Place,
    bound_filters,
    choose_walk,
    matching_bookings,
)
from calbook.store.meetings import other_meetings
from calbook.store.reader import Reader


class Part(NamedTuple):
    """So many rows of a list, the place of the last, and the uids of all as JSON."""

    size: int
    last: Place
    uids: str


def read_parts(
    reader: Reader,
    filters: Mapping[str, Any],
    *,
    of_dates: bool,
    latest_first: bool,
    limit: int,
    most: int,
    **page: Any,
) -> list[Part]:
    """Of the rows of `booking_rows` or, `of_dates`, `occurrence_rows`; `most` in each.

    Without a host: these are found by who it is or by their start.
    """
    conn = reader.connection
    if of_dates:
        behind = reading.OCCURRENCE_AFTER[latest_first]
        found = other_meetings(conn, filters, behind)
        names, order = "o.start_at, o.uid, o.recurrence_id", reading.OCCURRENCE_ORDER
    else:
        walk, behind = choose_walk(conn, filters), reading.AFTER[latest_first]
        found = f"from ({matching_bookings(filters, walk, behind)}) found"
        names, order = "found.starts_at, found.uid", reading.ORDER
    places = conn.execute(
        f"select {names} {found} {order[latest_first].format('found.')} limit :limit",
        bound_filters(filters, latest_first=latest_first, **page) | {"limit": limit},
    )
    return [*_cut(map(tuple, places), most)]


def _cut(places: Iterable[Place], most: int) -> Iterator[Part]:
    left = iter(places)
    while some := [*islice(left, most)]:
        uids = dict.fromkeys(uid for _, uid, *_ in some)
        yield Part(len(some), some[-1], dumps([*uids]))
