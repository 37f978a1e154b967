"""Which dates of a booking a change moves or takes off. Light: every change asks."""

from __future__ import annotations

from datetime import date

from calbook.core.model import Booking, Occurrence, Status
from calbook.core.people import person_key


def may_end_proposals(before: Booking, after: Booking) -> bool:
    """Whether a change could end a proposal; most cannot, and ask for none."""
    return bool(
        moved_dates(before, after)
        or dates_off(before, after)
        or {*map(person_key, before.attendees)} - {*map(person_key, after.attendees)}
    )


def moved_dates(before: Booking, after: Booking) -> frozenset[date]:
    """The dates of a booking that have another time than before, or are new."""
    old = {o.recurrence_id: o.span for o in before.occurrences}
    return frozenset(
        o.date for o in after.occurrences if old.get(o.recurrence_id) != o.span
    )


def dates_off(before: Booking, after: Booking) -> frozenset[object]:
    """The dates that are cancelled now and were not."""
    off = {o.recurrence_id for o in before.occurrences if _is_off(o)}
    return frozenset(
        o.date for o in after.occurrences if _is_off(o) and o.recurrence_id not in off
    )


def _is_off(occurrence: Occurrence) -> bool:
    return occurrence.status is Status.CANCELLED
