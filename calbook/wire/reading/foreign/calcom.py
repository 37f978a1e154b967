"""cal.com: bookings and event types as its API v2 answers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from calbook.core.imports import (
    Content,
    ForeignBooking,
    ForeignDate,
    ForeignEventType,
    Kept,
    Remark,
    absent_keys,
    clean_answer,
    clean_line,
)
from calbook.core.model import LONGEST_DURATION, Attendee, Status
from calbook.core.text import excerpt
from calbook.wire.reading.foreign import words
from calbook.wire.reading.foreign.date_forms import read_wall
from calbook.wire.reading.foreign.event_types import fields_of, question, whole

_STATES = {
    "accepted": Status.CONFIRMED,
    "pending": Status.PENDING,
    "awaiting_host": Status.PENDING,
    "cancelled": Status.CANCELLED,
    "rejected": Status.CANCELLED,
}
_USED = frozenset(
    {"uid", "status", "start", "end", "duration", "eventType", "eventTypeId", "hosts"}
    | {"attendees", "guests", "location", "meetingUrl", "bookingFieldsResponses"}
    | {"cancellationReason", "createdAt", "updatedAt", "title", "metadata"}
)
# Of the answers: what stands elsewhere in the booking.
_FACTS = frozenset(
    {"name", "email", "guests", "location", "attendeePhoneNumber", "title", "notes"}
    | {"rescheduleReason", "displayEmail", "displayGuests"}
)
_TYPE_USED = frozenset(
    {"id", "title", "slug", "description", "lengthInMinutes", "lengthInMinutesOptions"}
    | {"locations", "bookingFields", "minimumBookingNotice", "beforeEventBuffer"}
    | {"afterEventBuffer", "slotInterval", "seats", "confirmationPolicy", "users"}
    | {"hosts"}
)


def find_items(value: object) -> tuple[list[Any], list[Any]]:
    """The bookings and the event types of an answer, if that is what it is."""
    data: Any = value.get("data", value) if isinstance(value, dict) else value
    if isinstance(data, dict):
        for name in ("bookings", "eventTypes"):
            if isinstance(data.get(name), list):
                data = data[name]
                break
        else:
            data = [data]
    items = _objects(data)
    bookings = [i for i in items if "start" in i and ("uid" in i or "id" in i)]
    types = [i for i in items if "lengthInMinutes" in i]
    return bookings, types


def missing_pages(
    answers: Iterable[object], bookings: Iterable[Mapping[str, Any]]
) -> Remark | None:
    """What is said where its answers are not all that there are."""
    pages = [_object(_object(answer).get("pagination")) for answer in answers]
    found = len({str(each.get("uid") or each.get("id")) for each in bookings})
    total = max((whole(page.get("totalItems")) or 0 for page in pages), default=0)
    rest = total - found
    is_cut = bool(pages) and all(page.get("hasNextPage") is True for page in pages)
    if rest <= 0 and is_cut:
        rest = min(whole(page.get("remainingItems")) or 1 for page in pages)
    if rest <= 0:
        return None
    said = f"{rest:,} or more bookings are on other pages that cal.com answers"
    return Remark(f"{said}: take them all", is_fault=True)


def read_items(
    bookings: Iterable[Mapping[str, Any]],
    event_types: Iterable[Mapping[str, Any]],
) -> Content:
    kept = Kept()
    left_out: list[Remark] = []
    found: list[ForeignBooking] = []
    for number, item in enumerate(bookings, 1):
        read = _booking(item, kept)
        if isinstance(read, str):
            uid = excerpt(item.get("uid") or f"booking {number}")
            left_out.append(Remark(read, uid=uid, is_fault=True))
        else:
            found.append(read)
    types = tuple(_event_type(item, kept) for item in event_types)
    return Content(
        tuple(found),
        types,
        tuple(left_out),
        kept=tuple(kept.kept),
        dropped=tuple(kept.dropped),
    )


def _booking(item: Mapping[str, Any], kept: Kept) -> ForeignBooking | str:
    """A booking, or why it is none."""
    start, end = _moment(item.get("start")), _moment(item.get("end"))
    status = _STATES.get(str(item.get("status", "accepted")).lower())
    if start is None:
        return "it says not when it begins"
    if status is None:
        return f"its status {excerpt(item.get('status'))} is not known"
    end = end or start
    if not start <= end <= start + LONGEST_DURATION:
        return "it is not as long as a meeting"
    extra: dict[str, Any] = {k: v for k, v in item.items() if k not in _USED}
    extra |= _object(item.get("metadata"))
    answers = _object(item.get("bookingFieldsResponses"))
    people, absent = _people(item, answers, extra)
    hosts = _hosts(item.get("hosts"))
    location, url = words.read_place(item.get("location") or item.get("meetingUrl"))
    if str(item.get("location", "")).startswith("integrations:"):
        extra["location"], location = item["location"], None
    event = _object(item.get("eventType"))
    return ForeignBooking(
        uid=str(item.get("uid") or item.get("id")),
        dates=(ForeignDate(start, end),),
        people=people,
        event=str(event.get("slug") or item.get("eventTypeId") or ""),
        title=clean_line(item.get("title")),
        status=status,
        absent=absent,
        is_group=any("seatUid" in a for a in _objects(item.get("attendees"))),
        changed_at=_moment(item.get("updatedAt")),
        created_at=_moment(item.get("createdAt")),
        hosts=hosts,
        reason=clean_line(item.get("cancellationReason"), most=900),
        cancelled_by=words.who_cancelled(item.get("cancelledByEmail"), people, hosts),
        location=location,
        meeting_url=url,
        notes=words.read_notes(answers.get("notes")),
        responses={
            clean_line(k, most=60) or "": clean_answer(v)
            for k, v in answers.items()
            if k not in _FACTS and isinstance(v, str | int | float | bool | list)
        },
        metadata=kept.metadata(extra),
    )


def _people(
    item: Mapping[str, Any], answers: Mapping[str, Any], extra: dict[str, Any]
) -> tuple[tuple[Attendee, ...], frozenset[str]]:
    """Who comes, and of them who did not."""
    said = _objects(item.get("attendees"))
    persons = [_attendee(each, extra) for each in said]
    persons = _with_phone(persons, answers, extra)
    guests = [
        words.read_person(extra, email=each)
        for each in _texts(item.get("guests") or answers.get("guests"))
    ]
    people = words.without_doubles([*persons, *guests])
    absent = [p for p, a in zip(persons, said, strict=True) if a.get("absent") is True]
    return people, absent_keys(people, tuple(p in absent for p in people))


def _attendee(item: Mapping[str, Any], extra: dict[str, Any]) -> Attendee:
    return words.read_person(
        extra,
        name=item.get("name"),
        email=item.get("email"),
        phone=item.get("phoneNumber"),
        timezone=item.get("timeZone"),
        language=item.get("language"),
    )


def _with_phone(
    persons: list[Attendee], answers: Mapping[str, Any], extra: dict[str, Any]
) -> list[Attendee]:
    """The number that was asked for is that of who booked."""
    said = answers.get("attendeePhoneNumber")
    if not said or not persons or persons[0].phone:
        return persons
    phone = words.read_person(extra, phone=said).phone
    return [persons[0]._replace(phone=phone), *persons[1:]]


def _hosts(value: object) -> tuple[str, ...]:
    found = [
        str(host[name])
        for host in _objects(value)
        for name in ("email", "name")
        if host.get(name) and host[name] != "unknown"
    ]
    return tuple(dict.fromkeys(found))


def _event_type(item: Mapping[str, Any], kept: Kept) -> ForeignEventType:
    title = clean_line(item.get("title")) or str(item.get("slug", "Imported"))
    questions = [
        question(
            *(each.get("label") or each.get("slug"), each.get("type")),
            is_required=each.get("required"),
            options=_options(each.get("options")),
            key=each.get("slug"),
        )
        for each in _objects(item.get("bookingFields"))
        if not each.get("isDefault") and each.get("slug") not in _FACTS
    ]
    unique = {each["key"]: each for each in questions if each}
    others = {k: v for k, v in item.items() if k not in _TYPE_USED}
    policy = _object(item.get("confirmationPolicy"))
    seats = whole(_object(item.get("seats")).get("seatsPerTimeSlot"))
    lengths = [whole(each) for each in _list(item.get("lengthInMinutesOptions"))]
    usual = whole(item.get("lengthInMinutes"))
    choices = [n for n in dict.fromkeys([usual, *lengths]) if n and 1 <= n <= 1440]
    return ForeignEventType(
        key=str(item.get("slug") or title),
        title=title,
        fields=fields_of(
            title,
            slug=item.get("slug"),
            minutes=usual,
            description=item.get("description"),
            durations=choices if len(choices) > 1 else None,
            minimum_notice=_minutes(item.get("minimumBookingNotice"), 525_600),
            buffer_before=_minutes(item.get("beforeEventBuffer"), 1440),
            buffer_after=_minutes(item.get("afterEventBuffer"), 1440),
            slot_interval=_minutes(item.get("slotInterval"), 1440),
            seats=seats,
            requires_confirmation=_asks(policy) or None,
            location=_location(item.get("locations")),
            questions=list(unique.values()) or None,
            metadata=kept.metadata(others) or None,
        ),
        hosts=_hosts(item.get("users") or item.get("hosts")),
    )


def _asks(policy: Mapping[str, Any]) -> bool:
    return policy.get("type") == "always" and policy.get("disabled") is not True


def _location(value: object) -> dict[str, str] | None:
    for each in _objects(value):
        kind = each.get("type")
        if kind == "address" and clean_line(each.get("address")):
            return {"type": "IN_PERSON", "address": clean_line(each["address"]) or ""}
        if kind == "integration" and each.get("integration") == "google-meet":
            return {"type": "GOOGLE_MEET"}
        if kind == "integration" and each.get("integration") == "zoom":
            return {"type": "ZOOM"}
        if kind == "attendeePhone":
            return {"type": "PHONE"}
    return None


def _options(value: object) -> list[object]:
    """A text, or an object with a label."""
    return [
        each.get("label") if isinstance(each, dict) else each for each in _list(value)
    ]


def _minutes(value: object, most: int) -> int | None:
    number = whole(value)
    return number if number and 0 < number <= most else None


def _moment(value: object) -> datetime | None:
    wall = read_wall(str(value), None) if value else None
    if wall is None or not wall.has_clock or wall.time.tzinfo is None:
        return None
    return wall.time


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in _list(value) if isinstance(each, dict)]


def _texts(value: object) -> list[str]:
    return [each for each in _list(value) if isinstance(each, str)]
