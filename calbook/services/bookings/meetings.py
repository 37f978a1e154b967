"""The meetings of a new booking: who takes them, by every rule, and what is made.

Nothing is saved here: whoever waits for time is booked by the same steps.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from calbook.core.assignment import HostIds
from calbook.core.booking import lifecycle
from calbook.core.booking.changes import Change
from calbook.core.catalog import EventType
from calbook.core.errors import CalbookError, UsageError
from calbook.core.model import Actor, Attendee, GivenStart
from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.services.availability import host_choice, member_facts
from calbook.services.availability.booking_request import (
    BookingRequest,
    meeting_span,
    unknown_duration,
)
from calbook.services.availability.host_choice import HostPlan
from calbook.services.bookings import new_bookings
from calbook.store.facts import Facts
from calbook.store.transaction import Transaction
from calbook.wire.reading.booking_requests import NewBooking

if TYPE_CHECKING:
    from calbook.core.time.recurrence import Recurrence

_NOBODY = Attendee()  # in what is held for nobody yet


def read_rule(
    new_booking: NewBooking, *, now: datetime, timezone: str
) -> Recurrence | None:
    if new_booking.recurring is None:
        if new_booking.skips_conflicts:
            raise UsageError(
                "only a series can skip dates",
                hint="give recurring",
                command_hint="add --repeat weekly",
            )
        return None
    from calbook.wire.reading import recurrence  # slow to import

    return recurrence.read_recurrence(new_booking.recurring, now=now, timezone=timezone)


def series_of_starts(
    event_type: EventType, rule: Recurrence | None, start: GivenStart, timezone: str
) -> tuple[GivenStart, ...]:
    """The start as given, and those that follow from it by the rule."""
    if rule is None:
        return (start,)
    from calbook.core.time import recurrence  # slow to import

    wall = times.wall_time(start.instant, timezone)
    _, *others = recurrence.starts(
        rule, wall, timezone, most=event_type.max_occurrences
    )
    moments = (GivenStart(o.instant, o.wall, timezone, by_offset=False) for o in others)
    return (start, *moments)


def make_booking(
    tx: Transaction,
    event_type: EventType,
    new_booking: NewBooking,
    starts: tuple[GivenStart, ...],
    *,
    rule: Recurrence | None,
    timezone: str,
    now: datetime,
    by: Actor | None = None,
    uid: str | None = None,
) -> Change:
    """The booking as it would be, with its event; `by` another than who asks.

    `uid` is one that is given.

    Raises:
        CalbookError: the first rule that refuses.
    """
    request = make_request(event_type, new_booking, starts, timezone=timezone, now=now)
    duration = _duration(event_type, new_booking)
    chosen = _choose_hosts(tx, request)
    used = chosen.decision.overrides_used
    if duration not in event_type.lengths:
        used = (*used, "duration")
    booking = new_bookings.make_booking(
        new_booking,
        event_type,
        chosen.host_ids,
        new_bookings.make_occurrences(
            request, new_booking, starts, chosen.decision.refused_numbers
        ),
        rule=rule,
        timezone=timezone,
        now=now,
        overrides=used,
        uid=uid,
    )
    who = new_booking.asker.by if by is None else by
    why = {**chosen.why, **_reopened(tx, request, chosen.host_ids)}
    return lifecycle.create(booking, by=who, change=why)


def _reopened(
    facts: Facts, request: BookingRequest, host_ids: HostIds
) -> dict[str, Any]:
    """For the history: in whose place it begins, where groups were cancelled."""
    if not request.reopens:
        return {}
    heeding = request._replace(reopens=False)
    found = member_facts.read_member_facts(facts, heeding).cancelled()
    uids = dict.fromkeys(uid for (_, id), uid in found.items() if id in host_ids)
    return {"reopens": [*uids]} if uids else {}


def make_request(
    event_type: EventType,
    new_booking: NewBooking,
    starts: Iterable[GivenStart],
    *,
    timezone: str,
    now: datetime,
) -> BookingRequest:
    duration = _duration(event_type, new_booking)
    return BookingRequest(
        event_type=event_type.with_duration(duration),
        meetings=tuple(meeting_span(start, duration, timezone) for start in starts),
        timezone=timezone,
        now=now,
        host_id=new_booking.host_id,
        resource_id=new_booking.resource_id,
        persons=len(new_booking.attendees),
        responses=None if new_booking.held_for else new_booking.responses,
        overridden=new_booking.asker.overridden,
        display_timezone=new_booking.timezone,
        skips_conflicts=new_booking.skips_conflicts,
        notify=new_booking.notify,
        attendees=tuple(p for p in new_booking.attendees if p != _NOBODY),
        reopens=new_booking.reopens,
    )


def _choose_hosts(tx: Transaction, request: BookingRequest) -> HostPlan:
    found = host_choice.find_plan(tx, request)
    if isinstance(found, CalbookError):
        from calbook.services.availability import group_bookings  # slow to import

        raise group_bookings.advise_group(tx, request, found)
    return found


def _duration(event_type: EventType, new_booking: NewBooking) -> timedelta:
    wanted = new_booking.duration or event_type.duration
    if wanted in event_type.lengths or "duration" in new_booking.asker.overridden:
        return wanted
    raise unknown_duration(
        event_type,
        hint='another length needs by="host", override=["duration"]',
        command_hint="another length needs --by host --override duration",
    )
