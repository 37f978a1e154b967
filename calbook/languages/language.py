"""English, which every other language is written in first.

A sentence is written in English where it is said. What it names are its placeholders:
data, which is never read as a sentence again.
"""

from __future__ import annotations

from datetime import date, datetime

from calbook.core.time import times

# By their tags; each but the first has a catalog in `locale`.
LANGUAGES = {
    **{"en": "English", "de": "German", "fr": "French"},
    **{"es": "Spanish", "pt": "Portuguese"},
}
# Where English is read by twelve hours, and the month before the day (CLDR).
_TWELVE = (
    "AE AG AS AU BB BM BS CA CY DM ER FJ FM GD GH GM GU GY HK IN JM KI KN KY LC LR LS"
    " MH MO MP MW MY NA NZ PG PH PK PR PW SB SD SG SL SS SZ TC TO TT UM US VC VG VI VU"
    " WS"
)
_MONTH_FIRST = "AS BI CA GU JP MH MP PH PR UM US VI"


class Language:
    """English, as it is read in a region if one is said: en-US."""

    def __init__(self, region: str = "") -> None:
        self._region = region
        self.tag = f"en-{region}" if region else "en"

    def translate(self, text: str, /, **data: object) -> str:
        """A sentence with what it names."""
        return self._sentence(text).format(**data)

    def translate_count(self, one: str, many: str, n: int, /, **data: object) -> str:
        """A sentence by how many there are, which is its `{n}`."""
        return self._counted(one, many, n).format(n=n, **data)

    def _sentence(self, text: str) -> str:
        return text

    def _counted(self, one: str, many: str, n: int) -> str:
        return one if n == 1 else many

    def day(self, day: date) -> str:
        """`Mon 18 Jan 2027`."""
        if self._region and self._region in _MONTH_FIRST:
            return f"{day:%a, %b} {day.day}, {day.year}"
        return times.format_day(day)

    def clock(self, wall: datetime) -> str:
        """`14:30`, or `2:30 pm`."""
        is_twelve = self._region and self._region in _TWELVE
        return times.clock_12(wall) if is_twelve else times.clock_24(wall)

    def moment(self, moment: datetime, timezone: str) -> str:
        """`Mon 18 Jan 2027, 10:00`, without the zone."""
        wall = times.wall_time(moment, timezone)
        return f"{self.day(wall.date())}, {self.clock(wall)}"

    def meeting(self, start: datetime, end: datetime, timezone: str) -> str:
        """`Mon 18 Jan 2027, 10:00–10:30`, without the zone."""
        if self is ENGLISH:
            return times.format_meeting(start, end, timezone)
        first, last = (times.wall_time(at, timezone) for at in (start, end))
        if first.date() == last.date():
            return f"{self.moment(start, timezone)}–{self.clock(last)}"
        return f"{self.moment(start, timezone)} – {self.moment(end, timezone)}"


ENGLISH = Language()


def to_translate(text: str) -> str:
    """A sentence of a table, for the catalogs to find."""
    return text
