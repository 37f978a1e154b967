"""Objects that people pass in: what is read, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

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
from calbook.core.errors import BadInput, BadZone, DuplicateAttendee
from calbook.core.model import Attendee, Question
from calbook.wire.json_objects import camel
from calbook.wire.reading import event_types, locations, people, schedules, shapes

DAY = timedelta(days=1)


def refused(read: Callable[..., Any], *args: Any, **named: Any) -> BadInput:
    with pytest.raises(BadInput) as refusal:
        read(*args, **named)
    return refusal.value


def clock(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


# -- keys ----------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["bufferBefore", "buffer_before"])
def test_keys_are_spelt_in_either_way(key: str) -> None:
    assert shapes.read_object({key: 5}, ("buffer_before",), "it") == {
        "buffer_before": 5
    }


ALL_KEYS = "it has bufferBefore, title"


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        pytest.param([], "it must be an object", None, id="list"),
        pytest.param(None, "it must be an object", None, id="null"),
        pytest.param("x", "it must be an object", None, id="text"),
        pytest.param(
            {"buferBefore": 5},
            "it knows no buferBefore",
            "did you mean bufferBefore?",
            id="typing-error",
        ),
        pytest.param({"zzz": 5}, "it knows no zzz", ALL_KEYS, id="unknown"),
        pytest.param({5: 5}, "it knows no 5", ALL_KEYS, id="number"),
        pytest.param({None: 5}, "it knows no None", ALL_KEYS, id="null-key"),
        pytest.param({"\x1b": 5}, "it knows no \\u001b", ALL_KEYS, id="escape"),
        pytest.param(
            {"BufferBefore": 5},
            "it knows no BufferBefore",
            "did you mean bufferBefore?",
            id="capital",
        ),
        pytest.param(
            {"bufferBefore": 5, "buffer_before": 6},
            "it has bufferBefore twice",
            None,
            id="twice",
        ),
    ],
)
def test_every_key_must_be_known(value: object, message: str, hint: str | None) -> None:
    refusal = refused(shapes.read_object, value, ("buffer_before", "title"), "it")

    assert (refusal.json_message, refusal.json_hint) == (message, hint)


# -- people --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(
            {"name": "Ada", "email": "ada@example.com"},
            Attendee("ada@example.com", "Ada"),
            id="least",
        ),
        pytest.param(
            {
                "name": "Ada",
                "email": "Ada@Example.com",
                "phone": "+351 912 345 678",
                "timezone": "Europe/Lisbon",
            },
            Attendee("Ada@Example.com", "Ada", "+351 912 345 678", "Europe/Lisbon"),
            id="all",
        ),
        pytest.param(
            {"name": "Ada", "email": "ada@example.com", "phone": None},
            Attendee("ada@example.com", "Ada"),
            id="null",
        ),
    ],
)
def test_an_attendee_has_a_name_and_an_address(
    value: object, expected: Attendee
) -> None:
    assert people.read_attendee(value) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("ada@example.com", "attendee must be an object", id="text"),
        pytest.param(
            {"email": "ada@example.com"}, "attendee has no name", id="nameless"
        ),
        pytest.param({"name": "", "email": ""}, "attendee has no name", id="empty"),
        pytest.param(
            {"name": "Ada", "email": "ada@acme"},
            "attendee.email is not an e-mail address: ada@acme",
            id="email-without-a-dot",
        ),
        pytest.param(
            {"name": "Ada", "phone": "(x)"},
            "attendee.phone is not a phone number: (x)",
            id="phone-without-digits",
        ),
        pytest.param(
            {"name": "Ada", "ref": "K\x1b[31m"},
            "attendee.ref holds what cannot be shown: K\\u001b[31m",
            id="ref-that-paints",
        ),
        pytest.param(
            {"name": "Ada", "language": "portuguese please"},
            "attendee.language is no language tag: portuguese please",
            id="language",
        ),
        pytest.param(
            {"name": " ", "email": "ada@example.com"},
            "attendee.name is empty",
            id="name-blank",
        ),
        pytest.param(
            {"name": "Ada", "email": "ada"},
            "attendee.email is not an e-mail address: ada",
            id="email-wrong",
        ),
        pytest.param(
            {"name": "Ada", "email": "ada@example.com", "phone": "me"},
            "attendee.phone is not a phone number: me",
            id="phone-wrong",
        ),
        pytest.param(
            {"name": "Ada", "email": "ada@example.com", "age": 36},
            "attendee knows no age",
            id="unknown",
        ),
    ],
)
def test_an_attendee_that_cannot_be_read_is_refused(
    value: object, message: str
) -> None:
    assert refused(people.read_attendee, value).json_message == message


def test_an_attendees_zone_must_be_one() -> None:
    person = {"name": "Ada", "email": "ada@example.com", "timezone": "../etc/passwd"}

    with pytest.raises(BadZone):
        people.read_attendee(person)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bob@example.com", Attendee("bob@example.com")),
        ({"email": "bob@example.com"}, Attendee("bob@example.com")),
        (
            {"email": "bob@example.com", "name": "Bob"},
            Attendee("bob@example.com", "Bob"),
        ),
        ("Bob", Attendee(name="Bob")),
        (
            {"ref": " K-17 ", "language": "PT-br"},
            Attendee(ref="K-17", language="pt-BR"),
        ),
        ({"email": None, "phone": "912 345 678"}, Attendee(phone="912 345 678")),
    ],
    ids=["bare", "object", "named", "name-alone", "number", "phone"],
)
def test_a_guest_is_an_object_or_a_bare_address_or_name(
    value: object, expected: Attendee
) -> None:
    assert people.read_guest(value) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("bob@", "guest.email is not an e-mail address: bob@"),
        ("", "guest.name is empty"),
        ({}, "guest has no name, email, phone or ref"),
        ({"email": None}, "guest has no name, email, phone or ref"),
        (None, "guest must be an object"),
    ],
)
def test_a_guest_of_whom_nothing_is_said_is_refused(
    value: object, message: str
) -> None:
    assert refused(people.read_guest, value).json_message == message


def test_the_people_of_a_booking_begin_with_the_primary() -> None:
    ada = {"name": "Ada", "email": "ada@example.com"}

    found = people.read_people(ada, ["bob@example.com", {"email": "eve@example.com"}])

    assert [person.email for person in found] == [
        "ada@example.com",
        "bob@example.com",
        "eve@example.com",
    ]


@pytest.mark.parametrize(
    "guests",
    [["ADA@Example.com"], ["bob@example.com", "bob@example.com"]],
    ids=["as-the-primary", "two-guests"],
)
def test_nobody_is_in_a_booking_twice(guests: list[str]) -> None:
    ada = {"name": "Ada", "email": "ada@example.com"}

    with pytest.raises(DuplicateAttendee) as refusal:
        people.read_people(ada, guests)

    assert refusal.value.details == {"email": guests[-1]}


def test_a_booking_has_1_000_persons_at_most() -> None:
    ada = {"name": "Ada", "email": "ada@example.com"}
    guests = [f"g{n}@example.com" for n in range(1_000)]

    assert len(people.read_people(ada, guests[1:])) == 1_000
    refused(people.read_people, ada, guests)


# -- places --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("ZOOM", {"type": "ZOOM"}, id="word"),
        pytest.param("google-meet", {"type": "GOOGLE_MEET"}, id="any-case"),
        pytest.param(
            "zoom: https://zoom.example/j/1",
            {"type": "ZOOM", "url": "https://zoom.example/j/1"},
            id="short-url",
        ),
        pytest.param(
            "PHONE:+351 912 345 678",
            {"type": "PHONE", "phone": "+351 912 345 678"},
            id="short-phone",
        ),
        pytest.param(
            "IN_PERSON:Rua A, 5: 2nd floor",
            {"type": "IN_PERSON", "address": "Rua A, 5: 2nd floor"},
            id="short-address",
        ),
        pytest.param("PHONE_INBOUND", {"type": "PHONE_INBOUND"}, id="phone-inbound"),
        pytest.param(
            "phone-inbound: 112", {"type": "PHONE_INBOUND", "phone": "112"}, id="hyphen"
        ),
        pytest.param(
            "TEAMS:https://t.example",
            {"type": "TEAMS", "url": "https://t.example"},
            id="short-teams",
        ),
        pytest.param(
            "google_meet:https://g.example",
            {"type": "GOOGLE_MEET", "url": "https://g.example"},
            id="short-google-meet",
        ),
        pytest.param(
            {"type": "LINK", "url": "https://a.example"},
            {"type": "LINK", "url": "https://a.example"},
            id="object",
        ),
        pytest.param(
            {"type": "teams", "url": None}, {"type": "TEAMS"}, id="null-is-nothing"
        ),
        pytest.param(
            {"type": "CUSTOM", "text": "by the river"},
            {"type": "CUSTOM", "text": "by the river"},
            id="custom",
        ),
    ],
)
def test_a_location_is_an_object_or_the_short_text(
    value: object, expected: dict[str, str]
) -> None:
    assert locations.read_location(value) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("", "location.type cannot be ", id="empty"),
        pytest.param("moon", "location.type cannot be moon", id="unknown"),
        pytest.param({}, "location.type cannot be ", id="no-type"),
        pytest.param("LINK", "location of type LINK needs url", id="link-alone"),
        pytest.param("IN_PERSON:", "location of type IN_PERSON needs address", id="no"),
        pytest.param("CUSTOM: ", "location of type CUSTOM needs text", id="custom"),
        pytest.param(
            {"type": "ZOOM", "phone": "112"},
            "location of type ZOOM has no phone; it may have url",
            id="wrong-part",
        ),
        pytest.param(
            "ZOOM:call me", "location.url is not a web address: call me", id="bad-url"
        ),
        pytest.param(
            {"type": "ZOOM", "link": "x"}, "location knows no link", id="unknown-key"
        ),
        pytest.param(None, "location must be an object", id="null"),
    ],
)
def test_a_location_that_cannot_be_read_is_refused(value: object, message: str) -> None:
    assert refused(locations.read_location, value).json_message == message


@pytest.mark.parametrize(
    "template",
    ["https://meet.example/{token}", "https://meet.example/{uid}?t={token}"],
)
def test_a_meeting_url_template_is_a_web_address(template: str) -> None:
    assert locations.read_meeting_url_template(template, "it") == template


@pytest.mark.parametrize(
    "template",
    [
        "",
        "{uid}",
        "meet.example/{uid}",
        "ftp://{uid}",
        "https://meet.example/{name}",
        "https://meet.example/{uid}}",
    ],
)
def test_any_other_template_is_refused(template: str) -> None:
    refused(locations.read_meeting_url_template, template, "it")


# -- questions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(
            {"label": "Company size?"},
            Question("company_size", "Company size?", "TEXT"),
            id="least",
        ),
        pytest.param(
            {"label": "Größe", "type": "number"},
            Question("größe", "Größe", "NUMBER"),
            id="letters-stay",
        ),
        pytest.param(
            {
                "key": "size",
                "label": "Size?",
                "type": "select",
                "required": True,
                "options": ["s", "l"],
            },
            Question("size", "Size?", "SELECT", True, ("s", "l")),
            id="all",
        ),
    ],
)
def test_a_question_needs_a_label(value: object, expected: Question) -> None:
    assert event_types.read_question(value) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param({}, "question.label must be text, not null", id="no-label"),
        pytest.param({"label": " "}, "question.label is empty", id="blank"),
        pytest.param({"label": "???"}, "question.key is empty", id="no-key-in-it"),
        pytest.param(
            {"label": "Q", "type": "ESSAY"}, "question.type cannot be ESSAY", id="type"
        ),
        pytest.param(
            {"label": "Q", "required": "yes"},
            "question.required must be true or false",
            id="required",
        ),
        pytest.param(
            {"label": "Q", "type": "SELECT"},
            "question 'Q' of type SELECT needs options",
            id="no-options",
        ),
        pytest.param(
            {"label": "Q", "options": ["a"]},
            "question 'Q' of type TEXT cannot have options",
            id="options-of-text",
        ),
        pytest.param(
            {"label": "Q", "type": "SELECT", "options": "a,b"},
            "question.options must be a list",
            id="options-text",
        ),
    ],
)
def test_a_question_that_cannot_be_read_is_refused(value: object, message: str) -> None:
    assert refused(event_types.read_question, value).json_message == message


# -- event types ---------------------------------------------------------------------


def test_a_new_event_type_has_the_defaults_of_the_manual() -> None:
    made = event_types.new_event_type("evt_product_demo", {}, default_host="user_me")

    assert made == EventType(
        id="evt_product_demo",
        slug="product_demo",
        title="Product demo",
        hosts=(Assignment("user_me"),),
    )
    assert made.duration == made.step == timedelta(minutes=30)
    assert made.buffer_before == made.buffer_after == made.minimum_notice == 0 * DAY
    assert (made.maximum_advance, made.slots_per_day, made.seats) == (None, None, None)
    assert (made.cancellation_deadline, made.max_occurrences) == (None, 730)
    assert (made.allow_cancellation, made.requires_confirmation) == (True, False)
    assert made.active


MINUTE_FIELDS = {
    "duration": (1, 1_440),
    "bufferBefore": (0, 1_440),
    "bufferAfter": (0, 1_440),
    "minimumNotice": (0, 525_600),
    "slotInterval": (1, 1_440),
    "cancellationDeadline": (0, 525_600),
}


@pytest.mark.parametrize("key", MINUTE_FIELDS)
def test_lengths_are_whole_minutes_in_their_range(key: str) -> None:
    least, most = MINUTE_FIELDS[key]

    for value in (least, most):
        read = event_types.read_event_type_fields({key: value})
        assert next(iter(read.values())) == timedelta(minutes=value)
    for value in (least - 1, most + 1, 1.5, "30", True):
        refused(event_types.read_event_type_fields, {key: value})


@pytest.mark.parametrize(
    ("key", "least", "most"),
    [
        ("maximumAdvance", 0, 36_500),
        ("slotsPerDay", 1, 1_440),
        ("seats", 1, 10_000),
        ("maxOccurrences", 1, 730),
    ],
)
def test_counts_are_whole_numbers_in_their_range(
    key: str, least: int, most: int
) -> None:
    for value in (least, most):
        assert list(event_types.read_event_type_fields({key: value}).values()) == [
            value
        ]
    for value in (least - 1, most + 1, "5"):
        refused(event_types.read_event_type_fields, {key: value})


NULLABLE = [
    "description",
    "location",
    "scheduleId",
    "availability",
    "maximumAdvance",
    "firstDate",
    "lastDate",
    "slotInterval",
    "slotsPerDay",
    "cancellationDeadline",
    "seats",
    "roundRobin",
    "meetingUrlTemplate",
    "maxInARow",
    "breakAfter",
    "countWindow",
    "perPersonOpen",
]
NEVER_NULL = [
    "slug",
    "title",
    "duration",
    "durations",
    "hosts",
    "bufferBefore",
    "bufferAfter",
    "minimumNotice",
    "requiresConfirmation",
    "allowCancellation",
    "maxOccurrences",
    "questions",
    "schedulingType",
    "notify",
    "reminders",
    "contact",
    "limits",
    "perPerson",
    "noDouble",
    "needs",
    "onFree",
    "holdMinutes",
    "onDecline",
    "active",
    "metadata",
]


def test_every_field_of_an_event_type_is_read() -> None:
    facts = {
        "slug": "Product-Demo",
        "title": "Demo",
        "duration": 45,
        "durations": [45, 30],
        "description": "two\nlines",
        "location": "ZOOM:https://zoom.example/j/1",
        "hosts": ["alice"],
        "scheduleId": "work",
        "availability": [{"day": "SUNDAY", "startTime": "10:00", "endTime": "12:00"}],
        "bufferBefore": 5,
        "bufferAfter": 10,
        "minimumNotice": 60,
        "maximumAdvance": 90,
        "firstDate": "2027-01-18",
        "lastDate": "2027-01-18",
        "slotInterval": 15,
        "slotsPerDay": 4,
        "requiresConfirmation": True,
        "allowCancellation": False,
        "cancellationDeadline": 720,
        "seats": 8,
        "maxOccurrences": 12,
        "questions": [{"label": "Size?"}],
        "schedulingType": "round_robin",
        "roundRobin": "priority",
        "meetingUrlTemplate": "https://meet.example/{token}",
        "notify": True,
        "reminders": [{"minutesBefore": 60, "to": "HOST"}],
        "contact": "phone",
        "onFree": "book",
        "holdMinutes": 90,
        "onDecline": "cancel",
        "active": False,
        "metadata": {"a": 1},
        "limits": ["4/day", "10/week", "8h/day"],
        "maxInARow": 3,
        "breakAfter": 15,
        "countWindow": 90,
        "perPerson": ["1/day"],
        "perPersonOpen": 2,
        "noDouble": True,
        "needs": [{"count": 1, "of": ["room1", "room2"]}],
    }

    made = event_types.new_event_type("evt_demo", facts, default_host=None)

    def minutes(count: int) -> timedelta:
        return timedelta(minutes=count)

    assert facts.keys() == {camel(name) for name in event_types.FIELD_READERS}
    assert made == EventType(
        id="evt_demo",
        slug="product-demo",
        title="Demo",
        duration=minutes(45),
        durations=(minutes(45), minutes(30)),
        description="two\nlines",
        location={"type": "ZOOM", "url": "https://zoom.example/j/1"},
        hosts=(Assignment("user_alice"),),
        schedule_id="sched_work",
        buffer_before=minutes(5),
        buffer_after=minutes(10),
        minimum_notice=minutes(60),
        maximum_advance=90,
        weekly=((),) * 6 + ((Hours(minutes(600), minutes(720)),),),
        first_date=date(2027, 1, 18),
        last_date=date(2027, 1, 18),
        slot_interval=minutes(15),
        slots_per_day=4,
        requires_confirmation=True,
        allow_cancellation=False,
        cancellation_deadline=minutes(720),
        seats=8,
        max_occurrences=12,
        questions=(Question("size", "Size?", "TEXT"),),
        scheduling_type=SchedulingType.ROUND_ROBIN,
        round_robin="PRIORITY",
        meeting_url_template="https://meet.example/{token}",
        notify=True,
        reminders=(Reminder(minutes(60), "host"),),
        contact="PHONE",
        on_free="BOOK",
        hold_minutes=90,
        on_decline="CANCEL",
        active=False,
        metadata={"a": 1},
        limits=(Limit(10, "week"), Limit(480, "day", True)),
        max_in_a_row=3,
        break_after=minutes(15),
        count_window=90,
        per_person=(Limit(1, "day"),),
        per_person_open=2,
        no_double=True,
        needs=(Need(1, ("room1", "room2"), "LEAST_RECENT"),),
    )


def test_an_event_type_without_any_host_is_refused() -> None:
    assert refused(
        event_types.new_event_type, "evt_x", {}, default_host=None
    ).json_message == ("hosts needs one host at least")


@pytest.mark.parametrize("key", NULLABLE)
def test_null_means_no_limit_where_there_may_be_none(key: str) -> None:
    assert set(event_types.read_event_type_fields({key: None}).values()) == {None}


@pytest.mark.parametrize("key", NEVER_NULL)
def test_null_is_refused_elsewhere(key: str) -> None:
    refused(event_types.read_event_type_fields, {key: None})


def test_every_field_may_be_null_or_may_not() -> None:
    assert len(NULLABLE) + len(NEVER_NULL) == len(event_types.FIELD_READERS)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(["alice"], (Assignment("user_alice"),), id="slug"),
        pytest.param(
            ["user_bob", "alice"],
            (Assignment("user_bob"), Assignment("user_alice")),
            id="in-order",
        ),
        pytest.param(
            [{"userId": "alice", "weight": 2, "isFixed": True, "priority": 3}],
            (Assignment("user_alice", 2, True, 3),),
            id="object",
        ),
        pytest.param(
            [{"userId": "alice"}], (Assignment("user_alice"),), id="object-defaults"
        ),
    ],
)
def test_hosts_are_ids_or_objects(
    value: object, expected: tuple[Assignment, ...]
) -> None:
    assert event_types.read_event_type_fields({"hosts": value}) == {"hosts": expected}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param([], "hosts needs one host at least", id="none"),
        pytest.param("alice", "hosts must be a list", id="text"),
        pytest.param(["alice", "user_alice"], "hosts names a host twice", id="twice"),
        pytest.param([{}], "hosts.userId must be text, not null", id="no-id"),
        pytest.param(
            [{"userId": "alice", "weight": 0}],
            "hosts.weight is 0; it must be from 1 to 1,000",
            id="weight",
        ),
        pytest.param([5], "hosts must be an object", id="number"),
    ],
)
def test_hosts_that_cannot_be_read_are_refused(value: object, message: str) -> None:
    assert (
        refused(event_types.read_event_type_fields, {"hosts": value}).json_message
        == message
    )


@pytest.mark.parametrize(
    "rule", ["LEAST_RECENT", "EQUAL_DISTRIBUTION", "AVAILABILITY_FIRST", "PRIORITY"]
)
def test_the_round_robin_rule_is_a_word_or_an_object(rule: str) -> None:
    for value in (rule, rule.lower(), {"algorithm": rule}):
        read = event_types.read_event_type_fields({"roundRobin": value})
        assert read == {"round_robin": rule}


@pytest.mark.parametrize("value", ["RANDOM", {}, {"algorithm": None}, {"rule": "x"}])
def test_any_other_rule_is_refused(value: object) -> None:
    refused(event_types.read_event_type_fields, {"roundRobin": value})


def test_several_hosts_are_no_single_event_type() -> None:
    team = {"hosts": ["alice", "bob"]}

    single, made = (
        event_types.new_event_type("evt_team", {**team, **said}, default_host=None)
        for said in ({}, {"schedulingType": "collective"})
    )
    refusal = refused(event_types.check_event_type, single)

    assert event_types.check_event_type(made) == made
    assert refusal.json_message == "evt_team has several hosts but is SINGLE"
    assert made.scheduling_type is SchedulingType.COLLECTIVE


def test_questions_need_a_key_each() -> None:
    same = [{"label": "Size?"}, {"label": "size"}]

    refusal = refused(event_types.read_event_type_fields, {"questions": same})

    assert refusal.json_message == "questions: the key 'size' is needed once for each"


def test_the_key_of_a_question_is_its_label_in_60_letters() -> None:
    long = "x" * 61
    size = {"label": "Size?", "type": "multiselect", "options": ["s", "l"]}

    read = event_types.read_event_type_fields({"questions": [{"label": long}, size]})

    assert read["questions"] == (
        Question("x" * 60, long, "TEXT"),
        Question("size", "Size?", "MULTISELECT", options=("s", "l")),
    )
    refused(event_types.read_question, {"label": "Q", "key": long})


def test_an_unknown_field_is_refused_with_the_nearest_one() -> None:
    refusal = refused(event_types.read_event_type_fields, {"slotsPerDays": 4})

    assert refusal.json_hint == "did you mean slotsPerDay?"


# -- hosts ---------------------------------------------------------------------------


def test_a_new_host_lives_in_its_schedules_zone(
    a_schedule: Callable[..., Schedule],
) -> None:
    schedule = a_schedule(timezone="Europe/Lisbon")

    assert schedules.new_host("user_alice_ng", {}, schedule=schedule) == Host(
        "user_alice_ng", "Alice ng", None, "Europe/Lisbon", "sched_test"
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"email": None}, {"email": None}),
        ({"email": "a@example.com"}, {"email": "a@example.com"}),
        ({"scheduleId": "work"}, {"schedule_id": "sched_work"}),
        ({"schedule_id": "sched_work"}, {"schedule_id": "sched_work"}),
        ({"name": "Al", "timezone": "UTC"}, {"name": "Al", "timezone": "UTC"}),
    ],
)
def test_fields_of_a_host_are_read(
    facts: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert schedules.read_host_fields(facts) == expected


@pytest.mark.parametrize(
    "facts", [{"name": None}, {"name": ""}, {"email": "me"}, {"phone": "112"}, []]
)
def test_fields_of_a_host_that_cannot_be_read_are_refused(facts: Any) -> None:
    refused(schedules.read_host_fields, facts)


# -- schedules -----------------------------------------------------------------------


def test_a_new_schedule_is_closed_where_it_names_no_hours() -> None:
    made = schedules.new_schedule("sched_my_hours", {"timezone": "UTC"})

    assert made == Schedule("sched_my_hours", "My hours", "UTC", ((),) * 7, {})


def test_a_schedule_needs_a_zone() -> None:
    assert refused(schedules.new_schedule, "sched_x", {}).json_message == (
        "the schedule has no timezone"
    )
    with pytest.raises(BadZone):
        schedules.new_schedule("sched_x", {"timezone": "right/Paris"})


def test_every_field_of_a_schedule_is_read() -> None:
    window = {"startTime": "10:00", "endTime": "12:00"}
    facts = {
        "name": "Office",
        "timezone": "Europe/Lisbon",
        "availability": [{"day": "MONDAY", **window}],
        "overrides": [{"date": "2026-12-25"}],
    }

    made = schedules.new_schedule("sched_office", facts)

    hours = (Hours(clock("10:00"), clock("12:00")),)
    assert made == Schedule(
        "sched_office",
        "Office",
        "Europe/Lisbon",
        (hours, *[()] * 6),
        {CHRISTMAS: DateOverride(CHRISTMAS)},
    )


@pytest.mark.parametrize(
    ("facts", "message", "hint"),
    [
        pytest.param(
            {"availability": [{"day": "MONDAY"}]},
            "availability.startTime is not a time of day: None",
            "write it as 09:30, at most 23:59",
            id="start",
        ),
        pytest.param(
            {
                "availability": [
                    {"day": "MONDAY", "startTime": "09:00", "endTime": "24:01"}
                ]
            },
            "availability.endTime is not a time of day: 24:01",
            "write it as 09:30, at most 24:00",
            id="end",
        ),
        pytest.param(
            {
                "availability": [
                    {"day": "MONDAY", "startTime": "09:00", "endTime": "09:00"}
                ]
            },
            "availability: a window cannot end when it begins",
            "write 00:00-24:00 for a whole day",
            id="empty",
        ),
        pytest.param(
            {"overrides": [{"date": "25/12/2026"}]},
            "overrides.date is not a date: 25/12/2026",
            "write it as 2027-01-18",
            id="date",
        ),
        pytest.param(
            {"overrides": [{"date": "2026-12-25", "isAvailable": True}]},
            "overrides is open without hours",
            None,
            id="open-without-hours",
        ),
        pytest.param(
            {"hours": []},
            "the schedule knows no hours",
            "it has name, timezone, availability, overrides",
            id="unknown",
        ),
    ],
)
def test_a_schedule_that_cannot_be_read_is_refused(
    facts: dict[str, Any], message: str, hint: str | None
) -> None:
    refusal = refused(schedules.read_schedule_fields, facts)

    assert (refusal.json_message, refusal.json_hint) == (message, hint)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param("09:00", "17:00", ("09:00", "17:00"), id="office"),
        pytest.param("00:00", "24:00", ("00:00", "24:00"), id="whole-day"),
        pytest.param("00:00", "00:01", ("00:00", "00:01"), id="one-minute"),
        pytest.param("23:59", "24:00", ("23:59", "24:00"), id="last-minute"),
        pytest.param("22:00", "02:00", ("22:00", "26:00"), id="across-midnight"),
        pytest.param("22:00", "00:00", ("22:00", "24:00"), id="to-midnight"),
        pytest.param("00:01", "00:00", ("00:01", "24:00"), id="nearly-a-day"),
        pytest.param("12:00", "11:59", ("12:00", "35:59"), id="longest"),
    ],
)
def test_a_window_may_end_at_24_00_or_the_next_day(
    start: str, end: str, expected: tuple[str, str]
) -> None:
    window = {"day": "monday", "startTime": start, "endTime": end}

    monday, *others = schedules.read_weekly([window], "availability")

    assert monday == (Hours(clock(expected[0]), clock(expected[1])),)
    assert others == [()] * 6


def test_every_weekday_has_its_place() -> None:
    names = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")

    for place, name in enumerate((*names, "SUNDAY")):
        window = {"day": name, "startTime": "09:00", "endTime": "17:00"}
        days = schedules.read_weekly([window], "availability")
        assert [bool(windows) for windows in days] == [n == place for n in range(7)]


def test_windows_are_put_in_order() -> None:
    days = schedules.read_weekly(
        [
            {"day": "SUNDAY", "start_time": "13:00", "end_time": "17:00"},
            {"day": "Sunday", "startTime": "09:00", "endTime": "12:00"},
        ],
        "availability",
    )

    assert days[6] == (
        Hours(clock("09:00"), clock("12:00")),
        Hours(clock("13:00"), clock("17:00")),
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("09:00", "09:00", id="empty"),
        pytest.param("00:00", "00:00", id="empty-at-midnight"),
        pytest.param("24:00", "24:00", id="starts-at-24"),
        pytest.param("24:00", "02:00", id="starts-at-24-too"),
        pytest.param("09:00", "24:01", id="after-24"),
        pytest.param("09:00", "25:00", id="hour-25"),
        pytest.param("09:60", "17:00", id="minute-60"),
        pytest.param("9:00", "17:00", id="short-hour"),
        pytest.param("09:0", "17:00", id="short-minute"),
        pytest.param("0900", "1700", id="no-colon"),
        pytest.param("09:00:00", "17:00", id="seconds"),
        pytest.param(" 9:00", "17:00", id="blank"),
        pytest.param("-1:00", "17:00", id="negative"),
        pytest.param("0９:00", "17:00", id="full-width"),
        pytest.param("²²:00", "17:00", id="superscript"),
        pytest.param("9am", "5pm", id="am"),
        pytest.param(None, "17:00", id="null"),
        pytest.param(9, 17, id="numbers"),
    ],
)
def test_any_other_window_is_refused(start: object, end: object) -> None:
    window = {"day": "MONDAY", "startTime": start, "endTime": end}

    refused(schedules.read_weekly, [window], "availability")


@pytest.mark.parametrize("value", ["mon 09:00-17:00", {"day": "MONDAY"}, None, 5])
def test_availability_is_a_list(value: object) -> None:
    refusal = refused(schedules.read_weekly, value, "availability")

    assert refusal.json_message == "availability must be a list"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param([{"startTime": "09:00", "endTime": "17:00"}], id="no-day"),
        pytest.param(
            [{"day": "mon", "startTime": "09:00", "endTime": "17:00"}], id="short-day"
        ),
        pytest.param([{"day": "MONDAY"}], id="no-times"),
        pytest.param(["MONDAY"], id="list-of-text"),
    ],
)
def test_availability_that_cannot_be_read_is_refused(value: object) -> None:
    refused(schedules.read_weekly, value, "availability")


# -- overrides -----------------------------------------------------------------------

WINDOW = {"startTime": "10:00", "endTime": "12:00"}
HOURS = (Hours(clock("10:00"), clock("12:00")),)
CHRISTMAS = date(2026, 12, 25)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({}, DateOverride(CHRISTMAS), id="closed"),
        pytest.param({"isAvailable": False}, DateOverride(CHRISTMAS), id="closed-said"),
        pytest.param(
            {"isAvailable": False, "availability": [], "reason": "Christmas"},
            DateOverride(CHRISTMAS, (), "Christmas"),
            id="closed-with-reason",
        ),
        pytest.param({"availability": None}, DateOverride(CHRISTMAS), id="closed-null"),
        pytest.param(
            {"availability": [WINDOW]}, DateOverride(CHRISTMAS, HOURS), id="other-hours"
        ),
        pytest.param(
            {"is_available": True, "availability": [WINDOW]},
            DateOverride(CHRISTMAS, HOURS),
            id="other-hours-said",
        ),
    ],
)
@pytest.mark.parametrize("day", ["2026-12-25", CHRISTMAS], ids=["text", "date"])
def test_an_override_closes_a_date_or_gives_it_other_hours(
    day: object, facts: dict[str, Any], expected: DateOverride
) -> None:
    assert schedules.read_override({"date": day, **facts}) == expected


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({}, id="no-date"),
        pytest.param({"date": None}, id="null"),
        pytest.param({"date": ""}, id="empty"),
        pytest.param({"date": "25/12/2026"}, id="slashes"),
        pytest.param({"date": "20261225"}, id="basic"),
        pytest.param({"date": "2026-W52-5"}, id="week-date"),
        pytest.param({"date": "2026-02-29"}, id="no-such-day"),
        pytest.param({"date": "２０２６-12-25"}, id="full-width"),
        pytest.param({"date": 20261225}, id="number"),
        pytest.param(
            {"date": "2026-12-25", "isAvailable": True}, id="open-without-hours"
        ),
        pytest.param(
            {"date": "2026-12-25", "isAvailable": False, "availability": [WINDOW]},
            id="closed-with-hours",
        ),
        pytest.param({"date": "2026-12-25", "isAvailable": "no"}, id="not-boolean"),
        pytest.param(
            {"date": "2026-12-25", "availability": [{"day": "MONDAY", **WINDOW}]},
            id="day-in-an-override",
        ),
        pytest.param({"date": "2026-12-25", "availability": WINDOW}, id="no-list"),
        pytest.param({"date": "2026-12-25", "reason": "x" * 1001}, id="long-reason"),
        pytest.param({"date": "2026-12-25", "reason": "a\nb"}, id="two-lines"),
        pytest.param("2026-12-25", id="text"),
    ],
)
def test_an_override_that_cannot_be_read_is_refused(facts: object) -> None:
    refused(schedules.read_override, facts)


def test_overrides_of_a_schedule_are_kept_by_date() -> None:
    read = schedules.read_schedule_fields({"overrides": [{"date": "2026-12-25"}]})

    assert read == {"overrides": {CHRISTMAS: DateOverride(CHRISTMAS)}}


def test_a_datetime_is_no_date_of_an_override() -> None:
    """It was stored with its time, and the schedule could not be read again."""
    moment = datetime.fromisoformat("2026-12-25T10:00")

    refused(schedules.read_override, {"date": moment})
