"""Dates whose wall time is another instant since a zone's rules have changed.

What was promised is the time on the wall: which dates go back there, and which cannot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from calbook.core.booking.lifecycle import OccurrenceMove
from calbook.core.errors import CalbookError, InThePast
from calbook.core.model import Booking, Claim, GivenStart, Occurrence, Span
from calbook.core.rules.obstacles import Obstacle, slot_taken_error
from calbook.core.time import times

Found = tuple[int, Obstacle]  # the number of a drift, and what is where it goes


class Drift(NamedTuple):
    """A date that is to come, and the start at which its wall shows what was booked."""

    booking: Booking
    occurrence: Occurrence
    start: GivenStart

    @property
    def key(self) -> tuple[str, datetime]:
        return self.booking.uid, self.occurrence.recurrence_id

    @property
    def host_ids(self) -> tuple[str, ...]:
        return self.booking.hosts_of(self.occurrence)

    @property
    def shift(self) -> timedelta:
        return self.start.instant - self.occurrence.span.start

    @property
    def meeting(self) -> Span:
        return _shifted(self.occurrence.span, self.shift)

    @property
    def claim(self) -> Span:
        """With the buffers that it has."""
        return _shifted(self.occurrence.claim, self.shift)

    @property
    def move(self) -> OccurrenceMove:
        return OccurrenceMove(self.occurrence, self.start, self.meeting, self.claim)


class Plan(NamedTuple):
    """Who goes where, and why the others stay."""

    moving: tuple[Drift, ...]
    left: tuple[tuple[Drift, CalbookError], ...]


def _shifted(span: Span, by: timedelta) -> Span:
    return Span(span.start + by, span.end + by)


def wall_start(start: datetime, wall: datetime, timezone: str) -> datetime | None:
    """Where a date belongs by the zone's rules of now; None where it is there.

    Both instants of a time that is repeated are right; else it is settled as in a rule
    (RFC 5545, 3.3.5).
    """
    belongs = times.instant_of_wall(wall, timezone)
    if start == belongs or start in times.possible_instants(wall, timezone):
        return None
    return belongs


def find_links(drifts: Sequence[Drift], found: Iterable[Found]) -> Iterator[list[int]]:
    """The drifts by numbers, those together that have to do with each other."""
    parent = list(range(len(drifts)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = n = parent[parent[n]]
        return n

    by_uid: dict[str, int] = {}
    for n, drift in enumerate(drifts):
        parent[root(n)] = root(by_uid.setdefault(drift.booking.uid, n))
    by_key = {drift.key: n for n, drift in enumerate(drifts)}
    for n, obstacle in found:
        other = by_key.get((obstacle.claim.uid, obstacle.claim.recurrence_id), n)
        parent[root(n)] = root(other)
    for first, second in _collisions(drifts, range(len(drifts))):
        parent[root(first)] = root(second)
    groups: dict[int, list[int]] = defaultdict(list)
    for n in range(len(drifts)):
        groups[root(n)].append(n)
    yield from groups.values()


def plan_moves(drifts: Sequence[Drift], found: Iterable[Found], now: datetime) -> Plan:
    """Who can go back, if all that can go do so at once.

    What is in the way and goes as well is in nobody's way, nor is busy time that it has
    been in all along. Of two that would meet where they go, one stays.
    """
    work = _Planning(drifts, now)
    for n, obstacle in found:
        work.add_obstacle(n, obstacle)
    work.block_followers(list(work.blocked))
    fixed = set(work.blocked)
    while pair := next(_collisions(drifts, work.moving()), None):
        work.block_second(*pair)
    work.readmit(n for n in list(work.blocked) if n not in fixed)
    blocked = work.blocked
    return Plan(
        tuple(drifts[n] for n in work.moving()),
        tuple((d, blocked[n]) for n, d in enumerate(drifts) if n in blocked),
    )


class _Planning:
    """Who is blocked, by numbers, and who wants the place of whom."""

    def __init__(self, drifts: Sequence[Drift], now: datetime) -> None:
        self._drifts = drifts
        self._by_key = {drift.key: n for n, drift in enumerate(drifts)}
        self._followers: dict[int, list[Found]] = defaultdict(list)
        self._leaders: dict[int, set[int]] = defaultdict(set)
        self.blocked: dict[int, CalbookError] = {
            n: InThePast(f"{drift.booking.uid} would have begun already")
            for n, drift in enumerate(drifts)
            if drift.start.instant <= now
        }

    def moving(self) -> list[int]:
        return [n for n in range(len(self._drifts)) if n not in self.blocked]

    def add_obstacle(self, n: int, obstacle: Obstacle) -> None:
        drift, claim = self._drifts[n], obstacle.claim
        other = self._by_key.get((claim.uid, claim.recurrence_id))
        if other is not None:
            self._followers[other].append((n, obstacle))
            self._leaders[n].add(other)
        elif not (obstacle.is_retired or claim.span.overlaps(drift.occurrence.claim)):
            self.blocked.setdefault(n, _refusal(drift, obstacle))

    def block_followers(self, stay: list[int]) -> None:
        """Who stays is in the way of whoever wanted to go where it is."""
        while stay:
            for n, obstacle in self._followers[stay.pop()]:
                if n not in self.blocked:
                    self.blocked[n] = _refusal(self._drifts[n], obstacle)
                    stay.append(n)

    def block_second(self, first: int, second: int) -> None:
        there = self._drifts[first]
        claim = Claim(there.host_ids[0], there.claim, *there.key)
        obstacle = Obstacle(claim, there.meeting)
        self.blocked[second] = _refusal(self._drifts[second], obstacle)
        self.block_followers([second])

    def readmit(self, numbers: Iterable[int]) -> None:
        """Let those go after all who would meet nobody any more."""
        waiting = list(numbers)
        while (free := next(filter(self._is_free, waiting), None)) is not None:
            waiting.remove(free)
            del self.blocked[free]

    def _is_free(self, n: int) -> bool:
        """Whether all go whose place it takes, and nobody goes where it goes."""
        if not self._leaders[n].isdisjoint(self.blocked):
            return False
        drift = self._drifts[n]
        return not any(
            other.claim.overlaps(drift.claim)
            and not set(other.host_ids).isdisjoint(drift.host_ids)
            for other in (self._drifts[m] for m in self.moving())
        )


def _refusal(drift: Drift, obstacle: Obstacle) -> CalbookError:
    return slot_taken_error(obstacle, drift.booking.timezone)


def _collisions(
    drifts: Sequence[Drift], numbers: Iterable[int]
) -> Iterator[tuple[int, int]]:
    """Those that would overlap where they go, the earlier one first."""
    by_host: dict[str, list[int]] = defaultdict(list)
    for n in numbers:
        for host_id in drifts[n].host_ids:
            by_host[host_id].append(n)
    for found in by_host.values():
        last: int | None = None
        for n in sorted(found, key=lambda n: (drifts[n].claim, drifts[n].key)):
            claim = drifts[n].claim
            if last is not None and claim.start < drifts[last].claim.end:
                yield last, n
            if last is None or claim.end > drifts[last].claim.end:
                last = n
