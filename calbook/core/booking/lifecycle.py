"""The life of a booking: one function per action of `transitions`.

Each function takes a booking and returns the next booking with the events that tell
of it, or raises. Whether the rules allow it is asked in `policy`; which occurrences of
a series are meant, in `series`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from calbook.core.assignment import DatesHosts
from calbook.core.booking import changes, effective_status, transitions
from calbook.core.booking.changes import Change
from calbook.core.booking.transitions import Action
from calbook.core.checks import fold_email
from calbook.core.errors import AlreadySo, NothingToChange
from calbook.core.model import (
    Actor,
    Booking,
    Event,
    GivenStart,
    Occurrence,
    Resolution,
    Span,
    Status,
)
from calbook.core.time import times
from calbook.core.typing_names import Any, NamedTuple

Occurrences = Iterable[Occurrence]


class OccurrenceMove(NamedTuple):
    """An occurrence and where it is to be: its start as given, and its claim."""

    occurrence: Occurrence
    start: GivenStart
    meeting: Span
    claim: Span


# -- what time does ---------------------------------------------------------------


def expire_and_complete(
    booking: Booking, occurrences: Occurrences, now: datetime
) -> Change:
    """Tell of what time did to occurrences, once each; their status stays.

    An expiry that was told is a new revision for good (RFC 5546, 2.1.4), whatever the
    clock says later. The booking may hold these occurrences alone.
    """
    past = {occurrence.recurrence_id: occurrence for occurrence in occurrences}
    told = tuple(
        o._replace(is_recorded=True) if o.recurrence_id in past else o
        for o in booking.occurrences
    )
    events = tuple(_time_event(booking, o, now) for o in past.values())
    return Change(
        effective_status.raise_sequence_for_expiry(booking, past.values())._replace(
            occurrences=told
        ),
        events,
    )


def end_expired(booking: Booking, occurrences: Occurrences, now: datetime) -> Change:
    """Let requests that expired stay so, whatever the clock says later.

    For those whose time somebody takes; who was not told of it yet is told now.
    """
    chosen = tuple(occurrences)
    told = expire_and_complete(booking, [o for o in chosen if not o.is_recorded], now)
    ended = {
        o.recurrence_id: effective_status.effective_occurrence(o, now) for o in chosen
    }
    after = tuple(
        ended.get(o.recurrence_id, o)._replace(
            is_recorded=o.is_recorded and o.recurrence_id not in ended
        )
        for o in told.booking.occurrences
    )
    return told._replace(booking=told.booking._replace(occurrences=after))


def _time_event(booking: Booking, occurrence: Occurrence, now: datetime) -> Event:
    after = effective_status.effective_occurrence(occurrence, now).status
    assert after is not occurrence.status
    completed = after is Status.COMPLETED
    kind = "booking.completed" if completed else "booking.cancelled"
    change = {} if completed else {"resolution": Resolution.EXPIRED}
    if booking.recurring is None:
        return Event(kind, booking.uid, now, Actor.SYSTEM, change)
    return changes.event_about(booking, kind, [occurrence], Actor.SYSTEM, now, change)


# -- what people do ---------------------------------------------------------------


def create(
    booking: Booking, *, by: Actor, change: Mapping[str, Any] | None = None
) -> Change:
    """Begin: the booking as made, and `booking.created`; of a hold `booking.held`."""
    used = {"overrides": list(booking.overrides)} if booking.overrides else {}
    facts = {**used, **(change or {})}
    kind = "booking.held" if booking.is_hold else "booking.created"
    event = Event(kind, booking.uid, booking.created_at, by, facts)
    return Change(booking, (event,))


def book_hold(booking: Booking, *, now: datetime, by: Actor) -> Change:
    """What was held, booked for those who are in it now."""
    used = {"overrides": list(booking.overrides)} if booking.overrides else {}
    event = Event("booking.created", booking.uid, now, by, used)
    return Change(changes.next_version(booking, now), (event,))


def take_offer(booking: Booking, *, now: datetime, is_request: bool) -> Change:
    """What was offered, taken by who waited; a request if the host is to confirm it."""
    pending = transitions.occurrences_allowing(booking, Action.CONFIRM, now)
    status = Status.PENDING if is_request else Status.CONFIRMED
    return changes.change_occurrences(
        booking,
        pending,
        lambda o: o._replace(status=status, is_recorded=False, held_until=None),
        kind="booking.updated" if is_request else "booking.confirmed",
        by=Actor.ATTENDEE,
        now=now,
        change={"fields": ["heldUntil"]} if is_request else None,
    )


def confirm(booking: Booking, *, now: datetime, by: Actor = Actor.HOST) -> Change:
    """Say yes to every occurrence that is pending.

    A new revision to those who had the request in their calendars.
    """
    pending = transitions.occurrences_allowing(booking, Action.CONFIRM, now)
    return changes.change_occurrences(
        booking._replace(sequence=booking.sequence + booking.is_told),
        pending,
        lambda o: o._replace(
            status=Status.CONFIRMED, is_recorded=False, held_until=None
        ),
        kind="booking.confirmed",
        by=by,
        now=now,
    )


def reject(
    booking: Booking, *, now: datetime, reason: str | None, by: Actor = Actor.HOST
) -> Change:
    """Say no to every occurrence that is pending."""
    pending = transitions.occurrences_allowing(booking, Action.REJECT, now)
    return _end(booking, pending, Action.REJECT, now=now, by=by, reason=reason)


def cancel(
    booking: Booking,
    occurrences: Occurrences | None = None,
    *,
    now: datetime,
    by: Actor,
    reason: str | None,
) -> Change:
    """Cancel these occurrences, or all that there are."""
    chosen = tuple(booking.occurrences if occurrences is None else occurrences)
    transitions.check_transition(booking, chosen, Action.CANCEL, now)
    return _end(booking, chosen, Action.CANCEL, now=now, by=by, reason=reason)


def _end(
    booking: Booking,
    occurrences: Occurrences,
    action: Action,
    *,
    now: datetime,
    by: Actor,
    reason: str | None,
) -> Change:
    resolution = Resolution(action.value)
    return changes.change_occurrences(
        # RFC 5546, 2.1.4: a cancellation is a new revision.
        booking._replace(sequence=booking.sequence + 1),
        occurrences,
        lambda o: o._replace(
            status=Status.CANCELLED,
            resolution=resolution,
            cancelled_by=by,
            reason=reason,
        ),
        kind="booking.cancelled",
        by=by,
        now=now,
        change={"resolution": resolution, "reason": reason},
    )


def reschedule(
    booking: Booking,
    moves: Iterable[OccurrenceMove],
    *,
    now: datetime,
    by: Actor,
    reason: str | None,
    overrides: tuple[str, ...] = (),
    hosts: DatesHosts | None = None,
    why: Mapping[str, Any] | None = None,
) -> Change:
    """Move occurrences, which keep their keys in a series, or hand them over.

    When its attendee moves a booking that the host had to confirm, the host is
    asked again. `hosts` are those of each, if they are new; `why` says how they were
    chosen.
    """
    from calbook.core.booking import hand_over  # slow to import

    placed = {move.occurrence.recurrence_id: move for move in moves}
    chosen = [move.occurrence for move in placed.values()]
    transitions.check_transition(booking, chosen, Action.RESCHEDULE, now)
    old_hosts = tuple(map(booking.hosts_of, chosen))
    new_hosts = old_hosts if hosts is None else hosts
    has_new_hosts = new_hosts != old_hosts
    if not has_new_hosts:
        check_moves(booking, placed.values())
    hosts_by_key = dict(zip(placed, new_hosts, strict=True))
    asks_again = by is Actor.ATTENDEE and booking.policy.requires_confirmation

    def step(occurrence: Occurrence) -> Occurrence:
        moved = _move(booking, placed[occurrence.recurrence_id], reason)
        if has_new_hosts:
            moved = moved._replace(host_ids=hosts_by_key[occurrence.recurrence_id])
        return moved._replace(status=Status.PENDING) if asks_again else moved

    first = next(iter(placed.values()))
    change = changes.change_occurrences(
        booking._replace(
            sequence=booking.sequence + 1,
            overrides=tuple(dict.fromkeys((*booking.overrides, *overrides))),
        ),
        chosen,
        step,
        kind="booking.rescheduled",
        by=by,
        now=now,
        change={
            "from": times.rfc3339(first.occurrence.span.start, booking.timezone),
            "to": times.rfc3339(first.meeting.start, booking.timezone),
            "reason": reason,
            **({"overrides": list(overrides)} if overrides else {}),
            **(hand_over.hosts_changed(old_hosts, new_hosts) if has_new_hosts else {}),
            **(why or {}),
        },
    )
    return change._replace(booking=hand_over.settle_hosts(change.booking, now))


def _move(booking: Booking, move: OccurrenceMove, reason: str | None) -> Occurrence:
    moved = move.occurrence._replace(
        start=move.start,
        span=move.meeting,
        claim=move.claim,
        attendances={},  # who stayed away while it was running may come to the new one
        is_recorded=False,
        move_reason=reason,
    )
    if moved.held_until is not None:
        moved = moved._replace(held_until=min(moved.held_until, move.meeting.start))
    if booking.recurring is not None:
        return moved
    return moved._replace(
        recurrence_id=move.meeting.start,
        date=times.local_date(move.meeting.start, booking.timezone),
    )


def update(
    booking: Booking,
    *,
    now: datetime,
    by: Actor,
    details: Mapping[str, Any] | None = None,
    **given: Any,
) -> Change:
    """Correct what is not its time or status.

    Who is at another address has left the old one. `details` go into the history.

    Raises:
        AlreadySo: nothing differs.
        NothingToChange: nothing is given.
    """
    after = booking._replace(**given)
    names = [name for name in given if getattr(after, name) != getattr(booking, name)]
    if given and not names:
        raise AlreadySo(f"{booking.uid} has these values already", uid=booking.uid)
    if not given:
        raise NothingToChange(
            f"nothing to change on {booking.uid}: name a field",
            hint="name what to change, as in notes or metadata",
            command_hint="name what to change, as in --notes or --meta",
            uid=booking.uid,
        )
    if "location" in names:
        after = after._replace(has_own_location=True)
    return changes.change_occurrences(
        raise_sequence_for_leaver(booking, after),
        (),
        kind="booking.updated",
        by=by,
        now=now,
        change={"fields": _fields(booking, after, names), **(details or {})},
    )


def _fields(before: Booking, after: Booking, names: Iterable[str]) -> list[str]:
    """The JSON's names of what differs; not the keys of attendances."""
    found: dict[str, list[str]] = {
        "meeting_url": ["meetingUrl"],
        "occurrences": [],
        "attendees": [
            *["attendee"] * (before.attendee != after.attendee),
            *["guests"] * (before.guests != after.guests),
        ],
    }
    return [field for name in names for field in found.get(name, [name])]


# -- what every action is made of -------------------------------------------------


def raise_sequence_for_leaver(before: Booking, after: Booking) -> Booking:
    """A new revision when an e-mail address is gone: its cancellation is one.

    So it comes after the request that it takes back, and before the one that asks the
    same person again (RFC 5546, 2.1.4 and 2.1.5).
    """
    old, new = (
        {fold_email(p.email) for p in b.attendees if p.email} for b in (before, after)
    )
    return after if old <= new else after._replace(sequence=before.sequence + 1)


def check_moves(booking: Booking, moves: Iterable[OccurrenceMove]) -> None:
    """Raise when a move would end where it began."""
    if all(move.meeting == move.occurrence.span for move in moves):
        raise AlreadySo(f"{booking.uid} is at that time already", uid=booking.uid)
