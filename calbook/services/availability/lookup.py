"""What people ask of availability: free starts, and why others cannot be booked."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice

from calbook.core import checks
from calbook.core.catalog import EventType
from calbook.core.errors import BadInput, UsageError
from calbook.core.model import DAY, SECOND, Attendee, Booking, Span
from calbook.core.time import parsing, times
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.services.availability.booking_request import (
    BookingRequest,
    booking_timezone,
    day_span,
    meeting_span,
    unknown_duration,
)
from calbook.store.facts import Exclusion, Facts
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence
    from calbook.services.availability.free_starts import FreeStart
    from calbook.store.context import Context
    from calbook.wire.reading.booking_requests import NewHosts


class AvailabilityQuery:
    """Of which event type's time something is asked, and as if what were not there."""

    def __init__(
        self,
        event_type_id: str,
        host_id: str | None = None,
        exclude_booking_uid: str | None = None,
        exclude_date: str | date | None = None,
        timezone: str | None = None,
        *,
        reassigns: bool = False,
        resource_id: str | None = None,
        duration: int | None = None,
        person: str | None = None,
    ) -> None:
        self.event_type_id = event_type_id
        self.host_id = host_id
        self.timezone = timezone
        self.exclude_booking_uid = exclude_booking_uid
        self.exclude_date = exclude_date
        self.reassigns = reassigns
        self.resource_id = resource_id
        self.duration = duration
        self.person = person


def read_timezone(context: Context, question: AvailabilityQuery) -> str:
    """The zone that an event type's bookings live in."""
    with context.store.read(Facts) as facts:
        return _request(context, facts, question).timezone


def check_start(
    context: Context, question: AvailabilityQuery, start_time: str | datetime
) -> None:
    """Raise the refusal that booking this start would meet, whoever attends."""
    from calbook.services.availability import explain  # slow to import

    with context.store.read(Facts) as facts:
        request = _request(context, facts, question)
        refused = explain.start_refusal(facts, _with_start(request, start_time))
    if refused is not None:
        raise refused


def read_explanation(
    context: Context, question: AvailabilityQuery, start_time: str | datetime
) -> Json:
    """What each rule says of a start, with the facts that it compared."""
    from calbook.services.availability import explain

    with context.store.read(Facts) as facts:
        request = _with_start(_request(context, facts, question), start_time)
        if request.move is not None:
            from calbook.services.availability import moves  # slow to import

            wanted = _new_hosts(request, question)
            request = moves.deciding_request(facts, request, wanted)
        return explain.explain_start(facts, request)


def list_blocked(
    context: Context, question: AvailabilityQuery, day: str | date
) -> list[Json]:
    """The stretches of a local date in which nothing can be booked, and why."""
    from calbook.services.availability import explain

    with context.store.read(Facts) as facts:
        request = _request(context, facts, question)
        if request.move is not None:
            from calbook.services.availability import moves  # slow to import

            wanted = _new_hosts(request, question)
            *_, request = moves.listing_requests(request, wanted)
        zone = request.display_timezone or request.timezone
        chosen = day_span(parsing.day(day, now=request.now, timezone=zone), zone)
        return explain.blocked_stretches(facts, request, chosen)


class FreeSlots:
    """Free starts, each of which is JSON once it is asked for: there may be many."""

    def __init__(self, starts: Sequence[FreeStart], timezone: str) -> None:
        self.starts = starts
        self._text = times.rfc3339_of_many(timezone)

    def to_json(self, found: FreeStart) -> Json:
        return {
            "startTime": self._text(found.start),
            "endTime": self._text(found.start + found.length),
            "hostId": found.host_id,
            "seatsLeft": found.seats_left,
        }


def list_slots(
    context: Context,
    question: AvailabilityQuery,
    *,
    start_date: str | datetime,
    end_date: str | datetime | None,
    days: int | None,
    recurring: Mapping[str, Any] | None,
    count: int | None,
) -> FreeSlots:
    """Starts on the slot grid that an attendee may book, in order; `count` at most."""
    from calbook.services.availability.free_starts import find_free_starts

    if count is not None:
        checks.whole_number(count, "count", least=0, most=_MOST)
    with context.store.read(Facts) as facts:
        request = _request(context, facts, question, moves=recurring is None)
        zone = request.display_timezone or request.timezone
        wanted = _range(start_date, end_date, days, now=request.now, timezone=zone)
        rule = _rule(recurring, now=request.now, timezone=request.timezone)
        if request.move is None:
            starts = find_free_starts(facts, request, wanted, rule)
        else:
            starts = _starts_to_move_to(facts, request, question, wanted)
        free = islice(starts, count)
        slots = FreeSlots([*islice(free, MOST_SLOTS + 1)], request.timezone)
    if len(slots.starts) > MOST_SLOTS:
        raise BadInput(
            f"there are more than {MOST_SLOTS:,} free starts",
            hint="look at fewer days, or at fewer starts with count",
            command_hint="look at fewer days, or at fewer starts with --limit",
            field="endDate",
            most=MOST_SLOTS,
        )
    return slots


def _request(
    context: Context, facts: Facts, question: AvailabilityQuery, *, moves: bool = True
) -> BookingRequest:
    """What is asked of an event type's time; unless `moves`, for a new booking."""
    now, shown = context.clock(), question.timezone
    display = parsing.timezone(shown) if shown else None
    event_type = _event_type(facts, question.event_type_id)
    host_id, uid = _host_id(question.host_id), question.exclude_booking_uid
    duration = _duration(question.duration)
    resource_id = _resource_id(question.resource_id)
    persons = _persons(facts, question.person)
    if uid is not None and persons:
        raise UsageError("a booking that moves keeps its persons: leave person out")
    if uid is None and question.exclude_date is not None:
        raise UsageError("which booking is to be moved that day?")
    if uid is not None and moves:
        booking = facts.booking(facts.resolve_uid(uid))
        if booking.event_type_id == event_type.id:
            request = _request_move(facts, booking, question, now)
            if duration not in (None, request.event_type.duration):
                raise UsageError(f"{booking.uid} keeps its length when it moves")
            return request._replace(display_timezone=display, resource_id=resource_id)
    if duration not in (None, *event_type.lengths):
        raise unknown_duration(event_type, hint="choose one of them")
    return BookingRequest(
        event_type.with_duration(duration or event_type.duration),
        meetings=(),
        timezone=booking_timezone(facts, event_type, host_id, resource_id),
        now=now,
        host_id=host_id,
        resource_id=resource_id,
        display_timezone=display,
        attendees=persons,
        exclusion=_exclusion(facts, uid, question.exclude_date, now),
        duration=duration,
    )


def _request_move(
    facts: Facts,
    booking: Booking,
    question: AvailabilityQuery,
    now: datetime,
) -> BookingRequest:
    """What `reschedule` asks: of a series one date, else all that are to come."""
    from calbook.core.booking.series import Selector  # slow to import
    from calbook.services.availability import moves

    day = question.exclude_date
    if day is not None:
        on = parsing.day(day, now=now, timezone=booking.timezone)
        selector = Selector(on=on)
    else:
        selector = Selector(all=booking.recurring is not None)
    move = moves.select_move(booking, selector, now)
    return moves.request_move(facts, move, now=now)


def _new_hosts(request: BookingRequest, question: AvailabilityQuery) -> NewHosts:
    """Whether a booking that is moved goes to others: to one who is named as well."""
    from calbook.services.availability import moves  # slow to import
    from calbook.wire.reading.booking_requests import NewHosts

    assert request.move is not None
    host_id, own = _host_id(question.host_id), moves.own_hosts(request.move)
    if host_id is None or all(host_id in hosts for hosts in own):
        return NewHosts(question.reassigns)
    return NewHosts(True, to_host=host_id)


def _starts_to_move_to(
    facts: Facts, request: BookingRequest, question: AvailabilityQuery, wanted: Span
) -> Iterator[FreeStart]:
    """As `reschedule` decides: by the first of some requests that lets a start be.

    Where a booking is, others take it by the rules of a handover.
    """
    from calbook.services.availability import moves  # slow to import
    from calbook.services.availability.free_starts import FreeStart, find_free_starts

    move, new = request.move, _new_hosts(request, question)
    assert move is not None
    lists = [
        find_free_starts(facts, asked, wanted)
        for asked in moves.listing_requests(request, new)
    ]
    there = move.occurrences[0].span.start
    hands_over = new.are_wanted and moves.is_where_it_is(move, there)
    if hands_over and wanted.start <= there < wanted.end:
        taker = moves.taker_where_it_is(facts, request, new)
        event_type = request.event_type
        length, seats = event_type.duration // SECOND, event_type.seats
        at = []
        if taker is not None:
            at = [FreeStart(times.epoch(there), length, taker, seats)]
        lists = [*(_without(each, times.epoch(there)) for each in lists), iter(at)]
    last = None
    for start in heapq.merge(*lists, key=lambda found: found.start):
        if start.start != last:
            yield start
        last = start.start


def _without(starts: Iterator[FreeStart], there: int) -> Iterator[FreeStart]:
    return (found for found in starts if found.start != there)


def _with_start(request: BookingRequest, start_time: str | datetime) -> BookingRequest:
    """With the meetings of a start, which is read in the zone that was asked for."""
    asked = request.display_timezone or request.timezone
    start = parsing.moment(start_time, now=request.now, timezone=asked)
    length = request.event_type.duration
    first = meeting_span(start, length, request.timezone)
    if request.move is None:
        return request._replace(meetings=(first,))
    goals = request.move.goals(start)
    return request._replace(meetings=tuple(meeting for _, meeting in goals))


def _exclusion(
    facts: Facts, uid: str | None, day: str | date | None, now: datetime
) -> Exclusion | None:
    """A booking that is as good as gone, or one date of a series."""
    if uid is None:
        return None
    found = facts.resolve_uid(uid)
    if day is None:
        return Exclusion(found)
    from calbook.core.booking import series  # slow to import

    booking = facts.booking(found)
    wanted = parsing.day(day, now=now, timezone=booking.timezone)
    return Exclusion(found, (series.occurrence_on(booking, wanted).recurrence_id,))


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
    first = parsing.range_start(start_date, now=now, timezone=timezone)
    if end_date is not None:
        last = parsing.range_end(end_date, now=now, timezone=timezone)
    else:
        most = _LONGEST.days
        number = _WEEK if days is None else days
        length = checks.whole_number(number, "days", least=1, most=most) * DAY
        last = times.day_start(times.local_date(first, timezone) + length, timezone)
    parsing.check_order(first, last, timezone)
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
    from calbook.wire.reading import recurrence  # slow to import

    return recurrence.read_recurrence(value, now=now, timezone=timezone)


def _event_type(facts: Facts, event_type_id: str) -> EventType:
    return facts.event_type(checks.event_type_key(event_type_id))


def _host_id(host_id: str | None) -> str | None:
    if host_id is None:
        return None
    return checks.identifier(host_id, "user", "hostId")


def _resource_id(resource_id: str | None) -> str | None:
    if resource_id is None:
        return None
    return checks.identifier(resource_id, "res", "resourceId")


def _persons(facts: Facts, person: str | None) -> tuple[Attendee, ...]:
    """Whom it is for, as the book knows them."""
    if person is None:
        return ()
    from calbook.store.people import find_attendee  # few ask for somebody

    return (find_attendee(facts, person),)


def _duration(minutes: int | None) -> timedelta | None:
    if minutes is None:
        return None
    from calbook.wire.reading import booking_requests  # slow to import

    return booking_requests.read_duration(minutes)
