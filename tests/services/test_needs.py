"""What bookings need, against a slow second implementation that tries all ways."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.properties import examples

from calbook import Client, errors

HOSTS = ("user_alice", "user_bob", "user_carol")
ROOMS = ("res_room1", "res_room2", "res_room3")
START = datetime(2027, 1, 18, tzinfo=UTC)  # a Monday
HOURS = range(9, 13)  # in which hosts are open, and meetings of an hour begin
SERIES = 2  # days in a row


class Need(NamedTuple):
    number: int
    ids: tuple[str, ...]


class World(NamedTuple):
    needs: tuple[Need, ...]
    busy: frozenset[tuple[str, int, int]]  # who, on which day, at which hour
    earlier: tuple[tuple[int, int], ...]  # bookings made before: day and hour
    room_hours: int  # the last hour at which the first room can be had


def sets_of(
    ids: tuple[str, ...], least: int, most: int
) -> st.SearchStrategy[tuple[Need, ...]]:
    need = st.sets(st.sampled_from(ids), min_size=1, max_size=3).flatmap(
        lambda some: st.builds(
            Need, st.integers(1, min(2, len(some))), st.just(tuple(sorted(some)))
        )
    )
    return st.lists(need, min_size=least, max_size=most).map(tuple).filter(can_be_met)


def ways(needs: tuple[Need, ...], free: frozenset[str]) -> set[frozenset[str]]:
    """All who could be taken together, each once."""
    each = (combinations([m for m in n.ids if m in free], n.number) for n in needs)
    flat = ([id for some in way for id in some] for way in product(*each))
    return {frozenset(way) for way in flat if len(way) == len(set(way))}


def can_be_met(needs: tuple[Need, ...]) -> bool:
    return bool(ways(needs, frozenset((*HOSTS, *ROOMS))))


WORLDS = st.builds(
    World,
    needs=st.tuples(sets_of(HOSTS, 1, 2), sets_of(ROOMS, 0, 2)).map(
        lambda both: (*both[0], *both[1])
    ),
    busy=st.frozensets(
        st.tuples(
            st.sampled_from((*HOSTS, *ROOMS)),
            st.integers(0, 2),
            st.sampled_from(HOURS),
        ),
        max_size=12,
    ),
    earlier=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(HOURS)), max_size=3
    ).map(tuple),
    room_hours=st.sampled_from([10, 24]),
)


def at(day: int, hour: int) -> datetime:
    return START + timedelta(days=day, hours=hour)


class Stage:
    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Client(":memory:", clock=lambda: START - timedelta(days=1))
        calendar = self.client.calendar
        self._hours("open", 9, 13)
        self._hours("short", 0, world.room_hours)
        for id in HOSTS:
            calendar.hosts.create(id, schedule_id="open", timezone="UTC")
        for n, id in enumerate(ROOMS):
            calendar.resources.create(id, schedule_id=None if n else "short")
        calendar.event_types.create(
            "class",
            duration=60,
            needs=[{"count": n.number, "of": n.ids} for n in world.needs],
        )
        for who, day, hour in world.busy:
            calendar.busy.add(
                host_id=who, start_time=at(day, hour), end_time=at(day, hour + 1)
            )
        self.taken = {(who, day, hour) for who, day, hour in world.busy}
        for day, hour in world.earlier:
            if ways(world.needs, self.free(day, hour)):
                booked = self.book(day, hour)
                members = (*booked.host_ids, *booked.resource_ids)
                self.taken |= {(who, day, hour) for who in members}

    def _hours(self, id: str, start: int, end: int) -> None:
        days = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY")
        self.client.calendar.schedules.create(
            id,
            timezone="UTC",
            availability=[
                {"day": d, "startTime": f"{start:02}:00", "endTime": f"{end:02}:00"}
                for d in days
            ],
        )

    def free(self, *dates: int) -> frozenset[str]:
        """Who is free for an hour on one day, or on several at the same hour."""
        *days, hour = dates
        return frozenset(
            who
            for who in (*HOSTS, *ROOMS)
            if all((who, day, hour) not in self.taken for day in days)
            and (who != ROOMS[0] or hour < self.world.room_hours)
        )

    def book(self, day: int, hour: int, **more: Any) -> Any:
        return self.client.calendar.bookings.create(
            event_type_id="class",
            start_time=at(day, hour),
            attendee={"name": "Ada", "email": "ada@example.com"},
            **more,
        )

    def listed(self, **more: Any) -> dict[tuple[int, int], str]:
        found = self.client.calendar.availability.get(
            event_type_id="class", start_date=START, days=3, **more
        )
        return {
            ((s.starts_at - START).days, s.starts_at.hour): s.host_id for s in found
        }


def every_start(days: int) -> Iterator[tuple[int, int]]:
    return product(range(days), HOURS)


@examples(60)
@given(WORLDS, st.none() | st.sampled_from((*HOSTS, *ROOMS)))
def test_a_start_is_free_where_some_combination_is(
    world: World, asked: str | None
) -> None:
    stage = Stage(world)
    if asked not in {id for need in world.needs for id in need.ids}:
        asked = None
    key = "resource_id" if asked in ROOMS else "host_id"
    with stage.client:
        listed = stage.listed(**{key: asked})

        for start in every_start(3):
            every = ways(world.needs, stage.free(*start))
            fitting = {way for way in every if asked is None or asked in way}
            assert (start in listed) == bool(fitting), start
            if fitting:
                booked = stage.book(*start, dry_run=True, **{key: asked})
                taken = frozenset((*booked.host_ids, *booked.resource_ids))
                assert taken in fitting
                assert booked.host_id == listed[start]


@examples(40)
@given(WORLDS)
def test_a_series_has_the_same_people_and_things_on_all_dates(world: World) -> None:
    stage = Stage(world)
    daily = {"frequency": "DAILY", "count": SERIES}
    with stage.client:
        listed = stage.listed(recurring=daily)

        for day, hour in every_start(2):
            free = stage.free(day, day + 1, hour)
            every = ways(world.needs, free)
            assert ((day, hour) in listed) == bool(every), (day, hour)
            if every:
                booked = stage.book(day, hour, recurring=daily, dry_run=True)
                assert {*booked.host_ids, *booked.resource_ids} in every
            else:
                _check_skipped(stage, day, hour, daily)


def _check_skipped(stage: Stage, day: int, hour: int, rule: dict[str, Any]) -> None:
    """With conflicts skipped, as many dates as any combination has."""
    each = [ways(stage.world.needs, stage.free(d, hour)) for d in (day, day + 1)]
    if not any(each):
        return
    booked = stage.book(day, hour, recurring=rule, on_conflict="skip", dry_run=True)
    assert [o.status.name for o in booked.occurrences].count("CONFIRMED") == 1


def test_who_is_asked_for_and_free_is_not_enough_where_two_are_needed(
    client: Client, event_type: Any
) -> None:
    calendar = client.calendar
    for host in ("alice", "bob", "carol"):
        calendar.hosts.create(host)
    event_type("pair", needs=["2 of alice,bob,carol"])
    at = {"start_time": "2027-01-18 10:00"}
    for host in ("alice", "bob"):
        event_type(f"of_{host}", hosts=[host])
        calendar.bookings.create(
            **at,
            event_type_id=f"of_{host}",
            attendee={"name": host, "email": f"{host}@example.com"},
        )

    with pytest.raises(errors.SlotTaken, match="1 of 3 hosts can be had, 2 are needed"):
        calendar.bookings.create(
            **at,
            event_type_id="pair",
            host_id="carol",
            attendee={"name": "Ada", "email": "ada@example.com"},
        )
    assert not calendar.availability.explain(
        **at, event_type_id="pair", host_id="carol"
    ).bookable
