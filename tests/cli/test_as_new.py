"""`create --input --as-new`: what was printed, booked once more."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.running import Run

from calbook import Client

pytest_plugins = ("support.running",)

PERSON = {"name": "Ada", "email": "ada@example.com", "language": "de"}
OWN = ("uid", "createdAt", "updatedAt", "version", "sequence")


@pytest.fixture
def database(place: str) -> str:
    return place


def facts_of(booking: dict[str, Any]) -> dict[str, Any]:
    """All but what each booking has for itself."""
    person = {**booking["attendee"], "personId": None}
    guests = [{**guest, "personId": None} for guest in booking["guests"]]
    kept = {key: value for key, value in booking.items() if key not in OWN}
    return {**kept, "attendee": person, "guests": guests}


@pytest.fixture
def printed(client: Client) -> str:
    """A list of a series, a meeting with a guest and one that was cancelled."""
    bookings = client.calendar.bookings
    client.calendar.event_types.create("long", durations=[30, 60])
    bookings.create(
        event_type_id="long",
        start_time="2027-01-18 10:00",
        duration=60,
        attendee=PERSON,
        guests=["Bob <bob@example.com>"],
        notes="Two\nlines, \u202ework",
        metadata={"order": 17},
        timezone="Europe/Lisbon",
    )
    bookings.create(
        event_type_id="long",
        start_time="2027-01-19 15:00",
        attendee={"name": "Cy", "phone": "+351 555 0100"},
        recurring={"frequency": "weekly", "count": 3},
        location={"type": "IN_PERSON", "address": "Here 1"},
    )
    gone = bookings.create(
        event_type_id="long", start_time="2027-01-20 15:00", attendee=PERSON
    )
    bookings.cancel(gone.uid, reason="Ill")
    return json.dumps([booking.to_dict() for booking in bookings.list()])


@pytest.mark.parametrize("form", ["list", "lines", "each"])
def test_a_printed_list_is_booked_anew(
    run: Run, client: Client, printed: str, tmp_path: Path, form: str
) -> None:
    other, before = str(tmp_path / "other.db"), json.loads(printed)
    run("event", "add", "long", "--duration", "30", "--duration", "60", "--db", other)
    lines = [json.dumps(booking) for booking in before]
    texts = {"list": [printed], "lines": ["\n".join(lines)], "each": lines}[form]

    for text in texts:
        args = ("create", "--input", "-", "--as-new", "--jsonl", "--db", other)
        assert run(*args, input=text).status == 0

    after = run("list", "--json", "--db", other).json
    assert [booking["status"] for booking in after] == ["CONFIRMED"] * 3
    assert [*map(facts_of, after[:2])] == [*map(facts_of, before[:2])]
    assert {b["uid"] for b in after}.isdisjoint(b["uid"] for b in before)
    assert (after[2]["reason"], after[2]["attendee"]["email"]) == (
        *(None, "ada@example.com"),
    )


def test_what_is_there_already_is_in_the_way_of_itself(run: Run, printed: str) -> None:
    answer = run("create", "--input", "-", "--as-new", "--jsonl", input=printed)

    (made,) = (json.loads(line) for line in answer.out.splitlines())
    first, second = (json.loads(line)["error"] for line in answer.err.splitlines())
    assert answer.status == 4
    assert made["startTime"].startswith("2027-01-20T15:00")
    assert [first["details"]["line"], second["details"]["line"]] == [1, 2]


def test_what_was_printed_is_not_booked_again_unasked(run: Run, printed: str) -> None:
    error = run("create", "--input", "-", "--atomic", "--json", input=printed).error

    assert error["message"].startswith("line 1: this booking was made already: bk_")
    assert error["hint"] == "--as-new books it once more"
    assert (error["exitCode"], error["details"]["line"]) == (2, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"eventTypeId": "demo"}', "this is no booking as it is printed"),
        ('{"uid": "bk_1"}', "the booking is not as it is printed"),
        ('{"uid": null, "hostIds": 5}', "the booking is not as it is printed"),
        ("[1]", "line 1: this is no booking as it is printed"),
        ("[]", "standard input holds no booking"),
        ('[{"a": 1, "a": 2}]', "not JSON: an object has a key twice"),
        ("[NaN]", "not JSON: NaN is no JSON number"),
    ],
    ids=["request", "part", "nonsense", "number", "empty", "twice", "nan"],
)
def test_what_was_not_printed_is_refused(run: Run, text: str, message: str) -> None:
    args = ("create", "--input", "-", "--as-new", "--atomic", "--json")

    error = run(*args, input=text).error

    assert (error["message"], error["exitCode"]) == (message, 2)
    assert run("list", "--json").json == []


def test_it_is_for_input_alone(run: Run) -> None:
    refused = run("create", "--as-new", "--event", "demo")

    assert (refused.status, refused.err.splitlines()[0]) == (
        *(2, "calbook: --as-new is for --input"),
    )
