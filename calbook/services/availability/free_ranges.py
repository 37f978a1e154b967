"""When hosts and resources could give their time, as ranges of starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, cached_property, reduce
from itertools import chain

from calbook.core import needs, start_ranges
from calbook.core.catalog import Need, Schedule
from calbook.core.model import DAY, LONGEST_CLAIM, SECOND, Span
from calbook.core.start_ranges import GridPiece, Range
from calbook.core.time import open_hours, times
from calbook.core.typing_names import TYPE_CHECKING, NamedTuple
from calbook.services.availability.booking_request import (
    BookingRequest,
    KnownHosts,
    own_schedule,
    schedule_ids,
)
from calbook.store.facts import Facts

if TYPE_CHECKING:
    from calbook.services.availability.limit_counts import HostLoads

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
        self, facts: Facts, request: BookingRequest, wanted: Iterable[Span]
    ) -> None:
        self._facts = facts
        self._request = request
        self._event_type = request.event_type
        self._own = own_schedule(request.event_type, request.timezone)
        self._spans = _join_near(wanted)
        self._hosts = KnownHosts(facts, request)
        self._aside = request.exclusion
        self._now = request.now
        self._heeds_cancelled = request.heeds_cancelled
        self._need = start_ranges.slot_lengths(request.event_type)
        self._hours = cache(self._read_hours)
        self._open = cache(self._read_open)
        self._grid = cache(self._read_grid)
        self._starts = cache(self._read_starts)
        self._schedule_id = cache(self._read_schedule_id)
        self._cancelled = cache(self._read_cancelled)

    @cached_property
    def loads(self) -> HostLoads:
        """What the limits of hosts count."""
        from calbook.services.availability.limit_counts import HostLoads  # few have any

        return HostLoads(self._facts, self._request, self._spans, self._hosts)

    def starts(self, ids: Sequence[str]) -> list[Range]:
        """The starts that suit all of these hosts and resources, on the grid or not."""
        return reduce(start_ranges.intersect, map(self._starts, ids))

    def starts_meeting(
        self, wanted: tuple[Need, ...], members: Callable[[str], Sequence[str]]
    ) -> list[Range]:
        """The starts at which so many are free as all needs together ask for.

        `members` are those who give the time when somebody takes it.
        """
        return _meet(wanted, lambda id: self.starts(members(id)))

    def open_starts_meeting(self, wanted: tuple[Need, ...]) -> list[Range]:
        """As they would be if nothing were booked: by the hours alone."""
        return _meet(wanted, lambda id: self._open(self._schedule_id(id)))

    def grid_pieces(self, id: str) -> list[GridPiece]:
        """The grid of the schedule that binds a host or resource.

        Within the event type's own hours, where it has some.
        """
        return self._grid(self._schedule_id(id))

    def is_limited(self, id: str) -> bool:
        """Whether what else a host does counts."""
        return bool(self._event_type.max_in_a_row or self._hosts.host(id).limits)

    def _read_schedule_id(self, id: str) -> str:
        [schedule] = schedule_ids(self._hosts, self._event_type, (id,))
        return schedule

    def _read_starts(self, id: str) -> list[Range]:
        open_time = self._open(self._schedule_id(id))
        taken = self._read_taken(id)
        free = start_ranges.free_starts(open_time, taken, self._need)
        cancelled = ((at, at + 1) for at in self._cancelled().get(id, ()))
        refused = self.loads.refused_starts(id) if self.is_limited(id) else ()
        return start_ranges.without(free, sorted([*refused, *cancelled]))

    def _read_cancelled(self) -> Mapping[str, set[int]]:
        """By host, the starts at which a group was cancelled."""
        if not self._heeds_cancelled:
            return {}
        from calbook.store import group_dates  # only groups have them

        spans = [Span(span.start, span.end + SECOND) for span in self._spans]
        found = group_dates.cancelled_dates(
            self._facts, self._event_type.id, spans, now=self._now
        )
        by_host: dict[str, set[int]] = {}
        for at in found:
            by_host.setdefault(at.host_id, set()).add(times.epoch(at.start))
        return by_host

    def _read_open(self, schedule_id: str) -> list[Range]:
        """The starts whose meeting lies in open time."""
        stretches = chain(*(hours.stretches for hours in self._hours(schedule_id)))
        open_time = start_ranges.to_ranges(stretches)
        bookable = start_ranges.intersect(open_time, [(0, _LAST)])
        return start_ranges.starts_within(bookable, self._need)

    def _read_grid(self, schedule_id: str) -> list[GridPiece]:
        return [
            piece
            for hours in self._hours(schedule_id)
            for piece in start_ranges.grid_pieces(
                hours.stretches, hours.binding[0].timezone, hours.find_nights()
            )
        ]

    def _read_hours(self, schedule_id: str) -> list[_Hours]:
        return [self._hours_near(schedule_id, span) for span in self._spans]

    def _hours_near(self, schedule_id: str, span: Span) -> _Hours:
        first, last = span.start.date() - _NEAR, span.end.date() + _NEAR
        schedule = self._facts.schedule(schedule_id, first - 2 * DAY, last + 2 * DAY)
        binding = [schedule] if self._own is None else [schedule, self._own]
        opened = (open_hours.open_stretches(each, first, last) for each in binding)
        stretches = open_hours.intersect_stretches(opened)
        return _Hours(first, last, binding, stretches)

    def _read_taken(self, host_id: str) -> list[Range]:
        found = [
            self._facts.busy_ranges(
                host_id,
                Span(span.start - LONGEST_CLAIM, span.end + LONGEST_CLAIM),
                exclusion=self._aside,
                now=self._now,
            )
            for span in self._spans
        ]
        return found[0] if len(found) == 1 else sorted(chain(*found))


class _Hours(NamedTuple):
    """What is open near some dates, by all schedules that bind."""

    first: date
    last: date
    binding: Sequence[Schedule]
    stretches: Sequence[Span]

    def find_nights(self) -> list[Span]:
        """The windows that run across midnight."""
        begin = self.first - 2 * DAY
        each = (
            open_hours.windows_across_midnight(schedule, begin, self.last)
            for schedule in self.binding
        )
        return [*chain(*each)]


def _meet(
    wanted: tuple[Need, ...], ranges: Callable[[str], list[Range]]
) -> list[Range]:
    return reduce(
        start_ranges.intersect,
        (
            start_ranges.at_least(count, [ranges(id) for id in ids])
            for count, ids in needs.conditions(wanted)
        ),
    )


def _join_near(spans: Iterable[Span]) -> list[Span]:
    """Those that are near each other as one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start < found[-1].end + _APART:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
