"""Booking: the facts read, every rule asked, the booking made and saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from calbook.core import ids, people
from calbook.core.booking import attendees, lifecycle
from calbook.core.booking.lifecycle import Change
from calbook.core.errors import CalbookError, UsageError
from calbook.core.model import (
    MINUTE,
    Actor,
    Booking,
    BookingTerms,
    EventType,
    GivenStart,
    Occurrence,
    Resolution,
    Status,
)
from calbook.core.rules import questions
from calbook.core.time import parsing, times
from calbook.services.availability import group_bookings, host_choice
from calbook.services.availability.booking_request import (
    BookingRequest,
    booking_timezone,
    meeting_span,
)
from calbook.services.availability.host_choice import HostPlan
from calbook.services.bookings import record
from calbook.services.bookings.change_options import ChangeOptions, read_options
from calbook.store.context import Context
from calbook.store.people import lock_people
from calbook.store.transaction import Transaction
from calbook.wire.json_objects import Json
from calbook.wire.reading import idempotency
from calbook.wire.reading.booking_requests import NewBooking, read_new_booking
from calbook.wire.reading.shapes import read_list

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence


OnRefused = Callable[[CalbookError], None]


def create(context: Context, wanted: Mapping[str, Any], *, dry_run: bool) -> Json:
    """Make one booking, from the arguments that the library takes."""
    new_booking, options = _read_request(wanted)
    answer = context.store.write(
        lambda tx: create_in_transaction(tx, new_booking, options, now=context.clock()),
        dry_run=dry_run,
    )
    return _without_uid(answer, new_booking) if dry_run else answer


def create_all(
    context: Context,
    wanted: Iterable[Mapping[str, Any]],
    *,
    lines: Iterable[int] | None,
    refused: OnRefused | None,
    dry_run: bool,
) -> list[Json]:
    """All in one transaction, or none; with `refused`, all but those it is told of."""
    requests = []
    each = read_list(wanted, "bookings")
    for line, given in zip(lines or count(1), each, strict=False):
        with report_refusal(line, refused):
            requests.append((line, *_read_request(given)))

    def create_each(tx: Transaction) -> list[Json]:
        answers, now = [], context.clock()
        later = refused and partial(_report_after_commit, tx, refused)
        for line, new_booking, options in requests:
            with report_refusal(line, later), tx.savepoint():
                answer = create_in_transaction(tx, new_booking, options, now=now)
                answers.append(_without_uid(answer, new_booking) if dry_run else answer)
        return answers

    return context.store.write(create_each, dry_run=dry_run)


def _read_request(wanted: Mapping[str, Any]) -> tuple[NewBooking, ChangeOptions]:
    given = idempotency.reusable(wanted)
    has_parts = isinstance(given, dict)
    key = given.pop("idempotency_key", None) if has_parts else None
    new_booking = read_new_booking(given)
    options = read_options(
        "create",
        idempotency.given_parts(given),
        idempotency_key=key,
        notify_attendee=new_booking.notify,
    )
    return new_booking, options


def _without_uid(answer: Json, new_booking: NewBooking) -> Json:
    """As it would be: without the uid, link and people's ids that a real one gets.

    A group that is joined has both already.
    """
    if answer["version"] > 0:
        return answer
    booker, *guests = (
        {**person, "personId": None}
        for person in (answer["attendee"], *answer["guests"])
    )
    own = {"attendee": booker, "guests": guests}
    return {**answer, **own, "uid": None, "meetingUrl": new_booking.meeting_url}


def _report_after_commit(
    tx: Transaction, refused: OnRefused, error: CalbookError
) -> None:
    tx.after_commit.append(partial(refused, error))


@contextmanager
def report_refusal(line: int, refused: OnRefused | None) -> Iterator[None]:
    """Name the line in an error; pass the error to `refused` if there is one."""
    try:
        yield
    except CalbookError as error:
        error.name_line(line)
        if refused is None:
            raise
        refused(error)


def create_in_transaction(
    tx: Transaction, new_booking: NewBooking, options: ChangeOptions, *, now: datetime
) -> Json:
    """Book inside a transaction that is open already."""
    first = record.find_stored_result(tx, options)
    if first is not None:
        return first
    if new_booking.hold is not None:
        from calbook.services.bookings import holds

        return holds.book_hold(tx, new_booking, options, now=now)
    event_type = tx.lock_event_type(new_booking.event_type_id)
    if new_booking.held_for is None:
        booker = new_booking.attendees[0]
        people.check_contact(event_type.contact, booker, event_type.id)
    record.record_expired_and_completed(tx, now)
    timezone = booking_timezone(tx, event_type, new_booking.host_id)
    start = parsing.moment(
        new_booking.start_time, now=now, timezone=new_booking.timezone or timezone
    )
    rule = _read_rule(new_booking, now=now, timezone=timezone)
    starts = _starts(event_type, rule, start, timezone)
    if event_type.seats is not None:
        tx.lock_groups(event_type.id, start.instant)
    if event_type.asks_persons:
        lock_people(tx, new_booking.attendees)
    group = group_bookings.find_group(
        tx, event_type, new_booking, starts, rule=rule, now=now
    )
    if group is not None and new_booking.held_for is not None:
        raise UsageError(
            f"{group.uid} is a group: its seats are booked, not held",
            hint="take a seat: bookings.create",
            command_hint="take a seat: calbook create",
            uid=group.uid,
        )
    if group is not None:
        change = group_bookings.join_group(tx, event_type, group, new_booking, now=now)
        return record.save_change(tx, group, change, options, now=now)
    change = _make_booking(
        tx, event_type, new_booking, starts, rule=rule, timezone=timezone, now=now
    )
    return record.save_change(tx, None, change, options, now=now)


def _read_rule(
    new_booking: NewBooking, *, now: datetime, timezone: str
) -> Recurrence | None:
    if new_booking.recurring is None:
        if new_booking.skips_conflicts:
            raise UsageError(
                "only a series can skip dates",
                hint="give recurring",
                command_hint="add --repeat weekly",
            )
        return None
    from calbook.wire.reading import recurrence  # slow to import

    return recurrence.read_recurrence(new_booking.recurring, now=now, timezone=timezone)


def _starts(
    event_type: EventType, rule: Recurrence | None, start: GivenStart, timezone: str
) -> tuple[GivenStart, ...]:
    """The start as given, and those that follow from it by the rule."""
    if rule is None:
        return (start,)
    from calbook.core.time import recurrence  # slow to import

    wall = times.wall_time(start.instant, timezone)
    _, *others = recurrence.starts(
        rule, wall, timezone, most=event_type.max_occurrences
    )
    moments = (GivenStart(o.instant, o.wall, timezone, by_offset=False) for o in others)
    return (start, *moments)


def _make_booking(
    tx: Transaction,
    event_type: EventType,
    new_booking: NewBooking,
    starts: tuple[GivenStart, ...],
    *,
    rule: Recurrence | None,
    timezone: str,
    now: datetime,
) -> Change:
    duration = _duration(event_type, new_booking)
    request = BookingRequest(
        event_type=event_type,
        meetings=tuple(meeting_span(start, duration, timezone) for start in starts),
        timezone=timezone,
        now=now,
        host_id=new_booking.host_id,
        persons=len(new_booking.attendees),
        responses=None if new_booking.held_for else new_booking.responses,
        overridden=new_booking.asker.overridden,
        display_timezone=new_booking.timezone,
        skips_conflicts=new_booking.skips_conflicts,
        notify=new_booking.notify,
        attendees=new_booking.attendees,
    )
    chosen, why = _choose_hosts(tx, request)
    used = chosen.decision.overrides_used
    if duration != event_type.duration:
        used = (*used, "duration")
    booking = make_booking(
        new_booking,
        event_type,
        chosen.host_ids,
        _occurrences(request, new_booking, starts, chosen.decision.refused_numbers),
        rule=rule,
        timezone=timezone,
        now=now,
        overrides=used,
    )
    return lifecycle.create(booking, by=new_booking.asker.by, change=why)


def _choose_hosts(tx: Transaction, request: BookingRequest) -> tuple[HostPlan, Json]:
    """The hosts who take it, and why it is theirs where there was a choice."""
    candidates = tuple(host_choice.plan_alternatives(tx, request))
    free = host_choice.possible_plans(
        candidates, skips_conflicts=request.skips_conflicts
    )
    if not free:
        refusal = host_choice.nearest_refusal(
            candidates, skips_conflicts=not request.skips_conflicts
        )
        raise group_bookings.advise_group(tx, request.event_type, refusal)
    if len(candidates) == 1:
        return free[0], {}
    return host_choice.choose_by_turn(tx, request, free)


def _duration(event_type: EventType, new_booking: NewBooking) -> timedelta:
    if new_booking.duration is None or new_booking.duration == event_type.duration:
        return event_type.duration
    if "duration" not in new_booking.asker.overridden:
        raise UsageError(
            f"a booking of {event_type.id} takes"
            f" {event_type.duration // MINUTE} minutes",
            hint='another length needs by="host", override=["duration"]',
            command_hint="another length needs --by host --override duration",
        )
    return new_booking.duration


def first_status(event_type: EventType, new_booking: NewBooking) -> Status:
    """A hold awaits its person, and what people ask for often the host."""
    by_attendee = new_booking.asker.by is Actor.ATTENDEE
    awaits = event_type.requires_confirmation and by_attendee
    return Status.PENDING if awaits or new_booking.held_for else Status.CONFIRMED


def _occurrences(
    request: BookingRequest,
    new_booking: NewBooking,
    starts: Iterable[GivenStart],
    skipped: Iterable[int],
) -> tuple[Occurrence, ...]:
    status, held_for = (
        first_status(request.event_type, new_booking),
        new_booking.held_for,
    )
    made = [
        Occurrence(
            recurrence_id=meeting.start,
            # A generated date is its rule's, even where a gap pushed it past midnight.
            date=_date(start, request.timezone),
            start=start,
            span=meeting,
            claim=request.event_type.claimed_span(meeting),
            status=status,
            held_until=(
                None if held_for is None else min(request.now + held_for, meeting.start)
            ),
        )
        for start, meeting in zip(starts, request.meetings, strict=True)
    ]
    for number in skipped:
        made[number] = made[number]._replace(
            status=Status.CANCELLED,
            resolution=Resolution.CONFLICT,
            cancelled_by=Actor.SYSTEM,
        )
    return tuple(made)


def _date(start: GivenStart, timezone: str) -> date:
    if start.timezone == timezone:
        return start.wall.date()
    return times.local_date(start.instant, timezone)


def make_booking(
    new_booking: NewBooking,
    event_type: EventType,
    host_ids: tuple[str, ...],
    occurrences: tuple[Occurrence, ...],
    *,
    rule: Recurrence | None,
    timezone: str,
    now: datetime,
    overrides: tuple[str, ...],
    uid: str | None = None,
) -> Booking:
    """The booking as it is to be; `uid` is that of a hold."""
    uid = uid or ids.uid()
    return Booking(
        uid=uid,
        event_type_id=event_type.id,
        host_ids=host_ids,
        timezone=timezone,
        occurrences=occurrences,
        attendees=new_booking.attendees,
        policy=BookingTerms(
            event_type.requires_confirmation,
            event_type.allow_cancellation,
            event_type.cancellation_deadline,
            event_type.questions,
        ),
        created_at=now,
        updated_at=now,
        location=_location(new_booking, event_type),
        meeting_url=new_booking.meeting_url or _meeting_url(event_type, uid),
        notes=new_booking.notes,
        responses=check_responses(new_booking, event_type),
        metadata=new_booking.metadata,
        recurring=rule,
        overrides=overrides,
        title=event_type.title,
        description=event_type.description,
        is_group=event_type.seats is not None,
    )


def _location(
    new_booking: NewBooking, event_type: EventType
) -> Mapping[str, str] | None:
    location = new_booking.location or event_type.location
    if new_booking.held_for is None:
        attendees.check_phone(location, new_booking.attendees[0])
    return location


def _meeting_url(event_type: EventType, uid: str) -> str | None:
    template = event_type.meeting_url_template
    if template is None:
        return None
    return template.replace("{uid}", uid).replace("{token}", ids.token())


def check_responses(
    new_booking: NewBooking, event_type: EventType
) -> Mapping[str, Any]:
    """In their types; as given where the host passed the questions by."""
    if "questions" in new_booking.asker.overridden or new_booking.held_for:
        return new_booking.responses
    return questions.check_responses(event_type.questions, new_booking.responses)
