"""`week`: the grid, its borders at every width, the clocks' changes, the picture."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.calendars import NOW, ZONE, in_one_text, screens, widths
from support.running import golden

from calbook import Client, errors
from calbook.cli.screen import (
    cells,
    columns,
    grid_lines,
    time_grid,
    timeline,
    week_svg,
)
from calbook.cli.screen.agenda import agenda_lines
from calbook.core.time import times

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run, Terminal

pytest_plugins = ("support.running", "support.calendars")

Fill = Callable[[int], None]
Book = Callable[..., None]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def book(client: Client, calendar_of: Fill) -> Book:
    """Books any start of `demo`, for any length, in an else empty calendar."""
    calendar_of(0)

    def book(start: str, duration: int = 30, **fields: Any) -> None:
        wanted = {
            "event_type_id": "demo",
            "attendee": {"name": "Ada", "email": "ada@example.com"},
            **fields,
        }
        rules = ["hours", "duration", "past"]
        client.calendar.bookings.create(
            start_time=start, duration=duration, by="host", override=rules, **wanted
        )

    return book


@pytest.fixture
def team(client: Client, book: Book) -> Book:
    """Four hosts who can be booked at the same time, by their number."""
    for n in range(4):
        client.calendar.hosts.create(f"h{n}", name=f"Host {n}", timezone=ZONE)
        client.calendar.event_types.create(f"e{n}", title="Talk", hosts=[f"h{n}"])
    return lambda n, *args: book(*args, event_type_id=f"e{n}")


def opened(client: Client, day: str, start: str, end: str) -> None:
    """The only hours that the host has."""
    hours = [{"day": day, "startTime": start, "endTime": end}]
    client.calendar.schedules.update("work", availability=hours)


def paged(client: Client, host: str | None = None, **asked: Any) -> timeline.Page:
    found = client.calendar.bookings.week(host_id=host, **asked)
    return timeline.make_page(found, client.now(), host=host)


def drawn(client: Client, width: int = 80, height: int = 50, **asked: Any) -> str:
    """The week as it stands on a terminal, without colour."""
    lines = grid_lines.grid_lines(paged(client, **asked), width, height)
    return "".join("".join(p.text for p in line) + "\n" for line in lines)


def rows(text: str, column: int = 0) -> dict[str, str]:
    """What stands in a day's column, by the time on its left."""
    lines = [line for line in text.splitlines() if re.match(r"\d\d:\d\d", line)]
    return {line[:6].strip(): line.split("│")[column + 1] for line in lines}


def borders(line: str) -> list[int]:
    """The cells in which the borders of a line of the grid stand."""
    return [
        widths(line[:at] + "x")[0] - 1
        for at, char in enumerate(line)
        if char in "│┬┐┼┤┴┘"
    ]


# -- on a terminal


def test_a_terminal_shows_the_week(
    terminal: Callable[..., Terminal], calendar_of: Fill
) -> None:
    calendar_of(40)

    found = screens(terminal, "week", lines=24)

    for wide, text in found.items():
        assert max(widths(text)) <= wide
        assert len(text.splitlines()) < 24 or wide == 40  # an agenda
        edges = [borders(line) for line in text.splitlines() if borders(line)]
        assert len({tuple(places) for places in edges}) == (wide != 40)
    text = in_one_text(found)
    assert text == golden("week.txt", text)


def test_a_terminal_shows_the_day(
    terminal: Callable[..., Terminal], calendar_of: Fill
) -> None:
    calendar_of(40)

    found = screens(terminal, "day", lines=24)

    for wide, text in found.items():
        assert max(widths(text)) <= wide
        assert len(text.splitlines()) < 24
        assert text.count(" bk_xxxxxx│") == (9 if wide > 40 else 0)
        assert len({tuple(borders(line)) for line in text.splitlines()[1:-2]}) == 1
    text = in_one_text(found)
    assert text == golden("day.txt", text)


def test_a_terminal_shows_hosts_beside_or_below_one_another(
    terminal: Callable[..., Terminal], team: Callable[..., None]
) -> None:
    for n in range(12):
        team(n % 4, f"2027-01-{18 + n % 5} {9 + n // 2:02}:{15 * (n % 3):02}", 45)

    found = screens(terminal, "week", "--by", "host", lines=24)

    for wide, text in found.items():
        assert max(widths(text)) <= wide
        assert text.count("Host 3") == {40: 0, 120: 5, 200: 5}.get(wide, 1)
    text = in_one_text(found)
    assert text == golden("week-by-host.txt", text)


@pytest.mark.parametrize("columns", range(56, 201, 9))
def test_no_line_is_wider_than_any_terminal(
    client: Client, calendar_of: Fill, columns: int
) -> None:
    calendar_of(40)

    text = drawn(client, columns)

    assert max(widths(text)) <= columns
    found = [borders(line) for line in text.splitlines() if borders(line)]
    assert len(set(map(tuple, found))) == 1
    places = found[0]
    assert len({b - a for a, b in pairwise(places)}) == 1


def test_no_colour_is_needed(
    terminal: Callable[..., Terminal], calendar_of: Fill
) -> None:
    calendar_of(40)
    coloured, plain = terminal("week"), terminal("week", NO_COLOR="1")

    assert (coloured.end(), plain.end()) == (0, 0)
    assert "\x1b[1;35m" in coloured.raw
    assert "\x1b[3" not in plain.raw
    assert plain.shown == coloured.shown


@pytest.mark.parametrize("columns", [30, 50])
def test_a_narrow_terminal_shows_the_agenda(
    terminal: Callable[..., Terminal], calendar_of: Fill, columns: int
) -> None:
    calendar_of(40)
    args = ("--from", "2027-01-18")
    narrow = terminal("week", columns=columns)
    other = terminal("agenda", *args, columns=columns)

    assert (narrow.end(), other.end()) == (0, 0)
    assert narrow.shown == other.shown


def test_a_week_is_that_of_any_of_its_days(client: Client, book: Book) -> None:
    for day in ("2027-01-18", "2027-01-24", "today", "sun", "now", "+6d"):
        assert drawn(client, of=day).startswith("Mon 18 – Sun 24 Jan 2027 · 2027-W03")

    assert drawn(client, of="2027-01-01").startswith(
        "Mon 28 Dec 2026 – Sun 3 Jan 2027 · 2026-W53"
    )


@pytest.mark.parametrize(
    ("now", "title"),
    [
        ("2027-01-22T23:00-05:00", "Mon 18 – Sun 24 Jan 2027 · 2027-W03"),
        (
            "2027-01-23T00:00-05:00",
            "Mon 25 – Sun 31 Jan 2027 · 2027-W04 · the coming week",
        ),
        (
            "2027-01-24T23:59-05:00",
            "Mon 25 – Sun 31 Jan 2027 · 2027-W04 · the coming week",
        ),
        ("2027-01-25T00:00-05:00", "Mon 25 – Sun 31 Jan 2027 · 2027-W04"),
    ],
)
def test_from_saturday_on_it_is_the_coming_week(
    client: Client, clock: Clock, book: Book, now: str, title: str
) -> None:
    clock.now = datetime.fromisoformat(now).astimezone(UTC)

    assert drawn(client).splitlines()[0] == title
    assert drawn(client, of="today").startswith(
        "Mon 25" if "01-25" in now else "Mon 18"
    )


def test_a_week_may_begin_on_another_day(client: Client, clock: Clock) -> None:
    bookings = client.calendar.bookings
    clock.now = datetime(2027, 1, 23, 12, tzinfo=UTC)  # a Saturday

    found = {day: bookings.week(week_start=day) for day in ("sunday", "Saturday")}

    assert {day: week.start_date for day, week in found.items()} == {
        "sunday": "2027-01-24",
        "Saturday": "2027-01-23",
    }
    with pytest.raises(errors.BadInput):
        bookings.week(week_start="holiday")


@pytest.mark.parametrize(
    ("today", "of", "first"),
    [
        ("2027-01-24", "next week", "Sun 31 Jan"),
        ("2027-01-24", "today", "Sun 24 – Sat 30"),
        ("2027-01-23", "this week", "Sun 17 – Sat 23"),
        ("2027-01-23", None, "Sun 24 – Sat 30"),
    ],
)
def test_weeks_begin_as_set(
    terminal: Callable[..., Terminal],
    book: Book,
    clock: Clock,
    tmp_path: Path,
    today: str,
    of: str | None,
    first: str,
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[defaults]\nweek_start = "sunday"\n')
    clock.now = datetime.fromisoformat(f"{today}T12:00-05:00").astimezone(UTC)

    args = ("--of", of) if of else ()
    screen = terminal("week", *args, CALBOOK_CONFIG=str(file))

    assert screen.end() == 0
    assert screen.shown.startswith(first)


def test_the_weekend_is_there_where_something_is(client: Client, book: Book) -> None:
    def names() -> list[str]:
        line = drawn(client, 120).splitlines()[1]
        return [name.split()[0] for name in line.split("│")[1:-1]]

    assert names() == ["Mon", "Tue", "Wed", "Thu", "Fri"]
    book("2027-01-23 10:00")
    assert names()[5:] == ["Sat"]
    opened(client, "SUNDAY", "10:00", "12:00")
    assert names()[5:] == ["Sat", "Sun"]


def test_rows_go_from_the_earliest_to_the_latest(client: Client, book: Book) -> None:
    assert list(rows(drawn(client)))[::15] == ["09:00", "16:30"]
    book("2027-01-18 07:40", 20)
    book("2027-01-20 18:00", 45)

    times = list(rows(drawn(client)))
    assert (times[0], times[-1]) == ("07:30", "18:30")


def test_a_week_without_hours_and_meetings_has_a_grid(
    client: Client, book: Book
) -> None:
    client.calendar.schedules.update("work", availability=[])

    text = drawn(client)

    assert len(rows(text)) == 16
    assert "·" not in "".join(rows(text).values())
    assert "open hours" not in text


def test_open_hours_are_shaded_with_a_character(client: Client, book: Book) -> None:
    opened(client, "MONDAY", "09:30", "11:00")
    book("2027-01-18 10:00")
    book("2027-01-18 12:00")

    assert rows(drawn(client)) == {
        "09:30": "·" * 13,
        "10:00": "┃Ada · Produ…",
        "10:30": "·" * 13,
        "11:00": " " * 13,
        "11:30": " " * 13,
        "12:00": "┃Ada · Produ…",
    }


def test_hours_of_any_host_are_open_or_those_of_one(client: Client, book: Book) -> None:
    opened(client, "MONDAY", "09:00", "10:00")
    hours = [{"day": "MONDAY", "startTime": "10:00", "endTime": "11:00"}]
    client.calendar.schedules.create("early", timezone="UTC", availability=hours)
    client.calendar.hosts.create("bob", timezone="UTC", name="B", schedule_id="early")

    assert list(rows(drawn(client)))[::9] == ["05:00", "09:30"]
    assert rows(drawn(client))["06:00"] == " " * 13
    assert list(rows(drawn(client, host="bob"))) == ["10:00", "10:30"]
    assert list(rows(drawn(client, host="me"))) == ["09:00", "09:30"]


def test_a_status_has_a_mark_beside_its_colour(client: Client, book: Book) -> None:
    book("2027-01-18 09:00")
    book("2027-01-18 09:30")
    client.calendar.bookings.create(
        event_type_id="talk",
        start_time="2027-01-18 11:00",
        attendee={"name": "Eve", "email": "eve@example.com"},
    )
    first = client.calendar.bookings.list()[0]
    client.calendar.bookings.mark_no_show(first.uid)

    text = drawn(client)

    found = rows(text)
    assert found["09:00"] == "┃× Ada · Pro…"
    assert found["09:30"] == "┃✓ Ada · Pro…"
    assert found["11:00"].startswith("┋? Eve ")
    assert text.splitlines()[-2:] == [
        "• today  · open hours  ? awaits confirmation  ✓ over  × no-show",
        f"times in {ZONE}",
    ]
    told = [element.text for element in picture_of(client).iter(f"{SVG}text")]
    assert told[-4:] == ["today", "? awaits confirmation", "✓ over", "× no-show"]


def test_a_start_beside_the_rows_is_written(client: Client, book: Book) -> None:
    book("2027-01-18 10:10", 60)

    assert [text for text in rows(drawn(client, 120)).values() if "┃" in text] == [
        "┃10:10 Ada           ",
        "┃Product demo        ",
        "┃                    ",
    ]


@pytest.mark.parametrize(
    ("meetings", "times"),
    [
        ([("09:00", 30), ("09:30", 30)], ["09:00", "09:30"]),
        ([("09:00", 15), ("09:15", 15)], ["09:00", "09:15"]),
        ([("09:00", 10)], ["09:00"]),
        ([("00:00", 60), ("23:00", 60)], [f"{n:02}:00" for n in range(24)]),
    ],
    ids=["half hours", "quarters", "one", "a whole day"],
)
def test_rows_are_as_long_as_keeps_meetings_apart(
    client: Client, book: Book, meetings: list[tuple[str, int]], times: list[str]
) -> None:
    client.calendar.schedules.update("work", availability=[])
    for start, duration in meetings:
        book(f"2027-01-18 {start}", duration)

    assert list(rows(drawn(client))) == times


def test_times_are_of_twelve_hours_where_that_is_set(
    terminal: Callable[..., Terminal], book: Book, tmp_path: Path
) -> None:
    book("2027-01-18 10:10", 60)
    file = tmp_path / "config.toml"
    file.write_text('[defaults]\ntime_format = "12"\n')

    screen = terminal("week", columns=120, CALBOOK_CONFIG=str(file))

    assert screen.end() == 0
    lines = screen.shown.splitlines()
    assert [line for line in lines if line.startswith("10:00")] == [
        f"10:00 am │{'┃10:10 am Ada':<21}" + "│" + ("·" * 21 + "│") * 4
    ]
    assert len({tuple(borders(line)) for line in lines if borders(line)}) == 1


def test_meetings_at_the_same_time_stand_side_by_side(
    client: Client, team: Callable[..., None]
) -> None:
    team(0, "2027-01-18 10:00", 60)
    team(1, "2027-01-18 10:30", 60)

    found = rows(drawn(client, 120))

    assert found["10:00"] == "┃h0: Ada  " + "·" * 11
    assert found["10:30"] == "┃Talk     ┃h1: Ada   "
    assert found["11:00"] == "·" * 10 + "┃Talk      "


def test_meetings_that_have_no_room_are_counted(
    client: Client, team: Callable[..., None]
) -> None:
    for n in range(4):
        team(n, "2027-01-18 10:00", 30 + 30 * (n > 2))

    found = rows(drawn(client, 60))

    assert found["10:00"] == "┃h0:… +3·"
    assert found["10:30"] == "·" * 6 + "+1·"


def test_a_meeting_across_midnight_goes_on_the_next_day(
    client: Client, book: Book
) -> None:
    book("2027-01-18 23:00", 120)

    text = drawn(client)

    assert rows(text)["23:00"] == "┃Ada · Produ…"
    assert rows(text, 1)["00:00"] == "┃… Ada · Pro…"


# -- the clocks


def test_a_time_that_the_clocks_skip_is_missing(client: Client, book: Book) -> None:
    opened(client, "SUNDAY", "01:00", "04:00")
    book("2027-03-14 01:30", 60)

    text = drawn(client, of="2027-03-14")

    assert rows(text, 6) == {
        "01:00": "·" * 9,
        "01:30": "┃Ada     ",
        "02:00": "╱" * 9,
        "02:30": "╱" * 9,
        "03:00": "┃Product…",
        "03:30": "·" * 9,
    }
    assert "╱ skipped by the clocks" in text
    assert "Sun 14 Mar 2027: clocks go forward 1 h at 02:00" in text


def test_an_hour_that_is_repeated_has_all_its_rows(client: Client, book: Book) -> None:
    opened(client, "SUNDAY", "00:30", "02:30")
    book("2027-11-07T01:30-05:00")

    text = drawn(client, of="2027-11-07")

    assert rows(text, 6) == {
        "00:30": "·" * 9,
        "01:00": "·" * 9,
        "01:30": "·" * 9,
        "01:00*": "·" * 9,
        "01:30*": "┃Ada · P…",
        "02:00": "·" * 9,
    }
    assert set(rows(text).values()) == {" " * 9}
    assert "* second pass of a repeated hour" in text


def test_half_an_hour_is_skipped_and_repeated_on_lord_howe(
    client: Client, book: Book
) -> None:
    zone = "Australia/Lord_Howe"
    client.calendar.schedules.update("work", timezone=zone)
    opened(client, "SUNDAY", "01:00", "03:00")

    spring = rows(drawn(client, of="2027-10-03", timezone=zone), 6)
    autumn = rows(drawn(client, of="2027-04-04", timezone=zone), 6)

    assert list(spring) == ["01:00", "01:30", "02:00", "02:30"]
    assert {time for time, text in spring.items() if "╱" in text} == {"02:00"}
    assert list(autumn) == ["01:00", "01:30", "01:30*", "02:00", "02:30"]
    assert set(autumn.values()) == {"·" * 9}


def test_a_day_that_a_zone_left_out_is_missing_whole(
    client: Client, book: Book
) -> None:
    zone = "Pacific/Apia"
    client.calendar.schedules.update("work", timezone=zone)

    text = drawn(client, of="2011-12-29", timezone=zone)

    assert set(rows(text, 4).values()) == {"╱" * 13}
    assert set(rows(text, 3).values()) == {"·" * 13}
    assert f"Fri 30 Dec 2011: left out by {zone}" in text


@pytest.mark.parametrize("of", ["2027-03-14", "2027-11-07"])
@pytest.mark.parametrize("zone", [ZONE, "Australia/Lord_Howe", "Asia/Kolkata"])
def test_a_week_of_23_or_25_hours_fits_the_screen(
    client: Client, book: Book, of: str, zone: str
) -> None:
    for number in range(7):
        book(f"{date.fromisoformat(of) - timedelta(days=number)} 04:30", 45)

    for wide in (72, 80, 120, 200):
        for high in (18, 24, 60):
            lines = drawn(client, wide, high, of=of, timezone=zone).splitlines()
            assert len(lines) < high
            assert max(widths("\n".join(lines))) <= wide


def test_a_narrow_agenda_breaks_what_it_says_of_the_clocks(
    client: Client, book: Book
) -> None:
    found = client.calendar.bookings.agenda(start_date="2027-11-07", days=1)
    page = timeline.make_page(found, client.now(), host=None)

    lines = ["".join(p.text for p in line) for line in agenda_lines(page, 40)]

    assert lines == [
        "Sun 7 Nov 2027: free",
        "  clocks go back 1 h at 02:00",
        f"times in {ZONE}",
    ]


ZONES = (ZONE, "Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "Asia/Kolkata")


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2010, 1, 1), date(2028, 1, 1)),
    step=st.sampled_from([15, 30, 60, 120, 240]),
)
def test_every_moment_of_a_day_is_in_one_row(zone: str, day: date, step: int) -> None:
    monday = day - timedelta(days=day.weekday())
    page = timeline.Page(monday, monday + timedelta(days=6), zone, NOW, ())
    days = [monday + timedelta(days=n) for n in range(7)]
    found = time_grid._grid(
        [page], days, (timedelta(0), timedelta(days=1)), timedelta(minutes=step)
    )

    for column in found.columns:
        spans = [span for span in column.spans if span]
        start, end = times.day_bounds(column.day, zone)
        assert all(a.end == b.start for a, b in pairwise(spans))
        edges = (spans[0].start, spans[-1].end) if spans else (start, start)
        assert edges == ((start, end) if start < end else (start, start))


# -- for programs


def test_piped_it_is_the_agenda(run: Run, calendar_of: Fill) -> None:
    calendar_of(40)
    days = ("--from", "2027-01-18", "--days", "7")

    for form in ((), ("--json",), ("--csv",), ("--fields", "uid,attendee.email")):
        assert run("week", *form).out == run("agenda", *days, *form).out
    assert len(run("week").rows) == 40


def test_another_form_is_the_same_on_a_terminal(
    terminal: Callable[..., Terminal], run: Run, calendar_of: Fill
) -> None:
    calendar_of(3)
    screen = terminal("week", "--fields", "uid,startTime")

    assert screen.end() == 0
    assert screen.shown.split() == run("week", "--fields", "uid,startTime").out.split()


@pytest.mark.parametrize(
    "on", ["next week", "2027-01", "now", "2027-01-18 10:00", "fri Europe/Lisbon"]
)
def test_a_day_is_one_day(run: Run, book: Book, on: str) -> None:
    assert run("day", "--on", on, "--json").error["code"] == "bad_time"


def test_a_day_and_its_hours_are_those_of_the_zone(client: Client, book: Book) -> None:
    book("2027-01-18 19:00")

    found = client.calendar.bookings.day(on="2027-01-19", timezone="Asia/Tokyo")

    assert [booking.date for booking in found.occurrences] == ["2027-01-18"]
    assert [(o.start_time, o.end_time, o.host_ids) for o in found.open_times] == [
        (
            *("2027-01-19T00:00:00+09:00", "2027-01-19T07:00:00+09:00"),
            ("user_me",),
        ),
        (
            *("2027-01-19T23:00:00+09:00", "2027-01-20T00:00:00+09:00"),
            ("user_me",),
        ),
    ]
    on_date = client.calendar.bookings.day(on=date(2027, 1, 19), timezone="Asia/Tokyo")
    assert on_date == found


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--of", "week 3"), "bad_time"),
        (("--of", "2027-02-30"), "bad_time"),
        (("--host", "nobody"), "not_found"),
        (("--tz", "Mars"), "bad_zone"),
    ],
)
def test_what_cannot_be_read_is_refused(
    run: Run, book: Book, args: tuple[str, ...], code: str
) -> None:
    assert run("week", *args, "--json").error["code"] == code


@pytest.mark.parametrize("day", ["1970-01-01", "9000-12-31"])
def test_the_first_and_the_last_week_are_shown(
    client: Client, book: Book, day: str
) -> None:
    assert len(rows(drawn(client, of=day))) == 16


# -- the picture

EVIL = (
    "<script>1</script>",
    "a & b ]]> \"c\" 'd'",
    "\u202e\x07<!--\ufffe",
    "😀",
)


def picture_of(client: Client, **asked: Any) -> ET.Element:
    return ET.fromstring(week_svg.week_svg(paged(client, **asked)).encode())


def boxes_of(picture: ET.Element) -> list[ET.Element]:
    """The rectangles of what takes place."""
    return [
        rectangle
        for group in picture.iter(f"{SVG}g")
        if group.find(f"{SVG}title") is not None
        for rectangle in group.iter(f"{SVG}rect")
        if rectangle.get("class") == "box"
    ]


def test_a_picture_holds_names_as_text(client: Client, book: Book) -> None:
    for n, name in enumerate(EVIL):
        person = {"name": name, "email": "x@example.com"}
        book(f"2027-01-19 {10 + n}:00", 60, attendee=person)

    found = picture_of(client)

    texts = [text.text for text in found.iter(f"{SVG}text")]
    shown = [*EVIL[:2], "\\u202e\\u0007<!--\ufffd", "😀"]
    assert [text for text in texts if text in shown] == shown
    tags = {element.tag.removeprefix(SVG) for element in found.iter()}
    assert tags == {"svg", "title", "desc", "style", "rect", "text", "path", "g"}
    named = {name for element in found.iter() for name in element.attrib}
    assert not {name for name in named if name.startswith("on") or "href" in name}


def test_a_block_stands_where_its_time_is(client: Client, book: Book) -> None:
    opened(client, "TUESDAY", "09:00", "12:00")
    book("2027-01-19 10:15", 45)

    found = picture_of(client)

    [block] = boxes_of(found)
    _, shade, *_ = [r for r in found.iter(f"{SVG}rect") if r.get("class") == "paper"]
    top, height = (float(shade.get(key, "")) for key in ("y", "height"))
    hour = height / 3
    assert float(block.get("y", "")) == pytest.approx(top + 1.25 * hour, abs=2)
    assert float(block.get("height", "")) == pytest.approx(0.75 * hour, abs=3)
    column = float(shade.get("x", ""))
    assert column <= float(block.get("x", "")) <= column + 5


def test_blocks_at_the_same_time_do_not_overlap(
    client: Client, team: Callable[..., None]
) -> None:
    for n in range(4):
        team(n, f"2027-01-19 10:{15 * n:02}", 60)

    found = picture_of(client)

    boxes = [
        [float(r.get(key, "")) for key in ("x", "y", "width", "height")]
        for r in boxes_of(found)
    ]
    assert len(boxes) == 4
    for n, (x, y, width, height) in enumerate(boxes):
        for a, b, c, d in boxes[n + 1 :]:
            assert x + width <= a or a + c <= x or y + height <= b or b + d <= y


def test_a_gap_and_a_repeated_hour_are_in_the_picture(
    client: Client, book: Book
) -> None:
    opened(client, "SUNDAY", "00:00", "04:00")

    spring, autumn = (picture_of(client, of=d) for d in ("2027-03-14", "2027-11-07"))

    gaps = [r for r in spring.iter(f"{SVG}rect") if r.get("class") == "missing"]
    assert len(gaps) == 2 + 1  # in the legend
    assert "01:30*" in [text.text for text in autumn.iter(f"{SVG}text")]


def test_an_empty_week_is_a_picture_too(client: Client, book: Book) -> None:
    client.calendar.schedules.update("work", availability=[])

    texts = [text.text for text in picture_of(client).iter(f"{SVG}text")]

    assert texts[:2] == [
        "Grace Hopper · Mon 18 – Sun 24 Jan 2027",
        f"2027-W03 · 0 meetings · times in {ZONE}",
    ]
    assert texts[-2:] == ["not open", "today"]


def test_a_picture_is_written_whole(run: Run, book: Book, tmp_path: Path) -> None:
    file = tmp_path / "week.svg"

    assert run("week", "--svg", "-o", file) == (0, "", "")
    first = file.read_bytes()
    assert run("week", "--svg") == (0, first.decode(), "")
    assert run("week", "--svg", "-o", file, "--json").error["code"] == "io"
    book("2027-01-18 10:00")
    assert run("week", "--svg", "-o", file, "--force").status == 0
    assert file.read_bytes() != first
    link = tmp_path / "link.svg"
    link.symlink_to(file)
    assert run("week", "--svg", "-o", link, "--force").status == 1
    assert {p.name for p in tmp_path.iterdir()} >= {"week.svg", "link.svg"}
    assert not list(tmp_path.glob(".calbook-*"))


# -- lanes and cells


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)), max_size=12).map(sorted)
)
def test_what_overlaps_has_lanes_of_its_own(spans: list[tuple[int, int]]) -> None:
    ranges = [(start, start + length) for start, length in spans]

    found = timeline.columns_beside(ranges)

    at_once = [sum(a <= at < b for a, b in ranges) for at in range(30)]
    assert max((lane.of for lane in found), default=0) == max(at_once)
    for n, (one, lane) in enumerate(zip(ranges, found, strict=True)):
        assert 0 <= lane.number < lane.of
        for other, beside in zip(ranges[n + 1 :], found[n + 1 :], strict=True):
            if one[0] < other[1] and other[0] < one[1]:
                assert lane.number != beside.number
                assert lane.of == beside.of


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Ada", "Ada"),
        ("👨‍👩‍👧‍👦 Family", "👨 Family"),
        ("🇩🇪", "DE"),
        ("👍🏽❤️1️⃣", "👍❤1"),
        ("e\u0301", "é"),
        ("x" + "\u0301" * 9, "x" + "\u0301" * 3),
        ("\u0301x", "\u25cc\u0301x"),
        ("a\nb\u200eb\u202e", "a\\u000ab\\u200eb\\u202e"),
        ("\U000e0fff", "\ufffd"),
    ],
)
def test_text_is_made_of_characters_of_one_width(given: str, shown: str) -> None:
    assert cells.plain_text(given) == shown


@example("\u1160", 3)  # a vowel of Hangul
@given(st.text(), st.integers(0, 30))
def test_a_cell_is_filled_to_its_width(text: str, size: int) -> None:
    found = cells.fit(cells.plain_text(text), size)

    assert widths(found + "|") == [size + 1]


def test_text_from_right_to_left_is_closed() -> None:
    assert cells.fit("علي", 5) == "علي\u200e  "
    assert cells.fit("عليعلي", 4) == "علي…\u200f\u200e"
    assert cells.fit("Ada", 5) == "Ada  "


@given(st.lists(st.integers(0, 300), max_size=4), st.integers(0, 200))
def test_the_widest_column_gives_way(wanted: list[int], room: int) -> None:
    found = columns.share_width(wanted, room)

    assert sum(found) <= max(room, 0)
    assert found == wanted or max(found) - min(found) <= 1 or sum(found) == room
    assert all(0 <= given <= asked for given, asked in zip(found, wanted, strict=True))
