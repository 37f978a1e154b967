"""The decision, against a second implementation that is slow and obvious.

The second one knows neither spans nor folds nor SQL. A minute is its number since
1970; what is open or claimed is a set of minutes; what the wall shows is looked up,
minute by minute. Both are given the same random steps on the same clock, mostly
near a change of the clocks, and must say the same after each of them.

`CALBOOK_TORTURE=n` tries n times as many worlds, and other ones each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from support.properties import examples

from calbook import CalbookError, Client
from calbook.core.catalog import (
    Assignment,
    DateOverride,
    EventType,
    Host,
    Hours,
    Limit,
    Reminder,
    Schedule,
    SchedulingType,
)
from calbook.core.model import (
    Actor,
    Attendance,
    Attendee,
    Booking,
    BookingTerms,
    GivenStart,
    Occurrence,
    Question,
    Resolution,
    Span,
    Status,
)
from calbook.core.outgoing.reminders import RECIPIENTS
from calbook.core.rules.booking_rules import RULE_OVERRIDES
from calbook.core.time.recurrence import DAYS, Frequency, Recurrence, Weekday
from calbook.store.facts import Facts
from calbook.store.sqlite.store import SqliteStore

DAY = 1440  # minutes


def minute(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) // 60


# Zones and the minute in which their clocks change, or a plain midnight.
CHANGES = [
    ("America/New_York", "2024-03-10T07:00Z"),
    ("America/New_York", "2024-11-03T06:00Z"),
    ("Australia/Lord_Howe", "2024-04-06T15:00Z"),
    ("Australia/Lord_Howe", "2024-10-05T15:30Z"),
    ("Africa/Casablanca", "2024-03-10T02:00Z"),
    ("Africa/Casablanca", "2024-04-14T02:00Z"),
    ("Asia/Kathmandu", "2024-05-15T18:15Z"),
    ("UTC", "2024-02-29T00:00Z"),
    ("America/Santiago", "2024-04-07T03:00Z"),  # 24:00 to 23:00
    ("America/Santiago", "2024-09-08T04:00Z"),  # 00:00 to 01:00
    ("America/Nuuk", "2024-03-31T01:00Z"),  # 23:00 to 24:00
    ("Pacific/Apia", "2011-12-30T10:00Z"),  # a whole day
]

# -- what both are told --------------------------------------------------------------


class Rules(NamedTuple):
    """An event type's rules, in minutes and days."""

    duration: int
    buffer_before: int
    buffer_after: int
    minimum_notice: int
    maximum_advance: int | None
    slots_per_day: int | None
    slot_interval: int | None
    requires_confirmation: bool
    allow_cancellation: bool
    cancellation_deadline: int | None
    asks: bool
    active: bool

    def fields(self) -> dict[str, Any]:
        """As they are given to calbook."""
        question = {"key": "size", "label": "Size?", "required": True}
        given = self._asdict()
        return {"questions": [question] if given.pop("asks") else [], **given}


class Windows(NamedTuple):
    """A schedule: windows `(start, end)` in minutes of each weekday, and of dates.

    The dates are counted from the one on which the clocks change.
    """

    zone: str
    weekly: list[list[tuple[int, int]]]
    dates: dict[int, list[tuple[int, int]]]


class World(NamedTuple):
    """Two hosts, each with hours, and three event types."""

    change: int  # the minute in which the clocks of Alice change
    alice: Windows
    bob: Windows
    rules: dict[str, Rules]
    now: int  # seconds since 1970


HOSTS = {"evt_alice": ["alice"], "evt_bob": ["bob"], "evt_both": ["alice", "bob"]}
TYPES = sorted(HOSTS)


class Create(NamedTuple):
    event_type: str
    start: int
    by: str
    overridden: frozenset[str]
    duration: int | None
    answers: bool


class Move(NamedTuple):
    which: int
    start: int
    by: str
    overridden: frozenset[str]


class End(NamedTuple):
    """Confirm, reject or cancel."""

    which: int
    how: str
    by: str


class Change(NamedTuple):
    event_type: str
    rules: Rules


class Wait(NamedTuple):
    seconds: int


class Reach(NamedTuple):
    """Wait until a booking starts or ends, or some time before or after."""

    which: int
    edge: str
    seconds: int


Step = Create | Move | End | Change | Wait | Reach

# -- the second implementation -------------------------------------------------------


@lru_cache(maxsize=8)
def wall_clock(zone: str, change: int) -> dict[int, datetime]:
    """What the wall shows in every minute of six days before and after a change."""
    local = ZoneInfo(zone)
    return {
        m: datetime.fromtimestamp(m * 60, local).replace(tzinfo=None)
        for m in range(change - 6 * DAY, change + 6 * DAY)
    }


@lru_cache(maxsize=8)
def first_shown(zone: str, change: int) -> dict[datetime, int]:
    """The first minute in which the wall shows a time."""
    first: dict[datetime, int] = {}
    for m, wall in wall_clock(zone, change).items():
        first.setdefault(wall, m)
    return first


@lru_cache(maxsize=8)
def dates_shown(zone: str, change: int) -> set[date]:
    """Every local date that there is; a zone may leave one out."""
    return {wall.date() for wall in wall_clock(zone, change).values()}


def generated(zone: str, change: int, wall: datetime) -> int:
    """The minute of a wall time that nobody typed (RFC 5545, 3.3.5).

    A time that is never shown is as far behind the last one before the gap as if
    the clock had gone on.
    """
    found = first_shown(zone, change).get(wall)
    if found is not None:
        return found
    shown = wall_clock(zone, change)
    [last] = [m for m, w in shown.items() if w < wall < shown.get(m + 1, w)]
    return last + (wall - shown[last]) // timedelta(minutes=1)


def open_minutes(windows: Windows, change: int) -> set[int]:
    shown = wall_clock(windows.zone, change)
    middle = shown[change].date()
    minutes: set[int] = set()
    closed = set()
    for distance in range(-4, 5):
        day = middle + timedelta(days=distance)
        if day not in dates_shown(windows.zone, change):
            continue
        plan = windows.dates.get(distance, windows.weekly[day.weekday()])
        if not plan and distance in windows.dates:
            closed.add(day)
        midnight = datetime.combine(day, datetime.min.time())
        for edges in plan:
            start, end = (
                generated(windows.zone, change, midnight + timedelta(minutes=edge))
                for edge in edges
            )
            minutes.update(range(start, end))
    if closed:
        return {m for m in minutes if shown[m].date() not in closed}
    return minutes


def nights(windows: Windows, change: int) -> list[tuple[int, int]]:
    """The windows that run across midnight: there the grid does not begin anew."""
    middle = wall_clock(windows.zone, change)[change].date()
    found = []
    for distance in range(-4, 4):
        day = middle + timedelta(days=distance)
        if day not in dates_shown(windows.zone, change):
            continue
        midnight = datetime.combine(day, datetime.min.time())
        for edges in windows.dates.get(distance, windows.weekly[day.weekday()]):
            if edges[1] > DAY:
                begin, end = (
                    generated(windows.zone, change, midnight + timedelta(minutes=n))
                    for n in edges
                )
                found.append((begin, end))
    return found


def begins_anew(midnight: int, across: Iterable[tuple[int, int]]) -> int:
    """Where the grid of a new date begins: behind what runs across its midnight."""
    return max(
        (end for begin, end in across if begin < midnight < end), default=midnight
    )


@dataclass
class Booked:
    """What the second implementation remembers of a booking."""

    event_type: str
    rules: Rules  # of the day it was booked
    start: int
    end: int
    claim: set[int]
    status: str
    overrides: list[str]
    resolution: str | None = None
    cancelled_by: str | None = None
    sequence: int = 0
    version: int = 0
    events: list[str] = field(default_factory=lambda: ["booking.created"])


class Obvious:
    """The rules of booking in their plainest form."""

    def __init__(self, world: World) -> None:
        self.now = world.now
        self.rules = dict(world.rules)
        self.bookings: list[Booked] = []
        self.zone = {"evt_bob": world.bob.zone}
        self.alices_zone = world.alice.zone
        alice = open_minutes(world.alice, world.change)
        bob = open_minutes(world.bob, world.change)
        self.open = {"evt_alice": alice, "evt_bob": bob, "evt_both": alice & bob}
        self.nights = {
            "evt_alice": nights(world.alice, world.change),
            "evt_bob": nights(world.bob, world.change),
        }

    # -- facts

    def date(self, event_type: str, seconds: int) -> date:
        zone = self.zone.get(event_type, self.alices_zone)
        return datetime.fromtimestamp(seconds, ZoneInfo(zone)).date()

    def seen(self, b: Booked) -> tuple[str, str | None, str | None]:
        """Status, resolution and who cancelled, by the clock."""
        if b.status == "PENDING" and b.start * 60 <= self.now:
            return "CANCELLED", "expired", "system"
        if b.status == "CONFIRMED" and b.end * 60 <= self.now:
            return "COMPLETED", None, None
        return b.status, b.resolution, b.cancelled_by

    def alive(self, but: Booked | None) -> list[Booked]:
        return [
            b for b in self.bookings if b is not but and self.seen(b)[0] != "CANCELLED"
        ]

    def claim(self, event_type: str, start: int, end: int) -> set[int]:
        rules = self.rules[event_type]
        return set(range(start - rules.buffer_before, end + rules.buffer_after))

    def is_taken(self, event_type: str, claim: set[int], but: Booked | None) -> bool:
        hosts = HOSTS[event_type]
        return any(
            claim & other.claim
            for other in self.alive(but)
            if set(hosts) & set(HOSTS[other.event_type])
        )

    def refusals(
        self,
        event_type: str,
        start: int,
        end: int,
        overridden: frozenset[str] = frozenset(),
        *,
        answers: bool = True,
        but: Booked | None = None,
    ) -> tuple[list[str], list[str]]:
        """The codes of the rules that refuse, and the overrides that were used."""
        rules = self.rules[event_type]
        ahead = start * 60 - self.now
        day, today = self.date(event_type, start * 60), self.date(event_type, self.now)
        that_day = [
            b
            for b in self.alive(but)
            if b.event_type == event_type and self.date(event_type, b.start * 60) == day
        ]
        asked = [
            ("in_the_past", "past", ahead <= 0),
            ("inactive", "-", not rules.active),
            (
                "outside_hours",
                "hours",
                not set(range(start, end)) <= self.open[event_type],
            ),
            (
                "minimum_notice",
                "notice",
                ahead < rules.minimum_notice * 60
                and not (ahead <= 0 and "past" in overridden),
            ),
            (
                "maximum_advance",
                "advance",
                rules.maximum_advance is not None
                and (day - today).days > rules.maximum_advance,
            ),
            (
                "slots_per_day",
                "per-day",
                rules.slots_per_day is not None
                and len(that_day) >= rules.slots_per_day,
            ),
            ("invalid_responses", "questions", rules.asks and not answers),
            (
                "slot_taken",
                "-",
                self.is_taken(event_type, self.claim(event_type, start, end), but),
            ),
        ]
        refused = [(code, override) for code, override, fault in asked if fault]
        return (
            [code for code, override in refused if override not in overridden],
            [override for _, override in refused if override in overridden],
        )

    # -- steps: each answers with the codes of what refused it

    def take(self, step: Step) -> list[str]:
        match step:
            case Wait(seconds):
                self.now += seconds
            case Change(event_type, rules):
                self.rules[event_type] = rules
            case Create():
                return self.create(step)
            case Reach(which, edge, seconds) if self.bookings:
                booking = self.bookings[which % len(self.bookings)]
                self.now = max(self.now, getattr(booking, edge) * 60 + seconds)
            case Move(which) | End(which) if self.bookings:
                booking = self.bookings[which % len(self.bookings)]
                if isinstance(step, Move):
                    return self.move(booking, step)
                return getattr(self, step.how)(booking, step.by)
        return []

    def create(self, step: Create) -> list[str]:
        rules = self.rules[step.event_type]
        end = step.start + (step.duration or rules.duration)
        codes, used = self.refusals(
            step.event_type, step.start, end, step.overridden, answers=step.answers
        )
        if codes:
            return codes
        if step.duration not in (None, rules.duration):
            used.append("duration")
        self.bookings.append(
            Booked(
                step.event_type,
                rules,
                step.start,
                end,
                self.claim(step.event_type, step.start, end),
                "PENDING"
                if rules.requires_confirmation and step.by == "attendee"
                else "CONFIRMED",
                used,
            )
        )
        return []

    def late(self, b: Booked, by: str) -> list[str]:
        if by == "host":
            return []
        if not b.rules.allow_cancellation:
            return ["cancellation_not_allowed"]
        deadline = b.rules.cancellation_deadline or 0  # never once it has begun
        if self.now >= b.start * 60 or b.start * 60 - self.now < deadline * 60:
            return ["deadline_passed"]
        return []

    def move(self, b: Booked, step: Move) -> list[str]:
        if self.seen(b)[0] not in ("PENDING", "CONFIRMED"):
            return ["wrong_status"]
        if step.start == b.start:
            return []
        end = step.start + b.end - b.start
        codes, used = self.refusals(
            b.event_type, step.start, end, step.overridden, but=b
        )
        codes = self.late(b, step.by) or codes
        if codes:
            return codes
        b.start, b.end = step.start, end
        b.claim = self.claim(b.event_type, step.start, end)
        b.overrides += [name for name in used if name not in b.overrides]
        if step.by == "attendee" and b.rules.requires_confirmation:
            b.status = "PENDING"
        return self.told(b, "booking.rescheduled", sequence=1)

    def confirm(self, b: Booked, by: str) -> list[str]:
        if self.seen(b)[0] != "PENDING":
            return ["wrong_status"]
        b.status = "CONFIRMED"
        return self.told(b, "booking.confirmed", sequence=0)

    def reject(self, b: Booked, by: str) -> list[str]:
        if self.seen(b)[0] != "PENDING":
            return ["wrong_status"]
        b.status, b.resolution, b.cancelled_by = "CANCELLED", "rejected", "host"
        return self.told(b, "booking.cancelled", sequence=1)

    def cancel(self, b: Booked, by: str) -> list[str]:
        status = self.seen(b)[0]
        if status == "CANCELLED":
            return ["already_cancelled"]
        if status == "COMPLETED":
            return ["wrong_status"]
        if status == "CONFIRMED" and self.late(b, by):
            return self.late(b, by)
        b.status, b.resolution, b.cancelled_by = "CANCELLED", "cancelled", by
        return self.told(b, "booking.cancelled", sequence=1)

    def told(self, b: Booked, kind: str, *, sequence: int) -> list[str]:
        b.sequence += sequence
        b.version += 1
        b.events.append(kind)
        return []

    # -- what can be seen

    def shown(self) -> list[tuple[Any, ...]]:
        """When an expiry is told is another matter; it raises the sequence."""
        return [
            (
                *(b.start, b.end, *self.seen(b)),
                None if self.seen(b)[1] == "expired" else b.sequence,
                *(b.version, tuple(b.overrides)),
            )
            for b in self.bookings
        ]

    def sequences(self) -> list[int]:
        """Once time has been told of."""
        return [b.sequence + (self.seen(b)[1] == "expired") for b in self.bookings]

    def histories(self) -> list[list[str]]:
        """What was told of each booking once time has been told of too."""
        by_time = {"COMPLETED": ["booking.completed"]}
        return [
            [
                *b.events,
                *(["booking.cancelled"] if self.seen(b)[1] == "expired" else []),
                *by_time.get(self.seen(b)[0], []),
            ]
            for b in self.bookings
        ]

    def turns(self) -> dict[tuple[str, str], tuple[int, int | None]]:
        """How many bookings a host has of each type, and which of all is the newest.

        Once time has been told of.
        """
        found = {}
        for key, hosts in HOSTS.items():
            places = [
                n
                for n, b in enumerate(self.bookings, start=1)
                if b.event_type == key and self.seen(b)[0] != "CANCELLED"
            ]
            newest = max(places, default=None)
            found |= {(key, host): (len(places), newest) for host in hosts}
        return found

    def slots(self, event_type: str, first: int, last: int) -> list[int]:
        """The starts on the grid that may be booked, from `first` until `last`."""
        rules = self.rules[event_type]
        step = rules.slot_interval or rules.duration
        is_open = self.open[event_type]
        found, begin, before = [], 0, None
        anew = set()
        for m in range(first - 2 * DAY, last):
            today = self.date(event_type, m * 60)
            if today != before:
                anew.add(begins_anew(m, self.nights[event_type]))
            if m - 1 not in is_open or m in anew:
                begin = m
            before = today
            if m in is_open and (m - begin) % step == 0 and first <= m:
                codes, _ = self.refusals(event_type, m, m + rules.duration)
                found += [] if codes else [m]
        return found


# -- calbook, given the same ---------------------------------------------------------


class Real:
    """The same world and steps, through calbook's library."""

    def __init__(self, world: World) -> None:
        self.now = world.now
        self.client = Client(":memory:", clock=lambda: instant(self.now))
        self.uids: list[str] = []
        calendar = self.client.calendar
        for name, windows in (("alice", world.alice), ("bob", world.bob)):
            calendar.schedules.create(name, **availability(windows, world.change))
            calendar.hosts.create(name, schedule_id=name)
        for key, hosts in HOSTS.items():
            kind = "SINGLE" if len(hosts) == 1 else "COLLECTIVE"
            rules = world.rules[key].fields()
            calendar.event_types.create(key, hosts=hosts, scheduling_type=kind, **rules)

    def take(self, step: Step) -> list[str]:
        try:
            self.do(step)
        except CalbookError as error:
            others = [item["code"] for item in error.details.get("refusals", [])[1:]]
            return [error.code, *others]
        return []

    def do(self, step: Step) -> None:
        bookings = self.client.calendar.bookings
        match step:
            case Wait(seconds):
                self.now += seconds
            case Change(event_type, rules):
                self.client.calendar.event_types.update(event_type, **rules.fields())
            case Create():
                booking = bookings.create(
                    event_type_id=step.event_type,
                    start_time=instant(step.start * 60),
                    attendee={"name": "Ada", "email": "ada@example.com"},
                    by=step.by,
                    override=step.overridden,
                    duration=step.duration,
                    responses={"size": "s"} if self.is_asked(step) else None,
                )
                self.uids.append(booking.uid)
            case Reach(which, edge, seconds) if self.uids:
                booking = bookings.get(self.uids[which % len(self.uids)])
                reached = getattr(booking, f"{edge}s_at").timestamp() + seconds
                self.now = max(self.now, int(reached))
            case Move(which, start, by, overridden) if self.uids:
                bookings.reschedule(
                    self.uids[which % len(self.uids)],
                    start_time=instant(start * 60),
                    by=by,
                    override=overridden,
                )
            case End(which, how, by) if self.uids:
                uid = self.uids[which % len(self.uids)]
                named = {"cancelled_by": by} if how == "cancel" else {}
                getattr(bookings, how)(uid, **named)

    def is_asked(self, step: Create) -> bool:
        event_type = self.client.calendar.event_types.get(step.event_type)
        return step.answers and bool(event_type.questions)

    def shown(self) -> list[tuple[Any, ...]]:
        found = {b.uid: b for b in self.client.calendar.bookings.list(count=None)}
        assert set(found) == set(self.uids)
        return [
            (
                int(b.starts_at.timestamp()) // 60,
                int(b.ends_at.timestamp()) // 60,
                *(b.status, b.resolution, b.cancelled_by),
                None if b.resolution == "expired" else b.sequence,
                *(b.version, b.overrides),
            )
            for b in map(found.__getitem__, self.uids)
        ]

    def sequences(self) -> list[int]:
        return [self.client.calendar.bookings.get(uid).sequence for uid in self.uids]

    def histories(self) -> list[list[str]]:
        history = self.client.calendar.bookings.history
        return [[event.type for event in history(uid)] for uid in self.uids]

    def slots(self, event_type: str, first: int, last: int) -> list[int]:
        found = self.client.calendar.availability.get(
            event_type_id=event_type,
            start_date=instant(first * 60),
            end_date=instant(last * 60),
        )
        return [int(slot.starts_at.timestamp()) // 60 for slot in found]

    def turns(self) -> dict[tuple[str, str], tuple[int, int | None]]:
        """The host's bookings of each type, and which of all is the newest."""
        with self.client._context.store.read(Facts) as facts:
            return {
                (key, host): facts.turn_facts(key, f"user_{host}", now=instant(0))
                for key, hosts in HOSTS.items()
                for host in hosts
            }

    def claims(self, host: str) -> list[Span]:
        """What the file itself holds of a host's time, in order."""
        ages = Span(instant(0), instant(2**34))
        with self.client._context.store.read(Facts) as facts:
            taken = facts.busy_ranges(
                f"user_{host}", ages, exclusion=None, now=instant(0)
            )
        return [Span(instant(start), instant(end)) for start, end in taken]


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


NAMES = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def availability(windows: Windows, change: int) -> dict[str, Any]:
    """A schedule as it is given to calbook."""
    middle = wall_clock(windows.zone, change)[change].date()
    return {
        "timezone": windows.zone,
        "availability": [
            {"day": name, **window}
            for name, plan in zip(NAMES, windows.weekly, strict=True)
            for window in map(spelt, plan)
        ],
        "overrides": [
            {
                "date": (middle + timedelta(days=distance)).isoformat(),
                "isAvailable": bool(plan),
                "availability": [spelt(window) for window in plan],
            }
            for distance, plan in windows.dates.items()
        ],
    }


def spelt(window: tuple[int, int]) -> dict[str, str]:
    start, end = window
    end = end - DAY if end > DAY else end
    return {
        "startTime": f"{start // 60:02}:{start % 60:02}",
        "endTime": f"{end // 60:02}:{end % 60:02}",
    }


# -- random worlds and steps ---------------------------------------------------------

WINDOWS = st.one_of(
    st.sampled_from(
        [
            (0, DAY),
            (0, 12 * 60),
            (12 * 60, DAY),
            (9 * 60, 17 * 60),
            (22 * 60, 30 * 60),
            (0, 150),
            (90, 150),
            (150, 300),
            (23 * 60 + 30, 24 * 60 + 30),
        ]
    ),
    st.builds(
        lambda start, length: (start, start + length),
        st.integers(0, DAY - 1),
        st.integers(1, DAY - 1),
    ),
)
PLANS = st.lists(WINDOWS, max_size=2)
ALWAYS = st.just([[(0, DAY)]] * 7)


def hours(zones: Iterable[str]) -> st.SearchStrategy[Windows]:
    return st.builds(
        Windows,
        st.sampled_from(list(zones)),
        st.one_of(*[ALWAYS] * 3, st.lists(PLANS, min_size=7, max_size=7)),
        st.dictionaries(st.integers(-2, 2), PLANS, max_size=2),
    )


RULES = st.builds(
    Rules,
    duration=st.sampled_from([30, 60, 7, 45, 120]),
    buffer_before=st.sampled_from([0, 0, 5, 30]),
    buffer_after=st.sampled_from([0, 0, 10, 60]),
    minimum_notice=st.sampled_from([0, 0, 0, 0, 60, DAY]),
    maximum_advance=st.sampled_from([None, None, None, 0, 1, 2]),
    slots_per_day=st.sampled_from([None, None, 1, 1, 2]),
    slot_interval=st.sampled_from([None, 15, 50]),
    requires_confirmation=st.booleans(),
    allow_cancellation=st.sampled_from([True] * 5 + [False]),
    cancellation_deadline=st.sampled_from([None, 0, 60, 120]),
    asks=st.sampled_from([False, False, True]),
    active=st.sampled_from([True] * 9 + [False]),
)
WAIVED = st.one_of(
    st.just(frozenset(RULE_OVERRIDES)),
    st.just(frozenset[str]()),
    st.frozensets(st.sampled_from(RULE_OVERRIDES)),
)


SECONDS = st.integers(0, 3_599)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    zone, text = draw(st.sampled_from(CHANGES))
    change = minute(text)
    return World(
        change,
        draw(hours([zone])),
        draw(hours([zone, "UTC"])),
        {key: draw(RULES) for key in TYPES},
        change * 60
        - draw(st.sampled_from([48, 36, 26, 12, 1])) * 3_600
        - draw(SECONDS),
    )


def steps(change: int, *, backward: bool = False) -> st.SearchStrategy[list[Step]]:
    """Steps near a change of the clocks, on quarters and in between."""
    starts = st.one_of(
        st.integers(-100, 100).map(lambda n: change + 15 * n),
        st.integers(-8, 8).map(lambda n: change + 15 * n),
        st.integers(-120, 120).map(lambda n: change + n),
    )
    people = st.sampled_from(["attendee", "attendee", "host"])
    which = st.integers(0, 9)
    waits = st.sampled_from([1, 59, 60, 600, 3_600, 6 * 3_600, 86_400])
    created = st.builds(
        Create,
        st.sampled_from(TYPES),
        starts,
        people,
        WAIVED,
        st.sampled_from([None, None, None, 20, 90]),
        st.sampled_from([True, True, True, False]),
    ).map(lawful)
    moved = st.builds(Move, which, starts, people, WAIVED).map(lawful)
    ended = st.builds(
        End,
        which,
        st.sampled_from(["cancel", "cancel", "confirm", "reject"]),
        people,
    )
    changed = st.builds(Change, st.sampled_from(TYPES), RULES)
    waited = st.builds(Wait, waits.map(lambda s: -s) | waits if backward else waits)
    reached = st.builds(
        Reach,
        which,
        st.sampled_from(["start", "start", "end"]),
        st.builds(
            int.__add__,
            st.sampled_from([0, 0, -60 * 60, -120 * 60]),
            st.sampled_from([0, 0, -1, 1]),
        ),
    )
    on_the_brink = st.tuples(reached, st.one_of(ended, moved)).map(
        lambda pair: [pair[0], pair[1]._replace(which=pair[0].which)]
    )
    any_step = st.one_of(
        *(created, created, moved, moved, ended, ended, changed, reached, waited)
    ).map(lambda step: [step])
    return st.tuples(
        st.lists(created, min_size=3, max_size=6),
        st.lists(st.one_of(any_step, on_the_brink), min_size=7, max_size=14),
    ).map(lambda parts: [*parts[0], *chain.from_iterable(parts[1])])


def lawful(step: Any) -> Any:
    """Overrides are the host's, and another length is one of them."""
    if step.by == "attendee":
        step = step._replace(overridden=frozenset())
    if isinstance(step, Create) and "duration" not in step.overridden:
        step = step._replace(duration=None)
    return step


@st.composite
def stories(draw: st.DrawFn, *, backward: bool = False) -> tuple[World, list[Step]]:
    world = draw(worlds())
    return world, draw(steps(world.change, backward=backward))


# -- the properties ------------------------------------------------------------------


@examples(75)
@given(stories())
def test_the_decision_agrees_with_the_obvious_one(
    story: tuple[World, list[Step]],
) -> None:
    world, taken = story
    real, obvious = Real(world), Obvious(world)

    with real.client:
        for step in taken:
            assert real.take(step) == obvious.take(step), step
            assert real.shown() == obvious.shown(), step
            assert_no_overlap(real)
        real.client.tick()

        assert real.histories() == obvious.histories()
        assert real.shown() == obvious.shown()
        assert real.sequences() == obvious.sequences()
        assert real.turns() == obvious.turns()


def assert_no_overlap(real: Real) -> None:
    for host in ("alice", "bob"):
        for one, next_one in pairwise(real.claims(host)):
            assert one.end <= next_one.start


@examples(40)
@given(stories(backward=True))
def test_no_clock_makes_claims_overlap_or_lose_a_booking_s_time(
    story: tuple[World, list[Step]],
) -> None:
    """Clocks run backward too: what had expired may be alive again."""
    world, taken = story
    real = Real(world)

    with real.client:
        for step in taken:
            real.take(step)
            assert_no_overlap(real)
            held = {host: real.claims(host) for host in ("alice", "bob")}
            for booking in real.client.calendar.bookings.list(count=None):
                if booking.status in ("PENDING", "CONFIRMED", "COMPLETED"):
                    meeting = Span(booking.starts_at, booking.ends_at)
                    for host in HOSTS[booking.event_type_id]:
                        assert any(claim.covers(meeting) for claim in held[host])


@examples(40)
@given(stories())
def test_what_is_listed_can_be_booked_and_the_other_way_round(
    story: tuple[World, list[Step]],
) -> None:
    world, taken = story
    real, obvious = Real(world), Obvious(world)
    first, last = world.change - DAY, world.change + DAY

    with real.client:
        for step in taken:
            real.take(step)
            obvious.take(step)

        for key in ("evt_alice", "evt_bob"):
            assert real.slots(key, first, last) == obvious.slots(key, first, last)
        for start in real.slots("evt_both", first, last):
            end = start + obvious.rules["evt_both"].duration
            assert obvious.refusals("evt_both", start, end) == ([], [])


# -- rows and values -----------------------------------------------------------------

MINUTES = st.integers(0, DAY).map(lambda n: timedelta(minutes=n))
TEXT = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20
)
INSTANTS = st.integers(0, 2**37).map(instant)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(-9, 9) | TEXT
)
JSON = st.dictionaries(
    TEXT,
    SCALARS
    | st.lists(SCALARS, max_size=2)
    | st.dictionaries(TEXT, SCALARS, max_size=2),
    max_size=2,
)
ZONES = st.sampled_from(sorted({zone for zone, _ in CHANGES}))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


QUESTIONS = st.lists(
    st.builds(
        Question,
        key=TEXT,
        label=TEXT,
        type=st.sampled_from(["TEXT", "SELECT"]),
        required=st.booleans(),
        options=st.lists(TEXT, max_size=2).map(tuple),
    ),
    max_size=2,
).map(tuple)
OPEN = st.lists(
    WINDOWS.map(lambda w: Hours(timedelta(minutes=w[0]), timedelta(minutes=w[1]))),
    max_size=3,
).map(tuple)
EVENT_TYPES = st.builds(
    EventType,
    id=st.just("evt_demo"),
    slug=st.just("demo"),
    title=TEXT,
    duration=st.integers(1, DAY).map(lambda n: timedelta(minutes=n)),
    description=maybe(TEXT),
    location=maybe(st.dictionaries(TEXT, TEXT, max_size=2)),
    hosts=st.permutations(["user_alice", "user_bob"]).flatmap(
        lambda ids: st.tuples(
            *(
                st.builds(
                    Assignment,
                    host_id=st.just(id),
                    weight=st.integers(1, 1000),
                    is_fixed=st.booleans(),
                    priority=st.integers(0, 1000),
                )
                for id in ids
            )
        )
    ),
    schedule_id=maybe(st.just("sched_test")),
    buffer_before=MINUTES,
    buffer_after=MINUTES,
    minimum_notice=MINUTES,
    maximum_advance=maybe(st.integers(0, 36_500)),
    slot_interval=maybe(MINUTES),
    slots_per_day=maybe(st.integers(1, 1440)),
    requires_confirmation=st.booleans(),
    allow_cancellation=st.booleans(),
    cancellation_deadline=maybe(MINUTES),
    seats=maybe(st.integers(1, 10_000)),
    max_occurrences=st.integers(1, 730),
    questions=QUESTIONS,
    scheduling_type=st.sampled_from(SchedulingType),
    round_robin=maybe(st.just("PRIORITY")),
    meeting_url_template=maybe(TEXT),
    notify=st.booleans(),
    reminders=st.lists(
        st.builds(Reminder, before=MINUTES, to=st.sampled_from(RECIPIENTS)), max_size=5
    ).map(tuple),
    on_free=st.sampled_from(["OFFER", "BOOK"]),
    on_decline=st.sampled_from(["RECORD", "CANCEL"]),
    hold_minutes=st.integers(1, 10_080),
    active=st.booleans(),
    metadata=JSON,
    durations=st.lists(st.integers(1, DAY).map(lambda n: timedelta(minutes=n))).map(
        tuple
    ),
    first_date=maybe(st.dates()),
    last_date=maybe(st.dates()),
    weekly=maybe(st.tuples(*[OPEN] * 7)),
    limits=st.sets(
        st.builds(
            Limit,
            most=st.integers(1, 44_640),
            period=st.sampled_from(["day", "week", "month"]),
            is_length=st.booleans(),
        )
    ).map(tuple),
    per_person=st.sets(st.builds(Limit, st.just(3), st.just("day"))).map(tuple),
    per_person_open=maybe(st.integers(1, 9)),
    no_double=st.booleans(),
    heeds_double=st.just(False),  # said by the store
    count_window=maybe(st.integers(1, 3660)),
    max_in_a_row=maybe(st.integers(1, 50)),
    break_after=maybe(st.integers(1, DAY).map(lambda n: timedelta(minutes=n))),
)
SCHEDULES = st.builds(
    Schedule,
    id=st.just("sched_test"),
    name=TEXT,
    timezone=ZONES,
    weekly=st.tuples(*[OPEN] * 7),
    overrides=st.lists(
        st.builds(DateOverride, date=st.dates(), hours=OPEN, reason=maybe(TEXT)),
        max_size=3,
    ).map(lambda items: {item.date: item for item in items}),
)

RECURRENCES = st.builds(
    Recurrence,
    frequency=st.sampled_from(Frequency),
    interval=st.integers(1, 1000),
    count=maybe(st.integers(1, 730)),
    until=maybe(st.dates()),
    by_day=st.lists(
        st.builds(
            Weekday,
            st.sampled_from(DAYS),
            maybe(st.sampled_from([-5, -1, 1, 5])),
        ),
        max_size=3,
        unique=True,
    ).map(tuple),
)


@st.composite
def occurrences(draw: st.DrawFn, start: datetime) -> Occurrence:
    length = timedelta(minutes=draw(st.integers(1, DAY)))
    before, after = draw(MINUTES), draw(MINUTES)
    zone = draw(ZONES)
    status = draw(st.sampled_from(Status))
    wall = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return Occurrence(
        recurrence_id=start - draw(MINUTES),
        date=draw(st.dates()),
        start=GivenStart(start, wall, zone, draw(st.booleans())),
        span=Span(start, start + length),
        claim=Span(start - before, start + length + after),
        status=status,
        resolution=draw(maybe(st.sampled_from(Resolution))),
        cancelled_by=draw(maybe(st.sampled_from(Actor))),
        reason=draw(maybe(TEXT)),
        attendance=draw(st.sampled_from(Attendance)),
        attendances=draw(
            st.dictionaries(TEXT, st.sampled_from(Attendance), max_size=2)
        ),
        is_recorded=draw(st.booleans())
        and status in (Status.PENDING, Status.CONFIRMED),
    )


@st.composite
def bookings(draw: st.DrawFn) -> Booking:
    first = draw(st.integers(5, 10_000).map(lambda n: instant(n * 86_400)))
    count = draw(st.integers(1, 3))
    emails = draw(st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True))
    return Booking(
        uid="bk_0123456789ab",
        event_type_id="evt_demo",
        host_ids=tuple(draw(st.permutations(["user_alice", "user_bob"]))),
        timezone=draw(ZONES),
        occurrences=tuple(
            draw(occurrences(first + timedelta(days=5 * n))) for n in range(count)
        ),
        attendees=tuple(
            Attendee(
                f"A{n}@example.com",
                draw(maybe(TEXT)),
                draw(maybe(TEXT)),
                draw(maybe(ZONES)),
                draw(JSON),
                draw(maybe(TEXT)),
                draw(JSON),
                draw(maybe(TEXT)),
                draw(maybe(st.sampled_from(("en", "pt-BR")))),
            )
            for n in emails
        ),
        policy=BookingTerms(
            draw(st.booleans()),
            draw(st.booleans()),
            draw(maybe(MINUTES)),
            draw(QUESTIONS),
        ),
        created_at=draw(INSTANTS),
        updated_at=draw(INSTANTS),
        location=draw(maybe(st.dictionaries(TEXT, TEXT, max_size=2))),
        meeting_url=draw(maybe(TEXT)),
        notes=draw(maybe(TEXT)),
        responses=draw(JSON),
        metadata=draw(JSON),
        recurring=draw(maybe(RECURRENCES)),
        overrides=tuple(draw(st.lists(st.sampled_from(RULE_OVERRIDES), unique=True))),
        sequence=draw(st.integers(0, 9)),
        version=draw(st.integers(0, 9)),
    )


NOW = instant(0)
SCHEDULE = Schedule("sched_test", "Test", "UTC", ((),) * 7, {})
DEMO = EventType("evt_demo", "demo", "Demo", hosts=(Assignment("user_alice"),))


def catalogued() -> SqliteStore:
    """A store that knows what bookings refer to."""
    store = SqliteStore(":memory:")
    with store.transaction() as tx:
        tx.save_schedule(SCHEDULE, now=NOW)
        for name in ("user_alice", "user_bob"):
            tx.save_host(Host(name, name, None, "UTC", "sched_test"), now=NOW)
        tx.save_event_type(DEMO, now=NOW)
    return store


def is_whole(booking: Booking) -> bool:
    """Nobody books a series of which every date is in the way."""
    return any(o.resolution is not Resolution.CONFLICT for o in booking.occurrences)


def without_ids(booking: Booking) -> Booking:
    """Without what the book of people calls them."""
    return booking._replace(
        attendees=tuple(a._replace(person_id=None) for a in booking.attendees)
    )


@examples(50)
@given(bookings().filter(is_whole), bookings().filter(is_whole))
def test_a_booking_is_read_as_it_was_written(one: Booking, other: Booking) -> None:
    """Anew, and over another one; and what was read is written the same again."""
    store = catalogued()
    other = other._replace(created_at=one.created_at)

    with store.transaction() as tx:
        tx.save_new(one)
        assert without_ids(tx.booking(one.uid)) == one
        tx.save(other, one)
        assert without_ids(tx.booking(other.uid)) == other
        row = dict(tx.booking_row(other.uid))
        tx.save(tx.booking(other.uid), other)
        assert dict(tx.booking_row(other.uid)) == row
    store.close()


@examples(50)
@given(EVENT_TYPES, EVENT_TYPES, SCHEDULES)
def test_the_catalog_is_read_as_it_was_written(
    one: EventType, other: EventType, schedule: Schedule
) -> None:
    store, saved = catalogued(), dict[str, bool]()

    with store.transaction() as tx:
        tx.save_schedule(schedule, now=NOW)
        for override in schedule.overrides.values():
            tx.save_override(schedule.id, override)
        assert tx.schedule(schedule.id) == schedule
        for event_type in (one, other):
            tx.save_event_type(event_type, now=NOW)
            found = tx.event_type(event_type.id)
            saved[event_type.id] = event_type.no_double
            assert found.heeds_double is any(saved.values())
            assert found._replace(heeds_double=False) == event_type
    store.close()
