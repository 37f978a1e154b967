"""What is needed to write a booking into a calendar, read when it is sent.

However many changes are queued, each of them writes the booking as it is then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calbook.core.booking import effective_status, series
from calbook.core.calendars import ConnectedCalendar, WrittenEntry
from calbook.core.model import Status
from calbook.ical.writing.event_text import Invite, read_invite
from calbook.store import pushes
from calbook.store.calendars import CalendarReader

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from calbook.core.model import Booking
    from calbook.store.reader import Reader

OVERWRITE = "calendar.overwrite"  # the kind of a delivery that keeps nothing of theirs


class PushJob(NamedTuple):
    """A booking for a calendar; without `invite` nothing of it is to stand there."""

    calendar: ConnectedCalendar
    uid: str
    written: WrittenEntry | None
    invite: Invite | None
    overwrites: bool
    is_written_again: bool = False  # somebody asked for it, whatever is noted here

    @property
    def name(self) -> str:
        """Of its resource there."""
        return self.written.name if self.written else f"{self.uid}.ics"


def read_push(
    reading: Reader, target: str, uid: str, *, kind: str, now: datetime
) -> PushJob | None:
    """None where the calendar is not connected any more."""
    facts = CalendarReader(reading.connection)
    calendar = facts.calendar_of_target(target)
    if calendar is None:
        return None
    booking = effective_status.effective_booking(facts.booking(uid), now)
    own = _copy_for(facts.hosts_written_to(calendar, uid), booking)
    invite = None
    if own is not None:
        owner = None if facts.is_shared(calendar) else calendar.host_id
        invite = read_invite(own, facts.host)._replace(
            is_hosts_own=True, owner_id=owner
        )
    return PushJob(
        calendar,
        uid,
        pushes.written_entry(facts, calendar.id, uid),
        invite,
        overwrites=kind == OVERWRITE,
    )


def _copy_for(host_ids: Collection[str], booking: Booking) -> Booking | None:
    """A booking as it stands in the calendar of some hosts, if any of it does.

    A hold is nobody's yet, and an offer is until it is taken.
    """
    if booking.is_held:
        return None
    own = series.dates_given_by(host_ids, booking)
    if all(o.status is Status.CANCELLED for o in own.occurrences):
        return None
    return own
