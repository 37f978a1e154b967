"""`agenda` and `next`: what takes place day by day, and what comes first."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.calendars import NAMES, NOW, ZONE, in_one_text, masked, screens, widths
from support.running import golden

from calbook import Client, errors
from calbook.cli.screen import agenda, timeline

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run, Terminal

pytest_plugins = ("support.running", "support.calendars")

Fill = Callable[[int], None]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def office(client: Client, calendar_of: Fill) -> Callable[..., str]:
    """An empty calendar in New York; books any start, for any length."""
    calendar_of(0)

    def book(start: str, duration: int = 30, **fields: Any) -> str:
        wanted = {
            "event_type_id": "demo",
            "attendee": {"name": "Ada", "email": "ada@example.com"},
            **fields,
        }
        rules = ["hours", "duration", "past"]
        return client.calendar.bookings.create(
            start_time=start, duration=duration, by="host", override=rules, **wanted
        ).uid

    return book


def drawn(client: Client, width: int = 80, host: str | None = None, **days: Any) -> str:
    """The agenda as it stands on a terminal, without colour."""
    found = client.calendar.bookings.agenda(host_id=host, **days)
    page = timeline.make_page(found, client.now(), host=host)
    lines = ("".join(p.text for p in line) for line in agenda.agenda_lines(page, width))
    return "".join(f"{line.rstrip()}\n" for line in lines)


# -- on a terminal


def test_a_terminal_shows_the_agenda(
    terminal: Callable[..., Terminal], calendar_of: Fill
) -> None:
    calendar_of(40)

    found = screens(terminal, "agenda")

    for columns, text in found.items():
        assert max(widths(text)) <= columns
        assert len(re.findall(r"\b[\d:]{5}–[\d:]{5}  ", text)) == 40
        assert len(re.findall(r"\bbk_xxxxxx(?=$|  )", text, re.MULTILINE)) == 40
    text = in_one_text(found)
    assert text == golden("agenda.txt", text)


def test_the_columns_stand_below_one_another(client: Client, calendar_of: Fill) -> None:
    calendar_of(40)

    for columns in (80, 120, 200):
        lines = drawn(client, columns).splitlines()
        rows = [line for line in lines if line.startswith("  ") and word(line)]
        places = {widths(row.partition(word(row))[0])[0] for row in rows}

        assert len(rows) == 40
        assert len(places) == 1


def test_a_card_has_all_of_a_meeting(
    client: Client, office: Callable[..., str]
) -> None:
    person = {"name": "Augusta Ada King, Countess of Lovelace", "email": "a@b.example"}
    uid = office("2027-01-18 10:00", attendee=person, location="PHONE:+1 555 0100")

    lines = drawn(client, 40, days=1).splitlines()

    assert lines == [
        "Mon 18 Jan 2027 · today",
        f"  10:00–10:30  CONFIRMED  {uid[:9]}",
        "    Augusta Ada King, Countess of Lovel…",
        "    Product demo  phone: +1 555 0100",
        f"times in {ZONE}",
    ]


def test_where_it_is_stands_below_a_row(
    client: Client, office: Callable[..., str]
) -> None:
    uid = office("2027-01-18 10:00", meeting_url="https://meet.example/" + "a" * 40)

    assert drawn(client, 80, days=1).splitlines()[1:3] == [
        f"  10:00–10:30  Product demo  Ada  CONFIRMED  {uid[:9]}",
        "    https://meet.example/" + "a" * 40,
    ]
    assert uid[:9] + "  https://meet" in drawn(client, 200, days=1)


def word(row: str) -> str:
    words = ("PENDING", "CONFIRMED", "COMPLETED")
    return next((word for word in words if word in row), "")


def test_a_colour_stands_beside_a_word(
    terminal: Callable[..., Terminal], calendar_of: Fill
) -> None:
    calendar_of(1)
    coloured, plain = terminal("agenda"), terminal("agenda", NO_COLOR="1")

    assert (coloured.end(), plain.end()) == (0, 0)
    assert "\x1b[1;35mPENDING" in coloured.raw
    assert "\x1b[3" not in plain.raw
    assert plain.shown == coloured.shown


def test_free_days_in_a_row_are_one_line(
    client: Client, office: Callable[..., str]
) -> None:
    office("2027-01-20 10:00")

    assert [line for line in drawn(client).splitlines() if "free" in line] == [
        "Mon 18 – Tue 19 Jan 2027: free",
        "Thu 21 – Sun 24 Jan 2027: free",
    ]


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2027-01-18", "2027-01-18", "Mon 18 Jan 2027"),
        ("2027-01-18", "2027-01-20", "Mon 18 – Wed 20 Jan 2027"),
        ("2027-01-30", "2027-02-02", "Sat 30 Jan – Tue 2 Feb 2027"),
        ("2026-12-31", "2027-01-01", "Thu 31 Dec 2026 – Fri 1 Jan 2027"),
        ("2026-01-31", "2027-01-01", "Sat 31 Jan 2026 – Fri 1 Jan 2027"),
    ],
)
def test_days_are_said_as_shortly_as_they_can_be(
    first: str, last: str, text: str
) -> None:
    ends = (datetime.fromisoformat(day).date() for day in (first, last))

    assert timeline.days_text(*ends) == text


def test_a_meeting_across_midnight_stands_under_both_days(
    client: Client, office: Callable[..., str]
) -> None:
    office("2027-01-17 23:00", 120)
    office("2027-01-19 22:00", 120)

    text = drawn(client, start_date="2027-01-17", days=3)

    assert [line.split("  ")[1] for line in text.splitlines() if line[0] == " "] == [
        "23:00–Mon 01:00",
        "Sun 23:00–01:00",
        "22:00–24:00",
    ]


def test_what_began_the_day_before_is_there_and_what_is_over_is_not(
    client: Client, office: Callable[..., str]
) -> None:
    office("2027-01-16 22:00", 120)
    late = office("2027-01-17 23:30", 60)

    for day in ("2027-01-17", "2027-01-18"):
        found = client.calendar.bookings.agenda(start_date=day, days=1)
        assert [booking.uid for booking in found.occurrences] == [late]


def test_what_was_cancelled_is_left_out(
    client: Client, office: Callable[..., str], run: Run
) -> None:
    uid = office("2027-01-19 10:00")
    client.calendar.bookings.cancel(uid, cancelled_by="host")

    assert run("agenda", "--json").json == []


def test_hosts_are_named_where_there_are_several(
    client: Client, office: Callable[..., str]
) -> None:
    office("2027-01-19 10:00")
    assert " me " not in drawn(client)
    client.calendar.hosts.create("bob", name="Bob", timezone=ZONE)

    assert "Ada  me  CONFIRMED" in drawn(client)
    assert " me " not in drawn(client, host="me")


@pytest.mark.parametrize(
    ("zone", "day", "told"),
    [
        ("America/New_York", "2027-03-14", "clocks go forward 1 h at 02:00"),
        ("America/New_York", "2027-11-07", "clocks go back 1 h at 02:00"),
        ("Australia/Lord_Howe", "2027-04-04", "clocks go back 30 min at 02:00"),
        ("America/Havana", "2028-03-12", "clocks go forward 1 h at 00:00"),
    ],
)
def test_a_change_of_the_clocks_is_told_on_its_day(
    client: Client, office: Callable[..., str], zone: str, day: str, told: str
) -> None:
    text = drawn(client, start_date=day, days=3, timezone=zone)

    first, *others = text.splitlines()
    assert first.endswith(f": free · {told}")
    assert not any("clocks" in line for line in others)


def test_a_day_that_a_zone_left_out_is_told(
    client: Client, office: Callable[..., str]
) -> None:
    zone = "Pacific/Apia"
    office("2011-12-29T23:30-10:00", 60)

    text = drawn(client, start_date="2011-12-28", days=5, timezone=zone)

    assert masked(text).splitlines() == [
        "Wed 28 Dec 2011: free",
        "Thu 29 Dec 2011",
        "  23:30–Sat 00:30  Product demo  Ada  COMPLETED  bk_xxxxxx",
        "Fri 30 Dec 2011 · left out by Pacific/Apia",
        "Sat 31 Dec 2011",
        "  Thu 23:30–00:30  Product demo  Ada  COMPLETED  bk_xxxxxx",
        "Sun 1 Jan 2012: free",
        "times in Pacific/Apia",
    ]


# -- for programs


def test_piped_it_is_the_list_of_occurrences(run: Run, calendar_of: Fill) -> None:
    calendar_of(40)
    between = ("--occurrences", "--from", "2027-01-18", "--to", "2027-01-24")

    assert run("agenda").out == run("list", *between).out
    assert run("agenda", "--json").json == run("list", *between, "--json").json
    assert run("agenda", "--csv").out == run("list", *between, "--csv").out


def test_days_and_filters_are_as_asked_for(
    run: Run, client: Client, office: Callable[..., str]
) -> None:
    client.calendar.hosts.create("bob", name="Bob", timezone="Asia/Tokyo")
    client.calendar.event_types.create("bobs", hosts=["bob"])
    here, there = office("2027-01-18 23:00"), office("2027-01-19 10:00")
    his = office("2027-01-19T02:00+09:00", event_type_id="bobs")

    def uids(*args: str) -> set[str]:
        return {row["uid"] for row in run("agenda", *args, "--json").json}

    assert uids("--days", "1") == {here, his}
    assert uids("--from", "tomorrow") == {there}
    assert uids("--from", "+2d") == set()
    assert uids("--event", "bobs") == {his}
    assert uids("--host", "me") == {here, there}
    # Days are the host's; in Tokyo it is Tuesday.
    assert uids("--host", "bob", "--days", "1") == {his}
    assert uids("--host", "bob", "--days", "1", "--tz", ZONE) == {his}
    assert uids("--tz", "Asia/Tokyo", "--days", "1") == {his, here}


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--days", "0"), "bad_input"),
        (("--days", "367"), "bad_input"),
        (("--days", "x"), "bad_input"),
        (("--from", "18.1.2027"), "bad_time"),
        (("--tz", "Mars"), "bad_zone"),
        (("--host", "nobody"), "not_found"),
        (("--event", "nothing"), "not_found"),
    ],
)
def test_what_cannot_be_read_is_refused(
    run: Run, office: Callable[..., str], args: tuple[str, ...], code: str
) -> None:
    assert run("agenda", *args, "--json").error["code"] == code


@pytest.mark.parametrize("days", [1.5, "7", -1])
def test_days_are_a_whole_number(client: Client, days: Any) -> None:
    with pytest.raises(errors.BadInput):
        client.calendar.bookings.agenda(days=days)


def test_the_agenda_of_a_year_is_as_long_as_it_gets(
    client: Client, office: Callable[..., str]
) -> None:
    found = client.calendar.bookings.agenda(start_date="1970-01-01", days=366)

    assert (found.start_date, found.end_date) == ("1970-01-01", "1971-01-01")


# -- next


def test_next_is_what_runs_or_else_what_comes(
    run: Run, office: Callable[..., str], clock: Clock
) -> None:
    over = office("2027-01-18 09:00")
    running, later = office("2027-01-18 09:45"), office("2027-01-18 12:00")

    assert run("next", "--json").json["uid"] == running
    clock.now = NOW + timedelta(minutes=15)
    assert run("next", "--json").json["uid"] == later
    assert run("next").rows == [r for r in run("agenda").rows if r[0] == later]
    assert run("next", "--event", "talk", "--json").json is None
    assert over not in run("next").out


def test_a_request_that_expired_is_not_next(
    run: Run, office: Callable[..., str], clock: Clock, client: Client
) -> None:
    clock.now = datetime(2027, 1, 11, tzinfo=UTC)
    client.calendar.bookings.create(
        event_type_id="talk",
        start_time="2027-01-18 09:30",
        attendee={"name": "Ada", "email": "ada@example.com"},
    )
    assert run("next", "--json").json["status"] == "PENDING"
    clock.now = NOW

    assert run("next", "--json").json is None


def test_nothing_to_come_is_an_answer(
    run: Run, office: Callable[..., str], terminal: Callable[..., Terminal]
) -> None:
    assert run("next", "--json") == (0, "null\n", "")
    assert run("next") == (0, "", "")
    assert run("next", "--jsonl") == (0, "", "")
    assert run("next", "--csv").out.startswith("uid,date,")
    screen = terminal("next")
    assert (screen.end(), screen.shown) == (0, "nothing is to come\n")


def test_a_terminal_shows_what_is_next(
    terminal: Callable[..., Terminal], office: Callable[..., str]
) -> None:
    office("2027-01-18 12:10", guests=["eve@example.com"], location="PHONE:+1 555 0100")
    soon = terminal("next")
    assert soon.end() == 0
    office("2027-01-17 22:00", 14 * 60)
    running = terminal("next")
    assert running.end() == 0
    abroad = terminal("next", "--tz", "Asia/Tokyo")
    assert abroad.end() == 0

    text = masked(soon.shown + running.shown + abroad.shown)
    assert text == golden("next.txt", text)


def test_whole_minutes_are_counted_until_it_begins(
    office: Callable[..., str], clock: Clock, client: Client
) -> None:
    office("2027-01-18 12:10")
    [found] = client.calendar.bookings.list_occurrences()
    clock.now = NOW + timedelta(seconds=1)

    told = agenda._in_how_long(found.to_dict(), clock.now, None)

    assert told == "in 2 h 10 min"


# -- a month


def test_a_terminal_shows_the_month(
    terminal: Callable[..., Terminal], calendar_of: Fill
) -> None:
    calendar_of(40)

    found = screens(terminal, "month")

    for columns, text in found.items():
        assert max(widths(text)) <= columns
        assert len(text.splitlines()) < 24 or columns == 40  # an agenda
    text = in_one_text(found)
    assert text == golden("month.txt", text)


def test_a_month_is_the_agenda_of_its_days(
    run: Run, client: Client, office: Callable[..., str]
) -> None:
    for day in ("2027-01-31", "2027-02-01", "2027-02-28", "2027-03-01"):
        office(f"{day} 10:00")

    for of in ("2027-02-14", "2027-02", "next month"):
        items = run("month", "--of", of, "--json").json
        assert [item["date"] for item in items] == ["2027-02-01", "2027-02-28"]
    found = client.calendar.bookings.month(of="2027-02-14")
    assert (found.start_date, found.end_date) == ("2027-02-01", "2027-02-28")
    assert run("month", "--event", "talk", "--json").json == []


# -- a line for a prompt


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        ("2027-01-18 09:45", "until 10:15 Ada · Product demo"),
        ("2027-01-18 10:30", "10:30 Ada · Product demo"),
        ("2027-01-19 10:30", "Tue 10:30 Ada · Product demo"),
        ("2027-01-25 10:30", "25 Jan 10:30 Ada · Product demo"),
    ],
)
def test_a_prompt_has_a_short_line(
    run: Run, office: Callable[..., str], start: str, shown: str
) -> None:
    office(start)

    assert run("next", "--short") == (0, f"{shown}\n", "")


def test_a_prompt_says_that_a_meeting_is_not_certain(
    run: Run, office: Callable[..., str], client: Client
) -> None:
    office("2027-01-18 14:00")
    client.calendar.bookings.create(
        event_type_id="talk",
        start_time="2027-01-18 12:00",
        attendee={"name": "Ada", "email": "ada@example.com"},
    )

    assert run("next", "--short").out.startswith("12:00 ? Ada · ")


def test_a_prompt_has_no_line_where_nothing_is_to_come(
    run: Run, office: Callable[..., str], terminal: Callable[..., Terminal]
) -> None:
    office("2027-01-18 09:00")

    assert run("next", "--short") == (0, "", "")
    screen = terminal("next", "--short")
    assert (screen.end(), screen.raw) == (0, "")


@pytest.mark.parametrize("name", [*NAMES, "$(reboot) `id` %n\\u !! \x1b[31m"])
def test_a_line_for_a_prompt_is_short_and_nothing_to_act_upon(
    run: Run, office: Callable[..., str], name: str
) -> None:
    office("2027-01-18 12:00", attendee={"name": name, "email": "x@example.com"})

    line = run("next", "--short").out

    assert line.count("\n") == 1
    assert widths(line)[0] <= 40
    assert not re.search(r"[$`\\%!\x1b]", line)


@pytest.mark.parametrize("form", ["--json", "--csv", "--jsonl"])
def test_a_line_for_a_prompt_has_no_other_form(
    run: Run, office: Callable[..., str], form: str
) -> None:
    assert run("next", "--short", form).status == 2


@pytest.mark.parametrize(
    ("command", "day"), [("today", "2027-01-18"), ("tomorrow", "2027-01-19")]
)
def test_today_and_tomorrow_are_the_agenda_of_that_day(
    run: Run,
    terminal: Callable[..., Terminal],
    office: Callable[..., str],
    command: str,
    day: str,
) -> None:
    for start in ("2027-01-18 12:00", "2027-01-19 12:00"):
        office(start)
    within = ("--from", day, "--days", "1")

    assert run(command, "--json").json == run("agenda", *within, "--json").json
    [found] = run(command, "--host", "me", "--json").json
    assert found["date"] == day
    short, long = terminal(command), terminal("agenda", *within)
    assert (short.end(), long.end()) == (0, 0)
    assert short.shown == long.shown
