"""What becomes of an answer: the table of outcomes, and what is kept of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calbook.core.booking.replies import (
    CHECKS,
    FOUND,
    Facts,
    Method,
    Outcome,
    Sender,
    decide_outcome,
)
from calbook.core.model import Status

AT = datetime(2027, 1, 11, 9, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)

TABLE: dict[str, tuple[dict[str, Any], Outcome]] = {
    "an acceptance": ({}, Outcome.RECORDED),
    "a no": ({"says": "DECLINED"}, Outcome.RECORDED),
    "perhaps": ({"says": "TENTATIVE"}, Outcome.RECORDED),
    "a change of mind": (
        {"latest": (0, AT), "last_said": "DECLINED", "version": (0, LATER)},
        Outcome.RECORDED,
    ),
    "two within a second": (
        {"latest": (0, AT), "last_said": "DECLINED"},
        Outcome.RECORDED,
    ),
    "the same again": ({"latest": (0, AT), "last_said": "ACCEPTED"}, Outcome.REPLAYED),
    "an earlier one that comes later": (
        {"latest": (0, LATER), "last_said": "DECLINED"},
        Outcome.OUT_OF_DATE,
    ),
    "one to an earlier revision, said later": (
        {"latest": (1, AT), "last_said": "DECLINED", "version": (0, LATER)},
        Outcome.OUT_OF_DATE,
    ),
    "one to an earlier time": ({"moved_in": 1}, Outcome.OUT_OF_DATE),
    "one to the revision of the move": (
        {"moved_in": 1, "version": (1, AT)},
        Outcome.RECORDED,
    ),
    "one to a later revision": ({"moved_in": 1, "version": (4, AT)}, Outcome.RECORDED),
    "to nothing of ours": ({"has_booking": False}, Outcome.UNKNOWN_BOOKING),
    "by a party crasher": ({"is_on_booking": False}, Outcome.UNKNOWN_ATTENDEE),
    "by a party crasher, sent by the same": (
        {"is_on_booking": False, "sender": Sender.OTHER},
        Outcome.UNKNOWN_ATTENDEE,
    ),
    "by nobody": ({"attendees": 0}, Outcome.UNCLEAR_ATTENDEE),
    "by several": ({"attendees": 2}, Outcome.UNCLEAR_ATTENDEE),
    "forged": ({"sender": Sender.OTHER}, Outcome.OTHER_SENDER),
    "sent on": (
        {"sender": Sender.OTHER, "trusts_forwarded": True},
        Outcome.RECORDED,
    ),
    "by several senders": ({"sender": Sender.UNCLEAR}, Outcome.UNCLEAR_SENDER),
    "by several senders, sent on": (
        {"sender": Sender.UNCLEAR, "trusts_forwarded": True},
        Outcome.UNCLEAR_SENDER,
    ),
    "a file": ({"sender": Sender.NO_MAIL}, Outcome.RECORDED),
    "to a date that is not": ({"has_date": False}, Outcome.UNKNOWN_DATE),
    "forged, to a date that is not": (
        {"has_date": False, "sender": Sender.OTHER},
        Outcome.OTHER_SENDER,
    ),
    "without an answer": ({"says": "NEEDS-ACTION"}, Outcome.NO_ANSWER),
    "by a delegate": ({"says": "DELEGATED"}, Outcome.NO_ANSWER),
    "to what is cancelled": ({"status": Status.CANCELLED}, Outcome.CANCELLED),
    "to what is over": ({"status": Status.COMPLETED}, Outcome.OVER),
    "to what nobody came to": ({"status": Status.NO_SHOW}, Outcome.OVER),
    "to a request": ({"status": Status.PENDING}, Outcome.RECORDED),
    "a refresh": ({"method": Method.REFRESH, "says": ""}, Outcome.SENT),
    "a refresh of what is cancelled": (
        {"method": Method.REFRESH, "says": "", "status": Status.CANCELLED},
        Outcome.SENT,
    ),
    "a forged refresh": (
        {"method": Method.REFRESH, "sender": Sender.OTHER},
        Outcome.OTHER_SENDER,
    ),
    "another time": ({"method": Method.COUNTER, "says": "a b"}, Outcome.RECORDED),
    "another time that is none": (
        {"method": Method.COUNTER, "says": "", "is_proposing": False},
        Outcome.NO_ANSWER,
    ),
    "another time for an earlier one": (
        {"method": Method.COUNTER, "says": "a b", "moved_in": 1},
        Outcome.OUT_OF_DATE,
    ),
    "another time, replayed": (
        {
            "method": Method.COUNTER,
            "says": "a b",
            "latest": (0, AT),
            "last_said": "a b",
        },
        Outcome.REPLAYED,
    ),
}


@pytest.mark.parametrize(("facts", "outcome"), TABLE.values(), ids=TABLE)
def test_an_answer_comes_to_what_the_table_says(
    facts: dict[str, Any], outcome: Outcome
) -> None:
    assert decide_outcome(Facts(**{"version": (0, AT), **facts})) is outcome


def test_each_line_of_the_table_decides_something() -> None:
    decided = {outcome for _, outcome in TABLE.values()}

    assert {check.outcome for check in CHECKS} | {Outcome.RECORDED} == decided
    assert decided | {Outcome.NOT_SENT} == {*Outcome}


def test_what_is_only_reported_is_never_recorded() -> None:
    assert FOUND.isdisjoint(
        {Outcome.RECORDED, Outcome.REPLAYED, Outcome.OUT_OF_DATE, Outcome.SENT}
    )


def test_each_check_names_its_source() -> None:
    assert all(check.source.startswith("RFC ") for check in CHECKS)
