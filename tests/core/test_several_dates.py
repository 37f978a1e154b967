"""Several meetings judged together: what is asked of the first, and what of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from calbook.core.errors import CalbookError, SlotTaken
from calbook.core.model import Claim, Span
from calbook.core.rules import several_dates
from calbook.core.rules.booking_rules import Proposal
from calbook.core.rules.obstacles import Obstacle
from calbook.core.rules.several_dates import DatesDecision

MakeProposal = Callable[..., Proposal]

utc = datetime.fromisoformat

FIRST = utc("2027-01-18T10:00Z")
NOTICE = {"minimum_notice": timedelta(days=30)}  # the factory's now is two weeks ahead
ADVANCE = {"maximum_advance": 3}
ONE_A_DAY = {"slots_per_day": 1}
CLOSED: dict[str, Any] = {"open_time": ((),)}
FULL: dict[str, Any] = {"booked_that_day": 1}


def obstacle(start: str, uid: str = "bk_zzzzzzzzzzzz") -> Obstacle:
    span = Span(utc(start), utc(start) + timedelta(minutes=30))
    return Obstacle(Claim("user_me", span, uid, span.start), span)


TAKEN: dict[str, Any] = {"obstacle": obstacle("2027-01-18T10:15Z")}
OWN: dict[str, Any] = {"obstacle": obstacle("2027-01-18T10:15Z", uid="")}


@pytest.fixture
def ruled(a_proposal: MakeProposal) -> Callable[..., DatesDecision]:
    """Rules on weekly meetings, each with facts of its own beside the common ones."""

    def make(*each: dict[str, Any], **common: Any) -> DatesDecision:
        return several_dates.decide_dates(
            a_proposal(f"{FIRST + timedelta(weeks=n)}", **{**common, **facts})
            for n, facts in enumerate(each)
        )

    return make


Ruled = Callable[..., DatesDecision]


def codes(dates_decision: DatesDecision) -> list[list[str]]:
    return [[refusal.code for refusal in v.refusals] for v in dates_decision.decisions]


def refused(ruled_on: DatesDecision, **terms: bool) -> CalbookError:
    error = several_dates.dates_refusal(ruled_on, **terms)
    assert error is not None
    return error


# -- which rules ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("common", "each", "expected"),
    [
        pytest.param({}, [{}, {}, {}], [[], [], []], id="nothing-refused"),
        pytest.param(
            {"rules": NOTICE}, [{}, {}], [["minimum_notice"], []], id="notice-of-first"
        ),
        pytest.param(
            {"rules": {"maximum_advance": 14}},
            [{}, {}],
            [[], []],
            id="advance-of-first",
        ),
        pytest.param(
            {"rules": ADVANCE}, [{}, {}], [["maximum_advance"], []], id="too-far-ahead"
        ),
        pytest.param(
            {"now": "2027-01-20T00:00Z"},
            [{}, {}],
            [["in_the_past", "minimum_notice"], []],
            id="past-of-first",
        ),
        pytest.param(
            {"rules": {"active": False}},
            [{}, {}],
            [["inactive"], []],
            id="inactive-once",
        ),
        pytest.param(
            {"rules": {"seats": 2}, "persons": 3},
            [{}, {}],
            [["seats_full"], []],
            id="seats-once",
        ),
        pytest.param(
            {},
            [CLOSED, {}, CLOSED],
            [["outside_hours"], [], ["outside_hours"]],
            id="hours-of-each",
        ),
        pytest.param(
            {"rules": ONE_A_DAY},
            [FULL, {}, FULL],
            [["slots_per_day"], [], ["slots_per_day"]],
            id="per-day-of-each",
        ),
        pytest.param(
            {}, [TAKEN, {}, TAKEN], [["slot_taken"], [], ["slot_taken"]], id="overlap"
        ),
        pytest.param(
            {"rules": {**NOTICE, **ONE_A_DAY}},
            [{**CLOSED, **FULL, **TAKEN}, {**CLOSED, **FULL, **TAKEN}],
            [
                ["outside_hours", "minimum_notice", "slots_per_day", "slot_taken"],
                ["outside_hours", "slots_per_day", "slot_taken"],
            ],
            id="all-of-them-in-the-rules-order",
        ),
    ],
)
def test_some_rules_are_asked_of_the_first_date_and_some_of_each(
    ruled: Ruled,
    common: dict[str, Any],
    each: list[dict[str, Any]],
    expected: list[list[str]],
) -> None:
    found = ruled(*each, **common)

    assert codes(found) == expected
    assert found.refused_numbers == tuple(
        n for n, refusals in enumerate(expected) if refusals
    )


def test_the_past_is_asked_of_the_first_date_only(ruled: Ruled) -> None:
    found = ruled({}, {}, now="2027-01-30T00:00Z", overridden="past")

    assert codes(found) == [[], []]
    assert found.overrides_used == ("past",)


def test_overrides_that_were_needed_are_named_once(ruled: Ruled) -> None:
    found = ruled(
        {},
        CLOSED,
        {**CLOSED, **FULL},
        rules={**NOTICE, **ONE_A_DAY},
        overridden="hours notice advance per-day",
    )

    assert found.refused_numbers == ()
    assert found.overrides_used == ("notice", "hours", "per-day")
    assert several_dates.dates_refusal(found) is None


def test_an_override_passes_no_overlap(ruled: Ruled) -> None:
    found = ruled({}, {**CLOSED, **TAKEN}, overridden="hours per-day")

    assert codes(found) == [[], ["slot_taken"]]
    assert found.overrides_used == ("hours",)


# -- what can be skipped -------------------------------------------------------------


@pytest.mark.parametrize(
    ("common", "each", "expected"),
    [
        pytest.param({}, [{}, TAKEN], True, id="a-date-is-taken"),
        pytest.param({}, [TAKEN, {}], True, id="the-first-too"),
        pytest.param({}, [CLOSED, TAKEN, {}], True, id="all-but-one"),
        pytest.param({"rules": ONE_A_DAY}, [{}, FULL], True, id="a-day-is-full"),
        pytest.param({}, [TAKEN, CLOSED], False, id="none-is-left"),
        pytest.param({}, [TAKEN], False, id="no-series"),
        pytest.param({"rules": NOTICE}, [{}, {}], False, id="notice"),
        pytest.param({"rules": NOTICE}, [TAKEN, {}], False, id="notice-as-well"),
        pytest.param({"rules": {"active": False}}, [{}, TAKEN], False, id="inactive"),
        pytest.param({}, [{}, {}], True, id="nothing-to-skip"),
    ],
)
def test_dates_can_be_skipped_when_the_fault_is_theirs_and_some_are_left(
    ruled: Ruled, common: dict[str, Any], each: list[dict[str, Any]], expected: bool
) -> None:
    assert ruled(*each, **common).can_skip is expected


@pytest.mark.parametrize(
    ("each", "may_skip", "hint"),
    [
        pytest.param(
            [{}, TAKEN], True, "book the other dates: --on-conflict skip", id="advised"
        ),
        pytest.param([{}, TAKEN], False, None, id="not-asked"),
        pytest.param([TAKEN, TAKEN], True, None, id="none-is-left"),
    ],
)
def test_skipping_is_advised_where_it_helps(
    ruled: Ruled, each: list[dict[str, Any]], may_skip: bool, hint: str | None
) -> None:
    error = refused(ruled(*each), may_skip=may_skip)

    skip = "--on-conflict skip"
    assert (skip in (error.json_hint or "")) is (hint is not None)
    if hint is not None:
        assert error.json_hint == hint


# -- the refusal ---------------------------------------------------------------------


def test_one_meeting_is_refused_in_its_own_words(ruled: Ruled) -> None:
    error = refused(ruled(TAKEN))

    assert isinstance(error, SlotTaken)
    assert "that time is taken by bk_zzzzzzzzzzzz" in error.json_message
    assert "conflicts" not in error.details


def test_a_refusal_lists_every_date_with_its_reason(ruled: Ruled) -> None:
    error = refused(
        ruled(
            {},
            TAKEN,
            CLOSED,
            OWN,
            {},
            FULL,
            rules=ONE_A_DAY,
            timezone="America/New_York",
        )
    )

    assert error.code == "slot_taken"
    assert (
        error.json_message
        == str(error)
        == (
            "4 of 6 dates cannot be booked:"
            " 2027-01-25 (taken by bk_zzzzzzzzzzzz),"
            " 2027-02-01 (outside the open hours),"
            " 2027-02-08 (overlaps another date of the series),"
            " 2027-02-22 (2027-02-22 is full: 1 of 1 bookings of evt_demo that day)"
        )
    )
    assert [
        (c["date"], c["startTime"], c["code"]) for c in error.details["conflicts"]
    ] == [
        ("2027-01-25", "2027-01-25T05:00:00-05:00", "slot_taken"),
        ("2027-02-01", "2027-02-01T05:00:00-05:00", "outside_hours"),
        ("2027-02-08", "2027-02-08T05:00:00-05:00", "slot_taken"),
        ("2027-02-22", "2027-02-22T05:00:00-05:00", "slots_per_day"),
    ]
    assert error.details["conflicts"][0]["uid"] == "bk_zzzzzzzzzzzz"
    assert error.details["conflicts"][1]["uid"] is None


def test_the_first_refusal_of_the_first_date_in_the_way_decides_the_code(
    ruled: Ruled,
) -> None:
    error = refused(ruled({}, {**CLOSED, **TAKEN}, TAKEN))

    assert (error.code, error.exit_code) == ("outside_hours", 5)
    assert [listed["code"] for listed in error.details["refusals"]] == [
        "outside_hours",
        "slot_taken",
    ]


@pytest.mark.parametrize(
    ("count", "named", "end"),
    [
        pytest.param(20, 20, "(outside the open hours)", id="all-named"),
        pytest.param(21, 20, "(outside the open hours), and 1 more", id="one-more"),
        pytest.param(730, 20, "(outside the open hours), and 710 more", id="many"),
    ],
)
def test_a_message_names_twenty_dates_and_the_details_all(
    ruled: Ruled, count: int, named: int, end: str
) -> None:
    error = refused(ruled(*[CLOSED] * count))

    assert error.json_message.startswith(f"{count} of {count} dates cannot be booked: ")
    assert error.json_message.count("(outside the open hours)") == named
    assert error.json_message.endswith(end)
    assert len(error.details["conflicts"]) == count


@pytest.mark.parametrize(
    ("each", "advice"),
    [
        pytest.param(
            [CLOSED, {}, CLOSED], "the host may: --by host --override hours", id="hours"
        ),
        pytest.param(
            [CLOSED, FULL], "the host may: --by host --override hours,per-day", id="two"
        ),
        pytest.param([CLOSED, TAKEN], None, id="an-overlap-cannot-be-passed"),
    ],
)
def test_the_host_is_advised_of_overrides_that_pass_every_date(
    ruled: Ruled, each: list[dict[str, Any]], advice: str | None
) -> None:
    """Those that the first date needed were advised, whatever refused the others."""
    error = refused(ruled(*each, rules=ONE_A_DAY))

    assert error.json_hint is not None
    assert error.json_hint.startswith("no hours are open that day")
    assert error.json_hint.partition("; ")[2] == (advice or "")
