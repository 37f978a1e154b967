"""The grids of days: no wider and no higher than the screen, and nothing missing."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calendars import widths
from support.pages import BLOCKS, HOSTS, block, page

from calbook.cli.screen import folding, grid_lines, month, time_grid, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calbook.cli.screen.timeline import Page, TimeBlock


def drawn(page: Page, width: int, height: int, is_by_host: bool = False) -> str:
    lines = grid_lines.grid_lines(page, width, height, is_by_host=is_by_host)
    return "".join("".join(p.text for p in line) + "\n" for line in lines)


def columns(text: str) -> dict[str, str]:
    """All that stands in a day's columns, by its name in the heads."""
    found: dict[str, str] = {}
    days: list[str] = []
    for line in text.splitlines():
        cells = line.split("│")[1:-1]
        if cells and re.match(r"[A-Z][a-z]{2} \d+", cells[0]):
            days = [" ".join(cell.split()[:2]) for cell in cells]
        for day, cell in zip(days, cells, strict=False):
            found[day] = found.get(day, "") + "\n" + cell
    return found


@given(
    facts=BLOCKS,
    width=st.integers(72, 200),
    height=st.integers(10, 70),
    is_by_host=st.booleans(),
)
def test_every_meeting_is_in_its_day_or_counted(
    facts: list[tuple[int, int, int, str]], width: int, height: int, is_by_host: bool
) -> None:
    blocks = [block(n, *each) for n, each in enumerate(facts)]
    given = page(blocks)

    text = drawn(given, width, height, is_by_host)

    assert max(widths(text)) <= width
    found = columns(text)
    for day in given.days[:5]:
        cells = found[f"{day:%a} {day.day}"]
        for one in given.on(day):
            shown = re.search(rf"\b{one.who[:3]}", cells)
            assert shown or "+" in cells, (one, day)


@given(facts=BLOCKS, width=st.integers(72, 200), height=st.integers(18, 70))
def test_one_grid_is_no_higher_than_the_screen(
    facts: list[tuple[int, int, int, str]], width: int, height: int
) -> None:
    lines = drawn(
        page([block(n, *each) for n, each in enumerate(facts)]), width, height
    )

    assert len(lines.splitlines()) < height  # a line is left for the prompt


@given(facts=BLOCKS, most=st.integers(1, 60))
def test_folded_rows_are_all_rows_in_order(
    facts: list[tuple[int, int, int, str]], most: int
) -> None:
    given = page([block(n, *each) for n, each in enumerate(facts)])
    grid = time_grid.make_grid([given], given.days)

    lines = folding.fold_rows(grid, most)

    assert [row for line in lines for row in line] == [*range(len(grid.rows))]
    for rows in lines:
        for column in grid.columns:
            assert not [p for p in column.placed if p.first in rows[1:]]


def test_empty_hours_are_folded_first_and_only_where_there_is_no_room() -> None:
    given = page([block(0, 10 * 60, 240), block(1, 15 * 60, 30)])

    high, low = (drawn(given, 80, height).splitlines() for height in (30, 17))

    assert [line[:5] for line in high if line[2:3] == ":"] == [
        f"{9 + n // 2:02}:{n % 2 * 30:02}" for n in range(16)
    ]
    assert [line[:5].strip() for line in low[3:-2]] == [
        *("⋮", "10:00", "10:30", "⋮", "⋮", "15:00", "⋮"),
    ]
    assert "⋮ hours with nothing new" in low[-1]


@pytest.mark.parametrize("height", [17, 24, 50])
def test_hosts_share_the_height_where_they_have_no_room_beside(height: int) -> None:
    given = page([block(n, 600 + n * 40, 30, n % 4) for n in range(12)])

    text = drawn(given, 80, height, is_by_host=True)

    assert [line for line in text.splitlines() if line.startswith("Host")] == [
        *HOSTS.values()
    ]
    assert (len(text.splitlines()) < height) == (height == 50)


def test_hosts_stand_side_by_side_where_they_have_room() -> None:
    given = page([block(n, 600, 30, n) for n in range(4)])

    text = drawn(given, 200, 50, is_by_host=True)

    lines = text.splitlines()
    assert lines[2].count("┊") == 15
    assert lines[2].split("│")[1].split("┊") == [
        f"{host:<8}" for host in HOSTS.values()
    ]
    [ten] = [line for line in lines if line.startswith("10:00")]
    assert ten.split("│")[1].split("┊") == [f"┃m0{n}    " for n in range(4)]


def test_hosts_whose_names_have_no_room_are_told_apart_by_id() -> None:
    names = {f"user_h{n}": f"Augusta Ada {n}" for n in range(4)}
    given = page([])._replace(hosts=names)

    wide, narrow = (drawn(given, width, 50, is_by_host=True) for width in (400, 200))

    assert "│Augusta Ada 0     ┊Augusta Ada 1 " in wide
    assert "│h0      ┊h1      ┊h2      ┊h3      │" in narrow


def test_what_lasts_all_day_stands_above_the_hours() -> None:
    whole = [block(n, 24 * 60, 24 * 60, kind="BUSY") for n in range(5)]

    text = drawn(page([*whole, block(9, 600, 30)]), 80, 50)

    found = columns(text)["Tue 19"].splitlines()
    assert [cell.strip() for cell in found[2:5]] == ["┃– m00", "┃– m01", "+3 more"]
    assert "00:00" not in text


def test_who_is_neither_open_nor_booked_has_no_column() -> None:
    given = page([block(0, 600, 30, host=2)], opened=False)

    assert [page.hosts for page in given.by_host()] == [{"user_h2": "Host 2"}]
    assert page([], opened=False).by_host() == [page([], opened=False)]


@pytest.mark.parametrize("hour", [5, 17])
def test_a_day_is_as_wide_as_the_screen(hour: int) -> None:
    given = page([block(n, hour * 60, 30) for n in range(3)], days=1)

    text = drawn(given, 40, 24)

    assert text.splitlines()[0] == "Mon 18 Jan 2027 · today"
    assert f"{hour:02}:00 │┃m00      ┃m01      ┃m02        │" in text


def test_it_says_of_busy_time_outside_that_it_is_there() -> None:
    given = page([block(0, 20 * 60, 60, kind="BUSY"), block(1, 600, 30)])

    assert "1 busy outside of what is shown" in drawn(given, 80, 50)


def test_the_number_of_a_week_is_that_of_most_of_its_days() -> None:
    sunday = page([])._replace(first=date(2027, 1, 17), last=date(2027, 1, 23))

    assert [*timeline.title_notes(page([]))] == ["2027-W03"]
    assert [*timeline.title_notes(sunday)] == ["2027-W03"]
    saturday = datetime(2027, 1, 16, 12, tzinfo=UTC)
    assert [*timeline.title_notes(page([])._replace(now=saturday))] == [
        *("2027-W03", "the coming week")
    ]


# -- a month


def month_of(first: date, blocks: Iterable[TimeBlock] = ()) -> Page:
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return page([], opened=False)._replace(
        first=first, last=last, blocks=tuple(sorted(blocks))
    )


def month_text(page: Page, width: int, height: int, begins: int = 0) -> str:
    lines = month.month_lines(page, width, height, begins=begins)
    return "".join("".join(p.text for p in line) + "\n" for line in lines)


def month_cells(text: str) -> dict[int, str]:
    """All that stands below each number."""
    found: dict[int, str] = {}
    for line in text.splitlines():
        if line[4:5] == "┼":
            days = [re.search(r"\d+", cell) for cell in line[5:-1].split("┼")]
        elif line[4:5] == "│" and found is not None and "Mon" not in line:
            for day, cell in zip(days, line.split("│")[1:-1], strict=True):
                if day:
                    found[int(day[0])] = found.get(int(day[0]), "") + "\n" + cell
    return found


@given(facts=BLOCKS, width=st.integers(96, 200), height=st.integers(17, 60))
def test_every_meeting_of_a_month_is_in_its_day_or_counted(
    facts: list[tuple[int, int, int, str]], width: int, height: int
) -> None:
    blocks = [block(n, *each) for n, each in enumerate(facts)]
    given = month_of(date(2027, 1, 1), blocks)

    text = month_text(given, width, height)

    assert max(widths(text)) <= width
    assert len(text.splitlines()) < height
    found = month_cells(text)
    for day in given.days:
        names = {one.who for one in given.on(day)}
        shown = {name for name in names if name in found[day.day]}
        counted = re.search(r"\+(\d+)", found[day.day])
        lines = [line for line in found[day.day].split("\n") if line.strip()]
        assert len(lines) - bool(counted) + int(counted[1] if counted else 0) == len(
            names
        )
        assert counted or shown == names


@pytest.mark.parametrize(
    ("first", "begins", "weeks", "named"),
    [
        (date(2027, 2, 1), 0, 4, ["W05", "W06", "W07", "W08"]),
        (date(2027, 5, 1), 0, 6, ["W17", "W18", "W19", "W20", "W21", "W22"]),
        (date(2027, 5, 1), 6, 6, ["W17", "W18", "W19", "W20", "W21", "W22"]),
        (date(2027, 5, 1), 5, 5, ["W18", "W19", "W20", "W21", "W22"]),
    ],
)
def test_a_month_has_all_its_weeks_from_the_day_on_which_they_begin(
    first: date, begins: int, weeks: int, named: list[str]
) -> None:
    text = month_text(month_of(first), 80, 40, begins)

    lines = text.splitlines()
    numbered = [line for line in lines if line[4] == "┼"]
    assert [line[:3] for line in numbered] == named
    assert len(numbered) == weeks
    days = re.findall(r"\d+", "".join(line[4:] for line in numbered))
    assert [*map(int, days)] == [day.day for day in month_of(first).days]
    name = ("Mon", "Sat", "Sun")[(0, 5, 6).index(begins)]
    assert lines[1].split("│")[1].strip() == name


def test_a_day_of_a_month_has_first_what_lasts_all_day() -> None:
    given = month_of(
        date(2027, 1, 1),
        [block(0, 600, 30), block(1, -300, 600), block(2, 0, 24 * 60, kind="BUSY")],
    )

    lines = month_cells(month_text(given, 80, 40))[18].split("\n")[1:]

    assert [line.strip() for line in lines] == ["– m02", "… m01", "10:00 m00"]


def test_a_month_on_a_narrow_terminal_is_no_calendar() -> None:
    assert month_text(month_of(date(2027, 1, 1)), 53, 24) == ""
    assert month_text(month_of(date(2027, 1, 1)), 54, 24) != ""
