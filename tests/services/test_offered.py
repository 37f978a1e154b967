"""What `slots` lists can be booked, and what can be booked on the grid is listed.

Random schedules and zones near a change of the clocks, event types of every kind,
bookings, groups, series, busy time and clocks. Each start is tried by booking it, as a
dry run; the grid is worked out minute by minute.

`CALBOOK_TORTURE=n` tries n times as many worlds, and other ones each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from support.properties import examples

from calbook import Booking, Client, Slot
from calbook.core.errors import BadInput, Conflict, RuleError
from services.test_decision import (
    CHANGES,
    DAY,
    NAMES,
    PLANS,
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
    spelt,
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
    more_lengths: tuple[int, ...] = ()
    first: str | None = None  # dates, both included
    last: str | None = None
    weekly: tuple[list[tuple[int, int]], ...] | None = None  # hours of its own
    limits: tuple[str, ...] = ()
    row: tuple[int, int] | None = None  # how many in a row, and the break in minutes
    per_person: tuple[str, ...] = ()
    no_double: bool = False

    @property
    def lengths(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys((self.rules.duration, *self.more_lengths)))

    def fields(self) -> dict[str, Any]:
        is_team = self.scheduling == "ROUND_ROBIN"
        hosts = [
            {"userId": id, "weight": weight, "isFixed": fixed, "priority": priority}
            for id, weight, fixed, priority in self.hosts
        ]
        return {
            **{k: v for k, v in self.rules.fields().items() if k != "slots_per_day"},
            "durations": self.lengths,
            "first_date": self.first,
            "last_date": self.last,
            "availability": self.weekly
            and [
                {"day": name, **spelt(window)}
                for name, plan in zip(NAMES, self.weekly, strict=True)
                for window in plan
            ],
            "scheduling_type": self.scheduling,
            **({} if self.host_needs else {"hosts": hosts}),
            "needs": [
                f"{number} of {','.join(ids)} by {self.algorithm}"
                for number, ids in (*self.rooms, *self.host_needs)
            ],
            "round_robin": {"algorithm": self.algorithm} if is_team else None,
            "seats": self.seats,
            "schedule_id": self.schedule,
            "limits": [*self.limits, *self._daily()],
            "max_in_a_row": self.row and self.row[0],
            "break_after": self.row and self.row[1],
            "per_person": list(self.per_person),
            "no_double": self.no_double,
        }

    def _daily(self) -> list[str]:
        """What else `slots_per_day` says, which is one of the limits."""
        most = self.rules.slots_per_day
        counts = {"1/day", "2/day"} & set(self.limits)
        return [] if most is None or counts else [f"{most}/day"]


class Order(NamedTuple):
    """A booking that is there already, made by the host past all rules but overlap."""

    kind: int
    start: int
    person: int
    dates: int
    is_cancelled: bool
    length: int  # which of the event type's
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
    limits: tuple[tuple[str, ...], ...]  # of each host
    zones: tuple[str, ...]


STARTS = st.integers(-NEAR // 15, NEAR // 15).map(lambda n: n * 15)


OWN_HOURS = st.lists(PLANS, min_size=7, max_size=7).filter(any).map(tuple)
LIMITS = st.lists(
    st.sampled_from(
        ["1/day", "2/day", "90m/day", "2h/day", "2/week", "3h/week", "3/month"]
    ),
    max_size=1,
).map(tuple)
ROWS = st.none() | st.tuples(st.integers(1, 3), st.sampled_from([1, 15, 45, 1440]))


@st.composite
def kinds(draw: st.DrawFn, change: int) -> Kind:
    day = datetime.fromtimestamp(change * 60, UTC).date()
    first, last = sorted(
        (day + timedelta(days=draw(st.sampled_from([-1, 0, 1])))).isoformat()
        for _ in range(2)
    )
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
        more_lengths=draw(st.sampled_from([(), (), (20,), (75, 15)])),
        first=draw(st.sampled_from([None, None, None, first])),
        last=draw(st.sampled_from([None, None, None, last])),
        weekly=draw(st.none() | OWN_HOURS),
        limits=draw(LIMITS),
        row=draw(ROWS),
        per_person=draw(LIMITS),
        no_double=draw(st.booleans()),
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
        length=st.integers(0, 2),
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
        kinds=tuple(draw(kinds(change)) for _ in range(2)),
        orders=tuple(draw(st.lists(order, min_size=3 * is_of_moves, max_size=9))),
        away=tuple(draw(st.lists(away, max_size=3))),
        now=draw(st.integers(least * 60, latest * 60)),
        limits=tuple(draw(LIMITS) for _ in HOSTS),
        zones=tuple(draw(st.sampled_from([zone, "UTC"])) for _ in HOSTS),
    )


class Stage:
    """A file with all that a scene has, and one of its event types to be booked."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.kind = scene.kinds[0]
        self.now = instant((scene.change - 3 * DAY) * 60)
        self.client = Client(":memory:", clock=lambda: self.now)
        calendar = self.client.calendar
        for n, (host, windows) in enumerate(zip(HOSTS, scene.schedules, strict=True)):
            calendar.schedules.create(host, **availability(windows, scene.change))
            calendar.hosts.create(
                *(host,),
                name=host,
                schedule_id=host,
                timezone=scene.zones[n],
                limits=scene.limits[n],
            )
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
        lengths = self.scene.kinds[order.kind].lengths
        try:
            booking = self.client.calendar.bookings.create(
                **self._wanted(order.kind, instant(order.start * 60), order.dates),
                duration=lengths[order.length % len(lengths)],
                attendee={"name": "A", "email": f"person{order.person}@example.com"},
                by="host",
                override=[
                    "hours",
                    "dates",
                    "notice",
                    "advance",
                    "per-day",
                    "questions",
                    "limit",
                ],
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
        except BadInput as refusal:
            if refusal.details["field"] != "duration":  # a group of another length
                raise

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
        self,
        start: datetime,
        host: str | None = None,
        dates: int = 1,
        duration: int | None = None,
    ) -> Booking | None:
        """The booking that this start would become, or None."""
        try:
            return self.client.calendar.bookings.create(
                **self._wanted(0, start, dates),
                attendee={"name": "N", "email": "nobody.yet@example.com"},
                host_id=host,
                duration=duration,
                dry_run=True,
            )
        except (RuleError, Conflict):
            return None
        except BadInput as refusal:
            if duration is None or refusal.details["field"] != "duration":
                raise
            return None  # a group of another length

    def seats(self, booking: Booking) -> int:
        """How many fit into a group, and into the rooms that it has."""
        held = (ROOMS[id.removeprefix("res_")][0] for id in booking.resource_ids)
        seats = self.kind.seats
        assert seats is not None
        return min([seats, *(number for number in held if number is not None)])

    def refused(self, start: datetime) -> set[str]:
        """The codes of all rules that refuse a start."""
        found = self.client.calendar.availability.explain(
            event_type_id="kind_0", start_time=start
        )
        names = {"host_limit": "limit_reached", "max_in_a_row": "limit_reached"}
        return {names.get(r.rule, r.rule) for r in found.rules if not r.passed}

    def has_room(self, start: datetime, host: str) -> bool:
        """Whether limits and breaks allow a start, of a kind that is one host's.

        Day by day and booking by booking: no periods, ranges or SQL.
        """
        end = start + timedelta(minutes=self.kind.rules.duration)
        number = HOSTS.index(host)
        booked = [
            (booking.event_type_id, meeting.starts_at, meeting.ends_at)
            for booking in self.client.calendar.bookings.list(
                host_id=f"user_{host}", count=None
            )
            for meeting in booking.occurrences
            if meeting.status in ("CONFIRMED", "COMPLETED", "NO_SHOW")
            or (meeting.status == "PENDING" and meeting.starts_at > self.now)
        ]
        mine = [(b, e) for kind, b, e in booked if kind == "evt_kind_0"]
        every = [(b, e) for _, b, e in booked]
        zone = self.scene.schedules[HOSTS.index(self.kind.schedule or host)].zone
        return (
            _fits(self.kind.fields()["limits"], zone, mine, start, end)
            and _fits(
                self.scene.limits[number], self.scene.zones[number], every, start, end
            )
            and self._has_break(every, start, end)
        )

    def _has_break(
        self, every: list[tuple[datetime, datetime]], start: datetime, end: datetime
    ) -> bool:
        if self.kind.row is None:
            return True
        most, pause = self.kind.row
        row, grows = {(start, end)}, True
        while grows:
            near = {
                (b, e)
                for b, e in every
                if (b, e) not in row
                and any(
                    b - late < timedelta(minutes=pause)
                    and early - e < timedelta(minutes=pause)
                    for early, late in row
                )
            }
            row, grows = row | near, bool(near)
        return len(row) <= most

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

    def grid(
        self, asked_for: str | None = None, length: int | None = None
    ) -> Iterator[datetime]:
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
        zone = self._windows(ids[0]).zone
        for host in first:
            yield from self.grid_of(host, length or self.kind.rules.duration, zone)

    def grid_of(self, host: str, length: int, zone: str) -> Iterator[datetime]:
        """Every start on one host's grid at which a meeting of a length is open.

        The event type's own hours are in the zone of its bookings.
        """
        every = [self._windows(host)]
        if self.kind.weekly is not None:
            every.append(Windows(zone, list(self.kind.weekly), {}))
        yield from map(instant, sorted(self._grid_of(every, length)))

    def _windows(self, host: str) -> Windows:
        return self.scene.schedules[HOSTS.index(self.kind.schedule or host)]

    def _grid_of(self, every: list[Windows], length: int) -> Iterator[int]:
        change = self.scene.change
        step = self.kind.rules.slot_interval or min(self.kind.lengths)
        windows = every[0]
        minutes = set.intersection(*(open_minutes(each, change) for each in every))
        midnights = {
            m
            for wall, m in first_shown(windows.zone, change).items()
            if wall.date() != wall_clock(windows.zone, change).get(m - 1, wall).date()
        }
        across = [night for each in every for night in nights(each, change)]
        # Hours that begin at midnight begin the grid, whichever night goes on behind.
        anew = {begins_anew(m, across) for m in midnights if m - 1 in minutes}
        begin = 0
        for m in sorted(minutes):
            if m - 1 not in minutes or m in anew:
                begin = m
            is_on_grid = (m - begin) % step == 0
            is_open = minutes.issuperset(range(m, m + length))
            if is_on_grid and is_open and abs(m - change) < NEAR:
                yield m * 60


def _fits(
    limits: Sequence[str],
    zone: str,
    booked: list[tuple[datetime, datetime]],
    start: datetime,
    end: datetime,
) -> bool:
    """Whether a meeting fits beside others into all limits."""
    for limit in limits:
        most, period = limit.split("/")
        show = {"day": "%x", "week": "%G %V", "month": "%Y %m"}[period]
        when = start.astimezone(ZoneInfo(zone)).strftime(show)
        there = [
            (b, e)
            for b, e in [*booked, (start, end)]
            if b.astimezone(ZoneInfo(zone)).strftime(show) == when
        ]
        if most.isdigit():
            if len(there) > int(most):
                return False
        else:
            minutes = sum((e - b).total_seconds() / 60 for b, e in there)
            if minutes > int(most[:-1]) * {"h": 60, "m": 1}[most[-1]]:
                return False
    return True


@examples(50)
@given(scenes())
def test_limits_and_breaks_are_what_they_are_in_slow_counting(scene: Scene) -> None:
    """Of one host's kind of meeting: what limits alone refuse, and what they let by."""
    first = scene.kinds[0]._replace(
        scheduling="SINGLE",
        hosts=scene.kinds[0].hosts[:1],
        seats=None,
        host_needs=(),
        rooms=(),
    )
    stage = Stage(scene._replace(kinds=(first, *scene.kinds[1:])))
    host = first.hosts[0][0]
    with stage.client:
        listed = stage.listed()
        for start in {*listed, *stage.grid()}:
            refused = stage.refused(start)
            if start in listed:
                assert stage.has_room(start, host), start
            limits = {"limit_reached", "slots_per_day"} & refused
            if not {"slot_taken"} & refused:
                assert bool(limits) is not stage.has_room(start, host), start


@examples(50)
@given(scenes(), st.booleans(), st.none() | st.integers(0, 2))
def test_what_is_listed_can_be_booked_and_nothing_else_on_the_grid(
    scene: Scene, asks_for_a_host: bool, which: int | None
) -> None:
    stage = Stage(scene)
    host = scene.kinds[0].hosts[-1][0] if asks_for_a_host else None
    with stage.client:
        lengths = stage.kind.lengths
        length = None if which is None else lengths[which % len(lengths)]
        listed = stage.listed(host_id=host, duration=length)

        for start, slot in listed.items():
            booked = stage.tried(start, host, duration=length)
            assert booked is not None, start
            assert (booked.host_id, booked.end_time) == (slot.host_id, slot.end_time)
            if slot.seats_left is not None:
                assert len(booked.guests) + slot.seats_left == stage.seats(booked)
        for start in stage.grid(host, length):
            is_booked = stage.tried(start, host, duration=length) is not None
            assert is_booked <= (start in listed), start


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
@given(scenes(is_of_moves=True), st.data(), st.booleans(), st.booleans())
def test_a_booking_can_be_moved_to_where_that_is_listed_and_nowhere_else(
    scene: Scene, data: st.DataObject, is_edited: bool, moves_one_date: bool
) -> None:
    """The list had the event type's present length and hosts, moving the booking's."""
    stage = Stage(scene)
    with stage.client:
        found = stage.client.calendar.bookings.list(
            event_type_id="kind_0", status=["PENDING", "CONFIRMED"], count=None
        )
        if is_edited:
            stage.edit(data.draw(kinds(scene.change)))
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
            for start in {*listed, *stage.grid_of(host, length, booking.timezone)} - {
                here.starts_at
            }:
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
