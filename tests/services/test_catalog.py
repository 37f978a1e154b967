"""Event types, hosts and schedules: every field, through both doors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.stores import dump

from calbook import Client, errors

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
OFFICE = [{"day": day, "startTime": "09:00", "endTime": "17:00"} for day in DAYS[:5]]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture(autouse=True)
def new_york(client: Client) -> None:
    client.set_up(
        name="Grace Hopper", email="grace@example.com", timezone="America/New_York"
    )


def event_type(**different: Any) -> dict[str, Any]:
    """An event type of which only the id was said."""
    me = {"userId": "user_me", "weight": 1, "isFixed": False, "priority": 0}
    return {
        "id": "evt_first_call",
        "slug": "first_call",
        "title": "First call",
        "description": None,
        "duration": 30,
        "durations": [30],
        "location": None,
        "hosts": [me],
        "scheduleId": None,
        "availability": None,
        "bufferBefore": 0,
        "bufferAfter": 0,
        "minimumNotice": 0,
        "maximumAdvance": None,
        "firstDate": None,
        "lastDate": None,
        "slotInterval": 30,
        "slotsPerDay": None,
        "requiresConfirmation": False,
        "allowCancellation": True,
        "cancellationDeadline": None,
        "seats": None,
        "maxOccurrences": 730,
        "questions": [],
        "schedulingType": "SINGLE",
        "roundRobin": None,
        "meetingUrlTemplate": None,
        "notify": False,
        "reminders": [],
        "contact": "ANY",
        "onFree": "OFFER",
        "holdMinutes": 60,
        "onDecline": "RECORD",
        "active": True,
        "metadata": {},
        "needs": [],
        "limits": [],
        "maxInARow": None,
        "breakAfter": None,
        "countWindow": None,
        "perPerson": [],
        "perPersonOpen": None,
        "noDouble": False,
    } | different


# -- event types ----------------------------------------------------------------------


@pytest.mark.parametrize("id", ["first_call", "evt_first_call"])
def test_an_event_type_needs_no_more_than_an_id(
    run: Run, client: Client, id: str
) -> None:
    added = run("event", "add", id, "--json").json

    assert added == event_type()
    assert list(added) == list(event_type())
    for same in ("first_call", "evt_first_call"):
        assert run("event", "show", same, "--json").json == added
        assert client.calendar.event_types.get(same).to_dict() == added
    assert run("event", "list", "--json").json == [added]


def lengths(*minutes: int) -> dict[str, Any]:
    first = minutes[0]
    return {"duration": first, "durations": list(minutes), "slotInterval": first}


# What is typed, and what it is in JSON.
FIELDS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "title": (("--title", "A 'call' ☎"), {"title": "A 'call' ☎"}),
    "description": (("--description", "Two\nlines"), {"description": "Two\nlines"}),
    "duration": (("--duration", "1"), lengths(1)),
    "longest": (("--duration", "1d"), lengths(1440)),
    "minutes": (("--duration", "90m"), lengths(90)),
    "hours": (("--duration", "12h"), lengths(720)),
    "durations": (
        ("--duration", "1h", "--duration", "30"),
        {**lengths(60, 30), "slotInterval": 30},
    ),
    "location": (
        ("--location", "zoom:https://zoom.example/1"),
        {"location": {"type": "ZOOM", "url": "https://zoom.example/1"}},
    ),
    "phone": (("--location", "PHONE-inbound"), {"location": {"type": "PHONE_INBOUND"}}),
    "buffers": (
        ("--buffer-before", "5", "--buffer-after", "24h"),
        {"bufferBefore": 5, "bufferAfter": 1440},
    ),
    "notice": (("--minimum-notice", "365d"), {"minimumNotice": 525_600}),
    "advance": (("--maximum-advance", "60"), {"maximumAdvance": 60}),
    "today only": (("--maximum-advance", "0"), {"maximumAdvance": 0}),
    "first date": (("--first-date", "2027-01-18"), {"firstDate": "2027-01-18"}),
    "last date": (("--last-date", "2028-02-29"), {"lastDate": "2028-02-29"}),
    "interval": (("--slot-interval", "15m"), {"slotInterval": 15}),
    "a day": (("--slots-per-day", "4"), {"slotsPerDay": 4, "limits": ["4/day"]}),
    "limits": (
        (
            "--booking-limit",
            "10/week",
            "--booking-limit",
            "4/day",
            "--booking-limit",
            "90m/day",
        ),
        {"slotsPerDay": 4, "limits": ["4/day", "10/week", "90m/day"]},
    ),
    "window": (("--count-window", "90d"), {"countWindow": 90}),
    "per person": (
        ("--per-person", "1/day", "--per-person-open", "2", "--no-double"),
        {"perPerson": ["1/day"], "perPersonOpen": 2, "noDouble": True},
    ),
    "breaks": (
        ("--max-in-a-row", "3", "--break", "15"),
        {"maxInARow": 3, "breakAfter": 15},
    ),
    "confirmation": (("--requires-confirmation",), {"requiresConfirmation": True}),
    "cancellation": (("--no-cancellation",), {"allowCancellation": False}),
    "deadline": (("--cancellation-deadline", "12h"), {"cancellationDeadline": 720}),
    "seats": (("--seats", "8"), {"seats": 8}),
    "occurrences": (("--max-occurrences", "12"), {"maxOccurrences": 12}),
    "schedule": (("--schedule", "work"), {"scheduleId": "sched_work"}),
    "host": (
        ("--host", "me:3"),
        {
            "hosts": [
                {"userId": "user_me", "weight": 3, "isFixed": False, "priority": 0}
            ]
        },
    ),
    "round robin": (
        ("--scheduling-type", "round-robin", "--assignment", "Equal-Distribution"),
        {
            "schedulingType": "ROUND_ROBIN",
            "roundRobin": {"algorithm": "EQUAL_DISTRIBUTION"},
        },
    ),
    "collective": (
        ("--scheduling-type", "COLLECTIVE"),
        {"schedulingType": "COLLECTIVE"},
    ),
    "template": (
        ("--meeting-url-template", "https://meet.example/{uid}?t={token}"),
        {"meetingUrlTemplate": "https://meet.example/{uid}?t={token}"},
    ),
    "notify": (("--notify",), {"notify": True}),
    "reminders": (
        ("--reminder", "1d:all", "--reminder", "60", "--reminder", "2h:HOST"),
        {
            "reminders": [
                {"minutesBefore": 1440, "to": "all"},
                {"minutesBefore": 60, "to": "attendee"},
                {"minutesBefore": 120, "to": "host"},
            ]
        },
    ),
    "inactive": (("--inactive",), {"active": False}),
    "metadata": (
        ("--meta", "team=sales", "--meta", "formula=a=b"),
        {"metadata": {"team": "sales", "formula": "a=b"}},
    ),
    "questions": (
        (
            *("--question", "Company name?|text|required"),
            *("--question", "size=How many?|select||1-10, 11-50"),
            *("--question", "Why"),
        ),
        {
            "questions": [
                {
                    "key": "company_name",
                    "label": "Company name?",
                    "type": "TEXT",
                    "required": True,
                    "options": [],
                },
                {
                    "key": "size",
                    "label": "How many?",
                    "type": "SELECT",
                    "required": False,
                    "options": ["1-10", "11-50"],
                },
                {
                    "key": "why",
                    "label": "Why",
                    "type": "TEXT",
                    "required": False,
                    "options": [],
                },
            ]
        },
    ),
}


@pytest.mark.parametrize(("options", "said"), FIELDS.values(), ids=FIELDS)
def test_every_field_of_an_event_type_can_be_said(
    run: Run, client: Client, options: tuple[str, ...], said: dict[str, Any]
) -> None:
    added = run("event", "add", "first_call", *options, "--json").json
    given = {k: v for k, v in said.items() if (k, v) != ("slotInterval", None)}
    in_json = run("event", "add", "b", "--input", "-", "--json", input=json.dumps(said))
    snake = {_snake(key): value for key, value in given.items()}
    in_python = client.calendar.event_types.create("c", **snake)

    assert added == event_type(**said)
    own = {"id": "evt_b", "slug": "b", "title": said.get("title", "B")}
    assert in_json.json == added | own
    own = {"id": "evt_c", "slug": "c", "title": said.get("title", "C")}
    assert in_python.to_dict() == added | own


def _snake(key: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in key)


@pytest.mark.parametrize(("options", "said"), FIELDS.values(), ids=FIELDS)
def test_every_field_of_an_event_type_can_be_changed(
    run: Run, options: tuple[str, ...], said: dict[str, Any]
) -> None:
    run("event", "add", "first_call")

    updated = run("event", "update", "first_call", *options, "--json").json

    assert updated == event_type(**said)
    assert run("event", "show", "first_call", "--json").json == updated


@pytest.mark.parametrize(
    ("option", "value", "key"),
    [
        ("--description", "x", "description"),
        ("--location", "ZOOM", "location"),
        ("--schedule", "work", "scheduleId"),
        ("--maximum-advance", "3", "maximumAdvance"),
        ("--slots-per-day", "3", "slotsPerDay"),
        ("--first-date", "2027-01-18", "firstDate"),
        ("--last-date", "2027-01-18", "lastDate"),
        ("--cancellation-deadline", "3", "cancellationDeadline"),
        ("--seats", "3", "seats"),
        ("--meeting-url-template", "https://meet.example/{uid}", "meetingUrlTemplate"),
        ("--assignment", "priority", "roundRobin"),
    ],
)
def test_a_limit_is_taken_out_by_none(
    run: Run, option: str, value: str, key: str
) -> None:
    limited = run("event", "add", "first_call", option, value, "--json").json

    freed = run("event", "update", "first_call", option, "none", "--json").json

    assert limited[key] is not None
    assert freed == event_type()


def test_the_slot_interval_is_the_duration_again(run: Run) -> None:
    run("event", "add", "first_call", "--slot-interval", "15")

    freed = run("event", "update", "first_call", "--slot-interval", "none", "--json")

    assert freed.json == event_type()


def test_switches_go_both_ways(run: Run) -> None:
    off = ("--requires-confirmation", "--no-cancellation", "--notify", "--inactive")
    on = ("--no-confirmation", "--cancellation", "--no-notify", "--active")
    run("event", "add", "first_call", *off)

    assert run("event", "update", "first_call", *on, "--json").json == event_type()


def test_options_go_before_the_input(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"duration": 45, "title": "From the file"}))

    added = run("event", "add", "first_call", "--input", file, "--duration", "1h")

    assert added.rows == [["evt_first_call", "From the file", "60", "SINGLE", "true"]]


def test_hosts_of_a_team_keep_their_order_and_shares(run: Run, client: Client) -> None:
    for name in ("ann", "bob"):
        client.calendar.hosts.create(name)
    hosts = [
        {"userId": "bob", "weight": 2, "priority": 5},
        {"user_id": "user_ann", "is_fixed": True},
        "me",
    ]

    added = client.calendar.event_types.create(
        "team", hosts=hosts, scheduling_type="COLLECTIVE"
    )

    assert added.hosts == [
        {"userId": "user_bob", "weight": 2, "isFixed": False, "priority": 5},
        {"userId": "user_ann", "weight": 1, "isFixed": True, "priority": 0},
        {"userId": "user_me", "weight": 1, "isFixed": False, "priority": 0},
    ]
    typed = run(
        *("event", "add", "typed", "--scheduling-type", "collective"),
        *("--host", "bob:2", "--host", "ann", "--host", "user_me", "--json"),
    ).json
    assert [h["userId"] for h in typed["hosts"]] == ["user_bob", "user_ann", "user_me"]
    assert [h["weight"] for h in typed["hosts"]] == [2, 1, 1]


def test_without_hosts_the_oldest_host_gives_the_time(client: Client) -> None:
    client.calendar.hosts.create("aaron")

    assert client.calendar.event_types.create("demo").hosts[0]["userId"] == "user_me"


@pytest.mark.parametrize(
    ("args", "code", "field"),
    [
        (("--duration", "0"), "bad_input", "duration"),
        (("--first-date", "2027-02-29"), "bad_time", "firstDate"),
        (("--last-date", "18.1.2027"), "bad_time", "lastDate"),
        (("--first-date", "1969-12-31"), "bad_time", "firstDate"),
        (
            ("--first-date", "2027-01-18", "--last-date", "2027-01-17"),
            "bad_input",
            "lastDate",
        ),
        (("--duration", "1441"), "bad_input", "duration"),
        (("--duration", "1.5"), "bad_time", None),
        (("--buffer-before", "1441"), "bad_input", "bufferBefore"),
        (("--buffer-after", "25h"), "bad_input", "bufferAfter"),
        (("--minimum-notice", "366d"), "bad_input", "minimumNotice"),
        (("--maximum-advance", "-1"), "bad_input", None),
        (("--maximum-advance", "36h"), "bad_input", None),
        (("--slot-interval", "0"), "bad_input", "slotInterval"),
        (("--slots-per-day", "0"), "bad_input", "slotsPerDay"),
        (("--seats", "0"), "bad_input", "seats"),
        (("--max-occurrences", "731"), "bad_input", "maxOccurrences"),
        (("--max-occurrences", "0"), "bad_input", "maxOccurrences"),
        (("--cancellation-deadline", "366d"), "bad_input", "cancellationDeadline"),
        (("--scheduling-type", "both"), "bad_input", "schedulingType"),
        (("--assignment", "random"), "bad_input", "roundRobin"),
        (("--location", "IN_PERSON"), "bad_input", "location"),
        (("--question", "Size|select"), "bad_input", "question.options"),
        (("--question", "Size|text||1-10"), "bad_input", "question.options"),
        (("--question", "Size|colour"), "bad_input", "question.type"),
        (("--question", "Size|text|perhaps"), "bad_input", None),
        (("--host", "nobody"), "not_found", None),
        (("--host", "me:0"), "bad_input", "hosts.weight"),
        (("--host", "me", "--host", "user_me"), "bad_input", "hosts"),
        (("--schedule", "none_such"), "not_found", None),
        (("--meta", "nothing"), "usage", None),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_field_out_of_its_bounds_is_refused(
    run: Run, place: str, args: tuple[str, ...], code: str, field: str | None
) -> None:
    before = dump(place)

    error = run("event", "add", "first_call", *args, "--json").error

    assert error["code"] == code
    assert error["details"].get("field") == field
    assert dump(place) == before


def test_several_hosts_need_a_way_to_share(run: Run, client: Client) -> None:
    client.calendar.hosts.create("bob")

    error = run("event", "add", "x", "--host", "me", "--host", "bob", "--json").error

    assert error["code"] == "bad_input"
    assert error["hint"] == "add --scheduling-type round-robin or collective"


# -- what the three kinds share --------------------------------------------------------

NOUNS = pytest.mark.parametrize(
    ("noun", "id", "more"),
    [
        ("event", "evt_new", ()),
        ("host", "user_new", ()),
        ("schedule", "sched_new", ("--tz", "Europe/Lisbon")),
    ],
    ids=["event", "host", "schedule"],
)


@NOUNS
def test_a_thing_is_added_shown_listed_and_removed(
    run: Run, noun: str, id: str, more: tuple[str, ...]
) -> None:
    added = run(noun, "add", "new", *more, "--json").json
    listed = run(noun, "list", "--json").json
    row = run(noun, "show", "new").rows
    removed = run(noun, "remove", id, "--yes", "--json").json

    assert added["id"] == id
    assert added in listed
    assert row in [[line] for line in run(noun, "list").rows] or row[0][0] == id
    assert removed == added
    assert added not in run(noun, "list", "--json").json
    assert run(noun, "show", "new", "--json").error["code"] == "not_found"


@NOUNS
def test_an_id_is_taken_once(
    run: Run, noun: str, id: str, more: tuple[str, ...]
) -> None:
    run(noun, "add", "new", *more)

    error = run(noun, "add", id, *more, "--json").error

    assert (error["code"], error["exitCode"]) == ("exists", 4)
    assert error["details"]["id"] == id


@NOUNS
@pytest.mark.parametrize("action", ["show", "update", "remove"])
def test_what_is_not_there_is_not_found(
    run: Run, place: str, noun: str, id: str, more: tuple[str, ...], action: str
) -> None:
    before = dump(place)
    value = ("--title" if noun == "event" else "--name", "New")

    args = value if action == "update" else ()
    error = run(noun, action, "new", *args, "--json").error

    assert (error["code"], error["exitCode"]) == ("not_found", 3)
    assert error["details"]["id"] == id
    assert dump(place) == before


@NOUNS
@pytest.mark.parametrize(
    "name", ["a.b", "a b", "ä", "x" * 61, "evt_user_x!", "../x", ""]
)
def test_an_id_is_made_of_few_letters(
    run: Run, place: str, noun: str, id: str, more: tuple[str, ...], name: str
) -> None:
    before = dump(place)

    error = run(noun, "add", name, *more, "--json").error

    assert (error["code"], error["exitCode"]) == ("bad_input", 2)
    assert dump(place) == before


@NOUNS
def test_an_id_is_read_in_any_case(
    run: Run, noun: str, id: str, more: tuple[str, ...]
) -> None:
    run(noun, "add", "New", *more)

    assert run(noun, "show", id.upper(), "--json").json["id"] == id


@NOUNS
def test_the_longest_id_fits(
    run: Run, noun: str, id: str, more: tuple[str, ...]
) -> None:
    longest = "x" * 60

    assert run(noun, "add", longest, *more, "--json").json["id"].endswith(longest)


@NOUNS
def test_an_update_says_what_to_change(
    run: Run, place: str, noun: str, id: str, more: tuple[str, ...]
) -> None:
    run(noun, "add", "new", *more)
    before = dump(place)

    error = run(noun, "update", "new", "--json").error

    assert (error["code"], error["exitCode"]) == ("nothing_to_change", 5)
    assert dump(place) == before


@NOUNS
def test_an_update_to_what_it_is_changes_nothing(
    run: Run, noun: str, id: str, more: tuple[str, ...]
) -> None:
    added = run(noun, "add", "new", *more, "--json").json
    key = "title" if noun == "event" else "name"

    answer = run(noun, "update", "new", f"--{key}", added[key], "--json")

    assert (json.loads(answer.out), answer.status) == (added, 0)
    assert answer.err == f"Nothing changed: {added['id']} has these values already\n"


@pytest.mark.parametrize("noun", ["event_types", "hosts", "schedules", "resources"])
def test_a_dry_run_answers_and_writes_nothing(
    client: Client, place: str, noun: str
) -> None:
    entries = getattr(client.calendar, noun)
    name = "title" if noun == "event_types" else "name"
    more = {"timezone": "Europe/Lisbon"} if noun == "schedules" else {}
    entries.create("there", **more)
    before = dump(place)

    added = entries.create("new", dry_run=True, **more, **{name: "Like no other"})
    changed = entries.update("there", dry_run=True, **{name: "Like no other"})
    entries.delete("there", dry_run=True)

    assert (getattr(added, name), added.id[-3:]) == ("Like no other", "new")
    assert getattr(changed, name) == "Like no other"
    with pytest.raises(errors.Exists):
        entries.create("there", dry_run=True, **more)
    with pytest.raises(errors.NotFound):
        entries.delete("new", dry_run=True)
    assert dump(place) == before


def test_a_dry_run_of_other_hours_writes_nothing(client: Client, place: str) -> None:
    schedules, day = client.calendar.schedules, "2027-01-18"
    schedules.override("work", date="2027-01-19")
    before = dump(place)

    closed = schedules.override("work", date=day, dry_run=True)
    opened = schedules.remove_override("work", date="2027-01-19", dry_run=True)

    assert [each["date"] for each in closed.overrides] == [day, "2027-01-19"]
    assert not opened.overrides
    assert dump(place) == before


def booked(client: Client, **fields: Any) -> str:
    client.calendar.event_types.create("demo")
    ada = {"name": "Ada", "email": "ada@example.com"}
    return client.calendar.bookings.create(
        event_type_id="demo", start_time="2027-01-18 10:00", attendee=ada, **fields
    ).uid


@pytest.mark.parametrize(
    ("noun", "id", "by"),
    [
        ("event", "demo", "booking {uid}"),
        ("host", "me", "event type evt_demo"),
        ("host", "bob", "booking {uid}"),
        ("schedule", "day", "host user_bob"),
        ("schedule", "night", "event type evt_owls"),
    ],
    ids=["booked", "assigned", "booked once", "lived by", "asked for"],
)
def test_what_is_in_use_stays_and_the_reason_is_told(
    run: Run, client: Client, place: str, noun: str, id: str, by: str
) -> None:
    calendar = client.calendar
    for schedule in ("day", "night"):
        calendar.schedules.create(schedule, timezone="UTC", availability=OFFICE)
    calendar.hosts.create("bob", schedule_id="day")
    calendar.event_types.create("owls", schedule_id="night")
    calendar.event_types.create("demo", hosts=["bob"])
    ada = {"name": "Ada", "email": "ada@example.com"}
    uid = calendar.bookings.create(
        event_type_id="demo", start_time="2027-01-18 10:00", attendee=ada
    ).uid
    calendar.bookings.cancel(uid)
    calendar.event_types.update("demo", hosts=["me"])
    before = dump(place)

    error = run(noun, "remove", id, "--yes", "--json").error

    assert (error["code"], error["exitCode"]) == ("in_use", 5)
    assert error["details"]["usedBy"] == by.format(uid=uid)
    assert by.format(uid=uid) in error["message"]
    assert error["hint"]
    assert dump(place) == before


def test_an_event_type_in_use_is_switched_off_instead(run: Run, client: Client) -> None:
    booked(client)
    refusal = run("event", "remove", "demo", "--yes", "--json").error
    hint, command = refusal["hint"].split(": calbook ")

    assert (hint, command) == (
        *("switch it off instead", "event update evt_demo --inactive"),
    )
    assert run(*command.split()).status == 0
    error = run(
        *("create", "--event", "demo", "--start", "2027-01-18 11:00", "--json"),
        *("--name", "Eve", "--email", "eve@example.com"),
    ).error

    assert error["code"] == "inactive"


def test_bookings_keep_the_rules_under_which_they_were_made(
    run: Run, client: Client
) -> None:
    uid = booked(client)

    run("event", "update", "demo", "--no-cancellation")

    assert run("cancel", uid, "--json").json["status"] == "CANCELLED"


# -- hosts -----------------------------------------------------------------------------


def test_a_host_lives_in_its_schedules_zone(run: Run, client: Client) -> None:
    added = run("host", "add", "ann_lee", "--json").json

    assert added == {
        "id": "user_ann_lee",
        "name": "Ann lee",
        "email": None,
        "timezone": "America/New_York",
        "scheduleId": "sched_work",
        "retiredAt": None,
        "limits": [],
        "language": None,
    }
    assert client.calendar.hosts.get("ann_lee").to_dict() == added


def test_every_field_of_a_host_is_said_and_changed(run: Run, client: Client) -> None:
    client.calendar.schedules.create("night", timezone="Asia/Tokyo")
    said = ("--name", "Ann Lee", "--email", "Ann@Example.com", "--tz", "Europe/Lisbon")

    added = run("host", "add", "ann", *said, "--schedule", "night", "--json").json
    changed = run(
        *("host", "update", "ann", "--name", "Ann", "--email", ""),
        *("--tz", "UTC", "--schedule", "sched_work", "--json"),
    ).json

    assert added == {
        "id": "user_ann",
        "name": "Ann Lee",
        "email": "Ann@Example.com",
        "timezone": "Europe/Lisbon",
        "scheduleId": "sched_night",
        "retiredAt": None,
        "limits": [],
        "language": None,
    }
    assert changed == {
        "id": "user_ann",
        "name": "Ann",
        "email": None,
        "timezone": "UTC",
        "scheduleId": "sched_work",
        "retiredAt": None,
        "limits": [],
        "language": None,
    }


def test_a_host_needs_a_schedule_that_is_there(run: Run, place: str) -> None:
    before = dump(place)

    for args in (("add", "ann"), ("update", "me")):
        error = run("host", *args, "--schedule", "nights", "--json").error
        assert (error["code"], error["details"]["id"]) == ("not_found", "sched_nights")
    assert dump(place) == before


# -- schedules -------------------------------------------------------------------------


def windows(*spans: str, days: tuple[str, ...] = DAYS) -> list[dict[str, str]]:
    return [
        {"day": day, "startTime": span[:5], "endTime": span[6:]}
        for day in days
        for span in spans
    ]


@pytest.mark.parametrize(
    ("hours", "availability"),
    [
        (["mon-fri 09:00-17:00"], windows("09:00-17:00", days=DAYS[:5])),
        (["mon-sun 09:00-12:30,13:30-18:00"], windows("09:00-12:30", "13:30-18:00")),
        (["mon-sun 13:30-18:00, 09:00-12:30"], windows("09:00-12:30", "13:30-18:00")),
        (
            ["Mon,WED-thu 10:00-11:00"],
            windows("10:00-11:00", days=(DAYS[0], *DAYS[2:4])),
        ),
        (["sat-mon 10:00-11:00"], windows("10:00-11:00", days=(DAYS[0], *DAYS[5:]))),
        (["mon-sun 00:00-24:00"], windows("00:00-24:00")),
        (["fri 22:00-02:00"], windows("22:00-02:00", days=DAYS[4:5])),
        (["sun 22:00-00:00"], windows("22:00-24:00", days=DAYS[6:])),
        (
            ["mon 09:00-10:00", "tue 11:00-12:00", "mon 14:00-15:00"],
            windows("09:00-10:00", "14:00-15:00", days=DAYS[:1])
            + windows("11:00-12:00", days=DAYS[1:2]),
        ),
        ([" tue   09:00-10:00 "], windows("09:00-10:00", days=DAYS[1:2])),
        (["Monday–Friday 9–17"], windows("09:00-17:00", days=DAYS[:5])),
        ([], []),
    ],
    ids=lambda value: " + ".join(value) if value and isinstance(value[0], str) else "",
)  # fmt: skip
def test_hours_are_read_as_people_write_them(
    run: Run, client: Client, hours: list[str], availability: list[dict[str, str]]
) -> None:
    options = [word for text in hours for word in ("--hours", text)]

    added = run("schedule", "add", "new", "--tz", "UTC", *options, "--json").json

    assert added == {
        "id": "sched_new",
        "name": "New",
        "timezone": "UTC",
        "availability": availability,
        "overrides": [],
    }
    assert run("schedule", "show", "new", "--json").json == added
    again = client.calendar.schedules.create(
        "again", timezone="UTC", availability=availability
    )
    assert again.availability == availability


@pytest.mark.parametrize(
    "hours",
    [
        "",
        "mon",
        "09:00-17:00",
        "mon 09:00",
        "mon 9:00-17:5",
        "mon 09:00-25:00",
        "mon 09:00-17:60",
        "mon 24:00-24:00",
        "mon 09:00-09:00",
        "mon ٠٩:00-17:00",
        "mondy 09:00-17:00",
        "mon- 09:00-17:00x",
        "mon,, 09:00-17:00",
        "mon 09:00-17:00,",
        "mo-fr 09:00-17:00",
    ],
)
def test_other_hours_are_refused(run: Run, place: str, hours: str) -> None:
    before = dump(place)

    for command in (("add", "new", "--tz", "UTC"), ("update", "work")):
        error = run("schedule", *command, "--hours", hours, "--json").error
        assert (error["code"], error["exitCode"]) == ("bad_input", 2)
        assert error["hint"]
    assert dump(place) == before


def test_an_update_replaces_all_hours_and_keeps_the_rest(run: Run) -> None:
    run("schedule", "override", "work", "--on", "2027-01-18", "--closed")

    updated = run(
        *("schedule", "update", "work", "--hours", "sat 10:00-12:00", "--json")
    ).json

    assert updated["availability"] == windows("10:00-12:00", days=DAYS[5:6])
    assert [override["date"] for override in updated["overrides"]] == ["2027-01-18"]
    moved = run("schedule", "update", "work", "--tz", "UTC", "--name", "W", "--json")
    assert moved.json == updated | {"timezone": "UTC", "name": "W"}


def override(date: str, *spans: str, reason: str | None = None) -> dict[str, Any]:
    return {
        "date": date,
        "isAvailable": bool(spans),
        "reason": reason,
        "availability": [
            {"startTime": span[:5], "endTime": span[6:]} for span in spans
        ],
    }


def overridden(run: Run, *options: str) -> list[dict[str, Any]]:
    changed = run("schedule", "override", "work", *options, "--json").json
    assert changed["availability"] == OFFICE
    assert run("schedule", "show", "sched_work", "--json").json == changed
    found: list[dict[str, Any]] = changed["overrides"]
    return found


def test_a_date_is_closed_with_a_reason(run: Run) -> None:
    found = overridden(run, "--on", "2026-12-25", "--closed", "--reason", "Christmas")

    assert found == [override("2026-12-25", reason="Christmas")]


def test_bookings_on_dates_that_are_closed_stay_and_are_told_of(
    run: Run, client: Client
) -> None:
    uid = booked(client)

    answer = run("schedule", "override", "work", "--on", "2027-01-18", "--closed")
    beside = run("schedule", "override", "work", "--on", "2027-01-19", "--closed")

    assert answer.status == 0
    assert answer.err == (
        "1 booked on these dates stay:"
        " calbook list --occurrences --from 2027-01-18 --to 2027-01-18\n"
    )
    assert beside.err == ""
    assert run("show", uid, "--json").json["status"] == "CONFIRMED"


def test_a_date_of_a_series_that_is_cancelled_does_not_stay(
    run: Run, client: Client
) -> None:
    """It was counted, and the advice listed all that came behind the dates."""
    bookings = client.calendar.bookings
    uid = booked(client, recurring={"frequency": "DAILY", "count": 4})
    bookings.cancel(uid, date="2027-01-18")
    closed = ("schedule", "override", "work", "--closed")

    alone = run(*closed, "--on", "2027-01-18")
    several = run(*closed, "--from", "2027-01-18", "--to", "2027-01-20")

    assert alone.err == ""
    assert several.err == (
        "2 booked on these dates stay:"
        " calbook list --occurrences --from 2027-01-18 --to 2027-01-20\n"
    )


def test_a_date_has_other_hours(run: Run) -> None:
    found = overridden(run, "--on", "2027-01-23", "--hours", "14:00-16:00,10:00-12:00")

    assert found == [override("2027-01-23", "10:00-12:00", "14:00-16:00")]


def test_a_vacation_is_a_range_of_dates(run: Run) -> None:
    options = ("--from", "2027-02-27", "--to", "2027-03-02", "--closed")

    found = overridden(run, *options, "--reason", "Vacation")

    dates = ("2027-02-27", "2027-02-28", "2027-03-01", "2027-03-02")
    assert found == [override(date, reason="Vacation") for date in dates]


def test_a_whole_week_is_closed(run: Run) -> None:
    found = overridden(run, "--on", "2027-W08", "--closed")

    days = range(22, 29)
    assert found == [override(f"2027-02-{day}") for day in days]


def test_a_later_override_replaces_an_earlier_one(run: Run) -> None:
    overridden(run, "--from", "2027-01-18", "--to", "2027-01-20", "--closed")

    found = overridden(run, "--on", "tue", "--hours", "08:00-09:00")
    found = overridden(run, "--on", "2027-01-19", "--hours", "22:00-24:00")

    assert found == [
        override("2027-01-05", "08:00-09:00"),
        override("2027-01-18"),
        override("2027-01-19", "22:00-24:00"),
        override("2027-01-20"),
    ]


def test_an_override_is_removed_and_the_weekly_hours_are_back(run: Run) -> None:
    overridden(run, "--from", "2027-01-18", "--to", "2027-01-21", "--closed")

    found = overridden(run, "--from", "2027-01-19", "--to", "2027-01-20", "--remove")

    assert found == [override("2027-01-18"), override("2027-01-21")]
    error = run(
        *("schedule", "override", "work", "--on", "2027-01-19", "--remove", "--json")
    ).error
    assert (error["code"], error["details"]) == (
        "not_found",
        {"noun": "override", "id": "2027-01-19"},
    )


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--closed",), "usage"),
        (("--on", "2027-01-18"), "usage"),
        (("--on", "2027-01-18", "--closed", "--remove"), "usage"),
        (("--on", "2027-01-18", "--closed", "--hours", "10:00-11:00"), "usage"),
        (("--on", "2027-02-29", "--closed"), "bad_time"),
        (("--on", "2027-01-18 10:00", "--closed"), "bad_time"),
        (("--on", "2027-01-18", "--hours", "mon 10:00-11:00"), "bad_input"),
        (("--on", "2027-01-18", "--hours", ""), "bad_input"),
        (("--from", "2027-01-18", "--to", "2027-01-17", "--closed"), "bad_input"),
        (("--from", "2027-01-18", "--to", "2030-01-17", "--closed"), "bad_input"),
        (("--on", "2027-01-18", "--closed", "--reason", "x" * 1_001), "bad_input"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, tuple) else "",
)
def test_an_override_that_cannot_be_read_is_refused(
    run: Run, place: str, options: tuple[str, ...], code: str
) -> None:
    before = dump(place)

    error = run("schedule", "override", "work", *options, "--json").error

    assert error["code"] == code
    assert dump(place) == before


def test_hours_and_overrides_decide_what_can_be_booked(
    run: Run, client: Client
) -> None:
    client.calendar.event_types.create("demo")
    overridden(run, "--on", "2027-01-18", "--closed")
    overridden(run, "--on", "2027-01-23", "--hours", "10:00-11:00")

    closed, open_ = (
        run(
            *("create", "--event", "demo", "--start", start),
            *("--name", "Ada", "--email", "ada@example.com"),
        ).status
        for start in ("2027-01-18 10:00", "2027-01-23 10:30")
    )

    assert (closed, open_) == (5, 0)


def test_a_schedule_in_python_with_its_overrides(client: Client, run: Run) -> None:
    schedules = client.calendar.schedules
    made = schedules.create(
        "sched_new",
        name="New",
        timezone="UTC",
        availability=[{"day": "monday", "start_time": "09:00", "end_time": "10:00"}],
        overrides=[
            {"date": "2027-01-19", "reason": "Ill"},
            {
                "date": "2027-01-18",
                "isAvailable": True,
                "availability": [{"startTime": "10:00", "endTime": "11:00"}],
            },
        ],
    )

    assert made.to_dict() == {
        "id": "sched_new",
        "name": "New",
        "timezone": "UTC",
        "availability": windows("09:00-10:00", days=DAYS[:1]),
        "overrides": [
            override("2027-01-18", "10:00-11:00"),
            override("2027-01-19", reason="Ill"),
        ],
    }
    emptied = schedules.update("new", availability=[], overrides=[])
    assert (emptied.availability, emptied.overrides) == ([], [])
    assert run("schedule", "show", "new", "--json").json == emptied.to_dict()
    assert schedules.delete("new") is None
    with pytest.raises(errors.NotFound):
        schedules.get("new")


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.event_types.create("x", colour="red"),
        lambda c: c.hosts.create("x", age=9),
        lambda c: c.schedules.create("x", timezone="UTC", hours=[]),
        lambda c: c.hosts.create("x", name=None),
        lambda c: c.schedules.create("x"),
        lambda c: c.schedules.create("x", timezone=None),
    ],
    ids=["event type", "host", "schedule", "null name", "no zone", "null zone"],
)
def test_the_library_refuses_unknown_fields_and_missing_ones(
    client: Client, place: str, call: Callable[[Any], object]
) -> None:
    before = dump(place)

    with pytest.raises(errors.BadInput):
        call(client.calendar)

    assert dump(place) == before
