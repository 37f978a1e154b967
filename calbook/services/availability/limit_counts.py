"""How much is booked of the limits of event types and hosts, read from the file."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from calbook.core import people
from calbook.core.assignment import HostIds
from calbook.core.catalog import Limit
from calbook.core.members import hosts_among, is_resource
from calbook.core.model import DAY, LONGEST_DURATION, MINUTE, NO_TIME, SECOND, Span
from calbook.core.rules import limits
from calbook.core.rules.limits import (
    Elsewhere,
    LimitCounts,
    Load,
    OpenBookings,
    Period,
    Workload,
)
from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, NamedTuple
from calbook.services.availability.booking_request import BookingRequest, HostReader
from calbook.store.facts import Facts

if TYPE_CHECKING:
    from calbook.core.rules.breaks import HostRow
    from calbook.core.start_ranges import Range
    from calbook.store.limits import PersonMeeting


def of_event_type(
    facts: Facts, request: BookingRequest, spans: Sequence[Span]
) -> tuple[LimitCounts, ...]:
    """Each limit of the event type, in all periods that the spans lie in."""
    event_type = request.event_type
    if not event_type.all_limits:
        return ()
    periods = _periods(event_type.all_limits, spans, request.timezone)
    asked = {period.span: None for found in periods.values() for period in found}
    counts = facts.count_per_span(
        event_type.id, list(asked), exclusion=request.exclusion, now=request.now
    )
    booked = dict(zip(asked, counts, strict=True))
    return tuple(
        LimitCounts(
            limit,
            of="eventType",
            owner=event_type.id,
            periods=periods[limit.period],
            booked=[
                seconds // 60 if limit.is_length else number
                for number, seconds in (
                    booked[period.span] for period in periods[limit.period]
                )
            ],
        )
        for limit in event_type.all_limits
    )


class PersonLoads:
    """What the persons of a request have booked, as far as its event type asks.

    Who is in no book has booked nothing, but is one person on all dates that are asked.
    """

    def __init__(
        self, facts: Facts, request: BookingRequest, spans: Sequence[Span]
    ) -> None:
        self._event_type = event_type = request.event_type
        self._counts: list[LimitCounts] = []
        self._names: dict[str, str] = {}  # by the id in the book, if any
        self._found: list[PersonMeeting] = []
        self._alone: list[PersonMeeting] = []  # beside which they are nowhere else
        self.opened: tuple[OpenBookings, ...] = ()
        if not (event_type.asks_persons and request.attendees and spans):
            return
        from calbook.store import booked_people
        from calbook.store import limits as stored  # few event types ask

        found = booked_people.find_people(facts, request.attendees)
        self._names = {
            id or f"new {n}": people.label(person)
            for n, (id, person) in enumerate(zip(found, request.attendees, strict=True))
        }
        periods = _periods(event_type.per_person, spans, request.timezone)
        first = [each[0].span.start for each in periods.values()]
        self._found = stored.read_person_meetings(
            facts,
            [id for id in found if id is not None],
            since=min([request.now, *first, *(span.start for span in spans)]) - DAY,
            exclusion=request.exclusion,
            now=request.now,
        )
        every = event_type.no_double
        self._alone = [each for each in self._found if every or each.no_double]
        self._counts = list(self._count(periods))
        if event_type.per_person_open and request.exclusion is None:
            self.opened = tuple(self._count_opened(request.now))

    def loads(self, start: datetime) -> tuple[Load, ...]:
        return tuple(counts.load(start) for counts in self._counts)

    def elsewhere(self, meeting: Span) -> tuple[Elsewhere, ...] | None:
        """Where they are at the same time; None where that may be."""
        if not self._event_type.heeds_double:
            return None
        return tuple(
            Elsewhere(self._names[each.person_id], each.uid, each.span)
            for each in self._alone
            if each.span.overlaps(meeting)
        )

    def workload(self, meeting: Span) -> Workload:
        """As it is asked where nothing new is claimed."""
        return Workload(
            self.loads(meeting.start),
            opened=self.opened,
            elsewhere=self.elsewhere(meeting),
        )

    def workloads(self, meetings: Sequence[Span]) -> list[Workload]:
        """Of each of several meetings, as it is once those before it are booked."""
        return [
            self.workload(meeting).with_meetings(meetings[:n])
            for n, meeting in enumerate(meetings)
        ]

    def refused_starts(self) -> Iterator[Range]:
        """Where they may be in no meeting of the event type."""
        length = self._event_type.duration
        for counts in self._counts:
            yield from counts.refused_starts(length)
        if any(booked >= most for _, booked, most in self.opened):
            yield 0, times.epoch(datetime.max.replace(tzinfo=UTC))
        for each in self._alone:
            behind = times.epoch(each.span.start) - length // SECOND
            yield behind + 1, times.epoch(each.span.end)

    def full_loads(self) -> list[Load]:
        """The periods in which a limit lets nothing start."""
        length = self._event_type.duration
        return [load for counts in self._counts for load in counts.full(length)]

    @property
    def asks(self) -> bool:
        """Whether they have limits in the periods of a meeting."""
        return bool(self._counts)

    def takes_all(self, starts: Sequence[int]) -> bool:
        """Whether they may be in all these meetings together."""
        length = self._event_type.duration
        return all(each.takes_all(starts, length) for each in self._counts)

    def _count(self, periods: Mapping[str, Sequence[Period]]) -> Iterator[LimitCounts]:
        for id, name in self._names.items():
            meetings = [
                each.span
                for each in self._found
                if each.person_id == id and each.event_type_id == self._event_type.id
            ]
            for limit in self._event_type.per_person:
                yield LimitCounts(
                    limit,
                    of="person",
                    owner=name,
                    periods=periods[limit.period],
                    booked=_count(limit, periods[limit.period], meetings),
                )

    def _count_opened(self, now: datetime) -> Iterator[OpenBookings]:
        assert self._event_type.per_person_open is not None
        for id, name in self._names.items():
            uids = {
                each.uid
                for each in self._found
                if each.person_id == id
                and each.event_type_id == self._event_type.id
                and each.span.end > now
            }
            yield OpenBookings(name, len(uids), self._event_type.per_person_open)


class _HostMeetings(NamedTuple):
    """What a host has to do near some spans, as far as limits ask for it."""

    counts: tuple[LimitCounts, ...] = ()
    meetings: tuple[Span, ...] = ()


class HostLoads:
    """The limits of hosts and the breaks between meetings, near some spans.

    Which limits there are is read once, and each host's meetings once.
    """

    def __init__(
        self,
        facts: Facts,
        request: BookingRequest,
        spans: Sequence[Span],
        hosts: HostReader,
    ) -> None:
        self._facts = facts
        self._hosts = hosts
        self._event_type = request.event_type
        self._spans = spans
        self._exclusion = request.exclusion
        self._now = request.now
        self._known: dict[str, _HostMeetings] = {}

    def loads(self, host_ids: HostIds, start: datetime) -> tuple[Load, ...]:
        """Each limit of these hosts, in the period of a start."""
        return tuple(
            counts.load(start)
            for host in hosts_among(host_ids)
            for counts in self._of(host).counts
        )

    def rows(self, host_ids: HostIds, meeting: Span) -> tuple[HostRow, ...]:
        """What each of these hosts has to do around a meeting, where breaks count."""
        most, pause = self._event_type.max_in_a_row, self._event_type.break_after
        if most is None or pause is None:
            return ()
        from calbook.core.rules.breaks import HostRow  # few event types ask

        near = self._around(meeting)
        return tuple(
            HostRow(
                *(host, most, pause),
                tuple(m for m in self._of(host).meetings if near.overlaps(m)),
            )
            for host in hosts_among(host_ids)
        )

    def refused_starts(self, id: str) -> list[Range]:
        """Where a host may start no meeting of the event type, in order."""
        return [] if is_resource(id) else sorted(self._refused(id))

    def take_all(self, host_ids: Sequence[HostIds], starts: Sequence[int]) -> bool:
        """Whether hosts may do all these meetings together, each with its own hosts."""
        own: dict[str, list[int]] = {}
        for hosts, start in zip(host_ids, starts, strict=True):
            for host in hosts_among(hosts):
                own.setdefault(host, []).append(start)
        return all(self.takes_all(host, found) for host, found in own.items())

    def asks(self, host_id: str) -> bool:
        """Whether it matters what else a host has to do."""
        has_limits = bool(self._hosts.host(host_id).limits)
        return has_limits or self._event_type.max_in_a_row is not None

    def takes_all(self, host_id: str, starts: Sequence[int]) -> bool:
        length = self._event_type.duration
        counts, meetings = self._of(host_id)
        if not all(each.takes_all(starts, length) for each in counts):
            return False
        most, pause = self._event_type.max_in_a_row, self._event_type.break_after
        if most is None or pause is None:
            return True
        from calbook.core.rules import breaks  # few event types ask

        own = [Span(at, at + length) for at in map(times.instant, starts)]
        every = sorted({*meetings, *own})
        return all(breaks.run_length(m, every, pause) <= most for m in own)

    def full_loads(self, host_id: str) -> list[Load]:
        """The periods in which a limit lets nothing start."""
        length = self._event_type.duration
        return [x for counts in self._of(host_id).counts for x in counts.full(length)]

    def refused_by_breaks(self, host_id: str) -> Iterator[Range]:
        """Where a meeting would be one too many in a row."""
        most, pause = self._event_type.max_in_a_row, self._event_type.break_after
        if most is not None and pause is not None:
            from calbook.core.rules import breaks  # few event types ask

            length = self._event_type.duration
            yield from breaks.starts_without_break(
                self._of(host_id).meetings, length, most=most, pause=pause
            )

    def _refused(self, host_id: str) -> Iterator[Range]:
        for load in self.full_loads(host_id):
            span = load.period.span
            yield times.epoch(span.start), times.epoch(span.end)
        yield from self.refused_by_breaks(host_id)

    def _around(self, span: Span) -> Span:
        """As far as a row may reach that a meeting in a span would lengthen."""
        most = self._event_type.max_in_a_row or 0
        each = LONGEST_DURATION + (self._event_type.break_after or NO_TIME)
        return Span(span.start - most * each - DAY, span.end + most * each + DAY)

    def _of(self, host_id: str) -> _HostMeetings:
        if host_id not in self._known:
            self._known[host_id] = self._read(host_id)
        return self._known[host_id]

    def _read(self, host_id: str) -> _HostMeetings:
        if not self.asks(host_id):
            return _HostMeetings()
        host, asks_breaks = self._hosts.host(host_id), self._event_type.max_in_a_row
        periods = _periods(host.limits, self._spans, host.timezone)
        spans = [period.span for found in periods.values() for period in found]
        if asks_breaks is not None:
            spans += map(self._around, self._spans)
        from calbook.store import limits as stored  # few hosts have any

        meetings = stored.read_host_meetings(
            self._facts,
            host_id,
            _join(spans),
            exclusion=self._exclusion,
            now=self._now,
        )
        counts = tuple(
            LimitCounts(
                limit,
                of="host",
                owner=host_id,
                periods=periods[limit.period],
                booked=_count(limit, periods[limit.period], meetings),
            )
            for limit in host.limits
        )
        return _HostMeetings(counts, tuple(meetings))


def _count(
    limit: Limit, periods: Iterable[Period], meetings: Sequence[Span]
) -> list[int]:
    """What of the meetings, which are in order, starts in each period."""
    starts = [meeting.start for meeting in meetings]
    found = []
    for period in periods:
        first = bisect_left(starts, period.span.start)
        within = meetings[first : bisect_left(starts, period.span.end)]
        length = sum((m.end - m.start for m in within), NO_TIME)
        found.append(length // MINUTE if limit.is_length else len(within))
    return found


def _join(spans: Iterable[Span]) -> list[Span]:
    """Those that meet as one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _periods(
    each: Iterable[Limit], spans: Sequence[Span], timezone: str
) -> dict[str, tuple[Period, ...]]:
    kinds = dict.fromkeys(limit.period for limit in each)
    if not kinds:
        return {}
    from calbook.core.time import local_days  # few have limits

    dates = {
        day
        for span in spans
        for day in local_days.dates_between(
            times.local_date(span.start, timezone),
            times.local_date(span.end, timezone),  # a last start may lie at its end
        )
    }
    return {kind: limits.periods_of(kind, dates, timezone) for kind in kinds}
