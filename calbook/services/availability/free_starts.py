"""Free starts, listed by integer sweeps; by the rules that booking asks one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from itertools import chain

from calbook.core import assignment, needs, start_ranges
from calbook.core.assignment import AVAILABILITY_FIRST, Order
from calbook.core.catalog import Need
from calbook.core.members import resources_among
from calbook.core.model import DAY, SECOND, Booking, Span
from calbook.core.start_ranges import Range
from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, NamedTuple
from calbook.services.availability.booking_request import (
    BookingRequest,
    KnownHosts,
    hosts_with_sender,
)
from calbook.services.availability.free_ranges import FreeRanges
from calbook.store.facts import Facts

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence
    from calbook.services.availability.series_search import Candidates, SeriesSearch


class FreeStart(NamedTuple):
    """A start that can be booked, for how long, who would take it, and seats left.

    In seconds since 1970, as all starts here: there may be thousands.
    """

    start: int
    length: int
    host_id: str
    seats_left: int | None


_STRIDE = 31 * DAY  # looked at together: whoever wants a few starts reads no year
_GROWTH = 3  # whoever wants many reads what lies around fewer of them


def find_free_starts(
    facts: Facts, request: BookingRequest, wanted: Span, rule: Recurrence | None = None
) -> Iterator[FreeStart]:
    """Each start on the grid within a span that may be booked, in order.

    With a rule, or where several dates move, those at which all may be. A group that
    has a seat left is listed at whatever time it starts.
    """
    rota, length = _Rotation(facts, request), request.event_type.duration // SECOND
    has_dates = rule is not None or (request.move and request.move.occurrences[1:])
    series = _search_series(facts, request, rule) if has_dates else None
    for span in _strides(_bound_by_rules(request, wanted)):
        candidates = _candidates(facts, request, span, rota)
        if series is not None:
            candidates = series.keep_fitting(candidates, rota.candidates)
        groups, own = _groups(facts, request, span, rule)
        until = 2**40 if series is None else series.end
        for start in sorted({*candidates, *groups} - own):
            if start >= until:
                break
            if (group := groups.get(start)) is not None:
                left = _seats_left(facts, request, group)
                begin, end = group.occurrences[0].span
                lasts = (end - begin) // SECOND
                yield FreeStart(start, lasts, group.first_hosts[0], left)
            else:
                chosen = rota.next(start, candidates[start])
                yield FreeStart(start, length, chosen[0], rota.seats_with(chosen))
        if series is not None:
            series.check_tried()
    if series is not None:
        series.check()


def _search_series(
    facts: Facts, request: BookingRequest, rule: Recurrence | None
) -> SeriesSearch:
    from calbook.services.availability.series_search import SeriesSearch  # few ask

    return SeriesSearch(facts, request, rule)


def _bound_by_rules(request: BookingRequest, wanted: Span) -> Span:
    """As near as notice lets a start be, within the first and last date.

    Not much further than advance lets it be.
    """
    earliest = request.now + max(SECOND, request.event_type.minimum_notice)
    latest, ahead = wanted.end, request.event_type.maximum_advance
    if ahead is not None:
        latest = min(latest, request.now + (ahead + 2) * DAY)
    first, last = request.event_type.first_date, request.event_type.last_date
    if first is not None:
        earliest = max(earliest, times.day_start(first, request.timezone))
    if last is not None:
        latest = min(latest, times.day_start(last + DAY, request.timezone))
    return Span(max(wanted.start, earliest), latest)


def _strides(span: Span) -> Iterator[Span]:
    start, stride = span.start, _STRIDE
    while start < span.end:
        yield Span(start, min(start + stride, span.end))
        start, stride = start + stride, _GROWTH * stride


def _groups(
    facts: Facts, request: BookingRequest, span: Span, rule: Recurrence | None
) -> tuple[Mapping[int, Booking], set[int]]:
    """The groups with a seat for somebody, and the starts at which they have one."""
    if request.event_type.seats is None:
        return {}, set()
    from calbook.services.availability import group_bookings  # slow to import

    free, own = group_bookings.open_groups(facts, request, span, rule)
    by_start = {times.epoch(start): group for start, group in free.items()}
    return by_start, set(map(times.epoch, own))


def _seats_left(facts: Facts, request: BookingRequest, group: Booking) -> int:
    from calbook.services.availability import seat_counts  # slow to import

    event_type, now = request.event_type, request.now
    meetings = seat_counts.meetings_to_join(group, now)
    return seat_counts.fewest_seats(facts, event_type, group, meetings, now=now).left


def _candidates(
    facts: Facts, request: BookingRequest, span: Span, rota: _Rotation
) -> Candidates:
    """The starts on any host's grid, with those who could take each of them."""
    event_type = request.event_type
    if not event_type.active:
        return {}
    free_ranges = FreeRanges(facts, request, [span])
    bookable = start_ranges.without(
        start_ranges.to_ranges([span]), _refused_starts(facts, request, [span])
    )
    leads = [request.members_on(0, (id,))[0] for id in request.leads]
    grids = {tuple(free_ranges.grid_pieces(id)) for id in leads}
    step = start_ranges.slot_lengths(event_type).step
    if not needs.is_for_one(request.needs):
        suitable = free_ranges.starts_meeting(
            request.needs, lambda id: request.members_on(0, (id,))
        )
        bookable = start_ranges.intersect(bookable, suitable)
    for id in request.wanted:
        bookable = start_ranges.intersect(bookable, free_ranges.starts((id,)))
    found: dict[int, list[str]] = defaultdict(list)
    for id in rota.candidates:
        free = free_ranges.starts(request.members_on(0, (id,)))
        ranges = start_ranges.intersect(bookable, free)
        every = [start_ranges.starts_on_grid(grid, step, ranges) for grid in grids]
        for start in every[0] if len(every) == 1 else set(chain(*every)):
            found[start].append(id)
    return _on_allowed_dates(request, found)


def _refused_starts(
    facts: Facts, request: BookingRequest, spans: Sequence[Span]
) -> list[Range]:
    """Where the limits of the event type and of persons let nothing start."""
    asks_persons = request.event_type.asks_persons and request.attendees
    if not request.event_type.all_limits and not asks_persons:
        return []
    from calbook.services.availability import limit_counts  # slow to import

    length = request.event_type.duration
    counts = limit_counts.of_event_type(facts, request, spans)
    persons = limit_counts.PersonLoads(facts, request, spans)
    refused = chain(*(each.refused_starts(length) for each in counts))
    return sorted([*refused, *persons.refused_starts()])


def _on_allowed_dates(request: BookingRequest, found: Candidates) -> Candidates:
    """Those on local dates that advance lets be booked."""
    ahead = request.event_type.maximum_advance
    if ahead is None:
        return found  # first and last date bound the span
    today = times.local_date(request.now, request.timezone)
    return {
        start: hosts
        for start, hosts in found.items()
        if (_date(start, request.timezone) - today).days <= ahead
    }


def _date(start: int, timezone: str) -> date:
    return times.local_date(times.instant(start), timezone)


class _Rotation:
    """Whose turn a start would be: the file is asked once for each host (and day).

    Where sets share members, who leads depends on who is left for the other needs, and
    where a room holds fewer than there are seats, these on the room: then all who are
    free are looked at; else those who could lead.
    """

    def __init__(self, facts: Facts, request: BookingRequest) -> None:
        self._request = request
        self._needs = request.needs
        self._rooms = _small_rooms(facts, request)
        self._is_exact = bool(self._rooms) or needs.share_members(self._needs)
        self.candidates = (
            needs.members_of(self._needs) if self._is_exact else request.leads
        )

        @cache
        def order(need: Need, day: date | None) -> Callable[[str], Order]:
            from calbook.services.availability import turn_facts  # slow to import

            at = request.now if day is None else times.day_start(day, request.timezone)
            read = partial(turn_facts.read_turn, facts, request, need, start=at)
            return cache(lambda id: assignment.turn_order(need, read(id)))

        hosts = KnownHosts(facts, request)

        @cache
        def with_sender(free: tuple[str, ...]) -> Sequence[str]:
            return hosts_with_sender(hosts, request, free)

        self._order = order
        self._with_sender = with_sender

    def next(self, start: int, free: Sequence[str]) -> Sequence[str]:
        """Who would take it; only the first of them, where that is all that matters."""
        if not self._is_exact:
            return (self._take(start, self._needs[0], free),)
        return needs.choose_members(
            self._needs,
            [frozenset(free)],
            wanted=self._request.wanted,
            take=lambda need, ids: self._take(start, need, ids),
        )

    def seats_with(self, chosen: Sequence[str]) -> int | None:
        seats = self._request.event_type.seats
        if seats is None or not self._rooms:
            return seats
        return min([seats, *(self._rooms[id] for id in chosen if id in self._rooms)])

    def _take(self, start: int, need: Need, free: Sequence[str]) -> str:
        if len(free) == 1:
            return free[0]
        kept = [id for id in free if id in self._request.kept]
        if kept:
            return kept[0]
        counts = need.rule == AVAILABILITY_FIRST
        day = _date(start, self._request.timezone) if counts else None
        return min(self._with_sender(tuple(free)), key=self._order(need, day))


def _small_rooms(facts: Facts, request: BookingRequest) -> Mapping[str, int]:
    """The resources that hold fewer persons than there are seats."""
    seats = request.event_type.seats
    if seats is None:
        return {}
    members = resources_among(needs.members_of(request.needs))
    rooms = {id: facts.host(id).capacity for id in members}
    return {id: n for id, n in rooms.items() if n is not None and n < seats}
