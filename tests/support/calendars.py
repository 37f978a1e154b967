"""Calendars to look at: with nothing, one or forty bookings and names of all scripts.

A plugin: a module says `pytest_plugins = ("support.running", "support.calendars")`.
Nothing is asserted here: PYTEST_DONT_REWRITE, as tests import it first.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from conftest import Clock

from calbook import CalbookError, Client

if TYPE_CHECKING:
    from support.running import Terminal

ZONE = "America/New_York"
NOW = datetime(2027, 1, 18, 15, tzinfo=UTC)  # Monday, 10:00 in New York
NAMES = (
    "Ada Lovelace",
    "محمد بن عبد الله الخوارزمي",
    "王小明和他的朋友们在一起",
    "👨‍👩‍👧‍👦 Family 🇩🇪",
    "Zoë 👍🏽 ❤️",
    "[red]Bob[/red] \u202e",
    "עדה לאבלייס",
    "e" + "\u0301" * 9 + "x",
    "अनुष्का",
    "A" * 100,
)
_UID = re.compile(r"(?<=bk_)(?:[0-9a-hjkmnp-tv-z]{6}){1,2}")


def masked(text: str) -> str:
    """Random uids as one that is as long."""
    return _UID.sub(lambda uid: "x" * len(uid[0]), text)


def widths(text: str) -> list[int]:
    """The cells of each line, as the C library's `wcwidth` and tmux count them."""
    return [sum(map(_cells, line)) for line in text.splitlines()]


def _cells(char: str) -> int:
    if "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff":
        return 0  # vowels and finals of Hangul
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def screens(
    terminal: Callable[..., Terminal], *args: object, lines: int = 24
) -> dict[int, str]:
    """What a command shows at each of the six widths."""
    from support import running

    found = {}
    for columns in running.WIDTHS:
        screen = terminal(*args, columns=columns, rows=lines, CALBOOK_PAGER="cat")
        if (status := screen.end()) != 0:
            raise AssertionError(f"exit status {status}: {screen.shown}")
        found[columns] = masked(screen.shown)
    return found


def in_one_text(screens: dict[int, str]) -> str:
    return "".join(f"== {columns} columns\n{text}" for columns, text in screens.items())


@pytest.fixture
def calendar_of(client: Client, clock: Clock) -> Callable[[int], None]:
    """Books so many meetings of one week, always the same; then it is that Monday."""

    def fill(number: int) -> None:
        client.set_up(name="Grace Hopper", email="g@example.com", timezone=ZONE)
        event_types = client.calendar.event_types
        event_types.create("demo", title="Product demo")
        title = "长谈 · Beratung 🧑‍🤝‍🧑"
        event_types.create("talk", title=title, duration=90, requires_confirmation=True)
        chance, made = random.Random(3), 0
        while made < number:
            made += book(client, chance, made)
        clock.now = NOW

    return fill


def book(client: Client, chance: random.Random, number: int) -> bool:
    """One more meeting at a time by chance, unless that is taken."""
    hour, half = divmod(chance.randrange(16), 2)
    day = 18 + chance.randrange(5)
    try:
        client.calendar.bookings.create(
            event_type_id=chance.choice(["demo", "demo", "talk"]),
            start_time=f"2027-01-{day} {9 + hour:02}:{30 * half:02}",
            attendee={"name": NAMES[number % 10], "email": f"p{number}@example.com"},
            meeting_url="https://meet.example/abc" if number % 2 else None,
        )
    except CalbookError:
        return False
    return True
