"""Booking: the facts read, every rule asked, the booking made and saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook import joining, ledger, planning, wishes
from calbook.core import ids, lifecycle, questions, seats, times, when
from calbook.core.errors import CalbookError, UsageError
from calbook.core.lifecycle import Change
from calbook.core.model import (
    MINUTE,
    Actor,
    Booking,
    EventType,
    Moment,
    Occurrence,
    Policy,
    Resolution,
    Status,
)
from calbook.desk import Desk
from calbook.intake.requests import Request
from calbook.ledger import Terms
from calbook.planning import Plan
from calbook.store.transaction import Transaction
from calbook.wire import Json
from calbook.wishes import Wish

if TYPE_CHECKING:
    from calbook.core.recurrence import Recurrence


def create(desk: Desk, request: Request, terms: Terms) -> Json:
    with desk.store.write(dry_run=terms.dry_run) as tx:
        answer = created(tx, request, terms, now=desk.clock())
    return _unnamed(answer, request) if terms.dry_run else answer


def _unnamed(answer: Json, request: Request) -> Json:
    """As it would be: without the uid and the link that only a real one gets.

    A group that is joined has both already.
    """
    if answer["version"] > 0:
        return answer
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
    timezone = wishes.timezone(tx, event_type, request.host_id)
    start = when.moment(
        request.start_time, now=now, timezone=request.timezone or timezone
    )
    rule = _rule(request, now=now, timezone=timezone)
    starts = _starts(event_type, rule, start, timezone)
    group = joining.group(tx, event_type, request, starts, rule=rule, now=now)
    if group is not None:
        change = joining.joined(event_type, group, request, now=now)
        return ledger.saved(tx, group, change, terms, now=now)
    change = _made(
        tx, event_type, request, starts, rule=rule, timezone=timezone, now=now
    )
    return ledger.saved(tx, None, change, terms, now=now)


def _rule(request: Request, *, now: datetime, timezone: str) -> Recurrence | None:
    if request.recurring is None:
        if request.skips:
            raise UsageError("only a series can skip dates", hint="add --repeat weekly")
        return None
    from calbook.intake import recurring  # slow to import

    return recurring.recurrence(request.recurring, now=now, timezone=timezone)


def _starts(
    event_type: EventType, rule: Recurrence | None, start: Moment, timezone: str
) -> tuple[Moment, ...]:
    """The start as given, and those that follow from it by the rule."""
    if rule is None:
        return (start,)
    from calbook.core import recurrence  # slow to import

    wall = times.wall(start.instant, timezone)
    _, *others = recurrence.starts(
        rule, wall, timezone, most=event_type.max_occurrences
    )
    moments = (Moment(o.instant, o.wall, timezone, by_offset=False) for o in others)
    return (start, *moments)


def _made(
    tx: Transaction,
    event_type: EventType,
    request: Request,
    starts: tuple[Moment, ...],
    *,
    rule: Recurrence | None,
    timezone: str,
    now: datetime,
) -> Change:
    duration = _duration(event_type, request)
    wish = Wish(
        event_type=event_type,
        meetings=tuple(wishes.meeting(start, duration, timezone) for start in starts),
        timezone=timezone,
        now=now,
        host_id=request.host_id,
        persons=len(request.attendees),
        responses=request.responses,
        waived=request.asked.waived,
        shown_in=request.timezone,
        may_skip=request.skips,
    )
    chosen, why = _chosen(tx, wish)
    used = chosen.ruling.used
    if duration != event_type.duration:
        used = (*used, "duration")
    booking = _booking(
        request,
        event_type,
        chosen.host_ids,
        _occurrences(wish, starts, chosen.ruling.refused, by=request.asked.by),
        rule=rule,
        timezone=timezone,
        now=now,
        overrides=used,
    )
    return lifecycle.create(booking, by=request.asked.by, change=why)


def _chosen(tx: Transaction, wish: Wish) -> tuple[Plan, Json]:
    """The hosts who take it, and why it is theirs where there was a choice."""
    candidates = tuple(planning.plans(tx, wish))
    free = planning.possible(candidates, may_skip=wish.may_skip)
    if not free:
        refusal = planning.refusal(candidates, may_skip=not wish.may_skip)
        raise joining.advised(tx, wish.event_type, refusal)
    if len(candidates) == 1:
        return free[0], {}
    return planning.by_turn(tx, wish, free)


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


def _occurrences(
    wish: Wish, starts: Iterable[Moment], skipped: Iterable[int], *, by: Actor
) -> tuple[Occurrence, ...]:
    awaits = wish.event_type.requires_confirmation and by is Actor.ATTENDEE
    status = Status.PENDING if awaits else Status.CONFIRMED
    made = [
        Occurrence(
            recurrence_id=meeting.start,
            # A generated date is its rule's, even where a gap pushed it past midnight.
            date=_date(start, wish.timezone),
            start=start,
            span=meeting,
            claim=wish.event_type.claim(meeting),
            status=status,
        )
        for start, meeting in zip(starts, wish.meetings, strict=True)
    ]
    for number in skipped:
        made[number] = made[number]._replace(
            status=Status.CANCELLED,
            resolution=Resolution.CONFLICT,
            cancelled_by=Actor.SYSTEM,
        )
    return tuple(made)


def _date(start: Moment, timezone: str) -> date:
    if start.timezone == timezone:
        return start.wall.date()
    return times.local_date(start.instant, timezone)


def _booking(
    request: Request,
    event_type: EventType,
    host_ids: tuple[str, ...],
    occurrences: tuple[Occurrence, ...],
    *,
    rule: Recurrence | None,
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
        occurrences=occurrences,
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
        responses=responses(request, event_type),
        metadata=request.metadata,
        recurring=rule,
        overrides=overrides,
    )


def _location(request: Request, event_type: EventType) -> Mapping[str, str] | None:
    location = request.location or event_type.location
    seats.check_phone(location, request.attendees[0])
    return location


def _meeting_url(event_type: EventType, uid: str) -> str | None:
    template = event_type.meeting_url_template
    if template is None:
        return None
    return template.replace("{uid}", uid).replace("{token}", ids.token())


def responses(request: Request, event_type: EventType) -> Mapping[str, Any]:
    """In their types; as given where the host passed the questions by."""
    if "questions" in request.asked.waived:
        return request.responses
    return questions.answers(event_type.questions, request.responses)
