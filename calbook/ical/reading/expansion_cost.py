"""What it takes to expand a rule, known before it is done.

The library walks a rule from its start on, and one without dates to the year 9999.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from calbook.ical.reading.components import Unreadable

_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_A_DAY = {"HOURLY": 24, "MINUTELY": 1_440, "SECONDLY": 86_400}
_SPARSE = frozenset({"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"})
_SEARCHED = 100_000  # for what may have its next date many years on
_SORTED = 20  # times as dear: every period is put in order first
_PLAIN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})


def expansion_cost(rule: Any, start: date | datetime, end: datetime) -> int:
    """The days, or steps within them, that the library looks at, from the start on."""
    [frequency] = rule["FREQ"]
    [interval] = rule.get("INTERVAL", [1])
    if interval < 1 or not ({frequency} & (_DAYS.keys() | _A_DAY.keys())):
        raise Unreadable("its rule cannot be read")
    if frequency in _A_DAY and "BYSETPOS" in rule:
        raise Unreadable("it repeats too often")
    until = rule.get("UNTIL", [end])[0]
    last = min(_day(end), _day(until)) + 1
    days = max(last - _day(start), 0)
    if frequency in _DAYS:  # a period is looked at whole, however many are left out
        period = _DAYS[frequency]
        days = -(-days // (period * interval)) * period
    steps = days * _A_DAY.get(frequency, 1)
    if frequency in _A_DAY:
        steps //= interval if rule.keys() <= _PLAIN else 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        steps *= len(rule.get(name, [0])) if frequency in _DAYS else 1
    if "BYSETPOS" in rule:
        steps *= _SORTED
    if len(rule.keys() & _SPARSE) > 1:
        steps += _SEARCHED
    if rule.keys() <= _PLAIN and "COUNT" in rule and rule["COUNT"][0] > 0:
        steps = min(steps, rule["COUNT"][0] * _DAYS.get(frequency, 1))
    return int(steps)


def _day(moment: date | datetime) -> int:
    return moment.toordinal()


def count_rules_without_dates(recurrence: Any) -> int:
    """How many rules have no date at all: the library looks on until the year 9999."""
    start = _day(recurrence.start)
    return sum(
        next(iter(rule), None) is None
        for rule in recurrence.rrules[1:]  # the first one holds the single dates
        if rule.until is None or _day(rule.until) >= start
    )
