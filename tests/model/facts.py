"""What the model has: times, hours, event types and bookings, as the manual says.

Moments are aware datetimes in UTC, lengths are minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EXIT = {  # "Exit codes", on the page about scripting
    **dict.fromkeys(("usage", "bad_input", "nonexistent_time", "ambiguous_time"), 2),
    **dict.fromkeys(("not_found",), 3),
    **dict.fromkeys(("slot_taken", "seats_full", "duplicate_attendee"), 4),
    **dict.fromkeys(("key_reused", "version_conflict"), 4),
    **dict.fromkeys(("in_the_past", "inactive", "outside_dates", "outside_hours"), 5),
    **dict.fromkeys(("minimum_notice", "maximum_advance", "slots_per_day"), 5),
    **dict.fromkeys(("group_cancelled", "deadline_passed", "already_cancelled"), 5),
    **dict.fromkeys(("cancellation_not_allowed", "wrong_status", "hold_ended"), 5),
    **dict.fromkeys(("not_a_group", "last_attendee", "nothing_to_change"), 5),
    **dict.fromkeys(("no_other_host", "cannot_undo"), 5),
}
RULES = (  # "The rules", in their order, as far as they are modelled
    *("in_the_past", "inactive", "outside_dates", "outside_hours", "minimum_notice"),
    *("maximum_advance", "slots_per_day", "seats_full", "group_cancelled"),
    "slot_taken",
)
OF_A_DATE = {  # what `--on-conflict skip` leaves dates out for
    *("outside_dates", "outside_hours", "slots_per_day", "group_cancelled"),
    "slot_taken",
}
OVERRIDES = {  # the host passes a rule by this name
    "past": "in_the_past",
    "hours": "outside_hours",
    "dates": "outside_dates",
    "notice": "minimum_notice",
    "advance": "maximum_advance",
    "per-day": "slots_per_day",
}


class Refused(Exception):
    """With the code of the refusal."""

    @property
    def code(self) -> str:
        return str(self.args[0])


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def instant(day: date, clock: int, zone: str) -> datetime:
    """A wall time as a rule makes it, in minutes after midnight.

    In a gap it moves by its length, in a fold the first pass counts; both are what
    Python does with the earlier offset.
    """
    wall = datetime.combine(day, time()) + minutes(clock)
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def typed(wall: datetime, zone: str) -> datetime:
    """A wall time as somebody types it: neither in a gap nor in a fold."""
    both = [wall.replace(tzinfo=ZoneInfo(zone), fold=n).astimezone(UTC) for n in (0, 1)]
    if both[0] == both[1]:
        return both[0]
    exists = both[0].astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
    raise Refused("ambiguous_time" if exists else "nonexistent_time")


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


@dataclass(kw_only=True)
class Schedule:
    zone: str
    hours: dict[int, list[tuple[int, int]]]  # by weekday, in minutes after midnight

    def open(self, first: date, last: date) -> list[tuple[datetime, datetime]]:
        """Stretches of open time on these days; windows that touch are one."""
        found: list[tuple[datetime, datetime]] = []
        day = first
        while day <= last:
            for begins, ends in self.hours.get(day.weekday(), []):
                span = instant(day, begins, self.zone), instant(day, ends, self.zone)
                if found and span[0] <= found[-1][1]:
                    span = found.pop()[0], span[1]
                found.append(span)
            day += timedelta(days=1)
        return [span for span in found if span[0] < span[1]]


@dataclass(kw_only=True)
class EventType:
    id: str
    schedule: Schedule
    hosts: list[str]  # of a round-robin team by priority, the highest first
    kind: str = "single"
    lengths: tuple[int, ...] = (30,)
    interval: int | None = None
    before: int = 0
    after: int = 0
    notice: int = 0
    advance: int | None = None
    first: date | None = None
    last: date | None = None
    per_day: int | None = None
    seats: int | None = None
    confirmation: bool = False
    cancellable: bool = True
    deadline: int = 0
    active: bool = True


@dataclass(kw_only=True)
class Past:
    """What was done to a booking last, on whose word, and what it was before."""

    kind: str
    by: str
    before: Booking


@dataclass(kw_only=True)
class Meeting:
    """One date of a booking."""

    date: date
    start: datetime
    end: datetime
    claim: tuple[datetime, datetime]
    status: str = "CONFIRMED"
    resolution: str | None = None
    closes_start: bool = False  # a group was cancelled here
    is_written: bool = False  # that it has expired
    taken_off_by: str = ""
    was: str = "CONFIRMED"  # before it was taken off
    attendance: dict[str, str] = field(default_factory=dict)  # by e-mail


@dataclass(kw_only=True)
class Booking:
    event: EventType
    cancellable: bool
    deadline: int
    confirmation: bool
    hosts: list[str]
    people: list[str]
    meetings: list[Meeting]
    is_series: bool = False
    uid: str = ""
    held_until: datetime | None = None
    overrides: list[str] = field(default_factory=list)
    notes: str | None = None
    host_notes: list[str] = field(default_factory=list)
    version: int = 0
    sequence: int = 0
    past: Past | None = None

    def copy(self) -> Booking:
        """As it is now; one step back is known, and no more."""
        return replace(
            self,
            people=[*self.people],
            overrides=[*self.overrides],
            meetings=[replace(m, attendance={**m.attendance}) for m in self.meetings],
            past=None,
        )
