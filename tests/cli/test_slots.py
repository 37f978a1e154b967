"""`slots` and `explain` on the command line: what a person and a script are told."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from conftest import DAYS, Clock
from support.running import golden, numbered
from support.stores import dump

from calbook import Client

if TYPE_CHECKING:
    from support.running import Look, Run, Terminal

pytest_plugins = ("support.running",)

Book = Callable[..., str]
Seen = Callable[..., list[str]]

ZONE = "America/New_York"
DEMO = ("slots", "--event", "demo")
MONDAY = ("--from", "2027-01-18", "--to", "2027-01-18")
WHY = ("explain", "--event", "demo", "--start", "2027-01-18 10:00")
HOSTILE = "Presidents' [red]Day[/red] \x1b[31m\u202e"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def book(client: Client) -> Book:
    """Books `demo` or another event type in New York, at its start; gives the uid."""
    client.set_up(name="Grace", email="grace@example.com", timezone=ZONE)
    client.calendar.schedules.create(
        "mornings", timezone=ZONE, availability=daily("09:00", "11:00")
    )
    client.calendar.event_types.create("demo", schedule_id="mornings")

    def book(start: str = "2027-01-18 10:00", event: str = "demo", **more: Any) -> str:
        ada = {"name": "Ada", "email": "ada@example.com"}
        wanted = {"event_type_id": event, "start_time": start, "attendee": ada}
        return client.calendar.bookings.create(**wanted | more).uid

    return book


def daily(start: str, end: str) -> list[dict[str, str]]:
    return [{"day": day, "startTime": start, "endTime": end} for day in DAYS]


@pytest.fixture
def uid(book: Book) -> str:
    """A booking at 2027-01-18 10:00 in New York."""
    return book()


@pytest.fixture
def team(client: Client, book: Book) -> str:
    """Alice and Raj take turns in `duo`, a group of three; Alice has one at 10:00."""
    for host in ("alice", "raj"):
        client.calendar.hosts.create(
            host, name=f"[bold]{host}\x1b[31m", timezone=ZONE, schedule_id="mornings"
        )
    client.calendar.event_types.create(
        "duo", hosts=["alice", "raj"], scheduling_type="ROUND_ROBIN", seats=3
    )
    return book("2027-01-18 10:00", "duo")


@pytest.fixture
def seen(terminal: Callable[..., Terminal]) -> Seen:
    """What a command shows on a terminal, line by line."""

    def seen(*args: object, columns: int = 80, status: int = 0) -> list[str]:
        screen = terminal(*args, columns=columns)
        ended = screen.end()
        assert ended == status, screen.shown
        return screen.shown.splitlines()

    return seen


def slot(
    start: str, end: str, *, host: str = "user_me", seats: int | None = None
) -> Any:
    return {
        "startTime": f"2027-01-18T{start}:00-05:00",
        "endTime": f"2027-01-18T{end}:00-05:00",
        "hostId": host,
        "seatsLeft": seats,
    }


# -- slots: what a script reads --------------------------------------------------------


def test_slots_as_json(run: Run, uid: str) -> None:
    found = run(*DEMO, *MONDAY, "--json").json

    assert found == [
        slot("09:00", "09:30"),
        slot("09:30", "10:00"),
        slot("10:30", "11:00"),
    ]


def test_slots_of_a_team_as_json_name_host_and_seats(run: Run, team: str) -> None:
    found = run("slots", "--event", "duo", *MONDAY, "--json").json

    assert found == [
        slot("09:00", "09:30", host="user_raj", seats=3),
        slot("09:30", "10:00", host="user_raj", seats=3),
        slot("10:00", "10:30", host="user_alice", seats=2),
        slot("10:30", "11:00", host="user_raj", seats=3),
    ]
    of_alice = run("slots", "--event", "duo", *MONDAY, "--host", "alice", "--json").json
    assert [each["hostId"] for each in of_alice] == ["user_alice"] * 4


def test_slots_as_lines_of_json(run: Run, uid: str) -> None:
    lines = run(*DEMO, *MONDAY, "--jsonl").out.splitlines()

    assert [json.loads(line) for line in lines] == run(*DEMO, *MONDAY, "--json").json


def test_slots_piped_are_columns(run: Run, team: str) -> None:
    assert run("slots", "--event", "duo", *MONDAY, "--limit", "2").rows == [
        ["2027-01-18T09:00:00-05:00", "2027-01-18T09:30:00-05:00", "user_raj", "3"],
        ["2027-01-18T09:30:00-05:00", "2027-01-18T10:00:00-05:00", "user_raj", "3"],
    ]


def test_slots_as_csv(run: Run, uid: str) -> None:
    text = run(*DEMO, *MONDAY, "--limit", "1", "--csv").out

    assert list(csv.reader(io.StringIO(text))) == [
        ["startTime", "endTime", "hostId", "seatsLeft"],
        ["2027-01-18T09:00:00-05:00", "2027-01-18T09:30:00-05:00", "user_me", ""],
    ]


def test_only_the_fields_asked_for(run: Run, uid: str) -> None:
    args = (*DEMO, *MONDAY, "--fields", "startTime,hostId")

    assert run(*args).rows[0] == ["2027-01-18T09:00:00-05:00", "user_me"]
    assert run(*args, "--json").json[0] == {
        "startTime": "2027-01-18T09:00:00-05:00",
        "hostId": "user_me",
    }
    error = run(*DEMO, *MONDAY, "--fields", "start", "--json").error
    assert (error["code"], error["hint"]) == ("usage", "did you mean startTime?")


def test_no_slots_are_an_empty_answer(run: Run, uid: str, client: Client) -> None:
    client.calendar.event_types.update("demo", active=False)

    assert run(*DEMO) == (0, "", "")
    assert run(*DEMO, "--json").json == []
    assert run(*DEMO, "--jsonl").out == ""
    assert run(*DEMO, "--csv").out == "startTime,endTime,hostId,seatsLeft\r\n"


def test_another_zone_reads_dates_and_shows_columns_in_it(run: Run, uid: str) -> None:
    """JSON keeps the schedule's offset."""
    args = (*DEMO, *MONDAY, "--tz", "Asia/Tokyo")

    rows, found = run(*args).rows, run(*args, "--json").json

    # Sunday 09:00 in New York is Sunday 23:00 in Tokyo; 10:00 is midnight.
    assert [row[0] for row in rows] == [
        "2027-01-18T00:00:00+09:00",
        "2027-01-18T00:30:00+09:00",
        "2027-01-18T23:00:00+09:00",
        "2027-01-18T23:30:00+09:00",
    ]
    assert found[0]["startTime"] == "2027-01-17T10:00:00-05:00"


def starts(run: Run, *args: object) -> list[str]:
    """The starts that are listed, as `18T09:00`."""
    return [each["startTime"][8:16] for each in run(*DEMO, *args, "--json").json]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        pytest.param(
            ("--from", "2027-01-18", "--days", "1"),
            ["18T09:00", "18T09:30", "18T10:30"],
            id="days",
        ),
        pytest.param(
            ("--from", "2027-01-18 09:30", "--to", "2027-01-18 10:30"),
            ["18T09:30"],
            id="moments",
        ),
        pytest.param(
            (*MONDAY, "--exclude", "UID"),
            ["18T09:00", "18T09:30", "18T10:00", "18T10:30"],
            id="exclude",
        ),
        pytest.param((*MONDAY, "--limit", "2"), ["18T09:00", "18T09:30"], id="limit"),
        pytest.param(
            ("--on", "2027-01-18"),
            ["18T09:00", "18T09:30", "18T10:30"],
            id="one-day",
        ),
        pytest.param((*MONDAY, "--limit", "0"), [], id="no-limit-left"),
        pytest.param(("--days", "1"), ["04T09:00", "04T09:30", "04T10:00", "04T10:30"]),
        pytest.param(
            (*MONDAY, "--repeat", "weekly", "--count", "12"),
            ["18T09:00", "18T10:30"],
            id="series",
        ),
        pytest.param(
            (*MONDAY, "--repeat", "WEEKLY", "--count", "12", "--limit", "1"),
            ["18T09:00"],
            id="series-limit",
        ),
        pytest.param(
            (*MONDAY, "--repeat", "weekly", "--every", "2", "--count", "6"),
            ["18T09:00", "18T09:30", "18T10:30"],
            id="series-every",
        ),
        pytest.param(
            (*MONDAY, "--repeat", "weekly", "--until", "2027-03-29"),
            ["18T09:00", "18T09:30", "18T10:30"],
            id="series-until",
        ),
        pytest.param(
            (
                *("--from", "2027-01-18", "--days", "3", "--limit", "2"),
                *("--repeat", "weekly", "--by-day", "tu", "--count", "2"),
            ),
            ["19T09:00", "19T09:30"],
            id="series-by-day",
        ),
    ],
)
def test_options_choose_what_is_listed(
    run: Run, book: Book, args: tuple[str, ...], expected: list[str]
) -> None:
    uid = book()
    book("2027-04-05 09:30")  # the twelfth Monday

    assert starts(run, *(uid if arg == "UID" else arg for arg in args)) == expected


@pytest.mark.parametrize(
    ("args", "code", "said", "hint"),
    [
        (("slots",), "usage", "missing --event", "calbook event list names them"),
        (
            (*DEMO, "--to", "fri", "--days", "2"),
            "usage",
            "--to and --days exclude each other",
            None,
        ),
        (
            (*DEMO, "--count", "2"),
            "usage",
            "--every, --count, --until and --by-day are for a series",
            "add --repeat daily, weekly, monthly or yearly",
        ),
        (
            (*DEMO, "--every", "2"),
            "usage",
            "--every, --count, --until and --by-day are for a series",
            "add --repeat daily, weekly, monthly or yearly",
        ),
        (
            (*DEMO, "--on", "fri", "--days", "2"),
            "usage",
            "--on and --days exclude each other",
            None,
        ),
        (
            (*DEMO, "--explain"),
            "usage",
            "missing --on",
            "say which day: --on fri --explain",
        ),
        (
            (*DEMO, "--on", "fri", "--explain", "--repeat", "weekly"),
            "usage",
            "--explain is about one day: --on",
            "it goes with --event, --host, --exclude, --exclude-on and --tz",
        ),
        (
            ("explain", "--event", "demo"),
            "usage",
            "missing --start",
            'as in --start "2027-01-18 10:00"',
        ),
        (
            ("explain", "--start", "fri 10:00"),
            "usage",
            "missing --event",
            "calbook event list names them",
        ),
        (
            (*DEMO, "--days", "x"),
            "bad_input",
            "--days needs a whole number, not x",
            None,
        ),
        (
            (*DEMO, "--limit", "-1"),
            "bad_input",
            "--limit needs a whole number, not -1",
            None,
        ),
        (
            (*DEMO, "--count", "x"),
            "bad_input",
            "--count needs a whole number, not x",
            None,
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_options_that_do_not_fit_are_refused_with_a_hint(
    run: Run, book: Book, args: tuple[str, ...], code: str, said: str, hint: str | None
) -> None:
    error = run(*args, "--json").error

    assert (error["code"], error["exitCode"]) == (code, 2)
    assert (error["message"], error["hint"]) == (said, hint)


@pytest.mark.parametrize(
    ("args", "code", "status"),
    [
        ((*DEMO, "--days", "0"), "bad_input", 2),
        ((*DEMO, "--days", "3661"), "bad_input", 2),
        ((*DEMO, "--to", "2050-01-01"), "bad_input", 2),
        ((*DEMO, "--repeat", "hourly", "--count", "2"), "bad_input", 2),
        ((*DEMO, "--repeat", "daily"), "bad_input", 2),
        ((*DEMO, "--repeat", "daily", "--count", "731"), "bad_input", 2),
        ((*DEMO, "--from", "18.1.2027"), "bad_time", 2),
        ((*DEMO, "--on", "2027-02-30", "--explain"), "bad_time", 2),
        ((*DEMO, "--tz", "Mars/Olympus"), "bad_zone", 2),
        ((*DEMO, "--host", "nobody"), "not_found", 3),
        ((*DEMO, "--exclude", "bk_00000000"), "not_found", 3),
        (("slots", "--event", "dmo"), "not_found", 3),
        (("slots", "--event", "\x1b[31m"), "bad_input", 2),
        (("explain", "--event", "dmo", "--start", "fri 10:00"), "not_found", 3),
        (("explain", "--event", "demo", "--start", "2027-01-18"), "bad_time", 2),
        (
            ("explain", "--event", "demo", "--start", "2027-03-14 02:30"),
            "nonexistent_time",
            2,
        ),
    ],
    ids=lambda value: (
        " ".join(value).replace("\x1b", "ESC") if isinstance(value, tuple) else ""
    ),
)
def test_what_is_wrong_is_an_error_of_its_kind(
    run: Run, book: Book, args: tuple[str, ...], code: str, status: int
) -> None:
    error = run(*args, "--json").error
    plain = run(*args)

    assert (error["code"], error["exitCode"]) == (code, status)
    assert (plain.status, plain.out) == (status, "")
    assert plain.err.startswith("calbook: ")
    assert "\x1b" not in plain.err


# -- explain ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "status", "code"),
    [
        ("2027-01-18 09:00", 0, None),
        ("2027-01-18 09:10", 0, None),
        ("2027-01-18 10:00", 4, "slot_taken"),
        ("2027-01-18 10:45", 5, "outside_hours"),
        ("2027-01-03 10:00", 5, "in_the_past"),
    ],
)
def test_the_exit_status_of_explain_says_it_too(
    run: Run, uid: str, start: str, status: int, code: str | None
) -> None:
    """The answer is on stdout all the same, in every form."""
    asked = ("explain", "--event", "demo", "--start", start)

    for form in ("--json", "--jsonl", "--csv", "--fields=rule"):
        answer = run(*asked, form)
        assert (answer.status, answer.err) == (status, "")
        assert "slot_taken" in answer.out
    found = json.loads(run(*asked, "--json").out)
    assert (found["code"], found["exitCode"]) == (code, status)
    assert found["bookable"] is (status == 0)


def test_explain_as_json_has_every_key(run: Run, uid: str, client: Client) -> None:
    answer = run(*WHY, "--json")

    said = client.calendar.availability.explain(
        event_type_id="demo", start_time="2027-01-18 10:00"
    )
    found = json.loads(answer.out)
    assert found == said.to_dict()
    assert list(found) == [
        *("eventTypeId", "startTime", "endTime", "timezone", "bookable", "code"),
        *("exitCode", "message", "hostId", "hostIds", "resourceIds", "joins"),
        *("rules", "needs"),
    ]
    assert {tuple(rule) for rule in found["rules"]} == {
        ("rule", "hostId", "resourceId", "passed", "message", "override", "details")
    }


def test_explain_piped_is_a_line_for_each_rule(run: Run, uid: str) -> None:
    answer = run(*WHY)

    rows = [line.split("\t") for line in answer.out.splitlines()]
    meeting = f"Mon 18 Jan 2027, 10:00–10:30 {ZONE}"
    assert (answer.status, answer.err) == (4, "")
    assert rows == [
        ["in_the_past", "true", "", "it is Mon 4 Jan 2027, 04:00 now"],
        ["inactive", "true", "", "it takes bookings"],
        ["outside_dates", "true", "", "no limit"],
        ["outside_hours", "true", "", "open Mon 18 Jan 2027, 09:00–11:00"],
        ["minimum_notice", "true", "", "no notice is needed"],
        ["maximum_advance", "true", "", "no limit"],
        ["slots_per_day", "true", "", "no limit"],
        ["invalid_responses", "true", "", "nothing has to be answered"],
        ["seats_full", "true", "", "no group: one attendee, with guests"],
        [
            "slot_taken",
            "false",
            "",
            f"that time is taken by {uid} ({meeting}); that host is free again from"
            " Mon 18 Jan 2027, 10:30, buffers included",
        ],
    ]


def test_explain_says_on_a_terminal_who_is_free(client: Client, seen: Seen) -> None:
    for room in ("room1", "room2"):
        client.calendar.resources.create(room, kind="room")
    client.calendar.event_types.create("yoga", needs=["1 of room1,room2"])

    shown = seen("explain", "--event", "yoga", "--start", "2027-01-18 10:00")

    assert shown[-2:] == [
        "needs me: me is free",
        "needs 1 of room1, room2: room1, room2 are free",
    ]


def test_explain_without_a_booking_and_of_one_host(
    run: Run, uid: str, team: str
) -> None:
    assert run(*WHY, "--exclude", uid[:9], "--json").json["bookable"]
    duo = ("explain", "--event", "duo", "--start", "2027-01-18 10:10")
    assert run(*duo, "--json").json["hostId"] == "user_raj"
    assert run(*duo, "--host", "alice").status == 4


def test_explain_chooses_fields(run: Run, uid: str) -> None:
    answer = run(*WHY, "--json", "--fields", "code,exitCode")

    assert json.loads(answer.out) == {"code": "slot_taken", "exitCode": 4}
    assert run(*WHY, "--fields", "rule,passed").out.splitlines()[-1] == (
        "slot_taken\tfalse"
    )


# -- what blocks a day -----------------------------------------------------------------


def test_what_blocks_a_day_piped_and_as_json(
    run: Run, uid: str, client: Client
) -> None:
    asked = (*DEMO, "--on", "2027-01-18", "--explain")

    rows, found = run(*asked).rows, run(*asked, "--json").json

    taken = f"that time is taken by {uid} (Mon 18 Jan 2027, 10:00–10:30 {ZONE})"
    day = [f"2027-01-18T{time}:00-05:00" for time in ("00:00", "09:00", "10:00")]
    day += [f"2027-01-18T{time}:00-05:00" for time in ("10:30", "11:00")]
    day += ["2027-01-19T00:00:00-05:00"]
    assert rows == [
        [day[0], day[1], "outside_hours", "", "closed"],
        [day[2], day[3], "slot_taken", "user_me", taken],
        [day[4], day[5], "outside_hours", "", "closed"],
    ]
    blocks = client.calendar.availability.blocked(
        event_type_id="demo", date="2027-01-18"
    )
    assert found == [block.to_dict() for block in blocks]
    assert run(*asked, "--exclude", uid).rows == [rows[0], rows[2]]


def test_a_day_without_blocks_is_an_empty_answer(
    run: Run, book: Book, client: Client
) -> None:
    client.calendar.schedules.update("mornings", availability=daily("00:00", "24:00"))

    assert run(*DEMO, "--on", "2027-01-18", "--explain") == (0, "", "")
    assert run(*DEMO, "--on", "2027-01-18", "--explain", "--json").json == []


# -- on a terminal ---------------------------------------------------------------------


@pytest.fixture
def shown(client: Client, uid: str, team: str) -> None:
    """A day that is closed, and one on which the night shift works an hour twice."""
    client.calendar.schedules.override("mornings", date="2027-01-19", reason=HOSTILE)
    client.calendar.schedules.create(
        "nights", timezone=ZONE, availability=daily("23:00", "03:00")
    )
    client.calendar.event_types.create(
        "night", hosts=["raj"], schedule_id="nights", duration=15
    )
    client.calendar.event_types.update("demo", minimum_notice=90)


LOOKS = (
    (*DEMO, "--from", "2027-01-17", "--days", "4"),
    ("slots", "--event", "duo", *MONDAY),
    ("slots", "--event", "night", "--from", "2027-11-07", "--days", "1"),  # twice
    (*DEMO, "--from", "2027-01-19", "--days", "1"),
    (*DEMO, "--on", "2027-01-19", "--explain"),
    (*DEMO, "--on", "today", "--explain"),
    ("slots", "--event", "duo", "--on", "2027-01-18", "--explain"),
    ("explain", "--event", "demo", "--start", "2027-01-20 09:00"),
    WHY,
    ("explain", "--event", "duo", "--tz", "Asia/Tokyo", "--start", "2027-01-18 23:45"),
    ("explain", "--event", "duo", "--start", "2027-01-18 10:00"),
)


@pytest.mark.usefixtures("shown")
def test_a_terminal_shows_it(look_at_all_widths: Look) -> None:
    text = numbered("".join(look_at_all_widths(*args) for args in LOOKS))
    assert text == golden("slots.txt", text)


def test_times_are_shown_in_the_zone_asked_for(seen: Seen, uid: str) -> None:
    args = (*DEMO, "--from", "2027-01-18", "--to", "2027-01-19", "--tz", "Asia/Tokyo")

    # From 23:00 on; 10:00 on Monday in New York is taken.
    assert seen(*args) == [
        "Mon 18 Jan 2027  00:00  00:30  23:00  23:30",
        "Tue 19 Jan 2027  00:30  23:00  23:30",
        "times in Asia/Tokyo",
    ]


def test_a_day_is_that_of_the_zone_asked_for(seen: Seen, uid: str) -> None:
    lines = seen(
        *DEMO, "--on", "2027-01-19", "--explain", "--tz", "Asia/Tokyo", columns=120
    )

    taken = f"that time is taken by {uid} (Tue 19 Jan 2027, 00:00–00:30 Asia/Tokyo)"
    assert lines[0] == "Tue 19 Jan 2027"
    assert lines[4:] == [
        f"00:00–00:30  slot_taken     {taken}",
        "01:00–23:00  outside_hours  closed",
        "times in Asia/Tokyo",
    ]


def test_a_narrow_terminal_has_fewer_columns(seen: Seen, book: Book) -> None:
    assert seen(*DEMO, *MONDAY, columns=24) == [
        "Mon 18 Jan 2027  09:00",
        "                 09:30",
        "                 10:00",
        "                 10:30",
        "times in",
        f"  {ZONE}",
    ]


def test_no_host_is_named_where_all_are_one(seen: Seen, team: str) -> None:
    lines = seen("slots", "--event", "duo", *MONDAY, "--host", "alice")

    assert lines == [
        "Mon 18 Jan 2027  09:00 (3)  09:30 (3)  10:00 (2)  10:30 (3)",
        f"(n): seats left; times in {ZONE}",
    ]


def test_a_day_that_nothing_blocks_says_so(
    seen: Seen, client: Client, book: Book
) -> None:
    client.calendar.schedules.update("mornings", availability=daily("00:00", "24:00"))

    assert seen(*DEMO, "--on", "2027-01-18", "--explain") == ["nothing is in the way"]


@pytest.mark.parametrize("command", ["slots", "explain"])
def test_the_help_is_what_it_was(run: Run, command: str) -> None:
    text = run(command, "--help").out

    assert text == golden(f"{command}-help.txt", text)


def test_looking_writes_nothing(
    run: Run, uid: str, team: str, place: str, clock: Clock
) -> None:
    """Nor does it wait for whoever writes: it only reads."""
    before = dump(place)
    clock.move(days=30)

    run(*DEMO, "--json")
    run(*DEMO, "--on", "today", "--explain")
    run(*WHY)

    assert dump(place) == before
