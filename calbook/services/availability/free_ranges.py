"""When hosts could give their time, as ranges of starts, read from the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache, reduce
from itertools import chain

from calbook.core import start_ranges
from calbook.core.assignment import HostIds
from calbook.core.model import DAY, LONGEST_CLAIM, EventType, Schedule, Span
from calbook.core.start_ranges import GridPiece, Range
from calbook.core.time import open_hours, times
from calbook.services.availability.booking_request import schedule_ids
from calbook.services.availability.limit_counts import HostLoads
from calbook.store.facts import Exclusion, Facts

# A local date is at most one away from that of UTC, and a stretch that touches it
# began at most two dates before.
_NEAR = 3 * DAY
# Of instants so far apart neither hours nor claims meet.
_APART = 4 * _NEAR
# What ends later is refused, whoever asks.
_LAST = times.epoch(datetime(times.LAST_YEAR, 12, 31, 23, 59, 59, tzinfo=UTC))


class FreeRanges:
    """Where meetings of an event type may start, near some instants.

    Hours, claims and the limits of hosts decide; each schedule and each host is read
    once.
    """

    def __init__(
        self,
        facts: Facts,
        event_type: EventType,
        wanted: Iterable[Span],
        *,
        exclusion: Exclusion | None,
        now: datetime,
    ) -> None:
        self._facts = facts
        self._event_type = event_type
        self._spans = _join_near(wanted)
        self.loads = HostLoads(
            facts, event_type, self._spans, exclusion=exclusion, now=now
        )
        self._aside = exclusion
        self._now = now
        self._need = start_ranges.slot_lengths(event_type)
        self._open = cache(self._read_open)
        self._taken = cache(self._read_taken)

    def starts(self, host_ids: HostIds) -> list[Range]:
        """The starts that suit all of these hosts, on the grid or not."""
        schedules = schedule_ids(self._facts, self._event_type, host_ids)
        open_time = reduce(
            start_ranges.intersect, (self._open(key)[1] for key in schedules)
        )
        taken = [self._taken(host_id) for host_id in host_ids]
        free = start_ranges.free_starts(open_time, sorted(chain(*taken)), self._need)
        return start_ranges.without(free, self.loads.refused_starts(host_ids))

    def grid_pieces(self, host_ids: HostIds) -> list[GridPiece]:
        """The grid of the first schedule that binds these hosts."""
        first, *_ = schedule_ids(self._facts, self._event_type, host_ids)
        return self._open(first)[0]

    def _read_open(self, schedule_id: str) -> tuple[list[GridPiece], list[Range]]:
        grid: list[GridPiece] = []
        open_time: list[Range] = []
        for span in self._spans:
            schedule, stretches, nights = self._stretches(schedule_id, span)
            grid += start_ranges.grid_pieces(stretches, schedule.timezone, nights)
            open_time += start_ranges.to_ranges(stretches)
        bookable = start_ranges.intersect(open_time, [(0, _LAST)])
        return grid, start_ranges.starts_within(bookable, self._need)

    def _stretches(
        self, schedule_id: str, span: Span
    ) -> tuple[Schedule, Sequence[Span], Sequence[Span]]:
        first, last = span.start.date() - _NEAR, span.end.date() + _NEAR
        schedule = self._facts.schedule(schedule_id, first - 2 * DAY, last + 2 * DAY)
        nights = open_hours.windows_across_midnight(schedule, first - 2 * DAY, last)
        return schedule, open_hours.open_stretches(schedule, first, last), nights

    def _read_taken(self, host_id: str) -> list[Range]:
        return [
            claim
            for span in self._spans
            for claim in self._facts.busy_ranges(
                host_id,
                Span(span.start - LONGEST_CLAIM, span.end + LONGEST_CLAIM),
                exclusion=self._aside,
                now=self._now,
            )
        ]


def _join_near(spans: Iterable[Span]) -> list[Span]:
    """Those that are near each other as one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start < found[-1].end + _APART:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
