"""Figures of each status, from what is counted of each day: see `day_counts`."""

from __future__ import annotations

import json

from calbook.store.booking_filters import OCCURRENCE_STATUS
from calbook.store.day_counts import PIECES, Counting, Tally

_LEAD = "b.starts_at - b.created_at"
_IN_RANGE = "{0}start_at >= :since and {0}start_at < :until"
# What is confirmed is told by time; dates of the other statuses have an index. SQLite
# makes a list of values, and looks each pair up in no list of pairs.
_OTHERS = """{0}status <> 'CONFIRMED'
    and {0}status in ('PENDING', 'CANCELLED', 'NO_SHOW', 'COMPLETED')"""
_LEADS_BY_TIME = f"""
    {PIECES}
    select case p.n when 0 then 'COMPLETED' else 'CONFIRMED' end, (
        select json_group_array({_LEAD}) from bookings b
        where b.starts_at >= p.since and b.starts_at < p.until
        and b.starts_at || b.uid not in (
            select start_at || uid from occurrences indexed by occurrences_by_status
            where {_OTHERS.format("")} and {_IN_RANGE.format("")}
        )
    ) from pieces p
"""
# Of the first date of each.
_LEADS = f"""
    select {OCCURRENCE_STATUS}, json_group_array({_LEAD})
    from occurrences o indexed by {{index}}
    cross join bookings b indexed by bookings_by_start
        on b.starts_at = o.start_at and b.uid = o.uid
    where {{found}} and {_IN_RANGE.format("o.")} group by 1
"""


class CountingByStatus(Counting):
    """The figures of all statuses in one range; `tallies` are by its place and them."""

    def _tally(self, n: int, id: str, status: str) -> Tally:
        return super()._tally(n, status, status)

    def _read_leads(self) -> None:
        [all] = self._ranges
        others = {"index": "occurrences_by_status", "found": _OTHERS.format("o.")}
        now = {"index": "occurrences_in_time", "found": "o.status = 'CONFIRMED'"}
        by_time = [all.within(self._before), all.within(self._after)]
        for status, leads in (
            *self._ask(_LEADS_BY_TIME, by_time, all),
            *self._ask(_LEADS, (), all.within(self._now), **now),
            *self._ask(_LEADS, (), all, **others),
        ):
            self._tally(0, "", status).leads += json.loads(leads or "[]")
