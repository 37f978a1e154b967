"""Which booking an entry is, for calendars that have had it before."""

from __future__ import annotations

from hashlib import sha256

import icalendar

from calbook.core.model import Booking
from calbook.ical.writing import values


def add_identity(
    event: icalendar.Event, booking: Booking, *, is_hidden: bool = False
) -> None:
    """Which booking this is, and in which state of it.

    Where it is hidden, its entry is known by a digest, which finds no booking.
    """
    digest = sha256(booking.uid.encode()).hexdigest()[:40]
    uid = f"{digest}@feed.calbook" if is_hidden else f"{booking.uid}@calbook"
    values.add(event, "UID", uid)
    values.add(event, "SEQUENCE", booking.sequence)
    values.add(event, "DTSTAMP", booking.updated_at)
    values.add(event, "LAST-MODIFIED", booking.updated_at)
    values.add(event, "CREATED", booking.created_at)
