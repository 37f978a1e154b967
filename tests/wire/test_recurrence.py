"""How people say that a series goes on: what is read, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calbook.core.errors import BadInput
from calbook.core.time.recurrence import (
    DAYS,
    Frequency,
    Recurrence,
    Weekday,
    from_json,
    to_json,
)
from calbook.wire.reading import recurrence

NEW_YORK = "America/New_York"
MONDAY = datetime.fromisoformat("2027-01-05T03:00Z")  # 4 January, 22:00 in New York

WEEKLY = {"frequency": "WEEKLY", "count": 12}
DAY_HINT = "write mo, mon or monday; in a monthly series also 2tu or -1fr"


def read(value: object, **named: Any) -> Recurrence:
    return recurrence.read_recurrence(value, now=MONDAY, timezone=NEW_YORK, **named)


def refused(value: object, **named: Any) -> BadInput:
    with pytest.raises(BadInput) as refusal:
        read(value, **named)
    return refusal.value


def days(*names: str) -> tuple[Weekday, ...]:
    return tuple(Weekday(name) for name in names)


# -- the whole -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(
            WEEKLY, Recurrence(frequency=Frequency.WEEKLY, count=12), id="least"
        ),
        pytest.param(
            {
                "frequency": "MONTHLY",
                "interval": 2,
                "until": "2027-12-31",
                "byDay": ["2TU", "-1FR"],
            },
            Recurrence(
                frequency=Frequency.MONTHLY,
                interval=2,
                until=date(2027, 12, 31),
                by_day=(Weekday("TU", 2), Weekday("FR", -1)),
            ),
            id="most",
        ),
        pytest.param(
            {"frequency": "WEEKLY", "count": 12, "by_day": ["mo"]},
            Recurrence(frequency=Frequency.WEEKLY, count=12, by_day=days("MO")),
            id="snake-case",
        ),
        pytest.param(
            {**WEEKLY, "interval": None, "until": None, "byDay": None},
            Recurrence(frequency=Frequency.WEEKLY, count=12),
            id="null-is-not-given",
        ),
    ],
)
def test_a_rule_is_read_from_an_object(value: object, expected: Recurrence) -> None:
    found = read(value)

    assert found == expected
    assert isinstance(found.frequency, Frequency)


@pytest.mark.parametrize("word", ["DAILY", "daily", "Daily", "dAiLy"])
def test_a_frequency_is_read_in_any_case(word: str) -> None:
    assert read({"frequency": word, "count": 1}).frequency is Frequency.DAILY


@pytest.mark.parametrize("frequency", Frequency)
def test_every_frequency_is_read(frequency: Frequency) -> None:
    assert read({"frequency": frequency.lower(), "count": 1}).frequency is frequency
    assert read({"frequency": frequency, "count": 1}).frequency is frequency


FREQUENCIES = "choose one of DAILY, WEEKLY, MONTHLY, YEARLY"
ENDS = "say how many (--count 12) or the last date (--until 2027-03-31)"


@pytest.mark.parametrize(
    ("value", "message", "hint", "field"),
    [
        pytest.param(
            "weekly", "recurring must be an object", None, "recurring", id="text"
        ),
        pytest.param(
            [WEEKLY], "recurring must be an object", None, "recurring", id="list"
        ),
        pytest.param(None, "recurring must be an object", None, "recurring", id="null"),
        pytest.param(
            {**WEEKLY, "byday": ["mo"]},
            "recurring knows no byday",
            "did you mean byDay?",
            "recurring",
            id="typing-error",
        ),
        pytest.param(
            {**WEEKLY, "wkst": "SU"},
            "recurring knows no wkst",
            "it has frequency, interval, count, until, byDay",
            "recurring",
            id="unknown-key",
        ),
        pytest.param(
            {**WEEKLY, "byDay": ["mo"], "by_day": ["mo"]},
            "recurring has byDay twice",
            None,
            "recurring",
            id="twice",
        ),
        pytest.param(
            {"count": 12},
            "recurring has no frequency",
            FREQUENCIES,
            "recurring.frequency",
            id="no-frequency",
        ),
        pytest.param(
            {"frequency": None, "count": 12},
            "recurring has no frequency",
            FREQUENCIES,
            "recurring.frequency",
            id="frequency-null",
        ),
        pytest.param(
            {"frequency": "HOURLY", "count": 12},
            "recurring.frequency cannot be HOURLY",
            FREQUENCIES,
            "recurring.frequency",
            id="hourly",
        ),
        pytest.param(
            {"frequency": "", "count": 12},
            "recurring.frequency cannot be ",
            FREQUENCIES,
            "recurring.frequency",
            id="frequency-empty",
        ),
        pytest.param(
            {"frequency": 2, "count": 12},
            "recurring.frequency cannot be 2",
            FREQUENCIES,
            "recurring.frequency",
            id="frequency-number",
        ),
        pytest.param(
            {"frequency": "week\x1bly", "count": 12},
            "recurring.frequency cannot be week\\u001bly",
            "did you mean weekly?",
            "recurring.frequency",
            id="frequency-escape",
        ),
        pytest.param(
            {"frequency": "WEEKLY"},
            "recurring has neither count nor until",
            ENDS,
            "recurring",
            id="endless",
        ),
        pytest.param(
            {"frequency": "WEEKLY", "count": None, "until": None},
            "recurring has neither count nor until",
            ENDS,
            "recurring",
            id="ends-null",
        ),
        pytest.param(
            {**WEEKLY, "until": "2027-12-31"},
            "recurring has both count and until",
            ENDS,
            "recurring",
            id="two-ends",
        ),
    ],
)
def test_what_is_no_rule_is_refused(
    value: object, message: str, hint: str | None, field: str
) -> None:
    refusal = refused(value)

    assert (refusal.json_message, refusal.json_hint) == (message, hint)
    assert refusal.to_dict()["error"]["details"]["field"] == field


def test_a_refusal_names_the_field_as_it_was_passed() -> None:
    refusal = refused({"frequency": "WEEKLY"}, field="repeat")
    of_count = refused({"frequency": "WEEKLY", "count": 0}, field="repeat")

    assert refusal.json_message == "repeat has neither count nor until"
    assert refusal.to_dict()["error"]["details"]["field"] == "repeat"
    assert of_count.to_dict()["error"]["details"]["field"] == "repeat.count"


# -- numbers -------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "most"), [("interval", 999), ("count", 730)])
def test_numbers_reach_from_one_to_the_most(name: str, most: int) -> None:
    for number in (1, most):
        assert getattr(read({**WEEKLY, name: number}), name) == number


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        pytest.param("count", 0, "is 0; it must be from 1 to 730", id="count-0"),
        pytest.param("count", -1, "is -1; it must be from 1 to 730", id="count-minus"),
        pytest.param("count", 731, "is 731; it must be from 1 to 730", id="count-731"),
        pytest.param("count", True, "must be a whole number", id="count-true"),
        pytest.param("count", False, "must be a whole number", id="count-false"),
        pytest.param("count", 12.0, "must be a whole number", id="count-float"),
        pytest.param("count", "12", "must be a whole number", id="count-text"),
        pytest.param("count", [12], "must be a whole number", id="count-list"),
        pytest.param("interval", 0, "is 0; it must be from 1 to 999", id="interval-0"),
        pytest.param(
            "interval", 1000, "is 1,000; it must be from 1 to 999", id="interval-1000"
        ),
        pytest.param("interval", True, "must be a whole number", id="interval-true"),
        pytest.param("interval", False, "must be a whole number", id="interval-false"),
        pytest.param("interval", 1.0, "must be a whole number", id="interval-float"),
        pytest.param("interval", "2", "must be a whole number", id="interval-text"),
        pytest.param("interval", "", "must be a whole number", id="interval-empty"),
    ],
)
def test_other_numbers_are_refused(name: str, value: object, message: str) -> None:
    refusal = refused({**WEEKLY, name: value})

    assert refusal.json_message == f"recurring.{name} {message}"
    assert refusal.to_dict()["error"]["details"]["field"] == f"recurring.{name}"


# -- until ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("2027-03-14", "2027-03-14", id="text"),
        pytest.param(date(2027, 3, 14), "2027-03-14", id="date"),
        pytest.param("today", "2027-01-04", id="today-there"),
        pytest.param("tomorrow", "2027-01-05", id="tomorrow"),
        pytest.param("mon", "2027-01-11", id="mon-is-not-today"),
        pytest.param("fri", "2027-01-08", id="fri"),
        pytest.param("2028-02-29", "2028-02-29", id="leap-day"),
    ],
)
def test_until_is_a_local_date(value: object, expected: str) -> None:
    found = read({"frequency": "DAILY", "until": value}).until

    assert found == date.fromisoformat(expected)
    assert type(found) is date


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("2027-03-14 10:00", "not a day: 2027-03-14 10:00", id="moment"),
        pytest.param("2027-03-14T10:00Z", "not a day: 2027-03-14T10:00Z", id="offset"),
        pytest.param(
            "20270314T100000Z", "not a day: 20270314T100000Z", id="as-in-an-rrule"
        ),
        pytest.param(
            datetime.fromisoformat("2027-03-14T10:00Z"),
            "not a day: 2027-03-14 10:00:00+00:00",
            id="datetime",
        ),
        pytest.param(
            datetime.fromisoformat("2027-03-14"),
            "not a day: 2027-03-14 00:00:00",
            id="naive-midnight",
        ),
        pytest.param("now", "not a day: now", id="now"),
        pytest.param("fri 10:00", "not a day: fri 10:00", id="word-and-time"),
        pytest.param("+2d", "not a day: +2d", id="ahead"),
        pytest.param(
            "14/03/2027", "14/03/2027 is not how a day is written", id="slashes"
        ),
        pytest.param("3-2027", "not a day: 3-2027", id="short"),
        pytest.param("２０２７-03-14", "not a day: ２０２７-03-14", id="full-width"),
        pytest.param("2027-02-29", "there is no day 2027-02-29", id="no-such-day"),
        pytest.param(
            "9001-01-01", "9001-01-01 lies outside the years 1970–9000", id="too-late"
        ),
        pytest.param(
            date(1969, 12, 31),
            "1969-12-31 lies outside the years 1970–9000",
            id="too-early",
        ),
        pytest.param("", "not a day: ", id="empty"),
        pytest.param("a\x1b", "not a day: a\\u001b", id="escape"),
        pytest.param(12, "not a day: 12", id="number"),
        pytest.param(True, "not a day: True", id="true"),
        pytest.param(["2027-03-14"], "not a day: ['2027-03-14']", id="list"),
    ],
)
def test_until_is_nothing_but_a_date(value: object, message: str) -> None:
    refusal = refused({"frequency": "DAILY", "until": value})

    assert refusal.json_message == f"recurring.until: {message}"
    assert refusal.to_dict()["error"]["details"] == {"field": "recurring.until"}


# -- days ----------------------------------------------------------------------------

SPELLINGS = {
    "MO": "mo mon monday MO Mon MONDAY",
    "TU": "tu tue tuesday TU tUE Tuesday",
    "WE": "we wed wednesday WE WED WednesDay",
    "TH": "th thu thursday TH Thu THURSDAY",
    "FR": "fr fri friday Fr FRI Friday",
    "SA": "sa sat saturday sA SAT Saturday",
    "SU": "su sun sunday SU Sun SUNDAY",
}


@pytest.mark.parametrize(
    ("day", "word"),
    [(day, word) for day, words in SPELLINGS.items() for word in words.split()],
)
def test_a_day_is_a_whole_name_or_its_first_letters(day: str, word: str) -> None:
    assert read({**WEEKLY, "byDay": [word]}).by_day == days(day)


@pytest.mark.parametrize("frequency", Frequency)
def test_days_are_read_for_every_frequency(frequency: Frequency) -> None:
    asker = {"frequency": frequency, "count": 3, "byDay": ["mo", "fr"]}

    assert read(asker).by_day == days("MO", "FR")


def generated() -> Iterator[str]:
    yield from ("mo", "we")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(["we", "mo"], days("WE", "MO"), id="list-in-its-order"),
        pytest.param(("mo", "we"), days("MO", "WE"), id="tuple"),
        pytest.param(generated(), days("MO", "WE"), id="generator"),
        pytest.param("mo,we", days("MO", "WE"), id="text"),
        pytest.param("mo, Wednesday", days("MO", "WE"), id="text-with-spaces"),
        pytest.param("mo", days("MO"), id="one-in-text"),
        pytest.param("we,mo,WED,monday", days("WE", "MO"), id="twice-is-once"),
        pytest.param([], (), id="empty-list"),
        pytest.param((), (), id="empty-tuple"),
    ],
)
def test_days_are_a_list_or_one_text(
    value: object, expected: tuple[Weekday, ...]
) -> None:
    assert read({**WEEKLY, "byDay": value}).by_day == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("2tu", [("TU", 2)], id="second"),
        pytest.param("-1FR", [("FR", -1)], id="last"),
        pytest.param("+1mo", [("MO", 1)], id="plus"),
        pytest.param("5Sunday,-5sun", [("SU", 5), ("SU", -5)], id="fifth"),
        pytest.param("1mo,+1mo,1MON", [("MO", 1)], id="twice-is-once"),
        pytest.param("mo,2tu", [("MO", None), ("TU", 2)], id="beside-a-plain-day"),
        pytest.param("mo,1mo", [("MO", None), ("MO", 1)], id="both-of-one-day"),
    ],
)
def test_days_of_a_monthly_series_may_be_numbered(
    value: str, expected: list[tuple[str, int | None]]
) -> None:
    found = read({"frequency": "MONTHLY", "count": 3, "byDay": value}).by_day

    assert found == tuple(Weekday(day, nth) for day, nth in expected)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(["m"], "cannot be m", id="one-letter"),
        pytest.param(["tues"], "cannot be tues", id="four-letters"),
        pytest.param(["thurs"], "cannot be thurs", id="five-letters"),
        pytest.param(["mondays"], "cannot be mondays", id="more-letters"),
        pytest.param(["lundi"], "cannot be lundi", id="french"),
        pytest.param(["ｍｏ"], "cannot be ｍｏ", id="full-width"),
        pytest.param(["２tu"], "cannot be ２tu", id="full-width-number"),
        pytest.param(["\u017fu"], "cannot be \u017fu", id="long-s"),
        pytest.param(["mo "], "cannot be mo ", id="space"),
        pytest.param(["mo\n"], "cannot be mo\\u000a", id="line-break"),
        pytest.param(["mo,we"], "cannot be mo,we", id="text-in-a-list"),
        pytest.param(["mo", "xx"], "cannot be xx", id="the-second"),
        pytest.param(["2"], "cannot be 2", id="number-alone"),
        pytest.param(["tu2"], "cannot be tu2", id="number-behind"),
        pytest.param(["--1fr"], "cannot be --1fr", id="two-signs"),
        pytest.param(["2 tu"], "cannot be 2 tu", id="space-between"),
        pytest.param([1], "cannot be 1", id="number"),
        pytest.param([True], "cannot be True", id="true"),
        pytest.param([None], "cannot be None", id="null"),
        pytest.param([["mo"]], "cannot be ['mo']", id="list-in-a-list"),
        pytest.param([Weekday("MO")], "cannot be MO", id="no-text"),
        pytest.param([""], "cannot be empty", id="empty-item"),
        pytest.param("", "cannot be empty", id="empty-text"),
        pytest.param("mo,", "cannot be empty", id="comma-at-the-end"),
        pytest.param("mo,,we", "cannot be empty", id="two-commas"),
        pytest.param("mo;we", "cannot be mo;we", id="semicolon"),
        pytest.param("mo we", "cannot be mo we", id="spaces-alone"),
        pytest.param("mo-fr", "cannot be mo-fr", id="range"),
    ],
)
@pytest.mark.parametrize("frequency", ["WEEKLY", "MONTHLY"])
def test_what_is_no_day_is_refused(frequency: str, value: object, message: str) -> None:
    refusal = refused({"frequency": frequency, "count": 3, "byDay": value})

    assert refusal.json_message == f"recurring.byDay {message}"
    assert refusal.json_hint == DAY_HINT
    assert refusal.to_dict()["error"]["details"] == {"field": "recurring.byDay"}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"mo": 1}, id="object"),
        pytest.param(1, id="number"),
        pytest.param(0, id="zero"),
        pytest.param(False, id="false"),
    ],
)
def test_days_that_are_no_list_are_refused(value: object) -> None:
    refusal = refused({**WEEKLY, "byDay": value})

    assert refusal.json_message == "recurring.byDay must be a list"


@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "YEARLY"])
@pytest.mark.parametrize("text", ["2tu", "-1tu", "+1tu", "9tu"])
def test_only_days_of_a_monthly_series_are_numbered(frequency: str, text: str) -> None:
    refusal = refused({"frequency": frequency, "count": 3, "byDay": [text]})

    number = text.removesuffix("tu")
    assert refusal.json_message == (
        f"recurring.byDay cannot be {number}TU in a {frequency} series"
    )
    assert refusal.json_hint == "write TU, or make the series MONTHLY"
    assert refusal.to_dict()["error"]["details"] == {"field": "recurring.byDay"}


@pytest.mark.parametrize("number", ["0", "6", "-6", "+0", "02", "10", "53", "-0"])
def test_a_month_has_no_such_day(number: str) -> None:
    asker = {"frequency": "MONTHLY", "count": 3, "byDay": [f"{number}mo"]}

    refusal = refused(asker)

    assert refusal.json_message == f"recurring.byDay cannot be {number}MO"
    assert refusal.json_hint == (
        "a month has a first to a fifth (1 to 5) or, from its end, -1 to -5"
    )
    assert refusal.to_dict()["error"]["details"] == {"field": "recurring.byDay"}


# -- what is shown can be passed again -----------------------------------------------

RULES = st.builds(
    Recurrence,
    frequency=st.sampled_from(Frequency),
    interval=st.integers(1, 999),
    count=st.integers(1, 730),
    by_day=st.lists(
        st.builds(Weekday, st.sampled_from(DAYS), st.none()), unique=True
    ).map(tuple),
) | st.builds(
    Recurrence,
    frequency=st.just(Frequency.MONTHLY),
    interval=st.integers(1, 999),
    until=st.dates(date(1970, 1, 1), date(9000, 12, 31)),
    by_day=st.lists(
        st.builds(
            Weekday,
            st.sampled_from(DAYS),
            st.sampled_from((None, 1, 2, 3, 4, 5, -1, -2, -3, -4, -5)),
        ),
        unique=True,
    ).map(tuple),
)


@given(RULES)
def test_a_rule_as_it_is_shown_can_be_passed_again(rule: Recurrence) -> None:
    shown = to_json(rule)

    assert read(shown) == rule
    assert from_json(shown) == rule
