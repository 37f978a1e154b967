"""More dates for a series, by its own rule and after its last.

A date keeps its place in the rule, and takes place where the series is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from calbook.core.booking import changes, series, transitions
from calbook.core.booking.changes import Change
from calbook.core.booking.transitions import Action
from calbook.core.catalog import EventType
from calbook.core.errors import NothingToChange, UsageError
from calbook.core.model import (
    Actor,
    Booking,
    GivenStart,
    Occurrence,
    Span,
    Status,
)
from calbook.core.time import recurrence, times
from calbook.core.time.recurrence import Recurrence, Start


class LaterDates(NamedTuple):
    """What a series gets: its rule with them, and each by that rule."""

    rule: Recurrence
    starts: tuple[Start, ...]


def dates_by_count(booking: Booking, count: int, *, most: int) -> LaterDates:
    """So many dates after the last, cancelled or not.

    Raises:
        BadInput: the series would have more than `most` dates.
    """
    total = len(booking.occurrences) + count
    return _later_dates(booking, _rule(booking), count=total, most=most)


def dates_until(booking: Booking, until: date, *, most: int) -> LaterDates:
    """The dates after the last up to a day, which is included.

    Raises:
        BadInput: the series would have more than `most` dates.
        NothingToChange: there are none.
    """
    last = last_date(booking)
    if until > last:
        found = _later_dates(booking, _rule(booking), until=until, most=most)
        if found.starts:
            return found
    raise NothingToChange(
        f"{booking.uid} has no further date until {until}: its last is {last}",
        hint="give a later until, or a count",
        command_hint="give a later --until, or --count",
        uid=booking.uid,
        last=last.isoformat(),
    )


def last_date(booking: Booking) -> date:
    return max(occurrence.date for occurrence in booking.occurrences)


def check_goes_on(booking: Booking, now: datetime) -> None:
    """Raise where there is no rule for more dates, or nothing is to come any more."""
    if booking.recurring is None:
        raise UsageError(
            f"{booking.uid} is no series: it has one date and no rule for more",
            hint="book a series: create(…, recurring={…})",
            command_hint="book a series: calbook create … --repeat weekly",
            uid=booking.uid,
        )
    transitions.occurrences_allowing(booking, Action.EXTEND, now)


def _rule(booking: Booking) -> Recurrence:
    assert booking.recurring is not None
    return booking.recurring


def _later_dates(
    booking: Booking,
    rule: Recurrence,
    *,
    most: int,
    count: int | None = None,
    until: date | None = None,
) -> LaterDates:
    """A rule that counts goes on counting; one that ends on a day ends later."""
    first = times.wall_time(booking.occurrences[0].recurrence_id, booking.timezone)
    wanted = replace(rule, count=count, until=until)
    every = recurrence.starts(wanted, first, booking.timezone, most=most)
    if rule.count is not None:
        wanted = replace(rule, count=len(every))
    elif until is None:
        wanted = replace(rule, until=every[-1].wall.date())
    last = last_date(booking)
    return LaterDates(wanted, tuple(s for s in every if s.wall.date() > last))


def place_dates(
    booking: Booking, starts: Sequence[Start], event_type: EventType, status: Status
) -> tuple[Occurrence, ...]:
    """The dates as meetings: as long as the last that takes place, where all are now.

    They claim with the event type's buffers as these are now.
    """
    live = [o for o in booking.occurrences if o.status is not Status.CANCELLED]
    last = (live or booking.occurrences)[-1]
    length = last.span.end - last.span.start
    place, zone = series.place_now(booking), booking.timezone
    is_moved = place != series.first_place(booking)
    return tuple(
        _place(start, zone, place if is_moved else None, length, event_type, status)
        for start in starts
    )


def _place(
    start: Start,
    timezone: str,
    place: series.Place | None,
    length: timedelta,
    event_type: EventType,
    status: Status,
) -> Occurrence:
    day, wall, instant = start.wall.date(), start.wall, start.instant
    if place is not None:
        wall = datetime.combine(day + place.days, place.time)
        instant = times.instant_of_wall(wall, timezone)
    meeting = Span(instant, instant + length)
    return Occurrence(
        recurrence_id=start.instant,
        date=day,
        start=GivenStart(instant, wall, timezone, by_offset=False),
        span=meeting,
        claim=event_type.claimed_span(meeting),
        status=status,
    )


def extend(
    booking: Booking,
    rule: Recurrence,
    dates: Sequence[Occurrence],
    *,
    refused: Sequence[int],
    now: datetime,
    by: Actor,
    overrides: tuple[str, ...],
) -> Change:
    """The series with its new dates; those refused, by number, are left out.

    It is told of as a move, as from then on people meet at other times.
    """
    transitions.occurrences_allowing(booking, Action.EXTEND, now)
    left_out = [changes.leave_out(o) for n, o in enumerate(dates) if n in refused]
    booked = [o for n, o in enumerate(dates) if n not in refused]
    every = (*booking.occurrences, *booked, *left_out)
    conflicts = [o.date.isoformat() for o in left_out]
    return changes.change_occurrences(
        booking._replace(
            recurring=rule,
            occurrences=tuple(sorted(every, key=lambda o: o.recurrence_id)),
            sequence=booking.sequence + 1,
            overrides=tuple(dict.fromkeys((*booking.overrides, *overrides))),
        ),
        booked,
        kind="booking.rescheduled",
        by=by,
        now=now,
        change={
            "extendedBy": len(booked),
            **({"conflicts": conflicts} if conflicts else {}),
            **({"overrides": list(overrides)} if overrides else {}),
        },
    )
