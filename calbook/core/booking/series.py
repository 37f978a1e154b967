"""Which occurrences of a booking are meant, and where a series moves to.

An occurrence is named by its original local date, which stays when it moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta

from calbook.core.booking import effective_status, lifecycle, transitions
from calbook.core.booking.lifecycle import OccurrenceMove
from calbook.core.catalog import EventType
from calbook.core.errors import (
    AlreadyCancelled,
    BadInput,
    NotFound,
    NothingToChange,
    UsageError,
)
from calbook.core.model import Booking, GivenStart, Occurrence, Span, Status
from calbook.core.time import times
from calbook.core.typing_names import NamedTuple

# The years in which a start may be typed.
_FIRST, _LAST = date(times.FIRST_YEAR, 1, 1), date(times.LAST_YEAR, 12, 31)


class Selector(NamedTuple):
    """Which occurrences: one date, those from a date on, or all still to come."""

    on: date | None = None
    since: date | None = None
    all: bool = False

    @property
    def is_empty(self) -> bool:
        return self == Selector()


def select_occurrences(
    booking: Booking, selector: Selector, now: datetime
) -> tuple[Occurrence, ...]:
    """The occurrences that a selector means, by date.

    A booking that is no series needs no selector. Dates from one on, and all, are
    those that are still to come.

    Raises:
        UsageError: a series without a selector.
        NotFound: the date is none of the booking's.
        NothingToChange: nothing is still to come.
        AlreadyCancelled: because all of it is cancelled.
    """
    if selector.is_empty:
        if booking.recurring is not None:
            raise missing_selector_error(booking, *_SELECTORS)
        return booking.occurrences
    if selector.on is not None:
        return (occurrence_on(booking, selector.on),)
    found = tuple(
        o
        for o in booking.occurrences
        if (selector.since is None or o.date >= selector.since) and is_to_come(o, now)
    )
    if not found:
        raise _nothing_to_come(booking, selector, now)
    return found


def occurrence_on(booking: Booking, day: date) -> Occurrence:
    """The occurrence of an original local date."""
    for occurrence in booking.occurrences:
        if occurrence.date == day:
            return occurrence
    raise missing_date_error(
        booking.uid,
        day,
        {
            occurrence.date.isoformat(): times.local_date(
                occurrence.span.start, booking.timezone
            )
            for occurrence in booking.occurrences
        },
    )


def missing_date_error(uid: str, day: date, known: Mapping[str, date]) -> NotFound:
    """No date of the booking; `known` are its dates and where each of them is now."""
    error = NotFound("occurrence", f"{uid} on {day}")
    moved = [date for date, is_now in known.items() if is_now == day]
    error.hint = (
        f"the one of {moved[0]} has moved there: give that date"
        if moved
        else f"its dates: {_list_text(list(known))}"
    )
    error.details |= {"uid": uid, "date": day.isoformat(), "dates": list(known)}
    return error


def _list_text(dates: list[str]) -> str:
    if len(dates) <= 6:
        return ", ".join(dates)
    return f"{', '.join(dates[:3])}, … {dates[-1]} ({len(dates)} in all)"


def is_to_come(occurrence: Occurrence, now: datetime) -> bool:
    """Whether it takes place after now, as far as the clock sees it."""
    seen = effective_status.effective_occurrence(occurrence, now)
    is_live = seen.status in {Status.PENDING, Status.CONFIRMED}
    return is_live and occurrence.span.start > now


_SELECTORS = (
    "give date, from_date or all (those still to come)",
    "add --on DATE, --from DATE or --all (those still to come)",
)


def missing_selector_error(
    booking: Booking, hint: str, command_hint: str
) -> UsageError:
    return UsageError(
        f"{booking.uid} is a series: say which of its dates are meant",
        hint=hint,
        command_hint=command_hint,
        uid=booking.uid,
        dates=[occurrence.date.isoformat() for occurrence in booking.occurrences],
    )


def _nothing_to_come(booking: Booking, selector: Selector, now: datetime) -> Exception:
    seen = [
        effective_status.effective_occurrence(occurrence, now)
        for occurrence in booking.occurrences
    ]
    if all(occurrence.status is Status.CANCELLED for occurrence in seen):
        how = {occurrence.resolution for occurrence in seen}
        only = how.pop() if len(how) == 1 else None
        return AlreadyCancelled(booking.uid, only or "cancelled")
    since = f" from {selector.since} on" if selector.since else ""
    return NothingToChange(
        f"{booking.uid} has nothing still to come{since}",
        hint=f'look at its dates: bookings.get_occurrences("{booking.uid}")',
        command_hint=f"look at its dates: calbook occurrences {booking.uid}",
        uid=booking.uid,
    )


def shift_starts(
    booking: Booking, occurrences: Iterable[Occurrence], start: GivenStart
) -> tuple[tuple[GivenStart, Span], ...]:
    """New starts and meetings: the first goes to `start`, the others along with it.

    They shift by as many days from their original dates, to the same wall time,
    wherever they had moved before; each keeps its length. A wall time that the clocks
    skip or repeat is settled as in a rule (RFC 5545, 3.3.5).
    """
    first, *others = occurrences
    goal = times.wall_time(start.instant, booking.timezone)
    days = goal.date() - first.date
    moments = [
        _shift_start(booking, occurrence, days=days, goal=goal) for occurrence in others
    ]
    return tuple(
        (moment, _keep_length(occurrence, moment))
        for occurrence, moment in zip([first, *others], [start, *moments], strict=True)
    )


def _shift_start(
    booking: Booking, occurrence: Occurrence, *, days: timedelta, goal: datetime
) -> GivenStart:
    day = occurrence.date
    if not _FIRST - day <= days <= _LAST - day:
        raise BadInput(
            f"{transitions.occurrence_name(booking, occurrence)} would leave the years"
            f" {_FIRST.year}–{_LAST.year}",
            field="startTime",
        )
    wall = datetime.combine(day + days, goal.time())
    instant = times.instant_of_wall(wall, booking.timezone)
    return GivenStart(instant, wall, booking.timezone, by_offset=False)


def _keep_length(occurrence: Occurrence, start: GivenStart) -> Span:
    length = occurrence.span.end - occurrence.span.start
    return Span(start.instant, start.instant + length)


def plan_moves(
    occurrences: Iterable[Occurrence],
    goals: Iterable[tuple[GivenStart, Span]],
    event_type: EventType,
) -> tuple[OccurrenceMove, ...]:
    """The moves, each claiming with the event type's buffers as they are now."""
    return tuple(
        lifecycle.OccurrenceMove(
            occurrence, start, meeting, event_type.claimed_span(meeting)
        )
        for occurrence, (start, meeting) in zip(occurrences, goals, strict=True)
    )


class Place(NamedTuple):
    """Where the dates of a series take place: so many days on, at a wall time."""

    days: timedelta
    time: time

    def wall_of(self, occurrence: Occurrence) -> datetime:
        return datetime.combine(occurrence.date + self.days, self.time)

    def is_of(self, occurrence: Occurrence, timezone: str) -> bool:
        start = times.instant_of_wall(self.wall_of(occurrence), timezone)
        return occurrence.span.start == start


def first_place(booking: Booking) -> Place:
    """Where a series was booked."""
    first = times.wall_time(booking.occurrences[0].recurrence_id, booking.timezone)
    return Place(timedelta(0), first.time())


def place_now(booking: Booking) -> Place:
    """Where all that is to come has moved as a whole, else where most of it all is.

    What is to come is what was when the booking changed last: no clock moves a series.
    """
    live = [o for o in booking.occurrences if o.status is not Status.CANCELLED]
    told = live or booking.occurrences
    coming = [o for o in told if o.span.start > booking.updated_at]
    place = _commonest_place(booking, coming)
    if len(coming) > 1 and all(place.is_of(o, booking.timezone) for o in coming):
        return place
    return _commonest_place(booking, told)


def has_moved(booking: Booking) -> bool:
    """Whether calendars know the dates of a series by others than were booked."""
    return booking.recurring is not None and place_now(booking) != first_place(booking)


def _commonest_place(booking: Booking, occurrences: Iterable[Occurrence]) -> Place:
    """Where it was booked if not more of them, and two, are elsewhere together."""
    first = first_place(booking)
    counted = Counter(
        first if first.is_of(o, booking.timezone) else _place(booking, o)
        for o in occurrences
    )
    together = [place for place in counted if counted[place] > 1]
    return max([first, *together], key=lambda place: counted[place])


def _place(booking: Booking, occurrence: Occurrence) -> Place:
    wall = times.wall_time(occurrence.span.start, booking.timezone)
    return Place(wall.date() - occurrence.date, wall.time())


class Move(NamedTuple):
    """The occurrences of a booking that go together."""

    booking: Booking
    occurrences: tuple[Occurrence, ...]

    def goals(self, start: GivenStart) -> tuple[tuple[GivenStart, Span], ...]:
        """Where each of them goes when the first one goes to a start."""
        return shift_starts(self.booking, self.occurrences, start)

    def meetings(self, first: datetime) -> tuple[Span, ...]:
        """`goals` of an instant: the meetings alone."""
        zone = self.booking.timezone
        wall = times.wall_time(first, zone)
        start = GivenStart(first, wall, zone, by_offset=True)
        return tuple(meeting for _, meeting in self.goals(start))


def dates_given_by(host_ids: Collection[str], booking: Booking) -> Booking:
    """A booking without the dates that others give: these are not in that calendar."""
    is_given = [
        not {*host_ids}.isdisjoint(booking.hosts_of(o)) for o in booking.occurrences
    ]
    if all(is_given):
        return booking
    return booking._replace(
        occurrences=tuple(
            o if given else o._replace(status=Status.CANCELLED)
            for o, given in zip(booking.occurrences, is_given, strict=True)
        )
    )
