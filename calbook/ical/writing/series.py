"""A series as calendars are told of it: one rule, and what differs from it.

The rule says what every reader of RFC 5545 makes of it alike. Where readers might
differ, on a day when the clocks change, an occurrence is told of by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple, TypeVar

from icalendar import vRecur

from calbook.core.model import Booking, Occurrence, Status
from calbook.core.time import recurrence, times
from calbook.core.time.recurrence import Recurrence

_LIVE = frozenset({Status.PENDING, Status.CONFIRMED})

_Value = TypeVar("_Value", bound=Hashable)


class Series(NamedTuple):
    """A recurring booking, up to the last of the rule's `walls` that is told of.

    `length` and `is_pending` are those of most occurrences; `walls` has dates without
    an occurrence too, where the zone left one out.
    """

    timezone: str
    rule: Recurrence
    length: timedelta
    is_pending: bool
    walls: tuple[datetime, ...]
    occurrences: tuple[Occurrence, ...]

    def cut(self) -> Series:
        """Without the cancelled dates at the end: the rule need not reach them."""
        last = max(o.date for o in self.occurrences if not is_cancelled(o))
        return self._replace(
            walls=tuple(wall for wall in self.walls if wall.date() <= last),
            occurrences=tuple(o for o in self.occurrences if o.date <= last),
        )

    @property
    def excluded(self) -> tuple[datetime, ...]:
        """The dates on which nothing takes place.

        One that the zone left out (Apia, 2011-12-30) is to some the same instant as
        the next day's (RFC 5545, 3.3.5): excluding it would take that with it, while
        of two that are the same one is dropped (3.8.5.3).
        """
        live = [each for each in self.occurrences if not is_cancelled(each)]
        instants = {each.recurrence_id for each in live}
        return tuple(
            wall
            for wall in self._walls_but(live)
            if times.instant_of_wall(wall, self.timezone) not in instants
        )

    @property
    def differing(self) -> tuple[Occurrence, ...]:
        """What takes place otherwise than some reader of the rule might think."""
        left_out = self._walls_but(self.occurrences)
        doubled = {times.instant_of_wall(wall, self.timezone) for wall in left_out}
        return tuple(
            occurrence
            for occurrence in self.occurrences
            if not is_cancelled(occurrence)
            and (
                occurrence.recurrence_id in doubled
                or is_pending(occurrence) is not self.is_pending
                or not self._follows(occurrence)
            )
        )

    @property
    def moved(self) -> tuple[Occurrence, ...]:
        """What is or was last somewhere else than the rule says."""
        return tuple(
            occurrence
            for occurrence in self.occurrences
            if occurrence.span.start != occurrence.recurrence_id
            and not self._follows(occurrence)
        )

    @property
    def move_reason(self) -> str | None:
        """Why it was moved, where that is the same of all that is still to come."""
        reasons = {o.move_reason for o in self.occurrences if o.status in _LIVE}
        return reasons.pop() if len(reasons) == 1 else None

    @property
    def has_steady_start(self) -> bool:
        """Whether DTSTART and DTEND give everybody the length of all instances."""
        return self._is_steady(self.walls[0])

    def to_recur(self) -> vRecur:
        """RFC 5545, 3.3.10: UNTIL in UTC, as DTSTART has a TZID."""
        recur = vRecur(FREQ=self.rule.frequency.value)
        if self.rule.interval != 1:
            recur["INTERVAL"] = self.rule.interval
        if self._is_countable:
            recur["COUNT"] = len(self.walls)
        else:
            recur["UNTIL"] = [times.instant_of_wall(self.walls[-1], self.timezone)]
        if self.rule.by_day:
            recur["BYDAY"] = [
                str(day) for day in recurrence.with_numbered_weekdays(self.rule.by_day)
            ]
        return recur

    @property
    def _is_countable(self) -> bool:
        """Whether everybody counts the same dates.

        RFC 5545, 3.3.10 says of a time that the clocks skip both that it does not
        count and that it is another (3.3.5).
        """
        return self.rule.count is not None and all(
            times.possible_instants(wall, self.timezone) for wall in self.walls
        )

    def _follows(self, occurrence: Occurrence) -> bool:
        wall = datetime.combine(occurrence.date, self.walls[0].time())
        start = times.instant_of_wall(wall, self.timezone)
        return self._is_steady(wall) and occurrence.span == (start, start + self.length)

    def _is_steady(self, wall: datetime) -> bool:
        """Whether the walls show start and end once, as far apart as they are.

        By RFC 5545, 3.8.5.3 all instances take the same time, but readers add it to
        the wall time.
        """
        both = (wall, wall + self.length)
        shown = [times.possible_instants(each, self.timezone) for each in both]
        return [len(each) for each in shown] == [1, 1] and (
            shown[1][0] - shown[0][0] == self.length
        )

    def _walls_but(self, occurrences: Iterable[Occurrence]) -> tuple[datetime, ...]:
        dates = {occurrence.date for occurrence in occurrences}
        return tuple(wall for wall in self.walls if wall.date() not in dates)


def read_series(booking: Booking) -> Series:
    """The whole series of a booking that recurs."""
    assert booking.recurring is not None
    live = [each for each in booking.occurrences if not is_cancelled(each)]
    return Series(
        timezone=booking.timezone,
        rule=booking.recurring,
        length=commonest(o.span.end - o.span.start for o in booking.occurrences),
        is_pending=commonest(is_pending(o) for o in live or booking.occurrences),
        walls=tuple(_walls(booking, booking.recurring)),
        occurrences=booking.occurrences,
    )


def wall_of(booking: Booking, occurrence: Occurrence) -> datetime:
    """The wall time by the rule: how calendars know the occurrence for life.

    The day it was moved to does not count, nor an hour that the clocks skip.
    """
    first = booking.occurrences[0].recurrence_id
    time = times.wall_time(first, booking.timezone).time()
    return datetime.combine(occurrence.date, time)


def is_cancelled(occurrence: Occurrence) -> bool:
    return occurrence.status is Status.CANCELLED


def is_pending(occurrence: Occurrence) -> bool:
    return occurrence.status is Status.PENDING


def commonest(values: Iterable[_Value]) -> _Value:
    """The value that is there most often, or the first of such."""
    return Counter(values).most_common(1)[0][0]


def _walls(booking: Booking, rule: Recurrence) -> Iterator[datetime]:
    last = booking.occurrences[-1].date
    walls = recurrence.wall_times(rule, wall_of(booking, booking.occurrences[0]))
    return takewhile(lambda wall: wall.date() <= last, walls)
