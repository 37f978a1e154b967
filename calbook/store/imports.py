"""Bookings that were taken over before, by their uids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from calbook.store.reader import Reader

_AT_ONCE = 1_000


class Known(NamedTuple):
    """What tells whether a booking has to be changed."""

    sequence: int
    metadata: dict[str, Any]


def find_known(reader: Reader, uids: Sequence[str]) -> dict[str, Known]:
    """Those of some bookings that are there."""
    found: dict[str, Known] = {}
    for some in _portions(uids):
        rows = reader.connection.execute(
            "select uid, sequence, metadata from bookings"
            " where uid in (select value from json_each(:uids))",
            {"uids": json.dumps(some)},
        )
        for row in rows:
            metadata = json.loads(row["metadata"] or "{}")
            found[row["uid"]] = Known(row["sequence"], metadata)
    return found


def _portions(uids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(uids)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
