"""Teams: whose turn it is, who must be free together, and who keeps a booking."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import DAYS, MONDAY, Clock
from support.stores import ask

from calbook import Booking, Client, EventType, errors
from calbook.store.facts import Facts

ADA = {"name": "Ada", "email": "ada@example.com"}
HALF = timedelta(minutes=30)
FIRST = datetime(2027, 1, 18, tzinfo=UTC)
TEN = "2027-01-18 10:00"
WEEKLY = {"frequency": "WEEKLY", "count": 3}
BookingMaker = Callable[..., Booking]
TeamMaker = Callable[..., EventType]


@pytest.fixture
def team(client: Client, event_type: Callable[..., EventType]) -> TeamMaker:
    """Makes `demo` a round robin of Alice, Bob and Carl, at any hour."""
    for name in ("alice", "bob", "carl", "dora"):
        client.calendar.hosts.create(name, name=name.title(), timezone="UTC")

    def make(**fields: Any) -> EventType:
        fields = {"scheduling_type": "ROUND_ROBIN", **fields}
        return event_type(**{"hosts": ["alice", "bob", "carl"], **fields})

    return make


@pytest.fixture
def hosts_of(client: Client) -> Callable[[int], list[str]]:
    """Books so many meetings, one behind the other; who got them."""

    def book(number: int) -> list[str]:
        create = client.calendar.bookings.create
        return [
            host(create(event_type_id="demo", start_time=start, attendee=ADA))
            for start in (FIRST + n * HALF for n in range(number))
        ]

    return book


def host(booking: Booking) -> str:
    return booking.host_id.removeprefix("user_")


def hosts(booking: Booking) -> list[str]:
    return [host_id.removeprefix("user_") for host_id in booking.host_ids]


def open_on(client: Client, name: str, *windows: str, timezone: str = "UTC") -> None:
    """Give a host hours of their own on each day."""
    hours = [
        dict(zip(("startTime", "endTime"), w.split("-"), strict=True)) for w in windows
    ]
    client.calendar.schedules.create(
        name,
        timezone=timezone,
        availability=[{"day": day, **window} for day in DAYS for window in hours],
    )
    client.calendar.hosts.update(name, schedule_id=name)


def reason(client: Client, booking: Booking) -> dict[str, Any]:
    return client.calendar.bookings.history(booking.uid)[0].change["assignment"]


# -- whose turn it is ------------------------------------------------------------------


def weighted(**weights: int) -> list[dict[str, Any]]:
    return [{"userId": f"user_{name}", "weight": w} for name, w in weights.items()]


def test_bookings_are_shared_by_weight(
    team: TeamMaker, hosts_of: Callable[[int], list[str]]
) -> None:
    team(round_robin="EQUAL_DISTRIBUTION", hosts=weighted(alice=3, bob=2, carl=1))

    got = hosts_of(600)

    assert Counter(got) == {"alice": 300, "bob": 200, "carl": 100}
    assert got[:6] == ["alice", "bob", "alice", "carl", "bob", "alice"]
    assert got == got[:6] * 100


def test_a_newcomer_is_not_flooded(
    client: Client, team: TeamMaker, hosts_of: Callable[[int], list[str]]
) -> None:
    """Until it had as many as the others ever had, it got all there were."""
    team(hosts=["alice", "bob"], round_robin="EQUAL_DISTRIBUTION")
    types, bookings = client.calendar.event_types, client.calendar.bookings
    hosts_of(10)
    for booking in bookings.list(host_id="alice")[:3]:
        bookings.cancel(booking.uid, cancelled_by="host")
    types.update("demo", hosts=["alice", "bob", {"userId": "carl", "weight": 2}])

    shared = Counter(hosts_of_later(client, 12))

    assert shared == {"alice": 3, "bob": 3, "carl": 6}
    types.update("demo", hosts=["alice", "carl"])
    types.update("demo", hosts=["alice", "carl", "bob"], title="Again")
    assert Counter(hosts_of_later(client, 6)) == {"alice": 2, "bob": 2, "carl": 2}
    fixed = {"userId": "dora", "isFixed": True}
    types.update("demo", hosts=["alice", "carl", "bob", fixed])
    assert Counter(hosts_of_later(client, 3)) == {"alice": 1, "bob": 1, "carl": 1}


def hosts_of_later(client: Client, number: int) -> list[str]:
    """`hosts_of` behind all that is there; each starts some time after the other."""
    [*_, last] = client.calendar.bookings.list(count=None)
    return [
        host(
            client.calendar.bookings.create(
                event_type_id="demo",
                start_time=last.ends_at + n * HALF,
                attendee=ADA,
            )
        )
        for n in range(number)
    ]


def test_the_same_bookings_go_to_the_same_hosts(
    team: TeamMaker, hosts_of: Callable[[int], list[str]], clock: Clock
) -> None:
    got = []
    for _ in range(2):
        with Client(":memory:", clock=clock) as client:
            for name in ("me", "bob", "carl"):
                if name != "me":
                    client.calendar.hosts.create(name, name=name, timezone="UTC")
            client.calendar.event_types.create(
                "demo",
                hosts=weighted(me=5, bob=3, carl=3),
                scheduling_type="ROUND_ROBIN",
                round_robin="EQUAL_DISTRIBUTION",
            )
            slots = client.calendar.availability.get(event_type_id="demo", count=60)
            got.append(
                [
                    client.calendar.bookings.create(
                        event_type_id="demo", start_time=slot.start_time, attendee=ADA
                    ).host_id
                    for slot in slots
                ]
            )

    assert got[0] == got[1]
    assert len(set(got[0])) == 3


def test_by_default_the_one_whose_last_booking_is_longest_ago_is_next(
    team: TeamMaker, hosts_of: Callable[[int], list[str]]
) -> None:
    team()

    assert hosts_of(7) == ["alice", "bob", "carl", "alice", "bob", "carl", "alice"]


def test_the_order_of_making_counts_and_not_the_clock(
    team: TeamMaker, booking: BookingMaker, clock: Clock
) -> None:
    team()
    got = [host(booking())]
    clock.move(days=-3)
    got += [host(booking()), host(booking())]
    clock.move(days=-3)

    assert [*got, host(booking())] == ["alice", "bob", "carl", "alice"]


def test_a_cancelled_booking_does_not_count(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team()
    made = [booking(), booking(), booking()]
    client.calendar.bookings.cancel(made[1].uid)

    assert host(booking()) == "bob"


def test_an_expired_request_does_not_count(
    team: TeamMaker, booking: BookingMaker, clock: Clock
) -> None:
    team(requires_confirmation=True)
    made = [booking(start_time=MONDAY + n * HALF) for n in (20, 2, 21)]
    clock.now = MONDAY + 2 * HALF

    assert [host(b) for b in made] == ["alice", "bob", "carl"]
    assert host(booking()) == "bob"


@pytest.mark.parametrize(
    "fields",
    [{}, {"recurring": {"frequency": "DAILY", "count": 2}}],
    ids=["single", "series"],
)
def test_a_request_that_expired_lightens_its_host(
    client: Client,
    team: TeamMaker,
    booking: BookingMaker,
    clock: Clock,
    fields: dict[str, Any],
) -> None:
    """It counted for good, told or not: the others got more than their share."""
    team(requires_confirmation=True, round_robin="EQUAL_DISTRIBUTION")
    made = [booking(start_time=MONDAY + 2 * HALF, **fields) for _ in range(2)]
    clock.now = MONDAY + timedelta(days=5)
    client.tick()

    loads = ask(client, "select host_id, bookings from host_loads order by host_id")

    assert [host(b) for b in made] == ["alice", "bob"]
    assert [tuple(row) for row in loads] == [("user_alice", 0), ("user_bob", 0)]
    assert [host(booking()) for _ in range(3)] == ["alice", "bob", "carl"]


def test_a_request_that_expired_in_part_still_counts(
    client: Client, team: TeamMaker, booking: BookingMaker, clock: Clock
) -> None:
    team(requires_confirmation=True, round_robin="EQUAL_DISTRIBUTION")
    booking(start_time=MONDAY + 2 * HALF, recurring={"frequency": "DAILY", "count": 2})
    clock.now = MONDAY + timedelta(hours=5)
    client.tick()

    assert [host(booking()) for _ in range(2)] == ["bob", "carl"]


def test_a_request_that_expired_by_a_wrong_clock_counts_again_once_confirmed(
    client: Client, team: TeamMaker, booking: BookingMaker, clock: Clock
) -> None:
    team(requires_confirmation=True, round_robin="EQUAL_DISTRIBUTION")
    made = booking()
    clock.move(days=30)
    client.tick()
    clock.move(days=-30)

    client.calendar.bookings.confirm(made.uid)

    loads = ask(client, "select bookings from host_loads")
    assert [row[0] for row in loads] == [1]
    assert host(booking()) == "bob"


def test_a_series_counts_as_long_as_one_date_takes_place(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    team(round_robin="EQUAL_DISTRIBUTION")
    series = booking(recurring={"frequency": "DAILY", "count": 3})
    others = [booking(), booking()]
    dates = [o.date for o in series.occurrences]

    bookings.cancel(series.uid, date=dates[0])
    bookings.cancel(series.uid, date=dates[2])
    one_left = booking(dry_run=True)
    bookings.cancel(series.uid, date=dates[1])
    none_left = [booking(), booking(dry_run=True)]

    assert [host(b) for b in (series, *others)] == ["alice", "bob", "carl"]
    assert host(one_left) == "alice"
    assert reason_counts(client, none_left[0]) == 0
    assert [host(b) for b in none_left] == ["alice", "bob"]


def reason_counts(client: Client, booking: Booking) -> int:
    return int(reason(client, booking)["because"].split()[0])


def test_the_highest_priority_is_next_as_long_as_it_is_free(
    team: TeamMaker, booking: BookingMaker
) -> None:
    team(
        round_robin="PRIORITY",
        hosts=[
            {"userId": "alice", "priority": 1},
            {"userId": "bob", "priority": 9},
            {"userId": "carl", "priority": 9},
        ],
    )

    got = [host(booking(start_time=TEN)) for _ in range(3)]

    assert got == ["bob", "carl", "alice"]
    assert host(booking(start_time="2027-01-18 11:00")) == "bob"


def test_the_host_with_most_free_starts_that_day_is_next(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """In hours and zones of their own; bob's six are 8:00 to 11:00 in UTC."""
    open_on(client, "alice", "09:00-11:00")
    open_on(client, "bob", "09:00-12:00", timezone="Europe/Paris")
    open_on(client, "carl", "06:00-08:30", "09:30-11:00")
    team(schedule_id=None, round_robin="AVAILABILITY_FIRST")

    made = [booking(start_time=f"2027-01-18 {t}") for t in ("10:00",) * 3 + ("10:30",)]
    other_day = booking(start_time="2027-01-19 10:00")

    assert [host(b) for b in made] == ["carl", "bob", "alice", "carl"]
    assert [reason_counts(client, b) for b in made] == [8, 6, 4, 7]
    assert (host(other_day), reason_counts(client, other_day)) == ("carl", 8)


def test_the_reason_is_kept_in_the_history(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team()
    first, _, _, fourth = [booking() for _ in range(4)]

    assert reason(client, first) == {
        "hostId": "user_alice",
        "rule": "LEAST_RECENT",
        "because": "never had one; of 3 who were free",
    }
    assert reason(client, fourth) == {
        "hostId": "user_alice",
        "rule": "LEAST_RECENT",
        "because": "the last one is longest ago; of 3 who were free",
    }


def test_without_a_choice_there_is_no_reason(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team()

    asked = booking(host_id="bob")

    assert host(asked) == "bob"
    assert client.calendar.bookings.history(asked.uid)[0].change == {}


def test_the_first_host_lends_the_zone_whoevers_turn_it_is(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    for name, zone in (("alice", "Europe/Paris"), ("bob", "America/New_York")):
        open_on(client, name, "00:00-24:00", timezone=zone)
    team(schedule_id=None, hosts=["alice", "bob"])

    made = [booking(start_time="2027-01-18 10:00") for _ in range(2)]

    assert [host(b) for b in made] == ["alice", "bob"]
    assert {b.timezone for b in made} == {"Europe/Paris"}
    assert {b.start_time for b in made} == {"2027-01-18T10:00:00+01:00"}


@pytest.mark.parametrize(
    ("schedule_id", "zone"), [("always", "UTC"), (None, "Europe/Paris")]
)
def test_the_zone_stays_whoever_is_asked_for(
    client: Client,
    team: TeamMaker,
    booking: BookingMaker,
    schedule_id: str | None,
    zone: str,
) -> None:
    """10:00 was another moment when a host was asked for by name."""
    for name, own in (("alice", "Europe/Paris"), ("bob", "America/New_York")):
        open_on(client, name, "00:00-24:00", timezone=own)
    team(schedule_id=schedule_id, hosts=["alice", "bob"])

    made = [booking(start_time=TEN, host_id=name) for name in ("bob", "alice")]

    assert [host(b) for b in made] == ["bob", "alice"]
    assert {b.timezone for b in made} == {zone}
    assert len({b.start_time for b in made}) == 1


def test_a_schedule_is_looked_at_once_however_many_share_it(
    client: Client,
    team: TeamMaker,
    booking: BookingMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was read and worked out anew for each host: a large team was slow."""
    team()
    open_on(client, "carl", "00:00-24:00")
    for name in ("alice", "bob"):
        client.calendar.hosts.update(name, schedule_id="always")
    looked: list[str] = []
    around = Facts.schedule_around

    def counted(facts: Facts, key: str, meetings: Any) -> Any:
        looked.append(key)
        return around(facts, key, meetings)

    monkeypatch.setattr(Facts, "schedule_around", counted)
    booking()
    client.calendar.event_types.update("demo", schedule_id=None)
    booking()

    assert looked == ["sched_always", "sched_always", "sched_carl"]


# -- who is free -----------------------------------------------------------------------


def test_whoever_is_not_free_is_passed_over(
    client: Client, team: TeamMaker, event_type: TeamMaker, booking: BookingMaker
) -> None:
    team()
    event_type("other", hosts=["alice"])
    booking(event_type_id="other", start_time="2027-01-18 09:45")

    got = booking(start_time=TEN)

    assert host(got) == "bob"
    assert reason(client, got)["because"] == "never had one; of 2 who were free"


def test_buffers_of_another_event_type_count(
    team: TeamMaker, event_type: TeamMaker, booking: BookingMaker
) -> None:
    team()
    event_type("other", hosts=["alice"], buffer_after=60)
    booking(event_type_id="other", start_time="2027-01-18 09:00")

    assert host(booking(start_time=TEN)) == "bob"
    assert host(booking(start_time="2027-01-18 10:30")) == "alice"


def test_when_nobody_is_free_every_host_is_named(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team()
    made = [booking(start_time=TEN) for _ in range(3)]

    with pytest.raises(errors.SlotTaken) as refusal:
        booking(start_time=TEN)

    assert refusal.value.message.startswith("none of 3 hosts is free: that time is")
    named = refusal.value.details["hosts"]
    assert [(h["hostId"], h["code"]) for h in named] == [
        (b.host_id, "slot_taken") for b in made
    ]
    assert all(b.uid in h["message"] for b, h in zip(made, named, strict=True))
    assert len(client.calendar.bookings.list()) == 3


def test_one_who_is_away_and_one_who_is_busy_are_both_named(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    open_on(client, "alice", "09:00-10:00")
    open_on(client, "bob", "09:00-12:00")
    team(schedule_id=None, hosts=["alice", "bob"])
    booking(start_time=TEN)

    with pytest.raises(errors.SlotTaken) as refusal:
        booking(start_time=TEN)

    named = {h["hostId"]: h["code"] for h in refusal.value.details["hosts"]}
    assert named == {"user_alice": "outside_hours", "user_bob": "slot_taken"}


def test_the_host_that_is_asked_for_is_taken_or_nobody(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team()
    booking(start_time=TEN, host_id="carl")

    with pytest.raises(errors.SlotTaken) as refusal:
        booking(start_time=TEN, host_id="carl")
    with pytest.raises(errors.BadInput, match="user_dora is not a host"):
        booking(start_time=TEN, host_id="dora")

    assert "hosts" not in refusal.value.details
    assert len(client.calendar.bookings.list()) == 1


def test_a_host_that_is_not_there_is_told_from_one_of_another_team(
    team: TeamMaker, booking: BookingMaker
) -> None:
    """Both were an error of the caller's, and the second one was found too late."""
    team()

    with pytest.raises(errors.NotFound, match="nobody"):
        booking(host_id="nobody")
    with pytest.raises(errors.BadInput, match="is not a host of evt_demo"):
        booking(host_id="dora")


# -- together --------------------------------------------------------------------------


def test_all_hosts_are_there_or_none(
    client: Client, team: TeamMaker, event_type: TeamMaker, booking: BookingMaker
) -> None:
    team(scheduling_type="COLLECTIVE")
    event_type("other", hosts=["carl"])
    booking(event_type_id="other", start_time=TEN)

    with pytest.raises(errors.SlotTaken) as refusal:
        booking(start_time=TEN)
    together = booking(start_time="2027-01-18 11:00")

    assert refusal.value.details["hostId"] == "user_carl"
    assert hosts(together) == ["alice", "bob", "carl"]
    with pytest.raises(errors.SlotTaken):
        booking(event_type_id="other", start_time="2027-01-18 11:15")


def test_hosts_that_meet_together_are_all_open(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    open_on(client, "alice", "09:00-12:00")
    open_on(client, "bob", "11:00-14:00", timezone="Europe/Paris")
    team(schedule_id=None, scheduling_type="COLLECTIVE", hosts=["alice", "bob"])

    free = client.calendar.availability.get(
        event_type_id="demo", start_date="2027-01-18", end_date="2027-01-18"
    )
    with pytest.raises(errors.OutsideHours):
        booking(start_time="2027-01-18 09:30")

    assert [slot.start_time[11:16] for slot in free] == [
        *("10:00", "10:30", "11:00", "11:30")
    ]
    assert hosts(booking(start_time=TEN)) == ["alice", "bob"]


def test_a_collective_booking_moves_and_ends_for_all(
    client: Client, team: TeamMaker, event_type: TeamMaker, booking: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    team(scheduling_type="COLLECTIVE")
    event_type("other", hosts=["carl"])
    uid = booking(start_time=TEN).uid
    booking(event_type_id="other", start_time="2027-01-18 12:00")

    with pytest.raises(errors.SlotTaken):
        bookings.reschedule(uid, start_time="2027-01-18 12:15")
    bookings.reschedule(uid, start_time="2027-01-18 14:00")
    freed = booking(event_type_id="other", start_time=TEN)
    bookings.cancel(uid)

    assert host(freed) == "carl"
    assert hosts(booking(start_time="2027-01-18 14:00")) == ["alice", "bob", "carl"]


def test_a_fixed_host_is_always_there_beside_the_one_whose_turn_it_is(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team(hosts=[{"userId": "alice", "isFixed": True}, "bob", "carl"])

    made = [booking() for _ in range(3)]
    with pytest.raises(errors.SlotTaken) as refusal:
        booking(start_time=made[0].start_time)

    assert [hosts(b) for b in made] == [
        ["bob", "alice"],
        ["carl", "alice"],
        ["bob", "alice"],
    ]
    named = {h["hostId"]: h["code"] for h in refusal.value.details["hosts"]}
    assert named == {"user_bob": "slot_taken", "user_carl": "slot_taken"}


def test_when_all_hosts_are_fixed_all_are_there(
    team: TeamMaker, booking: BookingMaker
) -> None:
    team(hosts=[{"userId": name, "isFixed": True} for name in ("alice", "bob")])

    assert hosts(booking()) == ["alice", "bob"]


# -- later on --------------------------------------------------------------------------


def test_a_booking_keeps_its_host_when_it_moves(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team()
    made = [booking() for _ in range(2)]

    moved = client.calendar.bookings.reschedule(
        made[0].uid, start_time="2027-02-01 10:00", reassign=True
    )

    assert host(moved) == "alice"
    assert "hostIds" not in client.calendar.bookings.history(moved.uid)[-1].change


def test_another_host_takes_it_only_when_that_is_asked_for(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    team(round_robin="EQUAL_DISTRIBUTION")
    alices, bobs, carls = [booking() for _ in range(3)]
    booking(start_time="2027-02-01 10:00", host_id="alice")
    booking(start_time="2027-02-01 12:00", host_id="bob")

    with pytest.raises(errors.SlotTaken):
        bookings.reschedule(alices.uid, start_time="2027-02-01 10:00")
    moved = bookings.reschedule(
        alices.uid, start_time="2027-02-01 10:00", reassign=True
    )

    assert (host(bobs), host(carls), host(moved)) == ("bob", "carl", "carl")
    change = bookings.history(moved.uid)[-1].change
    assert change["hostIds"] == ["user_carl"]
    assert change["assignment"] == {
        "hostId": "user_carl",
        "rule": "EQUAL_DISTRIBUTION",
        "because": "1 so far with weight 1; of 2 who were free",
    }
    # Alice has one left, Bob and Carl two each.
    assert host(booking()) == "alice"
    again = booking(start_time=alices.start_time, host_id="alice")
    assert again.status == "CONFIRMED"


def test_when_nobody_can_take_it_over_it_stays(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team()
    uid = booking(start_time="2027-02-01 10:00").uid
    for _ in range(3):
        booking(start_time=TEN)
    before = client.calendar.bookings.get(uid)

    with pytest.raises(errors.SlotTaken, match="none of 3 hosts is free"):
        client.calendar.bookings.reschedule(uid, start_time=TEN, reassign=True)

    assert client.calendar.bookings.get(uid) == before


def test_a_date_of_a_series_goes_to_another_host(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team()
    uid = booking(start_time=TEN, recurring=WEEKLY).uid
    booking(start_time="2027-01-19 10:00", host_id="alice")

    moved = client.calendar.bookings.reschedule(
        uid, date="2027-01-18", start_time="2027-01-19 10:00", reassign=True
    )

    assert [o.host_ids[0] for o in moved.occurrences][:2] == ["user_bob", "user_alice"]
    assert host(moved) == "alice"


# -- series ----------------------------------------------------------------------------


def test_one_host_takes_all_dates_of_a_series(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    team()
    booking(start_time="2027-02-01 10:00", host_id="alice")

    series = booking(start_time=TEN, recurring=WEEKLY)

    assert host(series) == "bob"
    assert reason(client, series)["because"] == "never had one; of 2 who were free"


def test_when_no_host_has_all_dates_nothing_is_booked(
    client: Client, team: TeamMaker, booking: BookingMaker
) -> None:
    """The refusal is about whoever has fewest dates in the way."""
    team(hosts=["alice", "bob"])
    for day in ("18", "25"):
        booking(start_time=f"2027-01-{day} 10:00", host_id="alice")
    blocker = booking(start_time="2027-02-01 10:00", host_id="bob")

    with pytest.raises(errors.SlotTaken) as refusal:
        booking(start_time=TEN, recurring=WEEKLY)

    [conflict] = refusal.value.details["conflicts"]
    assert (conflict["date"], conflict["uid"]) == ("2027-02-01", blocker.uid)
    assert [h["hostId"] for h in refusal.value.details["hosts"]] == [
        *("user_alice", "user_bob")
    ]
    assert len(client.calendar.bookings.list()) == 3


def test_skipping_takes_the_host_with_fewest_dates_in_the_way(
    team: TeamMaker, booking: BookingMaker
) -> None:
    team()
    for day in ("2027-01-18", "2027-01-25"):
        booking(start_time=f"{day} 10:00", host_id="alice")
    for name in ("bob", "carl"):
        booking(start_time="2027-02-01 10:00", host_id=name)

    series = booking(start_time=TEN, recurring=WEEKLY, on_conflict="skip")

    assert host(series) == "bob"
    assert [o.status for o in series.occurrences] == [
        *("CONFIRMED", "CONFIRMED", "CANCELLED")
    ]


# -- listed and bookable ---------------------------------------------------------------

ZONES = (
    *("UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"),
    *("Pacific/Kiritimati", "Pacific/Pago_Pago"),
)


def random_team(client: Client, draw: random.Random) -> EventType:
    """Two or three hosts, each in hours and a zone of their own."""
    names = [f"host{n}" for n in range(draw.choice([2, 3]))]
    for name in names:
        client.calendar.hosts.create(name, name=name)
        begin, length = draw.randrange(0, 40), draw.randrange(6, 30)
        end = min(begin + length, 48)
        window = "-".join(f"{n // 2:02}:{n % 2 * 30:02}" for n in (begin, end))
        open_on(client, name, window, timezone=draw.choice(ZONES))
    fixed = draw.choice(names) if draw.random() < 0.3 else None
    return client.calendar.event_types.create(
        "demo",
        hosts=[{"userId": name, "isFixed": name == fixed} for name in names],
        scheduling_type=draw.choice(["ROUND_ROBIN", "ROUND_ROBIN", "COLLECTIVE"]),
        round_robin=draw.choice([None, "AVAILABILITY_FIRST"]),
        duration=draw.choice([30, 60]),
        slot_interval=draw.choice([None, 30]),
        buffer_after=draw.choice([0, 15]),
        minimum_notice=draw.choice([0, 300]),
        slots_per_day=draw.choice([None, 3]),
        seats=draw.choice([None, None, 2]),
    )


def is_bookable(client: Client, start: datetime) -> bool:
    try:
        client.calendar.bookings.create(
            event_type_id="demo", start_time=start, attendee=ADA, dry_run=True
        )
    except (errors.Conflict, errors.RuleError):
        return False
    return True


@pytest.mark.parametrize("seed", range(8))
def test_what_is_listed_for_a_team_can_be_booked_and_nothing_else_on_the_grid(
    seed: int, clock: Clock
) -> None:
    draw = random.Random(seed)
    with Client(":memory:", clock=clock) as client:
        random_team(client, draw)
        bob = {"name": "Bob", "email": "bob@example.com"}
        create, get = client.calendar.bookings.create, client.calendar.availability.get
        for _ in range(6):
            free = get(event_type_id="demo", start_date=MONDAY)
            if free:
                start = draw.choice(free[:20]).start_time
                create(event_type_id="demo", start_time=start, attendee=bob)
                bob = {**bob, "email": f"b{draw.random()}@example.com"}

        listed = get(
            event_type_id="demo", start_date=MONDAY, end_date=MONDAY + 60 * HALF
        )

        # Every schedule's grid steps by half hours, in each of these zones.
        grid = [MONDAY + n * HALF for n in range(60)]
        bookable = [start for start in grid if is_bookable(client, start)]
        starts = [slot.starts_at.astimezone(UTC) for slot in listed]
        assert set(starts) <= set(bookable)
        if client.calendar.event_types.get("demo").slot_interval == 30:
            assert starts == bookable


@pytest.mark.parametrize(
    ("first", "second", "window"),
    [
        pytest.param("Kiritimati", "Pago_Pago", "23:00-24:00", id="behind"),
        pytest.param("Pago_Pago", "Kiritimati", "00:00-01:00", id="ahead"),
    ],
)
def test_a_host_whose_date_is_two_days_off_is_listed(
    client: Client, team: TeamMaker, first: str, second: str, window: str
) -> None:
    """From 10:00 to 11:00 in UTC; the day's first or last hour was left out."""
    open_on(client, "alice", "12:00-13:00", timezone=f"Pacific/{first}")
    open_on(client, "bob", window, timezone=f"Pacific/{second}")
    team(schedule_id=None, hosts=["alice", "bob"])

    free = client.calendar.availability.get(
        event_type_id="demo",
        start_date="2027-01-18T10:00:00Z",
        end_date="2027-01-18T10:45:00Z",
    )

    assert [slot.host_id for slot in free] == ["user_bob", "user_bob"]


@pytest.mark.parametrize("needs", [["r1"], ["r1", "r2"]], ids=["one", "a-choice"])
def test_where_all_take_it_the_first_leads_whoever_is_asked_for(
    client: Client, team: TeamMaker, needs: list[str]
) -> None:
    """With a choice of rooms, who was asked for led a booking, and not its listing."""
    for name in ("r1", "r2"):
        client.calendar.resources.create(name)
    team(scheduling_type="COLLECTIVE", needs=[{"count": 1, "of": needs}])
    asked = {"event_type_id": "demo", "host_id": "bob"}

    slots = client.calendar.availability.get(**asked, start_date="2027-01-18", days=1)
    explained = client.calendar.availability.explain(**asked, start_time=TEN)
    booked = client.calendar.bookings.create(**asked, start_time=TEN, attendee=ADA)

    assert {slot.host_id for slot in slots} == {"user_alice"}
    assert explained.host_id == booked.host_id == "user_alice"
    assert hosts(booked) == ["alice", "bob", "carl"]
