"""Booking: the facts read, every rule asked, the booking made and saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from calbook import ledger, planning
from calbook.core import assignment, ids, lifecycle, policy, questions, times, when
from calbook.core.errors import BadInput, CalbookError, UsageError
from calbook.core.model import (
    MINUTE,
    Actor,
    Attendee,
    Booking,
    EventType,
    Moment,
    Occurrence,
    Policy,
    Span,
    Status,
)
from calbook.desk import Desk
from calbook.intake.requests import Request
from calbook.ledger import Terms
from calbook.store.transaction import Transaction
from calbook.wire import Json


def create(desk: Desk, request: Request, terms: Terms) -> Json:
    with desk.store.write(dry_run=terms.dry_run) as tx:
        answer = created(tx, request, terms, now=desk.clock())
    return _unnamed(answer, request) if terms.dry_run else answer


def _unnamed(answer: Json, request: Request) -> Json:
    """As it would be: without the uid and the link that only a real one gets."""
    return {**answer, "uid": None, "meetingUrl": request.meeting_url}


class Order(NamedTuple):
    """One of several bookings that are wanted, with its number for errors."""

    line: int
    request: Request
    terms: Terms


Refused = Callable[[CalbookError], None]


def create_all(
    desk: Desk, orders: Iterable[Order], *, refused: Refused | None, dry_run: bool
) -> list[Json]:
    """All in one transaction, or none; with `refused`, all but those it is told of."""
    answers = []
    with desk.store.write(dry_run=dry_run) as tx:
        now = desk.clock()
        for line, request, terms in orders:
            with going_on(line, refused), tx.attempt():
                answer = created(tx, request, terms, now=now)
                answers.append(_unnamed(answer, request) if dry_run else answer)
    return answers


@contextmanager
def going_on(line: int, refused: Refused | None) -> Iterator[None]:
    """Name the line in an error; pass the error to `refused` if there is one."""
    try:
        with placed(line):
            yield
    except CalbookError as error:
        if refused is None:
            raise
        refused(error)


@contextmanager
def placed(line: int) -> Iterator[None]:
    """Name an order's line in the error that refuses it."""
    try:
        yield
    except CalbookError as error:
        error.message = f"line {line}: {error.message}"
        error.details["line"] = line
        raise


def created(tx: Transaction, request: Request, terms: Terms, *, now: datetime) -> Json:
    """Book inside a transaction that is open already."""
    first = ledger.first_answer(tx, terms)
    if first is not None:
        return first
    ledger.pass_time(tx, now)
    event_type = tx.event_type(request.event_type_id)
    host_ids = assignment.hosts(event_type, request.host_id)
    timezone = planning.timezone(tx, event_type, host_ids)
    start = when.moment(
        request.start_time, now=now, timezone=request.timezone or timezone
    )
    meeting = meeting_from(start, _duration(event_type, request), timezone)
    used = policy.check(
        planning.proposal(
            tx,
            event_type,
            host_ids,
            meeting,
            timezone=timezone,
            now=now,
            persons=len(request.attendees),
            responses=request.responses,
            waived=request.asked.waived,
            shown_in=request.timezone,
        )
    )
    if meeting.end - meeting.start != event_type.duration:
        used = (*used, "duration")
    booking = _booking(
        request,
        event_type,
        host_ids,
        _occurrence(event_type, start, meeting, timezone, by=request.asked.by),
        timezone=timezone,
        now=now,
        overrides=used,
    )
    change = lifecycle.create(booking, by=request.asked.by)
    return ledger.saved(tx, None, change, terms, now=now)


def _duration(event_type: EventType, request: Request) -> timedelta:
    if request.duration is None or request.duration == event_type.duration:
        return event_type.duration
    if "duration" not in request.asked.waived:
        raise UsageError(
            f"a booking of {event_type.id} takes"
            f" {event_type.duration // MINUTE} minutes",
            hint="another length needs --by host --override duration",
        )
    return request.duration


def meeting_from(start: Moment, duration: timedelta, timezone: str) -> Span:
    end = start.instant + duration
    if end.year > times.LAST_YEAR:
        raise BadInput(
            f"{times.rfc3339(start.instant, timezone)} is too far in the future",
            field="startTime",
        )
    return Span(start.instant, end)


def _occurrence(
    event_type: EventType, start: Moment, meeting: Span, timezone: str, *, by: Actor
) -> Occurrence:
    awaits = event_type.requires_confirmation and by is Actor.ATTENDEE
    return Occurrence(
        recurrence_id=meeting.start,
        date=times.local_date(meeting.start, timezone),
        start=start,
        span=meeting,
        claim=event_type.claim(meeting),
        status=Status.PENDING if awaits else Status.CONFIRMED,
    )


def _booking(
    request: Request,
    event_type: EventType,
    host_ids: tuple[str, ...],
    occurrence: Occurrence,
    *,
    timezone: str,
    now: datetime,
    overrides: tuple[str, ...],
) -> Booking:
    uid = ids.uid()
    return Booking(
        uid=uid,
        event_type_id=event_type.id,
        host_ids=host_ids,
        timezone=timezone,
        occurrences=(occurrence,),
        attendees=request.attendees,
        policy=Policy(
            event_type.requires_confirmation,
            event_type.allow_cancellation,
            event_type.cancellation_deadline,
            event_type.questions,
        ),
        created_at=now,
        updated_at=now,
        location=_location(request, event_type),
        meeting_url=request.meeting_url or _meeting_url(event_type, uid),
        notes=request.notes,
        responses=_responses(request, event_type),
        metadata=request.metadata,
        overrides=overrides,
    )


def _location(request: Request, event_type: EventType) -> Mapping[str, str] | None:
    location = request.location or event_type.location
    check_phone(location, request.attendees[0])
    return location


def check_phone(location: Mapping[str, str] | None, attendee: Attendee) -> None:
    """Whoever is to be called needs a number."""
    if location is None or location["type"] != "PHONE_INBOUND" or attendee.phone:
        return
    raise BadInput(
        "the meeting is held by phone: the attendee's number is needed",
        hint="add --phone",
        field="attendee.phone",
    )


def _meeting_url(event_type: EventType, uid: str) -> str | None:
    template = event_type.meeting_url_template
    if template is None:
        return None
    return template.replace("{uid}", uid).replace("{token}", ids.token())


def _responses(request: Request, event_type: EventType) -> Mapping[str, Any]:
    """In their types; as given where the host passed the questions by."""
    if "questions" in request.asked.waived:
        return request.responses
    return questions.answers(event_type.questions, request.responses)
