"""What `slots` lists can be booked, and what can be booked on the grid is listed.

Random schedules and zones near a change of the clocks, event types of every kind,
bookings, groups, series, busy time and clocks. Each start is tried by booking it, as a
dry run; the grid is worked out minute by minute.

`CALBOOK_TORTURE=n` tries n times as many worlds, and other ones each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from support.properties import examples

from calbook import Booking, Client, Slot
from calbook.core.errors import Conflict, RuleError
from services.test_decision import (
    CHANGES,
    DAY,
    RULES,
    Rules,
    Windows,
    availability,
    begins_anew,
    first_shown,
    hours,
    instant,
    minute,
    nights,
    open_minutes,
    wall_clock,
)

HOSTS = ("alice", "bob", "carol")
ALGORITHMS = (
    *("LEAST_RECENT", "EQUAL_DISTRIBUTION", "AVAILABILITY_FIRST", "PRIORITY"),
)
# Rooms with the persons that they hold, and whose hours they have.
ROOMS = {"room1": (None, None), "room2": (2, None), "room3": (None, "bob")}
Set = tuple[int, tuple[str, ...]]
NEEDS_OF_HOSTS: tuple[tuple[Set, ...], ...] = (
    ((2, HOSTS),),
    ((1, ("alice", "bob")), (1, ("bob", "carol"))),
    ((1, ("carol",)), (1, HOSTS)),
)
NEEDS_OF_ROOMS: tuple[tuple[Set, ...], ...] = (
    ((1, ("room1",)),),
    ((1, ("room2", "room1")),),
    ((2, ("room1", "room2", "room3")),),
    ((1, ("room3", "room1")), (1, ("room1", "room2"))),
)
NEAR = 600  # minutes before and after the change that are listed


class Kind(NamedTuple):
    """An event type: whose time it takes, by which rules."""

    rules: Rules
    scheduling: str
    hosts: tuple[tuple[str, int, bool, int], ...]  # id, weight, fixed, priority
    algorithm: str
    seats: int | None
    schedule: str | None
    host_needs: tuple[Set, ...] = ()
    rooms: tuple[Set, ...] = ()

    def fields(self) -> dict[str, Any]:
        is_team = self.scheduling == "ROUND_ROBIN"
        hosts = [
            {"userId": id, "weight": weight, "isFixed": fixed, "priority": priority}
            for id, weight, fixed, priority in self.hosts
        ]
        return {
            **self.rules.fields(),
            "scheduling_type": self.scheduling,
            **({} if self.host_needs else {"hosts": hosts}),
            "needs": [
                f"{number} of {','.join(ids)} by {self.algorithm}"
                for number, ids in (*self.rooms, *self.host_needs)
            ],
            "round_robin": {"algorithm": self.algorithm} if is_team else None,
            "seats": self.seats,
            "schedule_id": self.schedule,
        }


class Order(NamedTuple):
    """A booking that is there already, made by the host past all rules but overlap."""

    kind: int
    start: int
    person: int
    dates: int
    is_cancelled: bool
    drops_in: bool  # somebody, on the last date of a series
    is_absent: bool  # who booked, on the first one


class Away(NamedTuple):
    """Time that a host has no part in, in minutes."""

    host: str
    start: int
    length: int


class Scene(NamedTuple):
    change: int
    schedules: tuple[Windows, ...]
    kinds: tuple[Kind, ...]
    orders: tuple[Order, ...]
    away: tuple[Away, ...]
    now: int  # seconds


STARTS = st.integers(-NEAR // 15, NEAR // 15).map(lambda n: n * 15)


@st.composite
def kinds(draw: st.DrawFn) -> Kind:
    scheduling = draw(st.sampled_from(["SINGLE", "ROUND_ROBIN", "COLLECTIVE"]))
    some = draw(st.permutations(HOSTS))
    number = 1 if scheduling == "SINGLE" else draw(st.integers(1, 3))
    sets = draw(st.sampled_from([(), (), *NEEDS_OF_HOSTS]))
    if sets:
        named = tuple(dict.fromkeys(host for _, ids in sets for host in ids))
        some, number = named, len(named)
    return Kind(
        rules=draw(RULES),
        scheduling=scheduling,
        hosts=tuple(
            (
                host,
                draw(st.integers(1, 3)),
                scheduling == "ROUND_ROBIN"
                and n > 0
                and not sets
                and draw(st.booleans()),
                draw(st.integers(0, 2)),
            )
            for n, host in enumerate(some[:number])
        ),
        algorithm=draw(st.sampled_from(ALGORITHMS)),
        seats=draw(st.sampled_from([None, None, 1, 2, 3])),
        schedule=draw(st.sampled_from([None, None, "alice"])),
        host_needs=sets,
        rooms=draw(st.sampled_from([(), *NEEDS_OF_ROOMS])),
    )


@st.composite
def scenes(draw: st.DrawFn, *, is_of_moves: bool = False) -> Scene:
    """Where bookings are to be moved, all are of the first kind and most to come."""
    zone, at = draw(st.sampled_from(CHANGES))
    change = minute(at)
    least = change - DAY if is_of_moves else change - 2 * DAY
    latest = change - NEAR if is_of_moves else change + NEAR // 2
    order = st.builds(
        Order,
        kind=st.just(0) if is_of_moves else st.integers(0, 1),
        start=STARTS.map(lambda n: change + n),
        person=st.integers(0, 3),
        dates=st.sampled_from([1, 1, 2, 3] if is_of_moves else [1, 1, 1, 2]),
        is_cancelled=st.sampled_from([False, False, False, True]),
        drops_in=st.booleans(),
        is_absent=st.booleans(),
    )
    away = st.builds(
        Away,
        host=st.sampled_from([*HOSTS, "res_room1", "res_room3"]),
        start=STARTS.map(lambda n: change + n),
        length=st.sampled_from([1, 20, 60, 300, 5 * DAY]),
    )
    return Scene(
        change=change,
        schedules=tuple(draw(hours([zone, zone, "UTC"])) for _ in HOSTS),
        kinds=tuple(draw(kinds()) for _ in range(2)),
        orders=tuple(draw(st.lists(order, min_size=3 * is_of_moves, max_size=9))),
        away=tuple(draw(st.lists(away, max_size=3))),
        now=draw(st.integers(least * 60, latest * 60)),
    )


class Stage:
    """A file with all that a scene has, and one of its event types to be booked."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.kind = scene.kinds[0]
        self.now = instant((scene.change - 3 * DAY) * 60)
        self.client = Client(":memory:", clock=lambda: self.now)
        calendar = self.client.calendar
        for host, windows in zip(HOSTS, scene.schedules, strict=True):
            calendar.schedules.create(host, **availability(windows, scene.change))
            calendar.hosts.create(host, name=host, schedule_id=host)
        for room, (capacity, hours_of) in ROOMS.items():
            calendar.resources.create(room, capacity=capacity, schedule_id=hours_of)
        for n, kind in enumerate(scene.kinds):
            calendar.event_types.create(f"kind_{n}", **kind.fields())
        for order in scene.orders:
            self._take(order)
        for host, start, length in scene.away:
            calendar.busy.add(
                host_id=host,
                start_time=instant(start * 60),
                end_time=instant((start + length) * 60),
            )
        self.now = instant(scene.now)

    def _take(self, order: Order) -> None:
        try:
            booking = self.client.calendar.bookings.create(
                **self._wanted(order.kind, instant(order.start * 60), order.dates),
                attendee={"name": "A", "email": f"person{order.person}@example.com"},
                by="host",
                override=["hours", "notice", "advance", "per-day", "questions"],
            )
            if booking.recurring and self.scene.kinds[order.kind].seats:
                self._change_dates(booking, order)
            if order.is_cancelled:
                dates = {"all": True} if order.dates > 1 else {}
                self.client.calendar.bookings.cancel(
                    booking.uid, cancelled_by="host", **dates
                )
        except (RuleError, Conflict):
            return

    def _change_dates(self, booking: Booking, order: Order) -> None:
        bookings, name = self.client.calendar.bookings, f"person{order.person}"
        first, last = (booking.occurrences[n].date for n in (0, -1))
        if order.is_absent:
            bookings.remove_attendee(
                booking.uid, email=f"{name}@example.com", on=first, by="host"
            )
        if order.drops_in:
            bookings.add_attendee(
                booking.uid, email=f"{name}.too@example.com", on=last, by="host"
            )

    def _wanted(self, kind: int, start: datetime, dates: int) -> dict[str, Any]:
        wanted: dict[str, Any] = {"event_type_id": f"kind_{kind}", "start_time": start}
        if self.scene.kinds[kind].rules.asks:
            wanted["responses"] = {"size": "XL"}
        if dates > 1:
            wanted["recurring"] = {"frequency": "DAILY", "count": dates}
        return wanted

    def listed(self, **wanted: Any) -> dict[datetime, Slot]:
        found = self.client.calendar.availability.get(
            event_type_id="kind_0",
            start_date=instant((self.scene.change - NEAR) * 60),
            end_date=instant((self.scene.change + NEAR) * 60),
            **wanted,
        )
        assert [s.starts_at for s in found] == sorted({s.starts_at for s in found})
        return {slot.starts_at: slot for slot in found}

    def tried(
        self, start: datetime, host: str | None = None, dates: int = 1
    ) -> Booking | None:
        """The booking that this start would become, or None."""
        try:
            return self.client.calendar.bookings.create(
                **self._wanted(0, start, dates),
                attendee={"name": "N", "email": "nobody.yet@example.com"},
                host_id=host,
                dry_run=True,
            )
        except (RuleError, Conflict):
            return None

    def seats(self, booking: Booking) -> int:
        """How many fit into a group, and into the rooms that it has."""
        held = (ROOMS[id.removeprefix("res_")][0] for id in booking.resource_ids)
        seats = self.kind.seats
        assert seats is not None
        return min([seats, *(number for number in held if number is not None)])

    def edit(self, kind: Kind) -> None:
        """What is booked becomes another thing; its bookings stay as they are."""
        self.client.calendar.event_types.update("kind_0", **kind.fields())
        self.kind = kind

    def moved(self, booking: Booking, start: datetime, **dates: Any) -> bool:
        try:
            self.client.calendar.bookings.reschedule(
                booking.uid, start_time=start, by="host", dry_run=True, **dates
            )
        except (RuleError, Conflict):
            return False
        return True

    def grid(self, asked_for: str | None = None) -> Iterator[datetime]:
        """Every start on the grid of the first host of those who would take it."""
        ids = [host for host, *_ in self.kind.hosts]
        fixed = [host for host, _, is_fixed, _ in self.kind.hosts if is_fixed]
        if self.kind.host_needs:
            number, ids = self.kind.host_needs[0][0], [*self.kind.host_needs[0][1]]
            asked = [host for host in ids if host == asked_for]
            first = asked or ids if number < len(ids) else ids[:1]
        elif self.kind.scheduling == "ROUND_ROBIN":
            rotating = [host for host in ids if host not in fixed]
            first = [h for h in rotating if asked_for in (None, h, *fixed)]
        else:
            first = ids[:1]
        for host in first:
            yield from self.grid_of(host, self.kind.rules.duration)

    def grid_of(self, host: str, length: int) -> Iterator[datetime]:
        """Every start on one host's grid at which a meeting of a length is open."""
        key = self.kind.schedule or host
        windows = self.scene.schedules[HOSTS.index(key)]
        yield from map(instant, sorted(self._grid_of(windows, length)))

    def _grid_of(self, windows: Windows, length: int) -> Iterator[int]:
        change, rules = self.scene.change, self.kind.rules
        minutes = open_minutes(windows, change)
        midnights = {
            m
            for wall, m in first_shown(windows.zone, change).items()
            if wall.date() != wall_clock(windows.zone, change).get(m - 1, wall).date()
        }
        across = nights(windows, change)
        anew = {begins_anew(m, across) for m in midnights}
        begin = 0
        for m in sorted(minutes):
            if m - 1 not in minutes or m in anew:
                begin = m
            is_on_grid = (m - begin) % (rules.slot_interval or rules.duration) == 0
            is_open = minutes.issuperset(range(m, m + length))
            if is_on_grid and is_open and abs(m - change) < NEAR:
                yield m * 60


@examples(50)
@given(scenes(), st.booleans())
def test_what_is_listed_can_be_booked_and_nothing_else_on_the_grid(
    scene: Scene, asks_for_a_host: bool
) -> None:
    stage = Stage(scene)
    host = scene.kinds[0].hosts[-1][0] if asks_for_a_host else None
    with stage.client:
        listed = stage.listed(host_id=host)

        for start, slot in listed.items():
            booked = stage.tried(start, host)
            assert booked is not None, start
            assert booked.host_id == slot.host_id
            if slot.seats_left is not None:
                assert len(booked.guests) + slot.seats_left == stage.seats(booked)
        for start in stage.grid(host):
            assert start in listed or stage.tried(start, host) is None, start


@examples(25)
@given(scenes(), st.sampled_from([2, 3]))
def test_where_a_series_is_listed_all_of_it_can_be_booked(
    scene: Scene, dates: int
) -> None:
    stage = Stage(scene)
    with stage.client:
        listed = stage.listed(recurring={"frequency": "DAILY", "count": dates})

        for start, slot in listed.items():
            booked = stage.tried(start, dates=dates)
            assert booked is not None, start
            assert booked.host_id == slot.host_id
            if slot.seats_left is not None:
                fullest = max(o.seats_taken or 0 for o in booked.occurrences)
                assert fullest - 1 + slot.seats_left == stage.seats(booked)
        for start in stage.grid():
            assert start in listed or stage.tried(start, dates=dates) is None, start


@examples(25)
@given(scenes(is_of_moves=True), st.none() | kinds(), st.booleans())
def test_a_booking_can_be_moved_to_where_that_is_listed_and_nowhere_else(
    scene: Scene, edited: Kind | None, moves_one_date: bool
) -> None:
    """The list had the event type's present length and hosts, moving the booking's."""
    stage = Stage(scene)
    with stage.client:
        found = stage.client.calendar.bookings.list(
            event_type_id="kind_0", status=["PENDING", "CONFIRMED"], count=None
        )
        if edited is not None:
            stage.edit(edited)
        for booking in found[:2]:
            dates: dict[str, Any] = {}
            excluded: dict[str, Any] = {"exclude_booking_uid": booking.uid}
            to_come = [o for o in booking.occurrences if o.starts_at > stage.now]
            if booking.recurring is not None:
                if not to_come:
                    continue
                dates = {"all": True}
                if moves_one_date:
                    dates = {"date": to_come[-1].date}
                    excluded["exclude_date"] = to_come[-1].date
            here = to_come[-1 if "date" in dates else 0] if to_come else booking
            length = int((here.ends_at - here.starts_at).total_seconds()) // 60
            host = booking.host_id.removeprefix("user_")

            listed = stage.listed(**excluded)

            assert {slot.host_id for slot in listed.values()} <= {booking.host_id}
            for start in {*listed, *stage.grid_of(host, length)} - {here.starts_at}:
                assert stage.moved(booking, start, **dates) == (start in listed), start


def test_a_group_that_is_a_series_of_one_is_no_start_to_join() -> None:
    """Its start was listed, and booking it met a slot that was taken."""
    with Client(":memory:", clock=lambda: instant(0)) as client:
        always = [
            {"day": day, "startTime": "00:00", "endTime": "24:00"}
            for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
        ]
        client.calendar.schedules.create("all", timezone="UTC", availability=always)
        client.calendar.event_types.create(
            "yoga", duration=60, seats=3, schedule_id="all"
        )
        client.calendar.bookings.create(
            event_type_id="yoga",
            start_time="1970-01-05T10:00Z",
            attendee={"name": "Ada", "email": "ada@example.com"},
            recurring={"frequency": "DAILY", "count": 1},
        )

        found = client.calendar.availability.get(
            event_type_id="yoga", start_date="1970-01-05T09:00Z", days=1, count=2
        )

    assert [slot.starts_at for slot in found] == [
        datetime.fromisoformat("1970-01-05T09:00Z"),
        datetime.fromisoformat("1970-01-05T11:00Z"),
    ]
