"""Rules against what is known of them: three public tables, taken as facts.

`dates.txt` holds rules with all their dates, as libical 4.0 tests them in
`src/test/icalrecur_test.txt`; `facts.txt` rules with how many dates they have, the last
of them, or what all have in common, as in libical's `test-data/recur.txt` and in
lib-recur's `RecurrenceIteratorTest`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from calbook.core.model import DAY, Span
from calbook.ical.reading import busy_times
from calbook.ical.reading.components import Unreadable
from calbook.ical.reading.effort import Effort
from calbook.ical.reading.expansion import wall_times
from calbook.ical.reading.rules import read_rule

TABLES = Path(__file__).parent / "recurrences"
MOST_DATES = 10_000  # of a rule without an end
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# DTSTART where the rule does not name it: the RFC counts it, libical does not.
TOO_MANY = 11


def moment(text: str) -> datetime:
    form = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
    return datetime.strptime(text, form).replace(tzinfo=UTC)


def rules_with_dates() -> Iterator[tuple[str, str, set[datetime]]]:
    rule: tuple[str, str] | None = None
    dates: set[datetime] = set()
    for line in [*(TABLES / "dates.txt").read_text().splitlines(), "end of table"]:
        if line.startswith(" "):
            dates |= {moment(text) for text in line.split()}
            continue
        if rule is not None:
            yield *rule, dates
        start, text = line.split(maxsplit=1)
        rule, dates = (start, text), set()


def test_no_date_of_a_rule_is_missing() -> None:
    """Numbered weekdays beside plain ones, BYSETPOS in the first week, weeks of years.

    Of 129 rules the library missed 93 dates of 23, and had 437 dates too many.
    """
    known = list(rules_with_dates())
    events = "".join(
        f"BEGIN:VEVENT\nUID:{n}\nSUMMARY:{n}\nDTSTART:{start}\nRRULE:{rule}\n"
        + ("" if len(start) == 8 else "DURATION:PT1S\n")
        + "END:VEVENT\n"
        for n, (start, rule, _) in enumerate(known)
    )
    window = Span(datetime(1990, 1, 1, tzinfo=UTC), datetime(2110, 1, 1, tzinfo=UTC))

    found = busy_times.read_busy_times(
        f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n".encode(),
        timezone="UTC",
        window=window,
        shows_text=True,
    )

    starts = defaultdict(set)
    for stretch in found.stretches:
        starts[stretch.text].add(stretch.span.start)
    missing = {rule: dates - starts[str(n)] for n, (_, rule, dates) in enumerate(known)}
    more = [date for n, each in enumerate(known) for date in starts[str(n)] - each[2]]
    assert found.skipped == ()
    assert {rule: dates for rule, dates in missing.items() if dates} == {}
    assert len(more) <= TOO_MANY


def until(rule: str, otherwise: datetime) -> datetime:
    last = read_rule(rule).until
    if last is None:
        return otherwise
    if isinstance(last, datetime):
        return last + timedelta(seconds=1)
    return datetime(last.year, last.month, last.day) + DAY  # noqa: DTZ001


FACTS = {
    "months": lambda date: str(date.month),
    "monthdays": lambda date: str(date.day),
    "weekdays": lambda date: WEEKDAYS[date.weekday()],
    "weeks": lambda date: str(date.isocalendar().week),
    "hours": lambda date: str(date.hour),
    "minutes": lambda date: str(date.minute),
    "seconds": lambda date: str(date.second),
    "last": None,
    "count": None,
}


def contradictions(start: str, rule: str, facts: dict[str, str]) -> list[str]:
    """Which facts the dates of a rule do not bear out."""
    first = moment(start).replace(tzinfo=None)
    end = until(rule, datetime(4000, 1, 1))  # noqa: DTZ001
    effort = Effort(10_000_000)
    walls = wall_times(
        read_rule(rule), first, first, end, effort, is_day=len(start) == 8
    )
    dates = list(islice(walls, MOST_DATES))
    found = {
        "count": str(len(dates)),
        "last": f"{dates[-1]:%Y%m%dT%H%M%S}"[: len(start)] if dates else "",
    }
    wrong = [name for name in found if name in facts and facts[name] != found[name]]
    for name, value_of in FACTS.items():
        if name in facts and value_of is not None:
            values = {value_of(date) for date in dates}
            wrong += [name] * (not values <= set(facts[name].split(",")))
    return wrong


def test_rules_keep_to_what_is_known_of_them() -> None:
    wrong, unread = {}, set()
    for line in (TABLES / "facts.txt").read_text().splitlines():
        start, rule, *facts = line.split()
        try:
            found = contradictions(start, rule, dict(f.split("=") for f in facts))
        except Unreadable:
            unread.add(rule)
            continue
        if found:
            wrong[line] = found

    assert wrong == {}
    assert all("SKIP=" in rule or "INTERVAL=0" in rule for rule in unread)
    assert len(unread) == 10


def test_a_rule_is_counted_from_its_start_wherever_it_is_looked_at() -> None:
    """Periods that lie before what is looked for are counted, not made."""
    texts = (
        "FREQ=YEARLY;COUNT=9;BYDAY=MO,1SU,-1SA;BYMONTH=2,3;BYSETPOS=1,-1",
        "FREQ=MONTHLY;COUNT=30;BYDAY=MO,2TU",
        "FREQ=WEEKLY;INTERVAL=3;COUNT=60;BYDAY=SU,TH;WKST=SU",
        "FREQ=DAILY;COUNT=700;BYMONTHDAY=1,2,-1",
        "FREQ=HOURLY;INTERVAL=7;COUNT=3000;BYHOUR=3,6;BYMINUTE=0,5",
        "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=53,1",
        "FREQ=SECONDLY;INTERVAL=40001;COUNT=2000",
    )
    start, end = datetime(2020, 2, 26, 9), datetime(2024, 6, 1)  # noqa: DTZ001
    for text in texts:
        rule, effort = read_rule(text), Effort(10**7)
        whole = list(wall_times(rule, start, start, end, effort))
        for low in (datetime(2020, 3, 1), datetime(2022, 1, 1, 6)):  # noqa: DTZ001
            part = list(wall_times(rule, start, low, end, effort))
            assert part == [wall for wall in whole if wall >= low]


@pytest.mark.parametrize(
    "text",
    [
        *("", "COUNT=3", "FREQ=", "FREQ=DAILY;INTERVAL=x", "FREQ=DAILY;INTERVAL=-1"),
        *("FREQ=YEARLY;BYMONTH=13", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=DAILY;BYDAY=XX"),
        *("FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;UNTIL=2027", "FREQ=DAILY;WKST=1"),
        *("FREQ=DAILY;UNTIL=20270230", f"FREQ=DAILY;COUNT={'9' * 5_000}"),
    ],
)
def test_a_rule_that_is_none_is_named(text: str) -> None:
    with pytest.raises(Unreadable, match="its rule cannot be read"):
        read_rule(text)


def test_a_rule_may_be_written_carelessly() -> None:
    careful = "FREQ=MONTHLY;COUNT=9;BYDAY=MO,2TU;BYMONTH=1,3"

    for careless in (
        "freq=monthly;count=9;byday=mo,2tu;bymonth=1,3",
        "FREQ=MONTHLY;COUNT=9;BYDAY=MO, 2TU ;BYMONTH=1,3;",
        "FREQ=MONTHLY,COUNT=9;BYDAY=MO,+2TU,;BYMONTH=3,1,1;X-OWN=1;BYHOUR=",
    ):
        assert read_rule(careless) == read_rule(careful)


def test_effort_ends_what_would_not_end() -> None:
    every_second = ",".join(map(str, range(60)))
    for text in (
        "FREQ=SECONDLY",
        f"FREQ=YEARLY;BYDAY=MO,TU;BYHOUR=1,2;BYMINUTE={every_second}"
        f";BYSECOND={every_second}",
        "FREQ=DAILY;COUNT=9999999;BYMONTHDAY=31;BYMONTH=2",
    ):
        start = datetime(1, 1, 1)  # noqa: DTZ001
        end = datetime(8000, 1, 1)  # noqa: DTZ001
        with pytest.raises(Unreadable, match="it repeats too often"):
            list(wall_times(read_rule(text), start, start, end, Effort(100_000)))
