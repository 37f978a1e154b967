"""Each rule of product.md 4 at its exact boundary, on values alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest

from calbook.core.errors import (
    CalbookError,
    CancellationNotAllowed,
    DeadlinePassed,
    InThePast,
    MinimumNotice,
)
from calbook.core.model import (
    Actor,
    Booking,
    BookingTerms,
    Claim,
    Question,
    Span,
    Status,
)
from calbook.core.rules import booking_rules, change_rules
from calbook.core.rules.booking_rules import Proposal
from calbook.core.rules.obstacles import Obstacle

MakeProposal = Callable[..., Proposal]
MakeBooking = Callable[..., Booking]

utc = datetime.fromisoformat

MINUTES = [timedelta(minutes=n) for n in range(1441)]
SIZE = Question("size", "Size?", "SELECT", required=True, options=("s", "l"))
NEW_YORK = "America/New_York"


def codes(proposal: Proposal) -> list[str]:
    """The codes of the rules that refuse, in their order."""
    return [refusal.code for refusal in booking_rules.decide_rules(proposal).refusals]


def open_from(start: str, end: str) -> tuple[Span, ...]:
    return (Span(utc(start), utc(end)),)


def obstacle() -> Obstacle:
    """Claimed 09:45 to 10:15 for a meeting from 09:50 to 10:10."""
    return Obstacle(
        Claim(
            "user_me",
            Span(utc("2027-01-18T09:45Z"), utc("2027-01-18T10:15Z")),
            "bk_aaaaaaaaaaaa",
            utc("2027-01-18T09:50Z"),
        ),
        Span(utc("2027-01-18T09:50Z"), utc("2027-01-18T10:10Z")),
    )


# -- one rule at a time --------------------------------------------------------------


def test_a_plain_proposal_is_allowed_without_overrides(
    a_proposal: MakeProposal,
) -> None:
    assert booking_rules.decide_rules(a_proposal()) == ((), (), ())
    assert booking_rules.check_rules(a_proposal()) == ()
    assert (
        booking_rules.check_rules(a_proposal(rules={"slots_per_day": 1, "seats": 1}))
        == ()
    )


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2027-01-18T09:59:59Z", [], id="one-second-ahead"),
        pytest.param("2027-01-18T10:00:00Z", ["in_the_past"], id="now"),
        pytest.param(
            "2027-01-18T10:00:01Z", ["in_the_past", "minimum_notice"], id="gone-by"
        ),
    ],
)
def test_the_start_must_lie_in_the_future(
    a_proposal: MakeProposal, now: str, expected: list[str]
) -> None:
    assert codes(a_proposal("2027-01-18T10:00Z", now=now)) == expected


def test_an_inactive_event_type_takes_no_bookings(a_proposal: MakeProposal) -> None:
    assert codes(a_proposal(rules={"active": False})) == ["inactive"]


@pytest.mark.parametrize(
    ("start", "minutes", "is_open"),
    [
        pytest.param("2027-01-18T09:00Z", 30, True, id="from-opening"),
        pytest.param("2027-01-18T16:30Z", 30, True, id="until-closing"),
        pytest.param("2027-01-18T09:00Z", 480, True, id="all-of-it"),
        pytest.param("2027-01-18T08:59:59Z", 30, False, id="one-second-early"),
        pytest.param("2027-01-18T16:30:01Z", 30, False, id="one-second-late"),
        pytest.param("2027-01-18T09:00Z", 481, False, id="too-long"),
        pytest.param("2027-01-18T08:30Z", 30, False, id="touching-before"),
        pytest.param("2027-01-18T17:00Z", 30, False, id="touching-after"),
        pytest.param("2027-01-18T08:00Z", 600, False, id="around"),
    ],
)
def test_the_meeting_lies_within_the_hours(
    a_proposal: MakeProposal, start: str, minutes: int, is_open: bool
) -> None:
    office = open_from("2027-01-18T09:00Z", "2027-01-18T17:00Z")

    proposal = a_proposal(start, minutes=minutes, open_time=(office,))

    assert codes(proposal) == ([] if is_open else ["outside_hours"])


def test_a_meeting_over_a_break_is_outside_the_hours(a_proposal: MakeProposal) -> None:
    morning = open_from("2027-01-18T09:00Z", "2027-01-18T12:00Z")
    afternoon = open_from("2027-01-18T12:01Z", "2027-01-18T17:00Z")

    proposal = a_proposal("2027-01-18T11:30Z", minutes=60)._replace(
        open_time=((*morning, *afternoon),)
    )

    assert codes(proposal) == ["outside_hours"]


def test_hours_bind_the_meeting_and_not_its_buffers(a_proposal: MakeProposal) -> None:
    exactly = open_from("2027-01-18T10:00Z", "2027-01-18T10:30Z")
    buffers = {"buffer_before": MINUTES[60], "buffer_after": MINUTES[60]}

    proposal = a_proposal(rules=buffers, open_time=(exactly,))

    assert codes(proposal) == []


def test_every_schedule_must_be_open(a_proposal: MakeProposal) -> None:
    early = open_from("2027-01-18T08:00Z", "2027-01-18T12:00Z")
    late = open_from("2027-01-18T11:00Z", "2027-01-18T18:00Z")

    assert codes(a_proposal("2027-01-18T11:00Z", open_time=(early, late))) == []
    for start in ("2027-01-18T10:45Z", "2027-01-18T11:45Z"):
        assert codes(a_proposal(start, open_time=(early, late))) == ["outside_hours"]


def test_no_open_time_at_all_is_outside_hours(a_proposal: MakeProposal) -> None:
    with pytest.raises(CalbookError) as refusal:
        booking_rules.check_rules(a_proposal(open_time=((),)))

    assert refusal.value.json_hint == f"no hours are open that day; {MAY} hours"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2027-01-18T08:00:00Z", [], id="equal"),
        pytest.param("2027-01-18T07:59:59Z", [], id="one-second-more"),
        pytest.param("2027-01-18T08:00:01Z", ["minimum_notice"], id="one-second-less"),
    ],
)
def test_notice_may_be_exactly_as_short_as_the_minimum(
    a_proposal: MakeProposal, now: str, expected: list[str]
) -> None:
    proposal = a_proposal(now=now, rules={"minimum_notice": MINUTES[120]})

    assert codes(proposal) == expected


def test_notice_is_elapsed_time_across_a_change_of_the_clocks(
    a_proposal: MakeProposal,
) -> None:
    day_of_notice = {"minimum_notice": MINUTES[1440]}
    one_o_clock = "2024-03-10T05:00Z"  # in New York on the day of 23 hours

    proposal = a_proposal(
        "2024-03-11T04:59Z", now=one_o_clock, rules=day_of_notice, timezone=NEW_YORK
    )

    assert codes(proposal) == ["minimum_notice"]
    assert codes(proposal._replace(now=utc("2024-03-10T04:59Z"))) == []


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        pytest.param("2027-01-06T23:59:59Z", 2, [], id="last-second-of-last-day"),
        pytest.param("2027-01-07T00:00Z", 2, ["maximum_advance"], id="day-after"),
        pytest.param("2027-01-04T23:59Z", 0, [], id="today-only"),
        pytest.param("2027-01-05T00:00Z", 0, ["maximum_advance"], id="tomorrow"),
        pytest.param("2036-01-05T00:00Z", None, [], id="no-limit"),
    ],
)
def test_the_last_day_of_advance_counts_whole(
    a_proposal: MakeProposal, start: str, days: int | None, expected: list[str]
) -> None:
    proposal = a_proposal(
        start, now="2027-01-04T09:00Z", rules={"maximum_advance": days}
    )

    assert codes(proposal) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param("2027-01-05T04:59Z", [], id="23:59-there"),
        pytest.param("2027-01-05T05:00Z", ["maximum_advance"], id="00:00-there"),
    ],
)
def test_advance_counts_local_dates_of_the_schedule(
    a_proposal: MakeProposal, start: str, expected: list[str]
) -> None:
    sunday_evening_there = "2027-01-04T04:59Z"

    proposal = a_proposal(
        start,
        now=sunday_evening_there,
        timezone=NEW_YORK,
        rules={"maximum_advance": 1},
    )

    assert codes(proposal) == expected


@pytest.mark.parametrize(
    ("booked", "most", "expected"),
    [
        pytest.param(0, 1, [], id="first"),
        pytest.param(1, 1, ["slots_per_day"], id="full"),
        pytest.param(3, 4, [], id="last"),
        pytest.param(4, 4, ["slots_per_day"], id="one-too-many"),
        pytest.param(5, 4, ["slots_per_day"], id="limit-was-lowered"),
        pytest.param(99, None, [], id="no-limit"),
    ],
)
def test_a_day_takes_as_many_as_its_limit(
    a_proposal: MakeProposal, booked: int, most: int | None, expected: list[str]
) -> None:
    proposal = a_proposal(booked_that_day=booked, rules={"slots_per_day": most})

    assert codes(proposal) == expected


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        pytest.param({"size": "s"}, [], id="answered"),
        pytest.param({}, ["invalid_responses"], id="unanswered"),
        pytest.param({"size": "xl"}, ["invalid_responses"], id="not-listed"),
        pytest.param(None, [], id="not-asked"),
    ],
)
def test_questions_must_be_answered(
    a_proposal: MakeProposal, responses: dict[str, Any] | None, expected: list[str]
) -> None:
    proposal = a_proposal(responses=responses, rules={"questions": (SIZE,)})

    assert codes(proposal) == expected


@pytest.mark.parametrize(
    ("persons", "seats", "expected"),
    [
        pytest.param(8, 8, [], id="full"),
        pytest.param(9, 8, ["seats_full"], id="one-too-many"),
        pytest.param(9, None, [], id="no-seats"),
    ],
)
def test_persons_must_fit_the_seats(
    a_proposal: MakeProposal, persons: int, seats: int | None, expected: list[str]
) -> None:
    assert codes(a_proposal(persons=persons, rules={"seats": seats})) == expected


def test_claimed_time_is_taken(a_proposal: MakeProposal) -> None:
    assert codes(a_proposal(obstacle=obstacle())) == ["slot_taken"]


# -- what a refusal says -------------------------------------------------------------

MEETING = "Mon 18 Jan 2027, 05:00–05:30 America/New_York"
IN_THE_WAY = "Mon 18 Jan 2027, 04:50–05:10 America/New_York"
MAY = "the host may: --by host --override"


@pytest.mark.parametrize(
    ("facts", "message", "hint", "details"),
    [
        pytest.param(
            {"now": "2027-01-18T10:00Z"},
            f"{MEETING} is in the past",
            f"{MAY} past",
            {
                "start": "2027-01-18T05:00:00-05:00",
                "now": "2027-01-18T05:00:00-05:00",
            },
            id="in_the_past",
        ),
        pytest.param(
            {"rules": {"active": False}},
            "evt_demo takes no bookings at present",
            "switch it on: calbook event update demo --active",
            {"eventTypeId": "evt_demo"},
            id="inactive",
        ),
        pytest.param(
            {"open_time": (open_from("2027-01-18T14:00Z", "2027-01-18T22:00Z"),)},
            f"{MEETING} is outside the open hours",
            f"open that day: Mon 18 Jan 2027, 09:00–17:00; {MAY} hours",
            {
                "start": "2027-01-18T05:00:00-05:00",
                "end": "2027-01-18T05:30:00-05:00",
                "open": ["Mon 18 Jan 2027, 09:00–17:00"],
            },
            id="outside_hours",
        ),
        pytest.param(
            {"now": "2027-01-18T09:30Z", "rules": {"minimum_notice": MINUTES[60]}},
            f"{MEETING} is too soon: 60 minutes' notice are needed",
            f"the earliest start now is Mon 18 Jan 2027, 05:30; {MAY} notice",
            {
                "start": "2027-01-18T05:00:00-05:00",
                "earliest": "2027-01-18T05:30:00-05:00",
                "minimumNotice": 60,
            },
            id="minimum_notice",
        ),
        pytest.param(
            {"rules": {"maximum_advance": 13}},
            f"{MEETING} is too far ahead: 13 days at most",
            f"the last day now is 2027-01-17; {MAY} advance",
            {
                "start": "2027-01-18T05:00:00-05:00",
                "lastDate": "2027-01-17",
                "maximumAdvance": 13,
            },
            id="maximum_advance",
        ),
        pytest.param(
            {"booked_that_day": 4, "rules": {"slots_per_day": 4}},
            "2027-01-18 is full: 4 of 4 bookings of evt_demo that day",
            f"{MAY} per-day",
            {"date": "2027-01-18", "booked": 4, "slotsPerDay": 4},
            id="slots_per_day",
        ),
        pytest.param(
            {"persons": 3, "rules": {"seats": 2}},
            "3 persons do not fit into 2 seats",
            None,
            {"seats": 2, "persons": 3},
            id="seats_full",
        ),
        pytest.param(
            {"obstacle": obstacle()},
            f"that time is taken by bk_aaaaaaaaaaaa ({IN_THE_WAY})",
            "that host is free again from Mon 18 Jan 2027, 05:15, buffers included",
            {
                "uid": "bk_aaaaaaaaaaaa",
                "when": IN_THE_WAY,
                "hostId": "user_me",
                "freeFrom": "2027-01-18T05:15:00-05:00",
            },
            id="slot_taken",
        ),
    ],
)
def test_a_refusal_names_the_values_compared(
    a_proposal: MakeProposal,
    facts: dict[str, Any],
    message: str,
    hint: str | None,
    details: dict[str, Any],
) -> None:
    proposal = a_proposal("2027-01-18T10:00Z", timezone=NEW_YORK, **facts)

    with pytest.raises(CalbookError) as refusal:
        booking_rules.check_rules(proposal)

    told = refusal.value.details
    listed = told.pop("refusals")
    assert (refusal.value.json_message, refusal.value.json_hint) == (message, hint)
    assert told == details
    assert listed == [
        {"code": refusal.value.code, "message": message, "details": details}
    ]


def test_the_hint_lists_the_hours_that_touch_the_day(a_proposal: MakeProposal) -> None:
    schedule = (
        *open_from("2027-01-17T09:00Z", "2027-01-17T17:00Z"),
        *open_from("2027-01-17T22:00Z", "2027-01-18T00:00Z"),
        *open_from("2027-01-18T09:00Z", "2027-01-18T10:00Z"),
        *open_from("2027-01-18T22:00Z", "2027-01-19T02:00Z"),
        *open_from("2027-01-19T09:00Z", "2027-01-19T17:00Z"),
    )

    with pytest.raises(CalbookError) as refusal:
        booking_rules.check_rules(
            a_proposal("2027-01-18T12:00Z", open_time=(schedule,))
        )

    assert refusal.value.json_hint == (
        "open that day: Mon 18 Jan 2027, 09:00–10:00;"
        f" Mon 18 Jan 2027, 22:00–Tue 19 Jan 02:00; {MAY} hours"
    )


def test_people_are_told_in_the_zone_they_asked_in(a_proposal: MakeProposal) -> None:
    proposal = a_proposal(
        "2027-01-18T10:00Z",
        now="2027-01-18T09:30Z",
        rules={"minimum_notice": MINUTES[60]},
        timezone=NEW_YORK,
        display_timezone="Asia/Kathmandu",
    )

    with pytest.raises(MinimumNotice) as refusal:
        booking_rules.check_rules(proposal)

    assert refusal.value.json_message.startswith(
        "Mon 18 Jan 2027, 15:45–16:15 Asia/Kathmandu is too soon"
    )
    assert refusal.value.json_hint is not None
    assert refusal.value.json_hint.startswith(
        "the earliest start now is Mon 18 Jan 2027, 16:15;"
    )
    assert refusal.value.details["earliest"] == "2027-01-18T05:30:00-05:00"


@pytest.mark.parametrize(
    ("facts", "advice"),
    [
        pytest.param({"open_time": ((),)}, f"{MAY} hours", id="one"),
        pytest.param(
            {"open_time": ((),), "rules": {"maximum_advance": 1}},
            f"{MAY} hours,advance",
            id="two",
        ),
        pytest.param(
            {"open_time": ((),), "overridden": "past duration"},
            f"{MAY} duration,past,hours",
            id="beside-those-given",
        ),
        pytest.param(
            {"open_time": ((),), "obstacle": obstacle()}, None, id="not-past-an-overlap"
        ),
        pytest.param(
            {"open_time": ((),), "rules": {"active": False}}, None, id="not-inactive"
        ),
        pytest.param(
            {"responses": {}, "rules": {"questions": (SIZE,)}},
            None,
            id="answer-instead",
        ),
    ],
)
def test_the_hint_names_the_overrides_that_pass_every_refusal(
    a_proposal: MakeProposal, facts: dict[str, Any], advice: str | None
) -> None:
    with pytest.raises(CalbookError) as refusal:
        booking_rules.check_rules(a_proposal(**facts))

    hint = refusal.value.json_hint or ""
    if advice is None:
        assert "--override" not in hint
        return
    assert hint.endswith(advice)
    names = advice.rpartition(" ")[2].replace(",", " ")
    assert booking_rules.check_rules(a_proposal(**{**facts, "overridden": names}))


@pytest.fixture
def hopeless(a_proposal: MakeProposal) -> MakeProposal:
    """Makes proposals that every rule refuses."""

    def make(overridden: str = "") -> Proposal:
        return a_proposal(
            "2027-01-18T10:00Z",
            now="2027-01-15T10:00Z",
            open_time=((),),
            booked_that_day=1,
            persons=2,
            responses={},
            obstacle=obstacle(),
            overridden=overridden,
            rules={
                "active": False,
                "minimum_notice": MINUTES[1440] * 9,
                "maximum_advance": 1,
                "slots_per_day": 1,
                "questions": (SIZE,),
                "seats": 1,
            },
        )

    return make


def test_every_rule_is_asked_in_the_fixed_order(hopeless: MakeProposal) -> None:
    with pytest.raises(CalbookError) as refusal:
        booking_rules.check_rules(hopeless())

    assert refusal.value.code == "inactive"
    assert [item["code"] for item in refusal.value.details["refusals"]] == [
        "inactive",
        "outside_hours",
        "minimum_notice",
        "maximum_advance",
        "slots_per_day",
        "invalid_responses",
        "seats_full",
        "slot_taken",
    ]


def test_the_past_comes_before_everything_else(hopeless: MakeProposal) -> None:
    proposal = hopeless()._replace(now=utc("2027-01-19T10:00Z"))

    with pytest.raises(InThePast) as refusal:
        booking_rules.check_rules(proposal)

    assert [item["code"] for item in refusal.value.details["refusals"]][:2] == [
        "in_the_past",
        "inactive",
    ]


def test_the_listed_refusals_can_be_written_as_json(hopeless: MakeProposal) -> None:
    import json

    with pytest.raises(CalbookError) as refusal:
        booking_rules.check_rules(hopeless())

    assert (
        json.loads(json.dumps(refusal.value.to_dict()))["error"]["code"] == "inactive"
    )


# -- overrides -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "override"),
    [
        pytest.param({"open_time": ((),)}, "hours", id="hours"),
        pytest.param(
            {"now": "2027-01-18T09:59Z", "rules": {"minimum_notice": MINUTES[60]}},
            "notice",
            id="notice",
        ),
        pytest.param({"rules": {"maximum_advance": 1}}, "advance", id="advance"),
        pytest.param(
            {"booked_that_day": 1, "rules": {"slots_per_day": 1}},
            "per-day",
            id="per-day",
        ),
        pytest.param(
            {"responses": {}, "rules": {"questions": (SIZE,)}},
            "questions",
            id="questions",
        ),
        pytest.param({"now": "2027-01-18T10:00Z"}, "past", id="past-now"),
        pytest.param({"now": "2027-01-19T10:00Z"}, "past", id="past-gone-by"),
    ],
)
def test_each_override_passes_its_rule_and_no_other(
    a_proposal: MakeProposal, facts: dict[str, Any], override: str
) -> None:
    others = " ".join(set(booking_rules.RULE_OVERRIDES) - {override})

    assert booking_rules.check_rules(a_proposal(overridden=override, **facts)) == (
        override,
    )
    assert codes(a_proposal(overridden=others, **facts))
    assert codes(a_proposal(**facts))


def test_overrides_that_were_not_needed_are_not_told(a_proposal: MakeProposal) -> None:
    everything = " ".join(booking_rules.RULE_OVERRIDES)

    assert booking_rules.check_rules(a_proposal(overridden=everything)) == ()
    assert booking_rules.check_rules(
        a_proposal(overridden=everything, open_time=((),))
    ) == ("hours",)


def test_used_overrides_are_told_in_the_rules_order(hopeless: MakeProposal) -> None:
    everything = " ".join(reversed(booking_rules.RULE_OVERRIDES))

    decision = booking_rules.decide_rules(hopeless(everything))

    assert decision.overrides_used == (
        "hours",
        "notice",
        "advance",
        "per-day",
        "questions",
    )


def test_no_override_passes_inactive_seats_or_overlap(hopeless: MakeProposal) -> None:
    everything = " ".join(booking_rules.RULE_OVERRIDES)

    assert codes(hopeless(everything)) == ["inactive", "seats_full", "slot_taken"]


def test_whoever_may_book_the_past_need_not_waive_its_notice(
    a_proposal: MakeProposal,
) -> None:
    notice = {"minimum_notice": MINUTES[60]}
    past = a_proposal(now="2027-01-18T10:30Z", overridden="past", rules=notice)
    now = a_proposal(now="2027-01-18T10:00Z", overridden="past", rules=notice)
    soon = a_proposal(now="2027-01-18T09:30Z", overridden="past", rules=notice)

    assert (
        booking_rules.check_rules(past) == booking_rules.check_rules(now) == ("past",)
    )
    with pytest.raises(MinimumNotice):
        booking_rules.check_rules(soon)


# -- changes by the attendee ---------------------------------------------------------


def bound(*, allowed: bool = True, deadline: int | None = None) -> BookingTerms:
    return BookingTerms(
        requires_confirmation=False,
        allow_cancellation=allowed,
        cancellation_deadline=None if deadline is None else MINUTES[deadline],
    )


def check_change(booking: Booking, *, verb: str, by: Actor, now: datetime) -> None:
    """Of all the occurrences that there are."""
    change_rules.check_change(booking, booking.occurrences, verb=verb, by=by, now=now)


START = "2027-01-18T10:00:00Z"
IN_TIME, LATE = "2027-01-17T10:00:00Z", "2027-01-17T10:00:01Z"  # a day's deadline
PENDING, CONFIRMED, CANCELLED = Status.PENDING, Status.CONFIRMED, Status.CANCELLED
ATTENDEE, HOST = Actor.ATTENDEE, Actor.HOST


@pytest.mark.parametrize(
    ("policies", "now", "error"),
    [
        pytest.param(bound(), "2027-01-18T09:59:59Z", None, id="no-deadline"),
        pytest.param(bound(), "2027-01-18T10:00:01Z", DeadlinePassed, id="under-way"),
        pytest.param(bound(deadline=720), "2027-01-17T22:00:00Z", None, id="equal"),
        pytest.param(
            bound(deadline=720),
            "2027-01-17T22:00:01Z",
            DeadlinePassed,
            id="one-second-late",
        ),
        pytest.param(
            bound(deadline=0), "2027-01-18T09:59:59Z", None, id="zero-before-it"
        ),
        pytest.param(bound(deadline=0), START, DeadlinePassed, id="zero-at-the-start"),
        pytest.param(
            bound(allowed=False),
            "2027-01-04T09:00Z",
            CancellationNotAllowed,
            id="not-allowed",
        ),
        pytest.param(
            bound(allowed=False, deadline=720),
            "2027-01-18T09:00Z",
            CancellationNotAllowed,
            id="neither",
        ),
    ],
)
@pytest.mark.parametrize("verb", ["cancel", "reschedule"])
def test_the_deadline_binds_the_attendee_and_never_the_host(
    a_booking: MakeBooking,
    policies: BookingTerms,
    now: str,
    error: type[CalbookError] | None,
    verb: str,
) -> None:
    booking = a_booking(CONFIRMED, policy=policies)

    check_change(booking, verb=verb, by=HOST, now=utc(now))
    if error is None:
        check_change(booking, verb=verb, by=ATTENDEE, now=utc(now))
    else:
        with pytest.raises(error):
            check_change(booking, verb=verb, by=ATTENDEE, now=utc(now))


@pytest.mark.parametrize(
    "policies", [bound(allowed=False), bound(deadline=1440)], ids=["forbidden", "late"]
)
def test_cancelling_a_pending_request_is_always_allowed_and_moving_it_is_not(
    a_booking: MakeBooking, policies: BookingTerms
) -> None:
    request = a_booking(PENDING, policy=policies)
    late = utc("2027-01-18T09:00Z")

    check_change(request, verb="cancel", by=ATTENDEE, now=late)
    with pytest.raises((CancellationNotAllowed, DeadlinePassed)):
        check_change(request, verb="reschedule", by=ATTENDEE, now=late)


@pytest.mark.parametrize(
    ("statuses", "verb", "now", "refused"),
    [
        pytest.param([CONFIRMED, CONFIRMED], "cancel", IN_TIME, False, id="in-time"),
        pytest.param(
            [CONFIRMED, CONFIRMED], "cancel", LATE, True, id="the-first-binds"
        ),
        pytest.param([PENDING, CONFIRMED], "cancel", LATE, False, id="requests-do-not"),
        pytest.param([PENDING, CONFIRMED], "reschedule", LATE, True, id="but-to-move"),
        pytest.param([CANCELLED, CONFIRMED], "leave", LATE, False, id="nor-cancelled"),
        pytest.param([CANCELLED, PENDING], "leave", LATE, False, id="nor-both"),
    ],
)
def test_the_first_date_that_binds_decides_about_all(
    a_series: MakeBooking, statuses: list[Status], verb: str, now: str, refused: bool
) -> None:
    """A cancelled date kept an attendee from leaving a series in time."""
    booking = a_series(*statuses, policy=bound(deadline=1440))

    check_change(booking, verb=verb, by=HOST, now=utc(now))
    if not refused:
        check_change(booking, verb=verb, by=ATTENDEE, now=utc(now))
    else:
        with pytest.raises(DeadlinePassed) as refusal:
            check_change(booking, verb=verb, by=ATTENDEE, now=utc(now))
        assert refusal.value.details["deadline"] == "2027-01-17T10:00:00+00:00"


@pytest.mark.parametrize(
    ("chosen", "error"),
    [
        pytest.param(0, DeadlinePassed, id="late-for-the-first"),
        pytest.param(1, None, id="in-time-for-the-second"),
    ],
)
def test_only_the_dates_that_are_changed_bind(
    a_series: MakeBooking, chosen: int, error: type[CalbookError] | None
) -> None:
    booking = a_series(CONFIRMED, CONFIRMED, policy=bound(deadline=1440))
    dates = [booking.occurrences[chosen]]

    with pytest.raises(error) if error else nullcontext():
        change_rules.check_change(
            booking, dates, verb="cancel", by=ATTENDEE, now=utc(LATE)
        )


def test_a_refusal_to_change_at_all_is_listed_too(a_booking: MakeBooking) -> None:
    booking = a_booking(policy=bound(allowed=False))

    with pytest.raises(CancellationNotAllowed) as refusal:
        check_change(booking, verb="cancel", by=ATTENDEE, now=utc("2027-01-04T09:00Z"))

    assert refusal.value.json_message == (
        "bk_0123456789ab cannot be changed by its attendee"
    )
    [listed] = refusal.value.details["refusals"]
    assert listed["code"] == "cancellation_not_allowed"


def test_a_refusal_by_deadline_names_it_and_hints_at_the_host(
    a_booking: MakeBooking,
) -> None:
    booking = a_booking(policy=bound(deadline=720), timezone=NEW_YORK)

    with pytest.raises(DeadlinePassed) as refusal:
        check_change(booking, verb="cancel", by=ATTENDEE, now=utc("2027-01-18T09:00Z"))

    assert refusal.value.json_message == (
        "it is too late to cancel bk_0123456789ab:"
        " that was possible until Sun 17 Jan 2027, 17:00"
    )
    assert refusal.value.json_hint == (
        "the host may: --by host, or from now on: calbook config set defaults.by host"
    )
    [listed] = refusal.value.details.pop("refusals")
    assert (listed["code"], listed["details"]) == (
        "deadline_passed",
        refusal.value.details,
    )
    assert refusal.value.details == {
        "uid": "bk_0123456789ab",
        "deadline": "2027-01-17T17:00:00-05:00",
        "now": "2027-01-18T04:00:00-05:00",
    }
