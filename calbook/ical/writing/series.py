"""A series as calendars are told of it: one rule, and what differs from it.

The rule says what every reader of RFC 5545 makes of it alike. Where readers might
differ, on a day when the clocks change, an occurrence is told of by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple, TypeVar

from calbook.core.booking import replies
from calbook.core.booking import series as placing
from calbook.core.booking.series import Place
from calbook.core.model import Attendee, Booking, Occurrence, Status
from calbook.core.time import recurrence, times
from calbook.core.time.recurrence import Recurrence
from calbook.ical.writing import values

_LIVE = frozenset({Status.PENDING, Status.CONFIRMED})

_Value = TypeVar("_Value", bound=Hashable)


class Series(NamedTuple):
    """A recurring booking, up to the last of the rule's `walls` that is told of.

    `length` and `is_pending` are those of most occurrences; `walls` has dates without
    an occurrence too, where the zone left one out. `place` is where the rule has them,
    and so how calendars know them: as booked, or since all of them moved.
    """

    timezone: str
    rule: Recurrence
    place: Place
    length: timedelta
    is_pending: bool
    walls: tuple[datetime, ...]
    occurrences: tuple[Occurrence, ...]
    is_cut: bool = False

    def cut(self) -> Series:
        """Without the cancelled dates at the end: the rule need not reach them."""
        last = max(o.date for o in self.occurrences if not is_cancelled(o))
        end = last + self.place.days
        return self._replace(
            walls=tuple(wall for wall in self.walls if wall.date() <= end),
            occurrences=tuple(o for o in self.occurrences if o.date <= last),
            is_cut=last < self.occurrences[-1].date,
        )

    @property
    def excluded(self) -> tuple[datetime, ...]:
        """The dates on which nothing takes place.

        One that the zone left out (Apia, 2011-12-30) is to some the same instant as
        the next day's (RFC 5545, 3.3.5): excluding it would take that with it, while
        of two that are the same one is dropped (3.8.5.3).
        """
        live = [each for each in self.occurrences if not is_cancelled(each)]
        instants = {self.start_by_rule(each) for each in live}
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
                bool(occurrence.host_ids)
                or self.start_by_rule(occurrence) in doubled
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
            if {occurrence.recurrence_id, self.start_by_rule(occurrence)}
            != {occurrence.span.start}
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

    def to_recur(self) -> str:
        """RFC 5545, 3.3.10: UNTIL in UTC, as DTSTART has a TZID."""
        days = recurrence.with_numbered_weekdays(self.rule.by_day)
        last = times.instant_of_wall(self.walls[-1], self.timezone)
        parts = [f"FREQ={self.rule.frequency.value}"]
        if self._is_countable:
            parts.append(f"COUNT={len(self.walls)}")
        else:
            parts.append(f"UNTIL={values.utc(last)}")
        if self.rule.interval != 1:
            parts.append(f"INTERVAL={self.rule.interval}")
        if days:
            parts.append(f"BYDAY={','.join(map(str, days))}")
        return ";".join(parts)

    @property
    def _is_countable(self) -> bool:
        """Whether everybody counts the same dates.

        RFC 5545, 3.3.10 says of a time that the clocks skip both that it does not
        count and that it is another (3.3.5). Emacs and calcurse miscount where dates
        were taken out or moved.
        """
        is_whole = not (self.is_cut or self.excluded or self.differing)
        return self.rule.count is not None and is_whole

    def start_by_rule(self, occurrence: Occurrence) -> datetime:
        return times.instant_of_wall(self.place.wall_of(occurrence), self.timezone)

    def _follows(self, occurrence: Occurrence) -> bool:
        start = self.start_by_rule(occurrence)
        is_steady = self._is_steady(self.place.wall_of(occurrence))
        return is_steady and occurrence.span == (start, start + self.length)

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
        walls = {self.place.wall_of(occurrence) for occurrence in occurrences}
        return tuple(wall for wall in self.walls if wall not in walls)


def read_series(booking: Booking) -> Series:
    """The whole series of a booking that recurs.

    Where its dates have moved as a whole, its rule is the one that they follow now, if
    there is such a rule: a second Tuesday and a day is none.
    """
    assert booking.recurring is not None
    live = [each for each in booking.occurrences if not is_cancelled(each)]
    place, rule = placing.place_now(booking), booking.recurring
    walls = (*_walls(booking, rule, placing.first_place(booking)),)
    moved = _moved_rule(rule, place.days)
    moved_walls = (*_walls(booking, moved, place),)
    if [day + place.days for day in map(_date, walls)] == [*map(_date, moved_walls)]:
        rule, walls = moved, moved_walls
    else:
        place = placing.first_place(booking)
    return Series(
        timezone=booking.timezone,
        rule=rule,
        place=place,
        length=commonest(o.span.end - o.span.start for o in booking.occurrences),
        is_pending=commonest(is_pending(o) for o in live or booking.occurrences),
        walls=walls,
        occurrences=booking.occurrences,
    )


def told_apart(series: Series, persons: Iterable[Attendee]) -> tuple[Occurrence, ...]:
    """What differs, and dates that one of these answered otherwise than all of them."""
    apart = {
        reply.day
        for person in persons
        for reply in person.replies
        if reply.day and reply.partstat != replies.partstat(person)
    }
    differing = {o.recurrence_id for o in series.differing}
    return tuple(
        o
        for o in series.occurrences
        if o.recurrence_id in differing or (o.date in apart and not is_cancelled(o))
    )


def is_cancelled(occurrence: Occurrence) -> bool:
    return occurrence.status is Status.CANCELLED


def is_pending(occurrence: Occurrence) -> bool:
    return occurrence.status is Status.PENDING


def _date(wall: datetime) -> date:
    return wall.date()


def commonest(among: Iterable[_Value]) -> _Value:
    """The value that is there most often, or the first of such."""
    return Counter(among).most_common(1)[0][0]


def _walls(booking: Booking, rule: Recurrence, place: Place) -> Iterator[datetime]:
    first, last = (place.wall_of(booking.occurrences[n]) for n in (0, -1))
    return takewhile(lambda wall: wall <= last, recurrence.wall_times(rule, first))


def _moved_rule(rule: Recurrence, days: timedelta) -> Recurrence:
    """The rule as many days on; its last date is that of its walls."""
    by_day = tuple(
        day._replace(
            day=recurrence.DAYS[(recurrence.DAYS.index(day.day) + days.days) % 7]
        )
        for day in rule.by_day
    )
    until = rule.until and rule.until + days
    return replace(rule, until=until, by_day=by_day)
