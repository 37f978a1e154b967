"""Why a start can or cannot be booked, and what blocks a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import DAYS, Clock

from calbook import Block, Booking, Client, Explanation, errors

ADA = {"name": "Ada", "email": "ada@example.com"}
BOB = {"name": "Bob", "email": "bob@example.com"}
NEW_YORK = "America/New_York"
NOW = "2027-01-04T09:00:00+00:00"  # a Monday
TEN = "2027-01-18T10:00:00+00:00"
RULES = (
    "in_the_past",
    "inactive",
    "outside_dates",
    "outside_hours",
    "minimum_notice",
    "maximum_advance",
    "slots_per_day",
    "invalid_responses",
    "seats_full",
    "slot_taken",
)
OF_GROUPS = (*RULES[:-1], "group_cancelled", RULES[-1])
JOINING = (
    "in_the_past",
    "inactive",
    "outside_dates",
    "outside_hours",
    "minimum_notice",
    "maximum_advance",
    "invalid_responses",
    "slot_taken",
    "seats_full",
)
OVERRIDES = {
    "in_the_past": "past",
    "outside_dates": "dates",
    "outside_hours": "hours",
    "minimum_notice": "notice",
    "maximum_advance": "advance",
    "slots_per_day": "per-day",
    "invalid_responses": "questions",
}

Demo = Callable[..., None]
Book = Callable[..., Booking]
Explain = Callable[..., Explanation]
Blocked = Callable[..., list[Block]]


@pytest.fixture
def demo(client: Client) -> Demo:
    """Makes `demo`, half an hour from 09:00 to 17:00 each day in UTC."""

    def demo(
        *hours: str,
        timezone: str = "UTC",
        dates: list[dict[str, Any]] | None = None,
        **fields: Any,
    ) -> None:
        open_at(client, "hours", *hours, timezone=timezone, overrides=dates or [])
        client.calendar.event_types.create("demo", schedule_id="hours", **fields)
        client.calendar.event_types.create("other", schedule_id="hours")

    return demo


def open_at(client: Client, name: str, *hours: str, timezone: str, **more: Any) -> None:
    """A schedule with the same windows on each day; 09:00–17:00 if none are given."""
    windows = [
        {"day": day, "startTime": start, "endTime": end}
        for day in DAYS
        for start, _, end in (text.partition("-") for text in hours or ["09:00-17:00"])
    ]
    client.calendar.schedules.create(
        name, timezone=timezone, availability=windows, **more
    )


@pytest.fixture
def book(client: Client) -> Book:
    def book(start: str = TEN, event_type: str = "demo", **fields: Any) -> Booking:
        wanted = {"event_type_id": event_type, "start_time": start, "attendee": ADA}
        return client.calendar.bookings.create(**wanted | fields)

    return book


@pytest.fixture
def explain(client: Client) -> Explain:
    """What is said of a start, once it is sure that `create` decides alike."""

    def explain(start: str = TEN, **fields: Any) -> Explanation:
        wanted = {"event_type_id": "demo", "start_time": start, **fields}
        said = client.calendar.availability.explain(**wanted)
        if "exclude_booking_uid" not in fields:
            assert (said.code, said.message) == refusal(client, **wanted)
        assert said.bookable is (said.code is None)
        assert said.exit_code == EXITS.get(said.code or "", 5)
        if not said.joins and said.host_id and "exclude_booking_uid" not in fields:
            assert said.host_id == tried(client, **wanted).host_id
        return said

    return explain


EXITS = {"": 0, "slot_taken": 4, "seats_full": 4}


def tried(client: Client, **wanted: Any) -> Booking:
    """What an attendee with the right answers would book."""
    asked = client.calendar.event_types.get(wanted["event_type_id"]).questions
    return client.calendar.bookings.create(
        attendee={"name": "Eve", "email": "eve@example.com"},
        responses={question["key"]: "So" for question in asked},
        dry_run=True,
        **wanted,
    )


def refusal(client: Client, **wanted: Any) -> tuple[str | None, str | None]:
    try:
        tried(client, **wanted)
    except errors.CalbookError as error:
        return error.code, error.message
    return None, None


def refused(said: Explanation) -> list[str]:
    return [rule.rule for rule in said.rules if not rule.passed]


# -- each rule -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "start", "rule", "message", "details"),
    [
        pytest.param(
            {},
            TEN,
            "in_the_past",
            "it is Mon 4 Jan 2027, 09:00 now",
            {"start": TEN, "now": NOW},
            id="to-come",
        ),
        pytest.param(
            {},
            TEN,
            "inactive",
            "it takes bookings",
            {"eventTypeId": "evt_demo"},
            id="on",
        ),
        pytest.param(
            {},
            TEN,
            "outside_hours",
            "open Mon 18 Jan 2027, 09:00–17:00",
            {
                "start": TEN,
                "end": "2027-01-18T10:30:00+00:00",
                "open": ["Mon 18 Jan 2027, 09:00–17:00"],
            },
            id="open",
        ),
        pytest.param(
            {},
            TEN,
            "minimum_notice",
            "no notice is needed",
            {"start": TEN, "earliest": NOW, "minimumNotice": 0},
            id="no-notice",
        ),
        pytest.param(
            {"minimum_notice": 60},
            "2027-01-04T10:00:00+00:00",
            "minimum_notice",
            "the earliest start now is Mon 4 Jan 2027, 10:00",
            {
                "start": "2027-01-04T10:00:00+00:00",
                "earliest": "2027-01-04T10:00:00+00:00",
                "minimumNotice": 60,
            },
            id="notice-just-kept",
        ),
        pytest.param(
            {},
            TEN,
            "maximum_advance",
            "no limit",
            {"start": TEN, "lastDate": None, "maximumAdvance": None},
            id="no-advance",
        ),
        pytest.param(
            {"maximum_advance": 14},
            "2027-01-18T16:30:00+00:00",
            "maximum_advance",
            "the last day now is 2027-01-18",
            {
                "start": "2027-01-18T16:30:00+00:00",
                "lastDate": "2027-01-18",
                "maximumAdvance": 14,
            },
            id="last-day",
        ),
        pytest.param(
            {},
            TEN,
            "slots_per_day",
            "no limit",
            {"date": "2027-01-18", "booked": None, "slotsPerDay": None},
            id="no-limit-a-day",
        ),
        pytest.param(
            {"slots_per_day": 2},
            TEN,
            "slots_per_day",
            "1 of 2 are booked on 2027-01-18",
            {"date": "2027-01-18", "booked": 1, "slotsPerDay": 2},
            id="room-that-day",
        ),
        pytest.param(
            {},
            TEN,
            "invalid_responses",
            "nothing has to be answered",
            {"required": []},
            id="no-questions",
        ),
        pytest.param(
            {"questions": [{"label": "Why", "required": True}, {"label": "How"}]},
            TEN,
            "invalid_responses",
            "to be answered when booking: why",
            {"required": ["why"]},
            id="questions",
        ),
        pytest.param(
            {},
            TEN,
            "seats_full",
            "no group: one attendee, with guests",
            {"seats": None, "persons": 1},
            id="no-group",
        ),
        pytest.param(
            {"seats": 4},
            TEN,
            "seats_full",
            "1 of 4 seats with this one",
            {"seats": 4, "persons": 1},
            id="a-new-group",
        ),
        pytest.param(
            {},
            TEN,
            "slot_taken",
            "free Mon 18 Jan 2027, 10:00–10:30",
            {"start": TEN, "end": "2027-01-18T10:30:00+00:00"},
            id="free",
        ),
        pytest.param(
            {"buffer_before": 15, "buffer_after": 10},
            TEN,
            "slot_taken",
            "free Mon 18 Jan 2027, 09:45–10:40, with the buffers",
            {"start": "2027-01-18T09:45:00+00:00", "end": "2027-01-18T10:40:00+00:00"},
            id="free-with-buffers",
        ),
    ],
)
def test_a_rule_that_passes_tells_what_it_compared(
    demo: Demo,
    book: Book,
    explain: Explain,
    fields: dict[str, Any],
    start: str,
    rule: str,
    message: str,
    details: dict[str, Any],
) -> None:
    demo(**fields)
    book("2027-01-18 15:00", responses={"why": "So"} if "questions" in fields else {})

    said = explain(start)

    assert (said.bookable, said.code, said.message) == (True, None, None)
    assert (said.host_id, said.joins) == ("user_me", None)
    asked = OF_GROUPS if "seats" in fields else RULES
    assert tuple(each.rule for each in said.rules) == asked
    [found] = [each for each in said.rules if each.rule == rule]
    assert found.to_dict() == {
        "rule": rule,
        "hostId": None,
        "resourceId": None,
        "passed": True,
        "message": message,
        "override": OVERRIDES.get(rule),
        "details": details,
    }


@pytest.mark.parametrize(
    ("fields", "start", "code", "message", "details"),
    [
        pytest.param(
            {},
            "2027-01-04T09:00:00+00:00",
            "in_the_past",
            "Mon 4 Jan 2027, 09:00–09:30 UTC is in the past",
            {"start": NOW, "now": NOW},
            id="now-is-past",
        ),
        pytest.param(
            {"active": False},
            TEN,
            "inactive",
            "evt_demo takes no bookings at present;"
            " switch it on: calbook event update demo --active",
            {"eventTypeId": "evt_demo"},
            id="inactive",
        ),
        pytest.param(
            {},
            "2027-01-18T16:45:00+00:00",
            "outside_hours",
            "Mon 18 Jan 2027, 16:45–17:15 UTC is outside the open hours;"
            " open that day: Mon 18 Jan 2027, 09:00–17:00",
            {
                "start": "2027-01-18T16:45:00+00:00",
                "end": "2027-01-18T17:15:00+00:00",
                "open": ["Mon 18 Jan 2027, 09:00–17:00"],
            },
            id="ends-too-late",
        ),
        pytest.param(
            {},
            "2027-01-20T10:00:00+00:00",
            "outside_hours",
            "Wed 20 Jan 2027, 10:00–10:30 UTC is outside the open hours;"
            " no hours are open that day",
            {
                "start": "2027-01-20T10:00:00+00:00",
                "end": "2027-01-20T10:30:00+00:00",
                "open": [],
            },
            id="closed",
        ),
        pytest.param(
            {"minimum_notice": 120},
            "2027-01-04T10:59:59+00:00",
            "minimum_notice",
            "Mon 4 Jan 2027, 10:59–11:29 UTC is too soon: 120 minutes' notice are"
            " needed; the earliest start now is Mon 4 Jan 2027, 11:00",
            {
                "start": "2027-01-04T10:59:59+00:00",
                "earliest": "2027-01-04T11:00:00+00:00",
                "minimumNotice": 120,
            },
            id="a-second-too-soon",
        ),
        pytest.param(
            {"maximum_advance": 13},
            "2027-01-18T09:00:00+00:00",
            "maximum_advance",
            "Mon 18 Jan 2027, 09:00–09:30 UTC is too far ahead: 13 days at most;"
            " the last day now is 2027-01-17",
            {
                "start": "2027-01-18T09:00:00+00:00",
                "lastDate": "2027-01-17",
                "maximumAdvance": 13,
            },
            id="too-far",
        ),
        pytest.param(
            {"slots_per_day": 1},
            TEN,
            "slots_per_day",
            "2027-01-18 is full: 1 of 1 bookings of evt_demo that day",
            {"date": "2027-01-18", "booked": 1, "slotsPerDay": 1},
            id="full-day",
        ),
    ],
)
def test_a_rule_that_refuses_tells_what_it_compared(
    demo: Demo,
    book: Book,
    client: Client,
    explain: Explain,
    fields: dict[str, Any],
    start: str,
    code: str,
    message: str,
    details: dict[str, Any],
) -> None:
    later = {k: v for k, v in fields.items() if k in ("active", "maximum_advance")}
    fields = {k: v for k, v in fields.items() if k not in later}
    demo(dates=[{"date": "2027-01-20", "isAvailable": False}], **fields)
    book("2027-01-18 15:00")
    client.calendar.event_types.update("demo", **{"title": "Demo", **later})

    said = explain(start)

    assert (said.code, said.exit_code, said.host_id) == (code, 5, None)
    assert refused(said) == [code]
    assert tuple(each.rule for each in said.rules) == RULES
    [found] = [each for each in said.rules if not each.passed]
    assert found.to_dict() == {
        "rule": code,
        "hostId": None,
        "resourceId": None,
        "passed": False,
        "message": message,
        "override": OVERRIDES.get(code),
        "details": details,
    }


def test_what_takes_the_time_is_named(demo: Demo, book: Book, explain: Explain) -> None:
    demo(buffer_before=10)
    held = book("2027-01-18T09:45:00Z", "other")

    said = explain("2027-01-18T10:20:00+00:00")

    meeting = "Mon 18 Jan 2027, 09:45–10:15 UTC"
    assert refused(said) == ["slot_taken"]
    assert (said.exit_code, said.message) == (
        4,
        f"that time is taken by {held.uid} ({meeting})",
    )
    assert said.rules[-1].to_dict() == {
        "rule": "slot_taken",
        "hostId": None,
        "resourceId": None,
        "passed": False,
        "message": f"that time is taken by {held.uid} ({meeting});"
        " that host is free again from Mon 18 Jan 2027, 10:15, buffers included",
        "override": None,
        "details": {
            "uid": held.uid,
            "when": meeting,
            "hostId": "user_me",
            "freeFrom": "2027-01-18T10:15:00+00:00",
        },
    }
    assert explain("2027-01-18T10:25:00+00:00").bookable


def test_every_rule_that_refuses_is_named_and_the_first_decides(
    demo: Demo, book: Book, client: Client, explain: Explain, clock: Clock
) -> None:
    demo(slots_per_day=1, minimum_notice=60)
    book("2027-01-18 09:00")
    client.calendar.event_types.update("demo", active=False, maximum_advance=0)
    book("2027-01-18 17:00", "other", by="host", override=["hours"])

    said = explain("2027-01-18T16:45:00+00:00")

    assert refused(said) == [
        *("inactive", "outside_hours", "maximum_advance"),
        *("slots_per_day", "slot_taken"),
    ]
    assert (said.code, said.exit_code) == ("inactive", 5)
    clock.now = datetime(2027, 1, 18, 17, tzinfo=UTC)
    assert refused(explain("2027-01-18T16:45:00+00:00")) == [
        *("in_the_past", "inactive", "outside_hours", "minimum_notice"),
        *("slots_per_day", "slot_taken"),
    ]


def test_an_explanation_is_a_meeting_in_the_schedules_zone(
    demo: Demo, explain: Explain
) -> None:
    """Read in the zone that is asked for, and spoken of in it."""
    demo(timezone=NEW_YORK)

    said = explain("2027-01-18 23:00", timezone="Asia/Tokyo")

    assert {**said.to_dict(), "rules": None} == {
        "eventTypeId": "evt_demo",
        "startTime": "2027-01-18T09:00:00-05:00",
        "endTime": "2027-01-18T09:30:00-05:00",
        "timezone": NEW_YORK,
        "bookable": True,
        "code": None,
        "exitCode": 0,
        "message": None,
        "hostId": "user_me",
        "hostIds": ["user_me"],
        "resourceIds": [],
        "joins": None,
        "rules": None,
        "needs": [],
    }
    assert said.rules[3].message == "open Mon 18 Jan 2027, 23:00–Tue 19 Jan 07:00"
    early = explain("2027-01-18 22:30", timezone="Asia/Tokyo")
    assert early.message == (
        "Mon 18 Jan 2027, 22:30–23:00 Asia/Tokyo is outside the open hours"
    )


@pytest.mark.parametrize(
    ("start", "bookable"),
    [
        pytest.param("2027-03-14T01:30:00-05:00", True, id="before-the-gap"),
        pytest.param("2027-03-14T03:30:00-04:00", True, id="after-the-gap"),
        pytest.param("2027-11-07T01:30:00-04:00", True, id="first-pass"),
        pytest.param("2027-11-07T01:30:00-05:00", True, id="second-pass"),
        pytest.param("2027-11-07T03:45:00-05:00", False, id="ends-too-late"),
    ],
)
def test_a_start_is_explained_on_the_days_of_change(
    demo: Demo, explain: Explain, start: str, bookable: bool
) -> None:
    demo("01:30-04:00", timezone=NEW_YORK)

    said = explain(start)

    assert (said.start_time, said.bookable) == (start, bookable)


def test_a_booking_that_is_left_out_is_in_nobodys_way(
    demo: Demo, book: Book, explain: Explain
) -> None:
    demo(slots_per_day=1)
    held = book()
    assert refused(explain()) == ["slots_per_day", "slot_taken"]

    said = explain(exclude_booking_uid=held.uid[:8])

    assert (said.bookable, refused(said)) == (True, [])
    assert said.rules[6].details == {
        "date": "2027-01-18",
        "booked": 0,
        "slotsPerDay": 1,
    }


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"start_time": "2027-01-18"}, errors.BadTime),
        ({"start_time": "soon"}, errors.BadTime),
        ({"start_time": None}, errors.BadTime),
        ({"start_time": "2027-03-14 02:30"}, errors.NonexistentTime),
        ({"start_time": "2027-11-07 01:30"}, errors.AmbiguousTime),
        ({"start_time": "9000-12-31T23:59:00-05:00"}, errors.InputError),
        ({"timezone": "Mars/Olympus"}, errors.BadZone),
        ({"event_type_id": "dmo"}, errors.NotFound),
        ({"host_id": "nobody"}, errors.NotFound),
        ({"exclude_booking_uid": "bk_00000000"}, errors.NotFound),
    ],
    ids=str,
)
def test_what_cannot_be_explained_is_refused(
    demo: Demo, client: Client, wanted: dict[str, Any], error: type[Exception]
) -> None:
    """No start at all ended in an IndexError."""
    demo(timezone=NEW_YORK)

    with pytest.raises(error):
        client.calendar.availability.explain(
            **{"event_type_id": "demo", "start_time": TEN, **wanted}
        )


# -- groups ----------------------------------------------------------------------------


def test_a_seat_in_a_group_is_asked_what_it_must_be(
    demo: Demo, book: Book, explain: Explain
) -> None:
    demo(seats=3)
    group = book("2027-01-18 18:00", by="host", override=["hours"])

    said = explain("2027-01-18T18:00:00+00:00")

    assert (said.bookable, said.joins, said.host_id) == (True, group.uid, "user_me")
    assert tuple(each.rule for each in said.rules) == JOINING
    assert said.rules[-1].message == "2 of 3 seats with this one"
    assert said.rules[-1].details == {"seats": 3, "persons": 2}
    abroad = explain("2027-01-19 03:00", timezone="Asia/Tokyo")
    assert abroad.joins == group.uid
    assert abroad.rules[0].message == "it is Mon 4 Jan 2027, 18:00 now"


def test_a_full_group_is_full(demo: Demo, book: Book, explain: Explain) -> None:
    demo(seats=2)
    group = book(guests=["bob@example.com"])

    said = explain()

    assert (said.bookable, said.code, said.exit_code) == (False, "seats_full", 4)
    assert (said.joins, said.host_id) == (group.uid, None)
    assert refused(said) == ["seats_full"]
    assert said.rules[-1].details == {"seats": 2, "persons": 3}


def test_a_group_too_near_is_not_joined(
    demo: Demo, book: Book, explain: Explain, client: Client
) -> None:
    demo(seats=3)
    book("2027-01-04 09:30")
    client.calendar.event_types.update("demo", minimum_notice=60)

    said = explain("2027-01-04T09:30:00+00:00")

    assert refused(said) == ["minimum_notice"]


def test_a_group_beside_the_start_is_in_the_way(
    demo: Demo, book: Book, explain: Explain
) -> None:
    demo(seats=3)
    group = book("2027-01-18 10:10")

    said = explain()

    assert (said.code, said.joins) == ("slot_taken", None)
    assert said.rules[-1].details["uid"] == group.uid


def test_a_group_that_is_to_be_moved_joins_no_other(
    demo: Demo, book: Book, explain: Explain
) -> None:
    demo(seats=3)
    group, moved = book(), book("2027-01-18 11:00")

    said = explain(exclude_booking_uid=moved.uid)

    assert (said.code, said.joins) == ("slot_taken", None)
    assert said.rules[-1].details["uid"] == group.uid
    assert explain("2027-01-18T11:00:00+00:00", exclude_booking_uid=moved.uid).bookable


def test_a_date_of_a_series_group_is_in_the_way(
    demo: Demo, book: Book, explain: Explain
) -> None:
    demo(seats=3)
    series = book(recurring={"frequency": "WEEKLY", "count": 2})

    said = explain()

    assert (said.code, said.joins) == ("slot_taken", None)
    assert said.rules[-1].details["uid"] == series.uid


# -- teams -----------------------------------------------------------------------------


@pytest.fixture
def team(client: Client) -> Callable[..., None]:
    """Alice in Lisbon until 12:00 and Bob, all day, share `demo`."""
    open_at(client, "alice", "09:00-12:00", timezone="Europe/Lisbon")
    open_at(client, "bob", "09:00-17:00", timezone="Europe/Lisbon")
    for name in ("alice", "bob"):
        client.calendar.hosts.create(name, timezone="Europe/Lisbon", schedule_id=name)
        client.calendar.event_types.create(f"of_{name}", hosts=[name])

    def team(scheduling_type: str = "ROUND_ROBIN", **fields: Any) -> None:
        wanted = {"hosts": ["alice", "bob"], "scheduling_type": scheduling_type}
        client.calendar.event_types.create("demo", **wanted | fields)

    return team


Team = Callable[..., None]


def by_host(said: Explanation) -> dict[tuple[str, str], bool]:
    """What the rules that were asked of each host said."""
    return {
        (each.rule, each.host_id.removeprefix("user_")): each.passed
        for each in said.rules
        if each.host_id is not None
    }


def test_hours_and_overlap_are_asked_of_each_host(
    team: Team, book: Book, explain: Explain
) -> None:
    team()
    book("2027-01-18 10:00", "of_bob")

    said = explain()

    assert (said.bookable, said.host_id) == (True, "user_alice")
    assert by_host(said) == {
        ("outside_hours", "alice"): True,
        ("outside_hours", "bob"): True,
        ("slot_taken", "alice"): True,
        ("slot_taken", "bob"): False,
    }
    assert len(said.rules) == len(RULES) + 2


def test_the_host_whose_turn_it_is_is_named(
    team: Team, book: Book, explain: Explain
) -> None:
    team()
    book("2027-01-18 11:00", host_id="alice")

    assert explain().host_id == "user_bob"
    assert explain(host_id="alice").host_id == "user_alice"


def test_a_team_of_which_nobody_is_free_says_so_of_each(
    team: Team, book: Book, explain: Explain
) -> None:
    team()
    book("2027-01-18 13:00", "of_bob")

    said = explain("2027-01-18T13:00:00+00:00")

    assert (said.code, said.exit_code, said.host_id) == ("slot_taken", 4, None)
    assert said.message is not None
    assert said.message.startswith("none of 2 hosts is free: that time is taken by bk_")
    assert [key for key, passed in by_host(said).items() if not passed] == [
        ("outside_hours", "alice"),
        ("slot_taken", "bob"),
    ]


def test_the_host_asked_for_is_the_only_one_who_is_asked(
    team: Team, book: Book, explain: Explain
) -> None:
    team()
    book("2027-01-18 10:00", "of_bob")

    said = explain(host_id="bob")

    assert (said.code, said.rules[-1].details["hostId"]) == ("slot_taken", "user_bob")
    assert by_host(said) == {}
    with pytest.raises(errors.BadInput, match="not a host"):
        explain(host_id="me")


def test_all_of_a_collective_must_be_free(
    team: Team, book: Book, explain: Explain
) -> None:
    team("COLLECTIVE")
    assert explain().host_id == "user_alice"
    book("2027-01-18 10:00", "of_bob")

    said = explain()

    assert (said.code, said.rules[-1].details["hostId"]) == ("slot_taken", "user_bob")
    assert explain("2027-01-18T13:00:00+00:00").code == "outside_hours"


def test_a_fixed_host_must_be_free_whoever_has_the_turn(
    team: Team, client: Client, book: Book, explain: Explain
) -> None:
    client.calendar.hosts.create("carl", timezone="Europe/Lisbon", schedule_id="bob")
    client.calendar.event_types.create("of_carl", hosts=["carl"])
    team(hosts=["alice", "bob", {"userId": "carl", "isFixed": True}])
    assert explain("2027-01-18T13:00:00+00:00").host_id == "user_bob"
    book("2027-01-18 10:00", "of_carl")

    said = explain()

    assert by_host(said) == {
        ("outside_hours", "alice"): True,
        ("outside_hours", "bob"): True,
        ("outside_hours", "carl"): True,
        ("slot_taken", "alice"): True,
        ("slot_taken", "bob"): True,
        ("slot_taken", "carl"): False,
    }


def test_a_full_group_of_one_host_leaves_the_other(
    team: Team, book: Book, explain: Explain
) -> None:
    team(seats=2)
    book(host_id="alice", guests=["x@example.com"])

    assert (explain().host_id, explain().joins) == ("user_bob", None)
    assert explain(host_id="alice").code == "seats_full"
    other = book(host_id="bob", attendee=BOB)
    assert (explain().host_id, explain().joins) == ("user_bob", other.uid)
    assert explain("2027-01-18T13:00:00+00:00").host_id == "user_bob"


# -- what blocks a day -----------------------------------------------------------------


@pytest.fixture
def blocked(client: Client) -> Blocked:
    def blocked(date: str = "2027-01-18", **fields: Any) -> list[Block]:
        wanted = {"event_type_id": "demo", "date": date, **fields}
        return list(client.calendar.availability.blocked(**wanted))

    return blocked


def told(blocks: list[Block]) -> list[tuple[str, str, str]]:
    """Start and end without the date, and the code."""
    return [(b.start_time[11:], b.end_time[11:], b.code) for b in blocks]


def test_closed_hours_block_a_day(demo: Demo, blocked: Blocked) -> None:
    demo("09:00-12:00", "13:00-17:00")

    found = blocked()

    assert told(found) == [
        ("00:00:00+00:00", "09:00:00+00:00", "outside_hours"),
        ("12:00:00+00:00", "13:00:00+00:00", "outside_hours"),
        ("17:00:00+00:00", "00:00:00+00:00", "outside_hours"),
    ]
    assert found[-1].to_dict() == {
        "startTime": "2027-01-18T17:00:00+00:00",
        "endTime": "2027-01-19T00:00:00+00:00",
        "hostId": None,
        "resourceId": None,
        "code": "outside_hours",
        "message": "closed",
        "details": {"scheduleId": "sched_hours", "reasons": []},
    }


@pytest.mark.parametrize(
    ("override", "expected", "message"),
    [
        pytest.param(
            {"isAvailable": False, "reason": "Presidents' Day"},
            [("00:00:00+00:00", "00:00:00+00:00")],
            "closed: Presidents' Day",
            id="reason",
        ),
        pytest.param(
            {"isAvailable": False},
            [("00:00:00+00:00", "00:00:00+00:00")],
            "closed",
            id="no-reason",
        ),
        pytest.param(
            {
                "availability": [{"startTime": "10:00", "endTime": "11:00"}],
                "reason": "Half a day",
            },
            [
                ("00:00:00+00:00", "10:00:00+00:00"),
                ("11:00:00+00:00", "00:00:00+00:00"),
            ],
            "closed: Half a day",
            id="other-hours",
        ),
    ],
)
def test_a_date_that_differs_blocks_with_its_reason(
    demo: Demo,
    blocked: Blocked,
    override: dict[str, Any],
    expected: list[tuple[str, str]],
    message: str,
) -> None:
    demo(dates=[{"date": "2027-01-18", **override}])

    found = blocked()

    assert [each[:2] for each in told(found)] == expected
    assert {each.message for each in found} == {message}
    assert told(blocked("2027-01-19"))[0][1] == "09:00:00+00:00"
    assert blocked("2027-01-19")[0].message == "closed"


def test_a_day_that_is_open_and_free_has_no_blocks(
    demo: Demo, blocked: Blocked
) -> None:
    demo("00:00-24:00", slots_per_day=1, maximum_advance=14, minimum_notice=60)

    assert blocked() == []


def test_claims_block_with_their_buffers_cut_to_the_day(
    demo: Demo, book: Book, blocked: Blocked
) -> None:
    demo("00:00-24:00", buffer_before=10, buffer_after=20)
    first = book("2027-01-18 00:05")
    second = book("2027-01-18 23:30")

    found = blocked()

    assert told(found) == [
        ("00:00:00+00:00", "00:55:00+00:00", "slot_taken"),
        ("23:20:00+00:00", "00:00:00+00:00", "slot_taken"),
    ]
    assert told(blocked("2027-01-17")) == [
        ("23:55:00+00:00", "00:00:00+00:00", "slot_taken")
    ]
    assert told(blocked("2027-01-19")) == [
        ("00:00:00+00:00", "00:20:00+00:00", "slot_taken")
    ]
    assert [each.details["uid"] for each in found] == [first.uid, second.uid]
    assert found[0].to_dict() == {
        "startTime": "2027-01-18T00:00:00+00:00",
        "endTime": "2027-01-18T00:55:00+00:00",
        "hostId": "user_me",
        "resourceId": None,
        "code": "slot_taken",
        "message": f"that time is taken by {first.uid}"
        " (Mon 18 Jan 2027, 00:05–00:35 UTC)",
        "details": {
            "uid": first.uid,
            "when": "Mon 18 Jan 2027, 00:05–00:35 UTC",
            "hostId": "user_me",
            "freeFrom": "2027-01-18T00:55:00+00:00",
        },
    }
    assert told(blocked(exclude_booking_uid=first.uid)) == told(found)[1:]


def test_a_long_claim_blocks_the_days_within_it(
    demo: Demo, client: Client, book: Book, blocked: Blocked
) -> None:
    demo("00:00-24:00")
    client.calendar.event_types.create(
        "long", schedule_id="hours", duration=1440, buffer_after=1440
    )
    book("2027-01-17 12:00", "long")

    assert told(blocked("2027-01-18")) == [
        ("00:00:00+00:00", "00:00:00+00:00", "slot_taken")
    ]


@pytest.mark.parametrize(
    ("fields", "date", "expected"),
    [
        pytest.param(
            {"active": False},
            "2027-01-18",
            [("00:00:00+00:00", "00:00:00+00:00", "inactive")],
            id="inactive",
        ),
        pytest.param(
            {},
            "2027-01-04",
            [("00:00:00+00:00", "09:00:01+00:00", "in_the_past")],
            id="today",
        ),
        pytest.param(
            {},
            "2027-01-03",
            [("00:00:00+00:00", "00:00:00+00:00", "in_the_past")],
            id="yesterday",
        ),
        pytest.param(
            {"minimum_notice": 90},
            "2027-01-04",
            [
                ("00:00:00+00:00", "09:00:01+00:00", "in_the_past"),
                ("09:00:01+00:00", "10:30:00+00:00", "minimum_notice"),
            ],
            id="notice",
        ),
        pytest.param(
            {"minimum_notice": 1440},
            "2027-01-05",
            [("00:00:00+00:00", "09:00:00+00:00", "minimum_notice")],
            id="notice-until-tomorrow",
        ),
        pytest.param(
            {"maximum_advance": 13},
            "2027-01-18",
            [("00:00:00+00:00", "00:00:00+00:00", "maximum_advance")],
            id="advance",
        ),
        pytest.param({"maximum_advance": 14}, "2027-01-18", [], id="last-day"),
        pytest.param(
            {"slots_per_day": 1},
            "2027-01-20",
            [
                ("00:00:00+00:00", "00:00:00+00:00", "slots_per_day"),
                ("10:00:00+00:00", "10:30:00+00:00", "slot_taken"),
            ],
            id="full",
        ),
        pytest.param(
            {"slots_per_day": 2},
            "2027-01-20",
            [("10:00:00+00:00", "10:30:00+00:00", "slot_taken")],
            id="not-full",
        ),
    ],
)
def test_each_rule_blocks_its_part_of_a_day(
    demo: Demo,
    book: Book,
    client: Client,
    blocked: Blocked,
    fields: dict[str, Any],
    date: str,
    expected: list[tuple[str, str, str]],
) -> None:
    demo("00:00-24:00")
    book("2027-01-20 10:00")
    client.calendar.event_types.update("demo", **{"title": "Demo", **fields})

    assert told(blocked(date)) == expected


@pytest.mark.parametrize(
    ("date", "window", "expected"),
    [
        pytest.param(
            "2027-03-14",
            "00:00-00:30",
            ("00:30:00-05:00", "00:00:00-04:00", 22.5),
            id="23-hours",
        ),
        pytest.param(
            "2027-11-07",
            "00:00-00:30",
            ("00:30:00-04:00", "00:00:00-05:00", 24.5),
            id="25-hours",
        ),
        pytest.param(
            "2027-03-14",
            "00:00-02:30",
            ("03:30:00-04:00", "00:00:00-04:00", 20.5),
            id="open-into-the-gap",
        ),
        pytest.param(
            "2027-11-07",
            "00:00-01:30",
            ("01:30:00-04:00", "00:00:00-05:00", 23.5),
            id="open-into-the-first-pass",
        ),
    ],
)
def test_a_day_of_change_is_as_long_as_it_is(
    demo: Demo,
    blocked: Blocked,
    date: str,
    window: str,
    expected: tuple[str, str, float],
) -> None:
    demo(window, timezone=NEW_YORK)

    [found] = blocked(date)

    length = found.ends_at.astimezone(UTC) - found.starts_at.astimezone(UTC)
    hours = length.total_seconds() / 3600
    assert (found.start_time[11:], found.end_time[11:], hours) == expected


def test_a_day_that_a_zone_left_out_has_nothing_to_block(
    demo: Demo, blocked: Blocked, clock: Clock
) -> None:
    clock.now = datetime(2011, 12, 20, tzinfo=UTC)
    demo("10:00-11:00", timezone="Pacific/Apia")

    assert blocked("2011-12-30") == []
    assert told(blocked("2011-12-29"))[-1] == (
        *("11:00:00-10:00", "00:00:00+14:00"),
        "outside_hours",
    )


def test_a_day_of_another_zone_has_parts_of_two_dates(
    demo: Demo, book: Book, blocked: Blocked
) -> None:
    """18 January in Tokyo is 10:00 of the 17th to 10:00 of the 18th in New York."""
    demo("00:00-24:00", timezone=NEW_YORK, slots_per_day=1)
    held = book("2027-01-17 22:00")
    book("2027-01-18 12:00")

    found = blocked(timezone="Asia/Tokyo")

    assert [(b.start_time, b.end_time, b.code) for b in found] == [
        ("2027-01-17T10:00:00-05:00", "2027-01-18T00:00:00-05:00", "slots_per_day"),
        ("2027-01-17T22:00:00-05:00", "2027-01-17T22:30:00-05:00", "slot_taken"),
        ("2027-01-18T00:00:00-05:00", "2027-01-18T10:00:00-05:00", "slots_per_day"),
    ]
    past, *_ = blocked("2027-01-04", timezone="Asia/Tokyo")
    assert past.message == "it is Mon 4 Jan 2027, 18:00 now"
    assert found[1].message == (
        f"that time is taken by {held.uid} (Mon 18 Jan 2027, 12:00–12:30 Asia/Tokyo)"
    )


def test_each_host_of_a_team_blocks_for_themselves(
    team: Team, book: Book, blocked: Blocked
) -> None:
    team()
    book("2027-01-18 10:00", "of_alice")
    book("2027-01-18 11:00", "of_bob")

    def shown(**fields: Any) -> list[tuple[str | None, str, str, str]]:
        return [
            (b.host_id, b.start_time[11:16], b.end_time[11:16], b.code)
            for b in blocked(**fields)
        ]

    assert shown() == [
        ("user_alice", "00:00", "09:00", "outside_hours"),
        ("user_bob", "00:00", "09:00", "outside_hours"),
        ("user_alice", "10:00", "10:30", "slot_taken"),
        ("user_bob", "11:00", "11:30", "slot_taken"),
        ("user_alice", "12:00", "00:00", "outside_hours"),
        ("user_bob", "17:00", "00:00", "outside_hours"),
    ]
    assert shown(host_id="bob") == [
        (None, "00:00", "09:00", "outside_hours"),
        ("user_bob", "11:00", "11:30", "slot_taken"),
        (None, "17:00", "00:00", "outside_hours"),
    ]


def test_a_team_on_one_schedule_is_closed_once(
    demo: Demo, team: Team, client: Client, blocked: Blocked
) -> None:
    open_at(client, "hours", timezone="UTC")
    team(schedule_id="hours")

    assert [(b.host_id, b.end_time[11:16]) for b in blocked()] == [
        (None, "09:00"),
        (None, "00:00"),
    ]


def test_a_group_that_can_be_joined_says_so(
    demo: Demo, book: Book, blocked: Blocked
) -> None:
    demo("00:00-24:00", seats=3)
    group = book()
    taken = f"that time is taken by {group.uid} (Mon 18 Jan 2027, 10:00–10:30 UTC)"

    [found] = blocked()
    book(attendee=BOB, guests=["x@example.com"])
    [full] = blocked()

    assert found.message == f"{taken}; 2 of 3 seats are left in it, at its start"
    assert found.details["seatsLeft"] == 2
    assert full.message == taken
    assert "seatsLeft" not in full.details


def test_blocked_and_offered_are_the_two_sides_of_a_day(
    demo: Demo, book: Book, client: Client, blocked: Blocked
) -> None:
    """A minute's meeting without buffers fits wherever nothing blocks."""
    demo("09:00-12:30", "14:00-18:00", duration=1, minimum_notice=45)
    book("2027-01-04 10:00", "other")
    book("2027-01-04 17:55", "other", by="host", override=["hours"])

    blocks = [(b.starts_at, b.ends_at) for b in blocked("2027-01-04")]
    slots = client.calendar.availability.get(
        event_type_id="demo", start_date="2027-01-04", end_date="2027-01-04"
    )

    day = [datetime(2027, 1, 4, h, m, tzinfo=UTC) for h in range(24) for m in range(60)]
    assert [slot.starts_at for slot in slots] == [
        minute
        for minute in day
        if not any(start <= minute < end for start, end in blocks)
    ]


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"date": "2027-01-18 10:00"}, errors.BadTime),
        ({"date": "2027-02-30"}, errors.BadTime),
        ({"date": None}, errors.BadTime),
        ({"timezone": "Mars/Olympus"}, errors.BadZone),
        ({"event_type_id": "dmo"}, errors.NotFound),
        ({"host_id": "nobody"}, errors.NotFound),
        ({"exclude_booking_uid": "bk_00000000"}, errors.NotFound),
    ],
    ids=str,
)
def test_a_day_that_cannot_be_meant_is_refused(
    demo: Demo, blocked: Blocked, wanted: dict[str, Any], error: type[Exception]
) -> None:
    demo()

    with pytest.raises(error):
        blocked(**{"event_type_id": "demo", "date": "2027-01-18", **wanted})
