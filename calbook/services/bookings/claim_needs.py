"""Resources claimed for bookings that were made before they were needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from calbook.core.booking import changes, hand_over, participation
from calbook.core.booking.changes import Change
from calbook.core.catalog import EventType, Need
from calbook.core.errors import CalbookError, NeedsTaken
from calbook.core.model import Actor, Booking, Occurrence
from calbook.core.time import times
from calbook.services.availability import host_choice
from calbook.services.availability.booking_request import BookingRequest
from calbook.services.bookings import record
from calbook.services.bookings.change_options import ChangeOptions
from calbook.store.transaction import Transaction

Lacking = tuple[Booking, tuple[Occurrence, ...], tuple[Need, ...]]
_MOST_NAMED = 20  # in a message; the details have all
_UNTOLD = ChangeOptions(notify=False)


def claim_all(
    tx: Transaction,
    event_type: EventType,
    lacking: Iterable[Lacking],
    *,
    now: datetime,
) -> None:
    """Give each what it lacks, by turn.

    Raises:
        NeedsTaken: some cannot have it, all of which are named.
    """
    conflicts = []
    for booking, dates, missing in lacking:
        error = _claim(tx, event_type, booking.uid, dates, missing, now=now)
        if error is not None:
            conflicts += [
                {
                    "uid": booking.uid,
                    "date": o.date.isoformat(),
                    "startTime": times.rfc3339(o.span.start, booking.timezone),
                    "code": error.code,
                    "message": error.json_message,
                }
                for o in dates
            ]
    if conflicts:
        named = [f"{c['uid']} on {c['date']}" for c in conflicts[:_MOST_NAMED]]
        more = len(conflicts) - len(named)
        raise NeedsTaken(
            f"{event_type.id} needs what is taken: "
            + ", ".join(named + [f"and {more} more"] * bool(more))
            + f" ({conflicts[0]['message']})",
            hint="move or cancel these first; nothing was changed",
            conflicts=conflicts,
        )


def _claim(
    tx: Transaction,
    event_type: EventType,
    uid: str,
    dates: Sequence[Occurrence],
    missing: tuple[Need, ...],
    *,
    now: datetime,
) -> CalbookError | None:
    before = tx.booking(uid)
    # The time that it holds is its own, whatever the buffers are by now.
    first = dates[0]
    request = BookingRequest(
        event_type=event_type._replace(
            buffer_before=first.span.start - first.claim.start,
            buffer_after=first.claim.end - first.span.end,
            minimum_notice=event_type.minimum_notice * 0,
            maximum_advance=None,
            slots_per_day=None,
            active=True,
        ),
        meetings=tuple(o.span for o in dates),
        timezone=before.timezone,
        now=now,
        own_needs=missing,
        seated=participation.most_on(before, dates),
    )
    found = host_choice.find_plan(tx, request)
    if isinstance(found, CalbookError):
        return found
    record.save_change(
        tx, before, _with_members(before, dates, found.host_ids, now), _UNTOLD, now=now
    )
    return None


def _with_members(
    booking: Booking, dates: Sequence[Occurrence], ids: tuple[str, ...], now: datetime
) -> Change:
    """The whole booking's where all that is to come has them, else of these dates."""
    change = changes.change_occurrences(
        booking,
        dates,
        lambda o: o._replace(host_ids=(*booking.hosts_of(o), *ids)),
        kind="booking.updated",
        by=Actor.HOST,
        now=now,
        change={"fields": ["resourceIds"], "resourceIds": list(ids)},
    )
    return change._replace(booking=hand_over.settle_hosts(change.booking, now))
