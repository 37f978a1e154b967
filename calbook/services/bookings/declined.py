"""What becomes of a booking whose attendee declines, where its event type says so.

It is what the attendee could do too, by the attendee's own rules: cancel the booking,
or leave a group. The host's mail server has to vouch for the sender.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from calbook.core.booking import lifecycle, participation, seats, series, transitions
from calbook.core.booking.changes import Change
from calbook.core.booking.transitions import Action
from calbook.core.catalog import EventType
from calbook.core.errors import CalbookError
from calbook.core.model import Actor, Attendee, Booking, Occurrence
from calbook.core.people import person_key
from calbook.core.rules import change_rules
from calbook.services.bookings import record
from calbook.services.bookings.change_options import ChangeOptions
from calbook.services.bookings.seats import meetings_left

if TYPE_CHECKING:
    from calbook.store.transaction import Transaction

_NOT_VOUCHED = "no mail server that is trusted vouches for the sender"
_OF_GUEST = "what a guest declines is not cancelled"


class Ended(NamedTuple):
    """Whether it was cancelled, and why it was not, if it was to be."""

    is_cancelled: bool = False
    why_not: str | None = None


def cancel_for(
    tx: Transaction,
    booking: Booking,
    key: str,
    days: Sequence[date],
    *,
    reason: str | None,
    is_authenticated: bool,
    now: datetime,
) -> Ended:
    """Cancel or leave for a person who has declined, by their key.

    All of it, or some dates of a series.
    """
    event_type = tx.event_type(booking.event_type_id)
    if event_type.on_decline != "CANCEL":
        return Ended()
    if not is_authenticated:
        return Ended(why_not=_NOT_VOUCHED)
    [person] = (p for p in booking.attendees if person_key(p) == key)
    try:
        change = _decide(booking, event_type, person, days, reason, now)
    except CalbookError as error:
        return Ended(why_not=error.message)
    if change is None:
        return Ended(why_not=_OF_GUEST)
    record.save_change(tx, booking, change, ChangeOptions(), now=now)
    return Ended(is_cancelled=True)


def _decide(
    booking: Booking,
    event_type: EventType,
    person: Attendee,
    days: Sequence[date],
    reason: str | None,
    now: datetime,
) -> Change | None:
    """As the attendee; None where it is somebody else's to cancel."""
    is_group = event_type.seats is not None or booking.is_group
    if is_group and len(booking.attendees) > 1:
        return _leave(booking, person, days, now)
    if person is not booking.attendee:
        return None
    chosen = _meetings(booking, person, days, now)
    transitions.check_transition(booking, chosen, Action.CANCEL, now)
    change_rules.check_change(
        booking, chosen, verb="cancel", by=Actor.ATTENDEE, now=now
    )
    return lifecycle.cancel(booking, chosen, now=now, by=Actor.ATTENDEE, reason=reason)


def _leave(
    booking: Booking, person: Attendee, days: Sequence[date], now: datetime
) -> Change:
    by = Actor.ATTENDEE
    dates = _meetings(booking, person, days, now) if days else ()
    if dates:
        left = seats.leave_on(booking, person, dates, now=now, by=by)
    else:
        left = seats.leave(booking, person, now=now, by=by)
    bound = dates or meetings_left(booking, person, now)
    change_rules.check_change(booking, bound, verb="leave", by=by, now=now)
    return left


def _meetings(
    booking: Booking, person: Attendee, days: Sequence[date], now: datetime
) -> tuple[Occurrence, ...]:
    """What was declined: these dates, or all that is still to come."""
    if booking.recurring is None:
        return booking.occurrences
    own = participation.meetings_of(person, booking.occurrences)
    wanted = [o for o in own if not days or o.date in days]
    ahead = tuple(o for o in wanted if series.is_to_come(o, now))
    return ahead or tuple(wanted)
