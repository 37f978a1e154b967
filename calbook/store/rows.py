"""Rows to values, for the commands that decide something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

from calbook.core import json_text as json
from calbook.core.catalog import (
    Assignment,
    DateOverride,
    EventType,
    Host,
    Hours,
    Limit,
    Need,
    Reminder,
    Schedule,
    SchedulingType,
)
from calbook.core.model import (
    MINUTE,
    Actor,
    Attendance,
    Attendee,
    Booking,
    BookingTerms,
    GivenStart,
    Occurrence,
    Question,
    Reply,
    Resolution,
    Span,
    Status,
)
from calbook.core.rules.limit_text import LIMIT_LISTS, read_limit
from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, Any, TypeVar
from calbook.store.reader import ATTENDEE_COLUMNS, OCCURRENCE_COLUMNS

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence
    from calbook.store.connection import Row

_T = TypeVar("_T")

_STATUSES = {status.value: status for status in Status}
_ATTENDANCES = {attendance.value: attendance for attendance in Attendance}


def booking(row: Row) -> Booking:
    """Of a `WHOLE_BOOKING` or a part of one."""
    row = dict(zip(row.keys(), row, strict=True))  # finds a name in half the time
    return Booking(
        uid=row["uid"],
        event_type_id=row["event_type_id"],
        host_ids=_strings(row["hosts"]),
        timezone=row["timezone"],
        occurrences=_each(occurrence, OCCURRENCE_COLUMNS, row["occurrences"]),
        attendees=_each(attendee, ATTENDEE_COLUMNS, row["attendees"]),
        policy=_policy(row["policy"]),
        created_at=times.instant(row["created_at"]),
        updated_at=times.instant(row["updated_at"]),
        location=_load(row["location"]),
        meeting_url=row["meeting_url"],
        notes=row["notes"],
        responses=_object(row["responses"]),
        metadata=_object(row["metadata"]),
        recurring=_recurring(row["recurring"]),
        overrides=_strings(row["overrides"]),
        sequence=row["sequence"],
        version=row["version"],
        title=row["title"],
        description=row["description"],
        is_group=bool(row["is_group"]),
        is_told=bool(row["is_told"]),
        has_own_location=bool(row["has_own_location"]),
    )


def _each(
    kind: Callable[[dict[str, Any]], _T], columns: tuple[str, ...], text: str
) -> tuple[_T, ...]:
    items = json.loads(text)
    return tuple([kind(dict(zip(columns, item, strict=True))) for item in items])


def attendee(item: Mapping[str, Any]) -> Attendee:
    facts = {**item}
    for key in ("responses", "metadata"):
        facts[key] = _object(item[key])
    for key in ("only_on", "absent_on"):
        facts[key] = _dates(item[key])
    said = item["replies"]
    facts["replies"] = tuple(map(reply, json.loads(said))) if said else ()
    return Attendee(**facts)


def reply(item: Mapping[str, Any]) -> Reply:
    return Reply(
        partstat=item["partstat"],
        sequence=item["sequence"],
        stamped_at=times.instant(item["stamp"]),
        replied_at=times.instant(item["at"]),
        day=_optional(date.fromisoformat, item["date"]),
    )


def _dates(text: str | None) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, json.loads(text))) if text else ()


def _recurring(text: str | None) -> Recurrence | None:
    if text is None:
        return None
    from calbook.core.time import recurrence  # slow to import

    return recurrence.from_json(json.loads(text))


def occurrence(item: Mapping[str, Any]) -> Occurrence:
    status = _STATUSES[item["status"]]
    start, end = item["start_at"], item["end_at"]
    first, claimed = item["recurrence_id"], (item["claim_start"], item["claim_end"])
    meeting = span(start, end)
    return Occurrence(
        recurrence_id=meeting.start if first == start else times.instant(first),
        date=date.fromisoformat(item["date"]),
        start=GivenStart(
            meeting.start,
            datetime.fromisoformat(item["wall"]),
            item["wall_timezone"],
            bool(item["by_offset"]),
        ),
        span=meeting,
        claim=meeting if claimed == (start, end) else span(*claimed),
        status=status,
        resolution=_optional(Resolution, item["resolution"]),
        cancelled_by=_optional(Actor, item["cancelled_by"]),
        reason=item["reason"],
        attendance=_ATTENDANCES[item["attendance"]],
        attendances=_attendances(item["attendances"]),
        is_recorded=item["due"] is None
        and status in (Status.PENDING, Status.CONFIRMED),
        move_reason=item["move_reason"],
        host_ids=_strings(item["hosts"]),
        held_until=_optional(times.instant, item["held_until"]),
    )


def _attendances(text: str | None) -> dict[str, Attendance]:
    said = _object(text)
    return said and {key: _ATTENDANCES[word] for key, word in said.items()}


def span(start: int, end: int) -> Span:
    return Span(times.instant(start), times.instant(end))


@lru_cache(maxsize=256)
def _policy(text: str) -> BookingTerms:
    """Most bookings have the terms of few event types."""
    return policy(json.loads(text))


@lru_cache(maxsize=1024)
def _strings(text: str | None) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text else ()


def _object(text: str | None) -> dict[str, Any]:
    return json.loads(text) if text and text != "{}" else {}


def policy(facts: Mapping[str, Any]) -> BookingTerms:
    return BookingTerms(
        requires_confirmation=facts["requires_confirmation"],
        allow_cancellation=facts["allow_cancellation"],
        cancellation_deadline=_minutes(facts["cancellation_deadline"]),
        questions=questions(facts["questions"]),
    )


def questions(items: list[dict[str, Any]]) -> tuple[Question, ...]:
    return tuple(Question(**{**q, "options": tuple(q["options"])}) for q in items)


def reminders(text: str) -> tuple[Reminder, ...]:
    return tuple(
        Reminder(item["minutes_before"] * MINUTE, item["to"])
        for item in json.loads(text)
    )


def event_type(row: Row) -> EventType:
    """Read once while it stays the same: each booking asks for it."""
    values = row.values() if isinstance(row, dict) else row  # of a line, or a row
    return _event_type(tuple(row.keys()), tuple(values))


@lru_cache
def _event_type(names: tuple[str, ...], values: tuple[Any, ...]) -> EventType:
    row = dict(zip(names, values, strict=True))
    return EventType(
        id=row["id"],
        slug=row["slug"],
        title=row["title"],
        duration=row["duration"] * MINUTE,
        description=row["description"],
        location=_load(row["location"]),
        hosts=tuple(
            Assignment(**{**item, "is_fixed": bool(item["is_fixed"])})
            for item in json.loads(row["hosts"])
        ),
        schedule_id=row["schedule_id"],
        buffer_before=row["buffer_before"] * MINUTE,
        buffer_after=row["buffer_after"] * MINUTE,
        minimum_notice=row["minimum_notice"] * MINUTE,
        maximum_advance=row["maximum_advance"],
        slot_interval=_minutes(row["slot_interval"]),
        slots_per_day=row["slots_per_day"],
        requires_confirmation=bool(row["requires_confirmation"]),
        allow_cancellation=bool(row["allow_cancellation"]),
        cancellation_deadline=_minutes(row["cancellation_deadline"]),
        seats=row["seats"],
        max_occurrences=row["max_occurrences"],
        questions=questions(json.loads(row["questions"])),
        scheduling_type=SchedulingType(row["scheduling_type"]),
        round_robin=row["round_robin"],
        meeting_url_template=row["meeting_url_template"],
        notify=bool(row["notify"]),
        reminders=reminders(row["reminders"]),
        contact=row["contact"],
        on_free=row["on_free"],
        hold_minutes=row["hold_minutes"],
        on_decline=row["on_decline"],
        active=bool(row["active"]),
        metadata=json.loads(row["metadata"]),
        needs=tuple(
            Need(item["count"], tuple(item["of"]), item["rule"])
            for item in json.loads(row["needs"])
        ),
        durations=tuple(n * MINUTE for n in _load(row["durations"]) or ()),
        first_date=_optional(date.fromisoformat, row["first_date"]),
        last_date=_optional(date.fromisoformat, row["last_date"]),
        weekly=_optional(_week, row["weekly"]),
        heeds_double=bool(row["heeds_double"]),
        **_rules(json.loads(row["rules"])),
    )


def _rules(items: dict[str, Any]) -> dict[str, Any]:
    """What an event type has besides its columns."""
    lists = {name: limits(items[name]) for name in LIMIT_LISTS if name in items}
    pause = _minutes(items.get("break_after"))
    return {**items, **lists, "break_after": pause}


def limits(texts: list[str]) -> tuple[Limit, ...]:
    return tuple(read_limit(text, "limits") for text in texts)


@lru_cache
def _limits(text: str) -> tuple[Limit, ...]:
    return limits(json.loads(text))


def schedule(row: Row) -> Schedule:
    return Schedule(
        id=row["id"],
        name=row["name"],
        timezone=row["timezone"],
        weekly=_week(row["weekly"]),
        overrides={
            (day := date.fromisoformat(item["date"])): DateOverride(
                day, _hours(item["hours"]), item["reason"]
            )
            for item in json.loads(row["overrides"])
        },
    )


def host(row: Row) -> Host:
    since = row["retired_at"]
    return Host(
        *(row["id"], row["name"], row["email"], row["timezone"], row["schedule_id"]),
        *(row["kind"], row["capacity"]),
        None if since is None else times.instant(since),
        _limits(row["limits"]),
        row["language"],
    )


@lru_cache
def _week(text: str) -> tuple[tuple[Hours, ...], ...]:
    return tuple(map(_hours, json.loads(text)))


def _hours(windows: list[list[int]]) -> tuple[Hours, ...]:
    return tuple(Hours(start * MINUTE, end * MINUTE) for start, end in windows)


def _load(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _minutes(count: int | None) -> timedelta | None:
    return None if count is None else count * MINUTE


def _optional(kind: Callable[[Any], _T], value: Any) -> _T | None:
    return None if value is None else kind(value)
