"""A time of day as people type it: `14:00`, `9:30`, `10.30`, `2pm`, `2:30 pm`, `noon`.

`24:00` is the end of a day: whoever wants a beginning refuses it.
"""

from __future__ import annotations

import re
from datetime import timedelta

from calbook.core.errors import BadTime
from calbook.core.model import DAY, SECOND
from calbook.core.text import excerpt

HALF_DAY = DAY / 2
# With a colon or dot, or with am or pm: a bare number is no time of day.
CLOCK = (
    r"(?:noon|\d{1,2} ?[ap]m|"
    r"\d{1,2}[:.][0-5]\d(?::[0-5]\d(?:[.,]0{1,9})?)?(?: ?[ap]m)?)"
)
_PARTS = r"(\d{1,2})(?:[:.](\d\d))?(?::(\d\d)(?:[.,]0+)?)? ?([ap]m)?"


def clock_of(text: str) -> timedelta | None:
    """The time since midnight of what matches `CLOCK`, in small letters."""
    if text == "noon":
        return HALF_DAY
    found = re.fullmatch(_PARTS, text, re.ASCII)
    if found is None or not re.fullmatch(CLOCK, text, re.ASCII):
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[:3])
    if found[4]:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if found[4] == "pm" else 0)
    clock = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return clock if clock <= DAY else None


def read_clock(text: str, field: str, *, is_end: bool = False) -> timedelta:
    """A time of day alone, since midnight; an end may be `24:00`.

    Raises:
        BadTime: it is none.
    """
    said = tidy(text) if isinstance(text, str) else ""
    clock = clock_of(said)
    if clock is None or (clock == DAY and not is_end):
        raise BadTime(
            f"{field} is not a time of day: {excerpt(text)}",
            hint=f"write 09:30, 9.30 or 2pm{', at most 24:00' if is_end else ''}",
            value=str(text)[:80],
        )
    return clock


def clock_text(clock: timedelta) -> str:
    """`09:30`, as `clock_of` reads it; with seconds where it has some."""
    minutes, seconds = divmod(clock // SECOND, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + f":{seconds:02}" * bool(seconds)


def tidy(text: str) -> str:
    """In small letters, with single blanks; `p.m.` as `pm`."""
    words = re.sub("[ \t\u00a0\u202f]+", " ", text).strip(" ").lower()
    return re.sub(r"(?<![a-z])([ap])\.m\.?(?![a-z])", r"\1m", words)
