"""What the schemas of inputs let pass is what is read, as far as shapes go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from conftest import MONDAY
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import calbook
from calbook.core import checks
from calbook.core.errors import BadInput, CalbookError
from calbook.wire.json_objects import camel
from calbook.wire.reading import booking_requests, event_types
from calbook.wire.reading.recurrence import read_recurrence
from calbook.wire.reading.shapes import read_object

Json = dict[str, Any]

ODD = (None, True, 0, -1, 1.5, 10**30, [], [1], [None], {}, {"x": 1}, [[]], [{}])
WORD = "no such word"
ATTENDEE: Json = {
    "name": "Ada",
    "email": "ada@example.com",
    "phone": "+351 912 345 678",
    "ref": "K1007",
    "timezone": "Europe/Lisbon",
    "language": "pt",
}
RECURRING: Json = {
    "frequency": "WEEKLY",
    "interval": 2,
    "count": 3,
    "byDay": ["MO"],
}
LINE: Json = {
    "eventTypeId": "demo",
    "startTime": "fri 10:00",
    "attendee": {**ATTENDEE, "person": "ada@example.com"},
    "guests": ["Eve", ATTENDEE | {"name": "Bob", "email": "b@example.com", "ref": "2"}],
    "notes": "late",
    "responses": {"why": "x"},
    "metadata": {"crm": 7},
    "hostId": "me",
    "resourceId": "room1",
    "location": {"type": "LINK", "url": "https://example.com"},
    "meetingUrl": "https://example.com/1",
    "timezone": "UTC",
    "duration": 30,
    "by": "host",
    "override": ["hours"],
    "recurring": RECURRING,
    "onConflict": "skip",
    "notifyAttendee": False,
    "idempotencyKey": "order-17",
    "reopen": True,
    "hold": "bk_7q2mx41v9d3k",
}
WINDOW = {"day": "MONDAY", "startTime": "09:00", "endTime": "12:00"}
ROOMS = [f"room{n}" for n in range(200)]
EVENT_TYPE: Json = {
    "slug": "product-demo",
    "title": "Product demo",
    "description": "What it can do",
    "duration": 30,
    "durations": [30, 60],
    "location": "ZOOM:https://zoom.example/1",
    "hosts": ["me", {"userId": "bob", "weight": 2, "isFixed": True, "priority": 1}],
    "scheduleId": "work",
    "availability": [WINDOW],
    "bufferBefore": 5,
    "bufferAfter": 5,
    "minimumNotice": 60,
    "maximumAdvance": 30,
    "firstDate": "2027-01-18",
    "lastDate": "2027-02-18",
    "slotInterval": 15,
    "slotsPerDay": 3,
    "requiresConfirmation": True,
    "allowCancellation": True,
    "cancellationDeadline": 60,
    "seats": 8,
    "maxOccurrences": 10,
    "questions": [
        {"label": "Why", "key": "why", "type": "SELECT", "required": True}
        | {"options": ["x"]}
    ],
    "schedulingType": "SINGLE",
    "roundRobin": {"algorithm": "PRIORITY"},
    "meetingUrlTemplate": "https://meet.example/{uid}",
    "notify": True,
    "reminders": [{"minutesBefore": 60, "to": "all"}],
    "contact": "EMAIL",
    "onFree": "OFFER",
    "holdMinutes": 60,
    "onDecline": "RECORD",
    "active": True,
    "metadata": {"crm": 7},
    "needs": ["1 of a,b", {"count": 1, "of": ROOMS, "rule": "PRIORITY"}],
    "limits": ["10/week"],
    "maxInARow": 3,
    "breakAfter": 15,
    "countWindow": 90,
    "perPerson": ["1/day"],
    "perPersonOpen": 2,
    "noDouble": True,
}


def reads_line(line: Json) -> bool:
    """Whether `create --input` can read it; rules that it breaks are another thing."""
    known = (*booking_requests.FIELDS, "idempotency_key")
    try:
        facts = read_object(line, known, "the booking")
        key = facts.pop("idempotency_key", None)
        checks.line("-" if key is None else key, "idempotencyKey")
        wanted = booking_requests.read_new_booking(facts)
        if wanted.recurring is not None:
            read_recurrence(wanted.recurring, now=MONDAY, timezone="UTC")
    except BadInput:
        return False
    except CalbookError:
        pass
    return True


def reads_event_type(fields: Json) -> bool:
    try:
        event_types.read_event_type_fields(fields)
    except BadInput:
        return False
    return True


@cache
def judge(noun: str) -> Any:
    return Draft202012Validator(calbook.schema(noun))


Reads = Callable[[Json], bool]
KINDS: Mapping[str, tuple[Json, Reads]] = {
    "input": (LINE, reads_line),
    "event-type-input": (EVENT_TYPE, reads_event_type),
}


def variants(value: Any, schema: Json, parts: Json) -> Iterator[Any]:
    """A value with one thing in it that may be wrong; texts stay what they are."""
    is_free = schema.get("type") in (None, "object") and "properties" not in schema
    yield from ODD if not is_free else (None, True, 0, [])
    for name in ("minimum", "maximum"):
        if name in schema:
            yield from (schema[name] + more for more in (-1, 0, 1))
    if "maxLength" in schema and "pattern" not in schema and "@" not in value:
        yield from ("x" * (schema["maxLength"] + more) for more in (0, 1))
    if "enum" in schema:
        yield from (*schema["enum"], WORD)
    if isinstance(value, list):
        yield f"{WORD}, {WORD}" if schema.get("type") == "array" else None
        for item in value:
            for other in variants(item, schema.get("items", {}), parts):
                yield [other]
    if isinstance(value, dict):
        yield from _objects(value, schema, parts)


def _objects(value: Json, schema: Json, parts: Json) -> Iterator[Json]:
    for each in _referred(schema, parts):
        yield {**value, "nme": 1}
        for key in value:
            yield {name: item for name, item in value.items() if name != key}
            for other in variants(value[key], each["properties"][key], parts):
                yield {**value, key: other}


def _referred(schema: Json, parts: Json) -> Iterator[Json]:
    """The objects that may stand there."""
    for each in (schema, *schema.get("anyOf", ())):
        if "$ref" in each:
            yield parts[each["$ref"].rpartition("/")[2]]
    if "properties" in schema:
        yield schema


@pytest.mark.parametrize("noun", KINDS)
def test_what_is_valid_is_read(noun: str) -> None:
    whole, reads = KINDS[noun]

    assert whole.keys() == calbook.schema(noun)["properties"].keys()
    assert judge(noun).is_valid(whole)
    assert reads(whole)


CASES = [(noun, key) for noun, (whole, _) in KINDS.items() for key in whole]


@pytest.mark.parametrize(("noun", "key"), CASES, ids=[" ".join(case) for case in CASES])
def test_one_wrong_thing_is_refused_by_both(noun: str, key: str) -> None:
    whole, reads = KINDS[noun]
    schema = calbook.schema(noun)
    parts = schema.get("$defs", {})
    base = whole if noun == "input" else {key: whole[key]}

    found = [
        {**base, key: other}
        for other in variants(whole[key], schema["properties"][key], parts)
    ]

    assert len(found) > 3
    differing = [
        each[key] for each in found if judge(noun).is_valid(each) != reads(each)
    ]
    assert differing == []


@given(st.data())
def test_lines_are_valid_if_they_are_read(data: st.DataObject) -> None:
    keys = data.draw(st.sets(st.sampled_from([*LINE])))
    odd = data.draw(st.dictionaries(st.sampled_from([*LINE, "nme"]), st.none()))
    line = {key: LINE[key] for key in keys} | odd

    assert judge("input").is_valid(line) == reads_line(line)


def test_both_spellings_are_read_and_one_is_described() -> None:
    snake = {"event_type_id": "demo", "start_time": "fri", "attendee": {"name": "A"}}

    assert reads_line(snake)
    assert not judge("input").is_valid(snake)
    assert judge("input").is_valid({camel(key): v for key, v in snake.items()})
