"""The picture of a week: what is in it, whose colours, and that all can be read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calendars import NAMES
from support.pages import BLOCKS, block, page

from calbook.cli.screen import svg_style, svg_text, week_svg

if TYPE_CHECKING:
    from pathlib import Path

    from support.running import Run, Terminal

    from calbook.cli.screen.timeline import Page

pytest_plugins = ("support.running", "support.calendars")

Fill = Callable[[int], None]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def database(place: str) -> str:
    return place


def drawn(page: Page, *, is_by_host: bool = False, scheme: str = "auto") -> ET.Element:
    text = week_svg.week_svg(page, is_by_host=is_by_host, scheme=scheme)
    return ET.fromstring(text.encode())


def blocks_of(picture: ET.Element) -> list[ET.Element]:
    """What takes place: a title, a rectangle and texts each."""
    groups = picture.iter(f"{SVG}g")
    return [group for group in groups if group.find(f"{SVG}title") is not None]


def texts(element: ET.Element) -> list[str]:
    return [text.text or "" for text in element.iter(f"{SVG}text")]


def box(group: ET.Element) -> tuple[float, float, float, float]:
    """Its left, top, right and bottom."""
    [found] = [r for r in group.iter(f"{SVG}rect") if r.get("class") == "box"]
    x, y, width, height = (
        float(found.get(key, "")) for key in ("x", "y", "width", "height")
    )
    return x, y, x + width, y + height


# -- all of it


@given(facts=BLOCKS, is_by_host=st.booleans())
def test_every_meeting_has_a_box_of_its_own_within_the_picture(
    facts: list[tuple[int, int, int, str]], is_by_host: bool
) -> None:
    given = page([block(n, *each) for n, each in enumerate(facts)])

    found = drawn(given, is_by_host=is_by_host)

    groups = blocks_of(found)
    boxes = [box(group) for group in groups]
    wanted = sum(len(given.on(day)) for day in given.days)
    assert len(boxes) == wanted
    width, height = (float(found.get(key, "")) for key in ("width", "height"))
    assert all(x >= 0 and a <= width and b <= height for x, _, a, b in boxes)
    for (x, y, a, b), (c, d, e, f) in combinations(boxes, 2):
        assert a <= c or e <= x or b <= d + 0.1 or f <= y + 0.1


def test_what_is_too_short_for_text_stands_beside_what_comes_soon_after() -> None:
    blocks = [block(n, 600 + n * 5, 5) for n in range(3)]

    groups = blocks_of(drawn(page(blocks)))

    assert all(texts(group) for group in groups)
    for (x, y, a, b), (c, d, e, f) in combinations(map(box, groups), 2):
        assert a <= c or e <= x or b <= d or f <= y


@given(facts=BLOCKS)
def test_text_is_no_wider_than_its_box(facts: list[tuple[int, int, int, str]]) -> None:
    blocks = [block(n, *each) for n, each in enumerate(facts)]
    named = [b._replace(who=NAMES[n % 10] * 3) for n, b in enumerate(blocks)]

    for group in blocks_of(drawn(page(named))):
        left, top, right, bottom = box(group)
        for text in group.iter(f"{SVG}text"):
            room = right - float(text.get("x", ""))
            is_bold = text.get("class") == "who"
            assert svg_text.text_width(text.text or "", is_bold=is_bold) <= room
            assert left < float(text.get("x", ""))
            assert top < float(text.get("y", "")) < bottom


@given(st.text(min_size=1), st.floats(0, 300))
def test_a_text_that_is_cut_says_so(text: str, room: float) -> None:
    found = svg_text.fit_text(text, room)

    assert svg_text.text_width(found) <= room
    cut = found.rstrip("\u200e\u200f")
    assert found in (text, "") or (
        cut.endswith("…") and text.startswith(cut.removesuffix("…"))
    )


@pytest.mark.parametrize("text", ["👨\u200d👩\u200d👧\u200d👦 family", "e\u0301" * 9])
def test_no_sign_is_cut_in_two(text: str) -> None:
    for room in range(0, 200, 3):
        cut = svg_text.fit_text(text, room).removesuffix("…")
        assert not cut.endswith(("\u200d", "👨", "👩", "👧")) or cut == text
        assert not cut.endswith("e")


# -- words


def test_the_owner_is_in_the_title() -> None:
    one = page([])._replace(hosts={"user_me": "Grace <Hopper>"})

    found = drawn(one)

    assert texts(found)[0] == "Grace <Hopper> · Mon 18 – Sun 24 Jan 2027"
    assert found.findtext(f"{SVG}title") == texts(found)[0]
    assert texts(drawn(page([])))[0].startswith("4 hosts · ")


def test_whoever_hears_it_is_told_of_each_day() -> None:
    found = drawn(page([block(0, 600, 30), block(1, 1440 * 2 + 540, 60, kind="HELD")]))

    assert found.get("role") == "img"
    labels = (found.get("aria-labelledby") or "").split()
    assert labels == [
        element.get("id")
        for element in (found.find(f"{SVG}title"), found.find(f"{SVG}desc"))
        if element is not None
    ]
    assert found.findtext(f"{SVG}desc") == (
        "Monday 18 January: 10:00–10:30, m00. Tuesday 19 January: nothing."
        " Wednesday 20 January: 09:00–10:00, ~ m01. Thursday 21 January: nothing."
        " Friday 22 January: nothing."
    )


def test_a_legend_says_what_colours_and_signs_mean() -> None:
    blocks = [
        block(0, 600, 30),
        block(1, 660, 30, 1, "HELD"),
        block(2, 700, 30, kind="BUSY"),
    ]

    assert texts(drawn(page(blocks)))[-7:] == [
        *("Host 0", "Host 1", "– busy elsewhere"),
        *("open hours", "not open", "today", "~ held"),
    ]


def test_fonts_are_named_for_all_scripts_and_emoji() -> None:
    style = svg_style.style_sheet("light")

    [fonts] = re.findall("font-family: (.*?);", style)
    assert fonts.startswith("system-ui, ")
    assert fonts.endswith(", sans-serif")
    assert {'"PingFang SC"', '"Noto Color Emoji"'} <= {*fonts.split(", ")}


# -- colours


def contrast(one: str, other: str) -> float:
    """Of two colours, by WCAG 2.2."""
    light, dark = sorted(map(luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [svg_style.LIGHT, svg_style.DARK])
def test_text_can_be_read_on_its_ground(scheme: svg_style.Scheme) -> None:
    for colours in (scheme.busy, *scheme.boxes):
        assert contrast(colours.text, colours.fill) >= 4.5
        assert contrast(colours.line, colours.fill) >= 1.5
    for text in (scheme.text, scheme.faint, scheme.today):
        assert contrast(text, scheme.paper) >= 4.5


def test_the_measure_of_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_each_host_has_a_colour_and_the_same_one_every_week() -> None:
    def styles(*hosts: int) -> list[str]:
        blocks = [block(n, 600 + n * 60, 30, host) for n, host in enumerate(hosts)]
        found = blocks_of(drawn(page(blocks)))
        return [(group.get("class") or "").split()[0] for group in found]

    assert styles(0, 1, 2, 3, 0) == ["c0", "c1", "c2", "c3", "c0"]
    assert styles(3, 1) == ["c3", "c1"]


def test_of_one_host_each_event_type_has_a_colour() -> None:
    blocks = [block(n, 600 + n * 60, 30, 0) for n in range(3)]
    kinds = ("evt_b", "evt_a", "evt_b")
    given = page(
        b._replace(event_type=kind) for b, kind in zip(blocks, kinds, strict=True)
    )
    given = given._replace(
        hosts={"user_h0": "Host"}, event_types={"evt_a": "Aa", "evt_b": "Bb"}
    )

    found = drawn(given)

    styles = [(group.get("class") or "").split()[0] for group in blocks_of(found)]
    assert styles == ["c1", "c0", "c1"]
    assert texts(found)[-5:-3] == ["Aa", "Bb"]


def test_more_hosts_than_colours_share_the_last_one() -> None:
    hosts = {f"user_h{n}": f"Host {n}" for n in range(20)}
    blocks = [block(n, 600 + n * 20, 15, host=n + 3) for n in range(12)]

    found = drawn(page(blocks)._replace(hosts=hosts))

    styles = [(group.get("class") or "").split()[0] for group in blocks_of(found)]
    assert styles == [*(f"c{n}" for n in range(8)), *("c8",) * 4]
    assert "others" in texts(found)


def test_a_picture_is_light_or_dark_or_as_its_reader_prefers() -> None:
    def style(scheme: str) -> str:
        return drawn(page([]), scheme=scheme).findtext(f"{SVG}style") or ""

    light, dark = svg_style.LIGHT.paper, svg_style.DARK.paper
    assert f".paper {{ fill: {light} }}" in style("light")
    assert f".paper {{ fill: {dark} }}" in style("dark")
    assert "@media" not in style("light") + style("dark")
    before, after = style("auto").split("@media (prefers-color-scheme: dark)")
    assert f".paper {{ fill: {light} }}" in before
    assert f".paper {{ fill: {dark} }}" in after


# -- by the command


def test_the_command_draws_hosts_and_colours_as_asked(
    run: Run, calendar_of: Fill, terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    calendar_of(3)

    dark = run("week", "--svg", "--color-scheme", "dark").out
    assert f"fill: {svg_style.DARK.paper}" in dark
    assert "@media" in run("week", "--svg").out
    assert run("week", "--svg", "--by", "host").status == 0
    assert run("week", "--svg", "--color-scheme", "blue").status == 2
    assert run("week", "--color-scheme", "dark").status == 2
    screen = terminal("week", "--svg", "-o", tmp_path / "week.svg", columns=200)
    assert screen.end() == 0
    assert screen.shown == f"Wrote {tmp_path / 'week.svg'}\n"
