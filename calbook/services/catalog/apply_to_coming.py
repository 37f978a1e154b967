"""An event type's new texts, length and buffers in the bookings that are to come.

All of them or none: who has not got the time refuses for all. What is asked of each is
read for all together, so that thousands take a thousand times one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from calbook.core.booking import attendees, event_type_changes
from calbook.core.catalog import EventType
from calbook.core.errors import BadInput, CalbookError, HostBusy, OutsideHours
from calbook.core.model import Booking, Claim, Occurrence
from calbook.core.rules import booking_rules
from calbook.core.rules.booking_rules import Proposal
from calbook.core.rules.obstacles import Obstacle, slot_taken_error
from calbook.core.time import open_hours, times
from calbook.services.availability.booking_request import schedule_ids
from calbook.services.bookings import record
from calbook.services.bookings.change_options import ChangeOptions
from calbook.store import coming
from calbook.store.transaction import Transaction
from calbook.wire.json_objects import Json

_NAMED = 20  # dates that a message names; the details have all


class _Meeting(NamedTuple):
    """One date of a booking as it was, and as it is to be."""

    booking: Booking
    before: Occurrence
    after: Occurrence

    @property
    def key(self) -> tuple[str, datetime]:
        return self.booking.uid, self.before.recurrence_id


class _Refusal(NamedTuple):
    meeting: _Meeting
    error: CalbookError


def apply_to_coming(
    tx: Transaction, event_type: EventType, names: Set[str], now: datetime
) -> list[Json]:
    """Write these fields into each booking to come; what was changed in each.

    Its hosts must be locked.

    Raises:
        SlotTaken, OutsideHours: some dates have not got the time, all named.
        BadInput: the place needs a phone number that somebody has not given.
    """
    coming.lock_coming(tx, event_type.id, now)
    record.record_expired_and_completed(tx, now)
    found = coming.coming_bookings(tx, event_type.id, now)
    pairs = [
        (before, after)
        for before in found
        if (after := event_type_changes.apply_fields(before, event_type, names, now))
        != before
    ]
    placed = (after for before, after in pairs if before.location != after.location)
    _check_phones(booking for booking in placed if not booking.is_hold)
    meetings = [
        _Meeting(before, *dates)
        for before, after in pairs
        for dates in zip(before.occurrences, after.occurrences, strict=True)
        if dates[0].claim != dates[1].claim
    ]
    _check_time(tx, event_type, meetings, now)
    # All that is let go goes first: one may grow to where another was.
    for meeting in meetings:
        tx.free_claims(meeting.booking.uid, [meeting.before.recurrence_id])
    return [
        changed for before, after in pairs for changed in _save(tx, before, after, now)
    ]


def _save(
    tx: Transaction, before: Booking, after: Booking, now: datetime
) -> Iterator[Json]:
    change = event_type_changes.record_fields(before, after, now)
    if change is None:
        return
    answer = record.save_change(tx, before, change, ChangeOptions(), now=now)
    event = change.event
    yield {
        "uid": answer["uid"],
        "startTime": answer["startTime"],
        "timezone": answer["timezone"],
        "type": event.type,
        "change": dict(event.change),
    }


def _check_phones(bookings: Iterator[Booking]) -> None:
    without = []
    for booking in bookings:
        try:
            attendees.check_phone(booking.location, booking.attendee)
        except BadInput:
            without.append(booking.uid)
    if without:
        raise BadInput(
            "the meeting would be held by phone, and there is no number in"
            f" {_listed(without)}",
            hint="give them one, or let them keep their place",
            uids=without,
        )


# -- where time is concerned ---------------------------------------------------------


def _check_time(
    tx: Transaction, event_type: EventType, meetings: Sequence[_Meeting], now: datetime
) -> None:
    refusals = [
        *_outside_hours(tx, event_type, meetings, now),
        *_overlaps(tx, meetings, now),
    ]
    if not refusals:
        return
    # By start; of one start the hours come first, as among the rules.
    refusals.sort(key=lambda refusal: refusal.meeting.after.span)
    first = booking_rules.combine_refusals([refusals[0].error])
    first.details["conflicts"] = [_conflict(each) for each in refusals]
    named = [f"{_name(each.meeting)} ({_reason(each.error)})" for each in refusals]
    dates = {each.meeting.key for each in refusals}
    first.json_message = (
        f"{len(dates)} of {len(meetings)} dates to come have not got the time:"
        f" {_listed(named)}"
    )
    first.hint = "without apply_to_coming they stay as they are"
    first.command_hint = "without --apply-to-coming they stay as they are"
    raise first


def _outside_hours(
    tx: Transaction, event_type: EventType, meetings: Sequence[_Meeting], now: datetime
) -> Iterator[_Refusal]:
    """Those that grow out of their hours; what was outside before may stay there."""
    growing: dict[tuple[str, ...], list[_Meeting]] = {}

    @cache
    def schedules(host_ids: tuple[str, ...]) -> tuple[str, ...]:
        return schedule_ids(tx, event_type, host_ids)

    for meeting in meetings:
        grows = meeting.after.span.end > meeting.before.span.end
        if grows and "hours" not in meeting.booking.overrides:
            hosts = meeting.booking.hosts_of(meeting.before)
            growing.setdefault(schedules(hosts), []).append(meeting)
    for keys, found in growing.items():
        spans = [meeting.after.span for meeting in found]
        opened = (
            open_hours.open_stretches_near(tx.schedule_around(key, spans), spans)
            for key in keys
        )
        for meeting, open_time in zip(found, zip(*opened, strict=True), strict=True):
            asked = Proposal(
                event_type=event_type,
                meeting=meeting.after.span,
                timezone=meeting.booking.timezone,
                now=now,
                open_time=open_time,
            )
            was = asked._replace(meeting=meeting.before.span)
            error = booking_rules.outside_hours(asked)
            if error is not None and booking_rules.outside_hours(was) is None:
                yield _Refusal(meeting, error)


def _overlaps(
    tx: Transaction, meetings: Sequence[_Meeting], now: datetime
) -> Iterator[_Refusal]:
    """Those that grow into each other, and into what else their hosts have to do."""
    by_host: dict[str, list[_Meeting]] = {}
    for meeting in meetings:
        for host_id in meeting.booking.hosts_of(meeting.before):
            by_host.setdefault(host_id, []).append(meeting)
    changed = {meeting.key for meeting in meetings}
    for host_id, found in by_host.items():
        yield from _overlaps_among(host_id, found)
        growing = [
            each for each in found if not each.before.claim.covers(each.after.claim)
        ]
        spans = [meeting.after.claim for meeting in growing]
        for n, obstacle in tx.each_obstacle(host_id, spans, now=now):
            claim = obstacle.claim
            if (claim.uid, claim.recurrence_id) in changed:
                continue
            if not claim.span.overlaps(growing[n].before.claim):  # as busy time may
                yield _refuse(growing[n], obstacle)


def _overlaps_among(host_id: str, meetings: Sequence[_Meeting]) -> Iterator[_Refusal]:
    last: _Meeting | None = None
    for meeting in sorted(meetings, key=lambda each: each.after.claim):
        span = meeting.after.claim
        if last is not None and span.start < last.after.claim.end:
            claim = Claim(host_id, last.after.claim, *last.key)
            yield _refuse(meeting, Obstacle(claim, last.after.span))
        if last is None or span.end > last.after.claim.end:
            last = meeting


def _refuse(meeting: _Meeting, obstacle: Obstacle) -> _Refusal:
    error = slot_taken_error(obstacle, meeting.booking.timezone)
    return _Refusal(meeting, error)


def _conflict(refusal: _Refusal) -> dict[str, Any]:
    meeting, error = refusal
    return {
        "uid": meeting.booking.uid,
        "date": meeting.before.date.isoformat(),
        "startTime": times.rfc3339(meeting.after.span.start, meeting.booking.timezone),
        "code": error.code,
        "message": error.json_message,
        "takenBy": error.details.get("uid"),
    }


def _name(meeting: _Meeting) -> str:
    return f"{meeting.booking.uid} on {meeting.before.date}"


def _reason(error: CalbookError) -> str:
    if isinstance(error, OutsideHours):
        return "outside the open hours"
    by = error.details["calendar" if isinstance(error, HostBusy) else "uid"]
    return f"taken by {by}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(chain(names[:_NAMED], [f"and {more} more"] * (more > 0)))
