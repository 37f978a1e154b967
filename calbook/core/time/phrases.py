"""The longer forms of WHEN: names of days and months, weeks, times of day, `in 2h`.

Imported where the exact forms of `parsing` do not fit. Text comes tidied, in small
letters. What could be two things is refused with both.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from calbook.core.errors import BadTime
from calbook.core.model import DAY
from calbook.core.text import printable
from calbook.core.time import clocks, lengths, times
from calbook.core.typing_names import NamedTuple, NoReturn

_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_TURNS = {"this": 0, "next": 1, "last": -1}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_WEEKDAYS = tuple(name.lower() for name in times.WEEKDAYS)
_ISO_DAY = r"(?:([a-z.]+) )?(\d{4})-(\d{1,2})-(\d{1,2})"
_DAY_OF_MONTH = r"(\d{1,2})(?:st|nd|rd|th)?"
_DAY_FIRST = rf"(?:([a-z.]+) )?{_DAY_OF_MONTH} ([a-z.]+)(?: (\d{{4}}))?"
_MONTH_FIRST = rf"(?:([a-z.]+) )?([a-z.]+) {_DAY_OF_MONTH}(?: (\d{{4}}))?"
_NUMBERS = r"(?:[a-z.]+ )?(\d{1,4})([./-])(\d{1,2})(?:\2(\d{2}|\d{4})?)?"
_AROUND = 8  # years in which 29 February comes again


class Days(NamedTuple):
    """Local days, half-open."""

    first: date
    end: date


class Phrase(NamedTuple):
    """So long from now; or days, and a time of day where one was said."""

    ahead: timedelta | None = None
    days: Days | None = None
    clock: timedelta | None = None


def read_phrase(text: str, *, today: date) -> Phrase | None:
    """What a text says; None if it is none of the forms.

    Raises:
        BadTime: it could be two things, or there is no such day.
    """
    if found := re.fullmatch(r"(?:\+|in ) ?(.+)", text):
        return Phrase(ahead=_ahead(found[1]))
    said, clock = _split_clock(text)
    read = _Reading(today)
    if clock is not None:
        _check_dot(text, said, read)
    days = read.days(said) if said or clock is None else _one(today)
    if days is None:
        return None
    return Phrase(days=days, clock=clock)


def _ahead(length: str) -> timedelta:
    if length.isdecimal():
        raise BadTime(
            f"in {length} what?", hint=f"write in {length} min or in {length} h"
        )
    return lengths.duration(length, "the time from now")


def _split_clock(text: str) -> tuple[str, timedelta | None]:
    """The day of `fri at 14:00`, `14:00, fri` or `14:00`, and the time."""
    text = re.sub(r"^(\d{4}-\d{1,2}-\d{1,2})t(?=\d)", r"\1 ", text)
    last = re.fullmatch(rf"(?:(.+?),? (?:at )?)?({clocks.CLOCK})", text, re.ASCII)
    if last and (clock := clocks.clock_of(last[2])) is not None:
        return last[1] or "", clock
    first = re.fullmatch(rf"({clocks.CLOCK}),? (?:on )?(.+)", text, re.ASCII)
    if first and (clock := clocks.clock_of(first[1])) is not None:
        return first[2], clock
    return text, None


def _check_dot(text: str, said: str, read: _Reading) -> None:
    """`10.12` may be the tenth of December, on a Friday too."""
    found = re.search(r"(?:^| )(\d{1,2})\.(\d{1,2})(?:$| [a-z]{3,}$)", text)
    if not found or text.endswith(("am", "pm")) or (said and weekday(said) is None):
        return
    day = read.coming(int(found[2]), int(found[1]))
    if day is not None:
        clock = f"{found[1]}:{found[2]}"
        refuse(
            f"{found[1]}.{found[2]} could be {clock} or {day.day} {day:%B}",
            hint=f"write {clock} or {day}",
        )


class _Reading(NamedTuple):
    """The day from which the others are counted."""

    today: date

    def days(self, text: str) -> Days | None:
        text = re.sub(r",(?= |$)", "", text)
        for read in (self._day, self._range):
            found = read(text)
            if found is not None:
                return _one(found) if isinstance(found, date) else found
        self._refuse_numbers(text)
        return None

    def _day(self, text: str) -> date | None:
        week_later = text.endswith(" week")
        word = text.removesuffix(" week") if week_later else text
        if word in _NEAR:
            return self.today + (_NEAR[word] + 7 * week_later) * DAY
        named = weekday(word)
        if named is not None:
            return self._ahead(named) + 7 * week_later * DAY
        return self._turned(text) or self._dated(text)

    def _ahead(self, weekday: int) -> date:
        """The first such day after today."""
        return self.today + ((weekday - self.today.weekday() - 1) % 7 + 1) * DAY

    def _turned(self, text: str) -> date | None:
        """`next fri`, `last fri`: refused where it could be either of two."""
        turn, _, word = text.partition(" ")
        named = weekday(word)
        if turn not in ("next", "last") or named is None:
            return None
        coming, days = self._ahead(named), 7 * DAY
        latest = coming - (2 if named == self.today.weekday() else 1) * days
        near, far = (
            (coming, coming + days) if turn == "next" else (latest, latest - days)
        )
        if self._week_differs(near):
            return near
        ways = f"write {near} or {far}"
        if turn == "next":
            ways = f"write {word} for the first, {word} week for the second"
        refuse(
            f"{text} could be {times.format_day(near)} or {times.format_day(far)}",
            hint=ways,
        )

    def _week_differs(self, day: date) -> bool:
        """Whether it lies in another week than today, from Monday and from Sunday."""
        return all(
            _week(day, start).first != _week(self.today, start).first
            for start in (0, 6)
        )

    def _dated(self, text: str) -> date | None:
        if found := re.fullmatch(_ISO_DAY, text, re.ASCII):
            name, year, month, number = found.groups()
            return _checked(name, _existing(int(year), int(month), int(number)))
        found = re.fullmatch(_DAY_FIRST, text, re.ASCII)
        name, number, word, year = found.groups() if found else ("",) * 4
        if not found and (found := re.fullmatch(_MONTH_FIRST, text, re.ASCII)):
            name, word, number, year = found.groups()
        month = _month(word) if found else None
        if month is None or (name and weekday(name) is None):
            return None
        if year:
            return _checked(name, _existing(int(year), month, int(number)))
        return _checked(name, self._nearest(month, int(number), text))

    def _nearest(self, month: int, number: int, text: str) -> date:
        """The coming one, unless the last one is nearer."""
        coming, last = self.coming(month, number), self._latest(month, number)
        if coming is None or last is None:
            raise no_such_day(None, month, number)
        if coming - self.today <= self.today - last:
            return coming
        refuse(
            f"{text} could be {times.format_day(last)} or {times.format_day(coming)}",
            hint=f"write {last} or {coming}",
        )

    def coming(self, month: int, number: int) -> date | None:
        years = range(self.today.year, self.today.year + _AROUND + 1)
        found = (_date(year, month, number) for year in years)
        return next((day for day in found if day and day >= self.today), None)

    def _latest(self, month: int, number: int) -> date | None:
        years = range(self.today.year, self.today.year - _AROUND - 1, -1)
        found = (_date(year, month, number) for year in years)
        return next((day for day in found if day and day < self.today), None)

    def _range(self, text: str) -> Days | None:
        """`week`, `next month`, `2027-w03`, `2027-01`, `jan 2027`."""
        turn = r"(?:(this|next|last) )?"
        if found := re.fullmatch(rf"{turn}week(?: from ([a-z.]+))?", text, re.ASCII):
            start = weekday(found[2] or "monday")
            day = self.today + 7 * _TURNS[found[1] or "this"] * DAY
            return None if start is None else _week(day, start)
        if found := re.fullmatch(rf"{turn}(month|year)", text, re.ASCII):
            return self._period(found[2], _TURNS[found[1] or "this"])
        if found := re.fullmatch(r"(\d{4})-?w(\d\d)", text, re.ASCII):
            return _iso_week(int(found[1]), int(found[2]))
        if found := re.fullmatch(r"(\d{4})-(\d\d)", text, re.ASCII):
            return _months(int(found[1]), int(found[2]))
        if found := re.fullmatch(r"([a-z.]+) (\d{4})", text, re.ASCII):
            month = _month(found[1])
            return None if month is None else _months(int(found[2]), month)
        return None

    def _period(self, unit: str, turn: int) -> Days:
        year, month = self.today.year, self.today.month
        if unit == "year":
            return _months(year + turn, 1, 12)
        number = year * 12 + month - 1 + turn
        return _months(number // 12, number % 12 + 1)

    def _refuse_numbers(self, text: str) -> None:
        """`03/04`, `3.4.`, `1/2/2027`: the order differs from country to country."""
        found = re.fullmatch(_NUMBERS, text, re.ASCII)
        if not found:
            return
        first, second, third = (int(found[n] or 0) for n in (1, 3, 4))
        if len(found[1]) == 4:
            read = {_date(first, second, third)}
        else:
            year = None if found[4] is None else third + 2000 * (third < 100)
            read = {
                self._numbered(year, second, first),
                self._numbered(year, first, second),
            }
            if len(found[4] or "") == 2:
                read.add(_date(2000 + first, second, third))
        days = sorted(filter(None, read))
        if len(days) == 1:
            refuse(f"{text} is not how a day is written", hint=f"write {days[0]}")
        if days:
            refuse(
                f"{text} could be {' or '.join(map(times.format_day, days))}",
                hint=f"write {' or '.join(map(str, days))}",
            )

    def _numbered(self, year: int | None, month: int, number: int) -> date | None:
        if year is None:
            return self.coming(month, number)
        return _date(year, month, number)


def _one(day: date) -> Days:
    return Days(day, day + DAY)


def _week(day: date, start: int) -> Days:
    first = day - (day.weekday() - start) % 7 * DAY
    return Days(first, first + 7 * DAY)


def _iso_week(year: int, week: int) -> Days:
    _check_year(year)
    try:
        first = date.fromisocalendar(year, week, 1)
    except ValueError:
        most = date(year, 12, 28).isocalendar().week
        refuse(f"{year:04} has no week {week:02}", hint=f"its weeks are 01 to {most}")
    return Days(first, first + 7 * DAY)


def _months(year: int, month: int, number: int = 1) -> Days:
    first, last = _existing(year, month, 1), month + number - 1
    return Days(first, date(year, last, monthrange(year, last)[1]) + DAY)


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _existing(year: int, month: int, number: int) -> date:
    _check_year(year)
    day = _date(year, month, number)
    if day is None:
        raise no_such_day(year, month, number)
    return day


def no_such_day(year: int | None, month: int, number: int) -> BadTime:
    """Says how many days the month has, where there is such a month."""
    if not 1 <= month <= 12:
        return BadTime(f"there is no month {month:02}", hint="months are 01 to 12")
    name = f"{_MONTHS[month - 1].capitalize()}"
    days = monthrange(year or 2024, month)[1]
    if year is None:
        said, when = f"{number} {name}", name
    else:
        said, when = f"day {year:04}-{month:02}-{number:02}", f"{name} {year:04}"
    return BadTime(f"there is no {said}", hint=f"{when} has {days} days")


def _check_year(year: int) -> None:
    if not times.FIRST_YEAR <= year <= times.LAST_YEAR:
        refuse(f"{year:04} lies outside the years {times.FIRST_YEAR}–{times.LAST_YEAR}")


def _checked(name: str | None, day: date) -> date:
    """Refused where the weekday beside it is another one."""
    named = weekday(name) if name else day.weekday()
    if named is None:
        refuse(f"{name} is no day of the week", hint="write mon…sun")
    if named == day.weekday():
        return day
    said = _WEEKDAYS[named].capitalize()
    refuse(
        f"{day.day} {day:%b} {day.year} is a {day:%A}, not a {said}",
        hint=f"write {day} for that {day:%A}",
    )


def weekday(word: str) -> int | None:
    """Its number, where 0 is Monday, of `fri`, `friday`, `fri.` in small letters."""
    return _numbered_name(word, _WEEKDAYS)


def _month(word: str) -> int | None:
    found = _numbered_name(word, _MONTHS)
    return None if found is None else found + 1


def _numbered_name(word: str, names: tuple[str, ...]) -> int | None:
    """The name that begins so, by three letters or more; `fri.` too."""
    word = word.removesuffix(".")
    if len(word) < 3:
        return None
    return next((n for n, name in enumerate(names) if name.startswith(word)), None)


def hint_for(text: str, year: int) -> str | None:
    """What would be right instead of what is none of the forms, if it can be told."""
    if _month(text) is not None:
        return f"write {text} {year} or {text} {year + 1}, or a day of it: 1 {text}"
    if "midnight" in text:
        return "write 00:00, with which a day begins, or 24:00, with which it ends"
    if re.search(r":\d\d[.,]\d*[1-9]", text, re.ASCII):
        return "write whole seconds, or leave them out"
    if found := re.fullmatch(r"(?:at )?(\d{1,2})(?: ?h| ?o'clock)?", text, re.ASCII):
        return f"write {int(found[1]):02}:00 for the time"
    if found := re.fullmatch(r"([a-z.]+)(?: at)? (\d{1,2})", text, re.ASCII):
        known = found[1] in _NEAR or weekday(found[1]) is not None
        time = f"{found[1]} {int(found[2]):02}:00"
        return f"write {time}, or the month beside a date" if known else None
    if re.fullmatch(r"\d{4}", text, re.ASCII):
        return f"write {text[:2]}:{text[2:]} for the time, {text}-01 for a month"
    return _like(text)


def _like(text: str) -> str | None:
    """The words that were meant where one was misspelt."""
    import difflib

    known = [*_WEEKDAYS, *_MONTHS, *_NEAR, *_TURNS, "week", "month", "year", "noon"]
    found = text
    for word in re.findall(r"[a-z]{4,}", text):
        near = difflib.get_close_matches(word, known, 1, 0.8)
        found = found.replace(word, near[0] if near else word)
    return None if found == text else f"did you mean {found}?"


def refuse(message: str, hint: str | None = None) -> NoReturn:
    raise BadTime(printable(message), hint=hint)
