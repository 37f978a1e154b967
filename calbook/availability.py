"""`client.calendar.availability`: which starts can be booked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from calbook import wishes
from calbook.core import fields, times, when
from calbook.core.errors import BadInput, UsageError
from calbook.core.model import DAY, SECOND, EventType, Span
from calbook.store.facts import Aside, Facts
from calbook.values.times import Block, Explanation, Slot
from calbook.wishes import Wish

if TYPE_CHECKING:
    from calbook.core.recurrence import Recurrence
    from calbook.desk import Desk
    from calbook.finding import Found


class Availability:
    """Free starts, by the same rules that booking obeys."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def timezone(self, event_type_id: str, *, host_id: str | None = None) -> str:
        """The zone that an event type's bookings live in."""
        host = _host_id(host_id)
        with self._desk.store.read(Facts) as facts:
            return wishes.timezone(facts, _event_type(facts, event_type_id), host)

    def check(
        self,
        *,
        event_type_id: str,
        start_time: str | datetime,
        host_id: str | None = None,
        timezone: str | None = None,
    ) -> None:
        """Raise the refusal that booking this start would meet, whoever attends."""
        from calbook import explaining  # slow to import

        with self._desk.store.read(Facts) as facts:
            wish = self._wish(facts, event_type_id, host_id, timezone)
            refused = explaining.refusal(facts, _starting(wish, start_time))
        if refused is not None:
            raise refused

    def explain(
        self,
        *,
        event_type_id: str,
        start_time: str | datetime,
        host_id: str | None = None,
        exclude_booking_uid: str | None = None,
        exclude_date: str | date | None = None,
        timezone: str | None = None,
    ) -> Explanation:
        """What each rule says of a start, with the facts that it compared.

        As `create` would decide for one attendee. `code` and `exit_code` are those of
        the refusal, if any; `host_id` the host who would take it, `joins` the group
        that it would join. The excluded booking does not stand in its own way, or of
        a series the one of `exclude_date`.
        """
        from calbook import explaining

        with self._desk.store.read(Facts) as facts:
            wish = self._wish(facts, event_type_id, host_id, timezone)
            wish = wish._replace(
                aside=_aside(facts, exclude_booking_uid, exclude_date, wish.now)
            )
            return Explanation(explaining.explained(facts, _starting(wish, start_time)))

    def blocked(
        self,
        *,
        event_type_id: str,
        date: str | datetime,
        host_id: str | None = None,
        exclude_booking_uid: str | None = None,
        exclude_date: str | date | None = None,
        timezone: str | None = None,
    ) -> tuple[Block, ...]:
        """The stretches of a local date in which nothing can be booked, and why.

        In order; they overlap where several reasons do. Claims count with their
        buffers. `host_id` is null where it is no single host's matter.
        """
        from calbook import explaining

        with self._desk.store.read(Facts) as facts:
            wish = self._wish(facts, event_type_id, host_id, timezone)
            wish = wish._replace(
                aside=_aside(facts, exclude_booking_uid, exclude_date, wish.now)
            )
            zone = wish.shown_in or wish.timezone
            day = wishes.local_day(when.day(date, now=wish.now, timezone=zone), zone)
            return tuple(map(Block, explaining.blocked(facts, wish, day)))

    def get(
        self,
        *,
        event_type_id: str,
        start_date: str | datetime = "now",
        end_date: str | datetime | None = None,
        days: int | None = None,
        host_id: str | None = None,
        exclude_booking_uid: str | None = None,
        exclude_date: str | date | None = None,
        recurring: Mapping[str, Any] | None = None,
        timezone: str | None = None,
        count: int | None = None,
    ) -> tuple[Slot, ...]:
        """Starts on the slot grid that an attendee may book, in order; `count` at most.

        From `start_date`, included, to `end_date` (a bare date includes that day) or
        to the end of so many days (7 without either), ten years at most. A slot's
        `host_id` is the host whose turn it would be now; a group with a seat left is
        listed at whatever time it starts. The excluded booking does not stand in its
        own way, or of a series the one of `exclude_date`.
        With `recurring`, as in `create`, the starts at which the whole series fits.

        Raises:
            BadInput: the range is too long, or the series would be.
        """
        from calbook import finding

        if count is not None:
            fields.whole(count, "count", least=0, most=_MOST)
        with self._desk.store.read(Facts) as facts:
            wish = self._wish(facts, event_type_id, host_id, timezone)
            wish = wish._replace(
                aside=_aside(facts, exclude_booking_uid, exclude_date, wish.now)
            )
            zone = wish.shown_in or wish.timezone
            wanted = _range(start_date, end_date, days, now=wish.now, timezone=zone)
            rule = _rule(recurring, now=wish.now, timezone=wish.timezone)
            free = islice(finding.free(facts, wish, wanted, rule), count)
            clock = times.clock(wish.timezone)
            length = wish.event_type.duration // SECOND
            slots = tuple(
                _slot(clock, length, found) for found in islice(free, MOST_SLOTS + 1)
            )
        if len(slots) > MOST_SLOTS:
            raise BadInput(
                f"there are more than {MOST_SLOTS:,} free starts",
                hint="look at fewer days, or at fewer starts with --limit",
                field="endDate",
                most=MOST_SLOTS,
            )
        return slots

    def _wish(
        self,
        facts: Facts,
        event_type_id: str,
        host_id: str | None,
        timezone: str | None,
    ) -> Wish:
        host_id, now = _host_id(host_id), self._desk.clock()
        event_type = _event_type(facts, event_type_id)
        zone = wishes.timezone(facts, event_type, host_id)
        return Wish(
            event_type,
            meetings=(),
            timezone=zone,
            now=now,
            host_id=host_id,
            shown_in=when.timezone(timezone) if timezone else None,
        )


def _starting(wish: Wish, start_time: str | datetime) -> Wish:
    """With the meeting of a start, which is read in the zone that was asked for."""
    asked = wish.shown_in or wish.timezone
    start = when.moment(start_time, now=wish.now, timezone=asked)
    length = wish.event_type.duration
    return wish._replace(meetings=(wishes.meeting(start, length, wish.timezone),))


def _aside(
    facts: Facts, uid: str | None, day: str | date | None, now: datetime
) -> Aside | None:
    """A booking that is to be moved, or one date of a series."""
    if uid is None:
        if day is not None:
            raise UsageError("which booking is to be moved that day?")
        return None
    found = facts.found(uid)
    if day is None:
        return Aside(found)
    from calbook.core import series  # slow to import

    booking = facts.booking(found)
    wanted = when.day(day, now=now, timezone=booking.timezone)
    return Aside(found, (series.on(booking, wanted).recurrence_id,))


_LONGEST = 3660 * DAY
_MOST = 1_000_000_000
MOST_SLOTS = 100_000  # of one listing
_WEEK = 7


def _range(
    start_date: str | datetime,
    end_date: str | datetime | None,
    days: int | None,
    *,
    now: datetime,
    timezone: str,
) -> Span:
    if end_date is not None and days is not None:
        raise UsageError("say where the range ends, or how many days it has: not both")
    first = when.lower(start_date, now=now, timezone=timezone)
    if end_date is not None:
        last = when.upper(end_date, now=now, timezone=timezone)
    else:
        most = _LONGEST.days
        number = _WEEK if days is None else days
        length = fields.whole(number, "days", least=1, most=most) * DAY
        last = times.day_start(times.local_date(first, timezone) + length, timezone)
    if last < first:
        raise BadInput(
            "the range ends before it begins",
            hint="mon…sun are the first such days after today",
            field="endDate",
        )
    if last - first > _LONGEST:
        raise BadInput(
            f"free starts are listed for {_LONGEST.days} days at most",
            hint="let the range end sooner, or begin later",
            field="endDate",
            most=_LONGEST.days,
        )
    return Span(first, last)


def _rule(value: object, *, now: datetime, timezone: str) -> Recurrence | None:
    if value is None:
        return None
    from calbook.intake import recurring  # slow to import

    return recurring.recurrence(value, now=now, timezone=timezone)


def _event_type(facts: Facts, event_type_id: str) -> EventType:
    return facts.event_type(fields.identifier(event_type_id, "evt", "eventTypeId"))


def _host_id(host_id: str | None) -> str | None:
    if host_id is None:
        return None
    return fields.identifier(host_id, "user", "hostId")


def _slot(clock: times.Clock, length: int, found: Found) -> Slot:
    return Slot(
        {
            "startTime": clock(found.start),
            "endTime": clock(found.start + length),
            "hostId": found.host_id,
            "seatsLeft": found.seats_left,
        }
    )
