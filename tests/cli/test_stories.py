"""Days of people whom calbook is for, by the command line, in the order of the day."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from support.running import Run

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.running",)


def uid_of(said: Any) -> str:
    """The uid of a booking that was printed as JSON, whatever was told beside it."""
    return str(json.loads(said.out)["uid"])


def dates(run: Run, uid: str) -> list[str]:
    """The local dates that are to take place."""
    items = run("occurrences", uid, "--json").json
    return [item["date"][5:] for item in items if item["status"] == "CONFIRMED"]


def test_ten_treatments_over_christmas_of_a_patient_with_a_phone_alone(
    run: Run, clock: Clock
) -> None:
    clock.now = datetime(2026, 11, 30, 9, tzinfo=UTC)
    run("init", "--name", "Marta", "--email", "marta@example.com", "--tz", "UTC")
    run("event", "add", "treatment", "--contact", "phone", "--notify")
    closed = ("--from", "2026-12-21", "--to", "2027-01-03", "--closed")
    run("schedule", "override", "work", *closed, "--reason", "Christmas")
    rosa = ("--name", "Rosa Lima", "--phone", "+351 912 345 678")
    first = ("--event", "treatment", "--start", "2026-12-01 10:00")
    weeks = ("--repeat", "weekly", "--by-day", "tu,th", "--count", "10")

    # She has no phone number at hand at first, and then Christmas is in the way.
    assert "asks for a phone number" in run("create", *first, "--name", "Rosa").err
    refused = run("create", *first, *rosa, *weeks)
    assert refused.status == 5
    assert "4 of 10 dates cannot be booked: 2026-12-22" in refused.err
    until_fit = ("--on-conflict", "skip", "--extend")
    booked = run("create", *first, *rosa, *weeks, *until_fit, "--json")
    assert booked.err == "Not told: Rosa Lima (no e-mail)\n"
    uid = uid_of(booked)
    before, after = (
        ["12-01", "12-03", "12-08", "12-10", "12-15", "12-17"],
        "01-05 01-07",
    )
    assert dates(run, uid) == [*before, *after.split(), "01-12", "01-14"]

    # She calls from abroad; who is asking is found by the number, however it is typed.
    [found] = run("list", "--phone", "00351912345678", "--json").json
    assert (found["uid"], found["attendee"]["email"]) == (uid, None)
    run("reschedule", uid, "--on", "2026-12-03", "--start", "2026-12-04 11:00")
    run("note", "add", uid, "Left shoulder")
    again = run(
        "create",
        "--event",
        "treatment",
        "--person",
        "rosa",
        "--dry-run",
        "--start",
        "2026-12-02 10:00",
        "--json",
    )
    assert json.loads(again.out)["attendee"]["phone"] == "+351 912 345 678"

    # The days come: one she misses, one she cancels in time, and two more are needed.
    clock.now = datetime(2026, 12, 8, 12, tzinfo=UTC)
    run("attended", uid, "--on", "2026-12-01")
    run("no-show", uid, "--on", "2026-12-08")
    run("cancel", uid, "--on", "2026-12-10", "--reason", "a cold")
    run("extend", uid, "--count", "2")

    figures = run("person", "show", "Rosa Lima", "--json").json["figures"]
    assert (figures["confirmed"], figures["completed"]) == (8, 2)
    assert (figures["noShow"], figures["cancelled"]) == (1, 1)
    assert dates(run, uid) == [
        "12-15",
        "12-17",
        "01-05",
        "01-07",
        "01-12",
        "01-14",
        "01-19",
        "01-21",
    ]
    calendar = run("ics", uid).out
    assert "Rosa Lima" in calendar
    assert not [text for text in ("ATTENDEE", "912") if text in calendar]
    assert run("db", "check").status == 0


def test_a_host_who_is_ill_at_half_past_seven_with_nine_bookings(
    run: Run, clock: Clock
) -> None:
    clock.now = datetime(2027, 1, 18, 7, 30, tzinfo=UTC)
    run("init", "--name", "Alice", "--email", "alice@example.com", "--tz", "UTC")
    run("host", "add", "bob", "--email", "bob@example.com")
    team = ("--scheduling-type", "round-robin", "--host", "me", "--host", "bob")
    run("event", "add", "visit", "--notify", *team)
    run("event", "add", "yoga", "--seats", "5", *team)
    run("event", "add", "own", "--host", "me")

    def book(
        event: str, time: str, *more: str, host: str = "me", name: str = "A"
    ) -> str:
        who = ("--name", name, "--email", f"{name}@example.com", "--host", host)
        start = ("--start", f"2027-01-18 {time}", "--no-notify")
        return uid_of(run("create", "--event", event, *start, *who, *more, "--json"))

    series = ("--repeat", "weekly", "--count", "3")
    mine = [
        *(book("visit", time) for time in ("09:00", "09:30", "10:00")),
        *(book("visit", time, *series) for time in ("11:00", "11:30")),
        book("yoga", "13:00"),
    ]
    stay = [book("own", "14:00"), book("visit", "15:00"), book("yoga", "16:00")]
    book("visit", "15:00", host="bob", name="B")
    book("visit", "16:00", host="bob", name="B")
    ill = ("host", "away", "me", "--from", "today", "--to", "today")

    # What is there to be done, and what would become of it?
    listed = run(*ill, "--json").json
    assert [item["uid"] for item in listed["left"]] == [*mine, *stay]
    assert run(*ill, "--reassign").status == 2  # her mail server is not set up
    ill = (*ill, "--no-notify")
    would = run(*ill, "--reassign", "--dry-run", "--json")
    done = run(*ill, "--reassign", "--reason", "flu", "--json")
    facts = json.loads(done.out)
    assert (would.status, done.status) == (1, 1)
    assert [item["uid"] for item in facts["handedOver"]] == mine
    assert [item["uid"] for item in facts["left"]] == stay
    codes = [item["code"] for item in facts["left"]]
    assert codes == ["no_other_host", "slot_taken", "slot_taken"]

    # Of the series only today is Bob's, and he finds all of it in his list.
    hosts = [o["hostIds"] for o in run("occurrences", mine[3], "--json").json]
    assert hosts == [["user_bob"], ["user_me"], ["user_me"]]
    his = run("agenda", "--days", "1", "--host", "bob", "--jsonl").out
    assert [uid for uid in mine if uid not in his] == []

    # The three that are left: one is moved, the others are called off together.
    moved = run(
        "reschedule",
        stay[1],
        "--start",
        "2027-01-19 15:00",
        "--by",
        "host",
        "--no-notify",
    )
    assert moved.status == 0
    both = ("cancel", stay[0], stay[2], "--by", "host", "--reason", "flu")
    assert run(*both).status == 2  # somebody must say yes
    assert run(*both, "--yes").status == 0
    assert run(*ill, "--json").json["left"] == []
    book_me = ("--start", "2027-01-18 14:00", "--name", "C", "--email", "c@example.com")
    assert run("create", "--event", "own", *book_me).status == 4
    assert run("db", "check").status == 0


def test_a_yoga_course_with_drop_ins_an_absence_and_somebody_who_waits(
    run: Run, clock: Clock
) -> None:
    clock.now = datetime(2027, 1, 11, 9, tzinfo=UTC)
    run("init", "--name", "Inês", "--email", "ines@example.com", "--tz", "UTC")
    run("host", "add", "rui", "--email", "rui@example.com")
    run("resource", "add", "studio", "--kind", "room", "--capacity", "3")
    studio = ("--needs", "studio", "--contact", "none", "--duration", "60")
    run("event", "add", "yoga", "--seats", "3", "--host", "me", *studio)
    run("event", "add", "pilates", "--seats", "3", "--host", "rui", *studio)

    # Eight Mondays; the one room is Inês's then, whoever else would have it.
    mondays = ("--start", "2027-01-18 10:00", "--repeat", "weekly", "--count", "8")
    ada = ("--name", "Ada", "--email", "ada@example.com")
    uid = uid_of(run("create", "--event", "yoga", *mondays, *ada, "--json"))
    run("attendee", "add", uid, "--name", "Bob")
    other = ("create", "--event", "pilates", "--name", "Zoe", "--phone", "912345678")
    refused = run(*other, "--start", "2027-01-18 10:00")
    assert (refused.status, "studio" in refused.err) == (4, True)
    assert run(*other, "--start", "2027-01-18 11:00").status == 0

    # Carl comes once, Bob stays away once: each date has its own seats.
    run("attendee", "add", uid, "--name", "Carl", "--on", "2027-01-25")
    run("attendee", "remove", uid, "--person", "bob", "--on", "2027-02-01", "--yes")
    taken = [o["seatsTaken"] for o in run("show", uid, "--json").json["occurrences"]]
    assert taken == [2, 3, 1, 2, 2, 2, 2, 2]
    full = run("attendee", "add", uid, "--name", "Dora", "--on", "2027-01-25")
    assert (full.status, "2027-01-25" in full.err) == (4, True)

    # Dora waits for that day, and Ada cannot come: the seat is offered, and taken.
    dora = ("--name", "Dora", "--email", "dora@example.com")
    line = ("create", "--event", "yoga", "--start", "2027-01-25 10:00", "--wait")
    waits = run(*line, *dora, "--json").json["id"]
    run(
        "attendee",
        "remove",
        uid,
        "--email",
        "ada@example.com",
        "--on",
        "2027-01-25",
        "--yes",
    )
    assert run("waiting", "list", "--json").json[0]["state"] == "offered"
    again = run("attendee", "add", uid, "--name", "Kim", "--on", "2027-01-25")
    assert (again.status, "offered" in again.err) == (4, True)
    assert run("confirm", waits).status == 0
    assert run("waiting", "list", "--json").json == []

    # On paper for the day, a calendar of her own for Ada, and a Monday that is off.
    paper = run("attendee", "list", uid, "--print", "--on", "2027-01-25").out
    assert [name for name in ("Ada", "Bob", "Carl", "Dora") if name in paper] == [
        *("Bob", "Carl", "Dora")
    ]
    hers = run("ics", uid, "--email", "ada@example.com").out
    assert "EXDATE:20270125T100000Z" in hers
    assert not [name for name in ("Bob", "Carl", "Dora") if name in hers]
    run("cancel", uid, "--on", "2027-02-08", "--by", "host", "--yes")
    new = ("create", "--event", "yoga", "--start", "2027-02-08 10:00", *dora)
    assert run(*new).status == 5
    assert run(*new, "--reopen").status == 0
    assert run("db", "check").status == 0


def test_a_consultant_in_lisbon_with_clients_in_new_york_and_tokyo(
    run: Run, clock: Clock
) -> None:
    clock.now = datetime(2027, 3, 1, 9, tzinfo=UTC)
    run(
        "init", "--name", "Inês", "--email", "ines@example.com", "--tz", "Europe/Lisbon"
    )
    lengths = ("--duration", "30", "--duration", "60")
    run(
        "event",
        "add",
        "advice",
        *lengths,
        "--buffer-after",
        "15",
        "--booking-limit",
        "3/day",
    )
    advice = ("--event", "advice")
    bob = ("--name", "Bob", "--email", "bob@example.com")
    kei = ("--name", "Kei", "--email", "kei@example.com", "--language", "ja")

    # Bob looks for an hour in New York's afternoon: America is at summer time already,
    # Europe is not yet, and Lisbon's day ends at one o'clock there.
    seen = run(
        "slots",
        *advice,
        "--duration",
        "60",
        "--from",
        "2027-03-15",
        "--days",
        "1",
        "--tz",
        "America/New_York",
        "--json",
    ).json
    assert seen[-1]["startTime"] == "2027-03-15T16:00:00+00:00"
    weekly = ("--repeat", "weekly", "--count", "4", "--duration", "60")
    start = ("--start", "2027-03-15 12:00", "--tz", "America/New_York")
    uid = uid_of(
        run(
            "create",
            *advice,
            *start,
            *bob,
            *weekly,
            "--attendee-tz",
            "America/New_York",
            "--json",
        )
    )
    # The series keeps Lisbon's clock: Bob's moves when Europe follows on 28 March.
    shown = run("occurrences", uid, "--tz", "America/New_York").rows
    assert [row[1][11:16] for row in shown] == ["12:00", "12:00", "11:00", "11:00"]
    bobs = run("list", "--email", "bob@example.com", "--json").json[0]
    starts = [datetime.fromisoformat(o["startTime"]) for o in bobs["occurrences"]]
    assert [at.astimezone(UTC).hour for at in starts] == [16, 16, 15, 15]

    # Kei's evening is Lisbon's morning; a start is held while he looks for his notes.
    held = uid_of(
        run(
            "hold",
            *advice,
            "--start",
            "2027-03-16 18:00",
            "--tz",
            "Asia/Tokyo",
            "--minutes",
            "20",
            "--json",
        )
    )
    taken = run("create", *advice, "--start", "2027-03-16 09:15", *bob)
    assert taken.status == 4
    clock.move(minutes=15)
    booked = run(
        "create", "--hold", held, *kei, "--attendee-tz", "Asia/Tokyo", "--json"
    )
    assert uid_of(booked) == held
    clock.move(minutes=30)
    person = run("person", "show", "kei", "--json").json
    assert (person["timezone"], person["language"]) == ("Asia/Tokyo", "ja")
    later = run(
        "create", *advice, "--person", "kei", "--start", "2027-03-17 10:00", "--json"
    ).json
    assert later["attendee"]["timezone"] == "Asia/Tokyo"

    # Three a day are enough, of whatever length, and half past one is no time that day.
    for time in ("11:00", "13:00"):
        run("create", *advice, *bob, "--start", f"2027-03-17 {time}")
    refused = run("create", *advice, *bob, "--start", "2027-03-17 15:00")
    assert (refused.status, "3 of 3 bookings" in refused.err) == (5, True)
    assert run("slots", *advice, "--from", "2027-03-17", "--days", "1").out == ""
    gap = run("create", *advice, *bob, "--start", "2027-03-28 01:30")
    assert (gap.status, "nonexistent" in gap.err or "does not exist" in gap.err) == (
        2,
        True,
    )
    calendar = run("ics", uid).out
    assert "DTSTART;TZID=Europe/Lisbon:20270315T160000" in calendar
    assert run("db", "check").status == 0
