"""Which booking an entry is, for calendars that have had it before."""

from __future__ import annotations

from calbook.core.model import Booking
from calbook.ical.writing import values
from calbook.ical.writing.components import Component


def add_identity(
    event: Component, booking: Booking, *, is_hidden: bool = False
) -> None:
    """Which booking this is, and in which state of it.

    Where it is hidden, its entry is known by a digest, which finds no booking.
    """
    uid = f"{booking.uid}@calbook"
    if is_hidden:
        from hashlib import sha256  # slow to import, and few hide it

        uid = f"{sha256(booking.uid.encode()).hexdigest()[:40]}@feed.calbook"
    updated = created = values.utc(booking.updated_at)
    if booking.created_at != booking.updated_at:
        created = values.utc(booking.created_at)
    event.add("UID", uid)
    event.add("SEQUENCE", str(booking.sequence))
    event.add("DTSTAMP", updated)
    event.add("LAST-MODIFIED", updated)
    event.add("CREATED", created)
