"""What is booked, what the clock makes of it, and the rules, as the manual says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .facts import (
    RULES,
    Booking,
    EventType,
    Meeting,
    Refused,
    instant,
    local_day,
    minutes,
)


class Book:
    def __init__(self, now: datetime, types: Iterable[EventType]) -> None:
        self.now = now
        self.types = {each.id: each for each in types}
        self.bookings: list[Booking] = []
        self.answers: dict[str, tuple[Any, dict[str, Any]]] = {}  # by idempotency key

    # -- what the clock makes of it

    def status(self, booking: Booking, meeting: Meeting) -> str:
        if meeting.status == "PENDING":
            ends = min(booking.held_until or meeting.start, meeting.start)
            return "PENDING" if self.now < ends else "CANCELLED"
        if meeting.status == "CONFIRMED":
            marks = set(meeting.attendance.values())
            if marks and len(meeting.attendance) == len(booking.people):
                return "NO_SHOW" if marks == {"no_show"} else "COMPLETED"
            return "CONFIRMED" if self.now < meeting.end else "COMPLETED"
        return meeting.status

    def whole_status(self, booking: Booking) -> str:
        """That of a series: pending, then confirmed, while one of its dates is."""
        found = [self.status(booking, each) for each in booking.meetings]
        for one in ("PENDING", "CONFIRMED"):
            if one in found:
                return one
        took_place = {each for each in found if each != "CANCELLED"}
        if not took_place:
            return "CANCELLED"
        return "NO_SHOW" if took_place == {"NO_SHOW"} else "COMPLETED"

    def is_active(self, booking: Booking, meeting: Meeting) -> bool:
        return self.status(booking, meeting) != "CANCELLED"

    def shown(self, booking: Booking) -> dict[str, Any]:
        """What `show` says, in the words of its JSON."""
        booked = [m for m in booking.meetings if m.resolution != "conflict"]
        first = min(booked, key=lambda m: m.start)
        return {
            "uid": booking.uid,
            "eventTypeId": f"evt_{booking.event.id}",
            "hostIds": [f"user_{host}" for host in booking.hosts],
            "status": self.whole_status(booking),
            "startTime": first.start,
            "endTime": first.end,
            "heldUntil": booking.held_until,
            "people": list(booking.people),
            "notes": booking.notes,
            "overrides": sorted(booking.overrides),
            "version": booking.version,
            "sequence": booking.sequence,
            "occurrences": sorted(
                (
                    (
                        *(m.date.isoformat(), m.start, m.end),
                        *(self.status(booking, m), self.resolution(booking, m)),
                    )
                    for m in booking.meetings
                ),
                key=lambda each: (each[1], each[0]),
            ),
        }

    def write_expired(self, booking: Booking, meeting: Meeting) -> None:
        """Once, by `tick` or by the next change of a booking."""
        expired = self.resolution(booking, meeting) == "expired"
        if expired and not meeting.is_written:
            meeting.is_written = True
            booking.sequence += 1

    def resolution(self, booking: Booking, meeting: Meeting) -> str | None:
        if meeting.status == "PENDING" and not self.is_active(booking, meeting):
            return "expired"
        return meeting.resolution

    # -- the rules

    def taken(
        self, host: str, begins: datetime, ends: datetime, but: Iterable[Meeting] = ()
    ) -> bool:
        """Whether a claim of the host overlaps; claims may touch."""
        return any(
            meeting.claim[0] < ends and begins < meeting.claim[1]
            for booking, meeting in self.active(but)
            if host in booking.hosts
        )

    def active(self, but: Iterable[Meeting] = ()) -> Iterator[tuple[Booking, Meeting]]:
        for booking in self.bookings:
            for meeting in booking.meetings:
                is_left_out = any(meeting is each for each in but)
                if self.is_active(booking, meeting) and not is_left_out:
                    yield booking, meeting

    def claim(self, event: EventType, start: datetime, length: timedelta) -> Any:
        return start - minutes(event.before), start + length + minutes(event.after)

    def free_hosts(
        self,
        event: EventType,
        start: datetime,
        length: timedelta,
        *,
        hosts: list[str],
        but: Iterable[Meeting] = (),
    ) -> list[str] | None:
        """Those who would give it, or None: all of them, or whose turn it is."""
        free = [
            host
            for host in hosts
            if not self.taken(host, *self.claim(event, start, length), but)
        ]
        if event.kind == "round-robin":
            return free[:1] or None
        return hosts if free == hosts else None

    def refusals(
        self,
        event: EventType,
        start: datetime,
        length: timedelta,
        *,
        hosts: list[str],
        persons: int = 1,
        but: Iterable[Meeting] = (),
        reopens: bool = False,
        is_first: bool = True,
        joins: bool = False,
        so_far: Sequence[Meeting] = (),
    ) -> set[str]:
        """Each rule that refuses a start; a seat is asked of less than a meeting.

        `so_far` are the earlier dates of the same series.
        """
        zone, day = event.schedule.zone, local_day(start, event.schedule.zone)
        found: set[str] = set()
        around = event.schedule.open(day - timedelta(days=1), day + timedelta(days=2))
        latest = local_day(self.now, zone) + timedelta(days=event.advance or 0)
        checks = {
            "in_the_past": start <= self.now,
            "inactive": not event.active,
            "outside_dates": (event.first or day) > day or (event.last or day) < day,
            "outside_hours": not any(
                begins <= start and start + length <= ends for begins, ends in around
            ),
            "minimum_notice": is_first and start < self.now + minutes(event.notice),
            "maximum_advance": is_first and event.advance is not None and day > latest,
        }
        found = {rule for rule, refuses in checks.items() if refuses}
        if event.seats is not None and persons > event.seats:
            found.add("seats_full")
        if joins:
            return found
        of_type = [m for b, m in self.active(but) if b.event.id == event.id]
        of_day = [m for m in (*of_type, *so_far) if local_day(m.start, zone) == day]
        if event.per_day is not None and len(of_day) >= event.per_day:
            found.add("slots_per_day")
        is_closed = any(m.closes_start for m in self.at(event, start))
        if event.seats is not None and is_closed and not reopens:
            found.add("group_cancelled")
        claim = self.claim(event, start, length)
        overlaps = any(m.claim[0] < claim[1] and claim[0] < m.claim[1] for m in so_far)
        free = self.free_hosts(event, start, length, hosts=hosts, but=but)
        if overlaps or free is None:
            found.add("slot_taken")
        return found

    def first(self, found: set[str]) -> str:
        return next(rule for rule in RULES if rule in found)

    def meetings(self, event: EventType) -> Iterator[tuple[Booking, Meeting]]:
        return (
            (booking, meeting)
            for booking in self.bookings
            if booking.event.id == event.id
            for meeting in booking.meetings
        )

    def at(self, event: EventType, start: datetime) -> list[Meeting]:
        return [m for _, m in self.meetings(event) if m.start == start]

    def group_at(self, event: EventType, start: datetime) -> Booking | None:
        for booking, meeting in self.meetings(event):
            is_there = self.status(booking, meeting) in ("PENDING", "CONFIRMED")
            if event.seats is not None and meeting.start == start and is_there:
                return booking
        return None

    def slots(self, event: EventType, day: date) -> list[tuple[Any, ...]]:
        """Starts of a local day, each with its end, host and free seats."""
        zone, length = event.schedule.zone, minutes(event.lengths[0])
        step = minutes(event.interval or min(event.lengths))
        midnight, next_one = instant(day, 0, zone), instant(day, 1440, zone)
        near = event.schedule.open(day - timedelta(days=1), day + timedelta(days=2))
        starts = {
            meeting.start
            for booking, meeting in self.meetings(event)
            if self.group_at(event, meeting.start) and midnight <= meeting.start
            if meeting.start < next_one
        }
        for begins, ends in near:
            start = max(begins, midnight)
            while start < min(ends, next_one):
                starts.add(start)
                start += step
        found = []
        for start in sorted(starts):
            group = self.group_at(event, start)
            sat = len(group.people) if group else 0
            facts = {"hosts": event.hosts, "persons": sat + 1, "joins": bool(group)}
            if self.refusals(event, start, length, **facts):
                continue
            hosts = group.hosts if group else self.turn(event, start, length)
            left = None if event.seats is None else event.seats - sat
            found.append((start, start + length, f"user_{hosts[0]}", left))
        return found

    def turn(self, event: EventType, start: datetime, length: timedelta) -> list[str]:
        return self.free_hosts(event, start, length, hosts=event.hosts) or event.hosts

    # -- means

    def event(self, id: str) -> EventType:
        if id not in self.types:
            raise Refused("not_found")
        return self.types[id]

    def booking(self, uid: str) -> Booking:
        for booking in self.bookings:
            if booking.uid == uid:
                return booking
        raise Refused("not_found")

    def at_version(self, uid: str, version: int | None) -> Booking:
        booking = self.booking(uid)
        if version is not None and version != booking.version:
            raise Refused("version_conflict")
        return booking

    def with_somebody(self, uid: str, version: int | None = None) -> Booking:
        """What is held is booked first."""
        booking = self.at_version(uid, version)
        if booking.held_until and self.whole_status(booking) == "PENDING":
            raise Refused("usage")
        return booking

    def chosen(self, booking: Booking, on: date | None) -> list[Meeting]:
        if on is None:
            return booking.meetings
        if found := [each for each in booking.meetings if each.date == on]:
            return found
        raise Refused("not_found")

    def dates(
        self, event: EventType, start: datetime, rule: tuple[str, int] | None
    ) -> list[datetime]:
        """The starts of a series, on the wall clock of its schedule."""
        if rule is None:
            return [start]
        zone = event.schedule.zone
        wall = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        clock = wall.hour * 60 + wall.minute
        days = {"daily": 1, "weekly": 7}[rule[0]]
        later = [wall.date() + timedelta(days=days * n) for n in range(1, rule[1])]
        seconds = timedelta(seconds=wall.second)
        return [start, *(instant(day, clock, zone) + seconds for day in later)]

    def meeting(self, event: EventType, start: datetime, length: timedelta) -> Meeting:
        return Meeting(
            date=local_day(start, event.schedule.zone),
            start=start,
            end=start + length,
            claim=self.claim(event, start, length),
        )
