"""Bookings that were taken over before, by their uids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from calbook.store.reader import Reader

_AT_ONCE = 1_000
_KNOWN = """
    select uid, sequence, metadata, exists (
        select 1 from attendees a join people p on p.id = a.person_id
        where a.uid = b.uid and p.erased_at is not null
    ) as is_erased
    from bookings b where uid in (select value from json_each(:uids))
"""


class Known(NamedTuple):
    """What tells whether a booking has to be changed.

    `is_erased` where somebody in it was made nobody.
    """

    sequence: int
    metadata: dict[str, Any]
    is_erased: bool


def find_known(reader: Reader, uids: Sequence[str]) -> dict[str, Known]:
    """Those of some bookings that are there."""
    found: dict[str, Known] = {}
    for some in _portions(uids):
        rows = reader.connection.execute(_KNOWN, {"uids": json.dumps(some)})
        for row in rows:
            metadata = json.loads(row["metadata"] or "{}")
            is_erased = bool(row["is_erased"])
            found[row["uid"]] = Known(row["sequence"], metadata, is_erased)
    return found


def _portions(uids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(uids)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
