"""What an event type says from now on, written into a booking that is to come."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Any

from calbook.core.booking import changes, series
from calbook.core.booking.changes import Change
from calbook.core.catalog import EventType
from calbook.core.model import MINUTE, Actor, Booking, Occurrence, Span

_TEXTS = ("title", "description", "location")
_BUFFERS = {"buffer_before": "bufferBefore", "buffer_after": "bufferAfter"}
FIELDS = (*_TEXTS, "duration", *_BUFFERS)


def apply_fields(
    booking: Booking, event_type: EventType, names: Set[str], now: datetime
) -> Booking:
    """The booking with these of `FIELDS` as its event type has them.

    A place or length that it was given stays, as does one of those to choose. Its link
    stays too, and so does what is over or has begun.
    """
    texts = {
        name: getattr(event_type, name)
        for name in _TEXTS
        if name in names and not (name == "location" and booking.has_own_location)
    }
    lengths = names - {"duration"} if "duration" in booking.overrides else names
    return booking._replace(
        **texts,
        occurrences=tuple(
            _apply_lengths(o, event_type, lengths) if series.is_to_come(o, now) else o
            for o in booking.occurrences
        ),
    )


def _apply_lengths(
    occurrence: Occurrence, event_type: EventType, names: Set[str]
) -> Occurrence:
    span, claim = occurrence.span, occurrence.claim
    before, after = span.start - claim.start, claim.end - span.end
    if "buffer_before" in names:
        before = event_type.buffer_before
    if "buffer_after" in names:
        after = event_type.buffer_after
    if "duration" in names and span.end - span.start not in event_type.lengths:
        span = Span(span.start, span.start + event_type.duration)
        occurrence = occurrence._replace(span=span, is_recorded=False)
    return occurrence._replace(claim=Span(span.start - before, span.end + after))


def record_fields(before: Booking, after: Booking, now: datetime) -> Change | None:
    """The change that `apply_fields` made, as one event; None where it made none.

    Another length is a `booking.rescheduled`, as it ends at another time; all else a
    `booking.updated`. Buffers are in nobody's calendar and make no new revision.
    """
    pairs = [*zip(before.occurrences, after.occurrences, strict=True)]
    moved = [new for old, new in pairs if new.span != old.span]
    texts = [name for name in _TEXTS if getattr(before, name) != getattr(after, name)]
    fields = [*texts, *_changed_buffers(pairs)]
    if not (moved or fields):
        return None
    change: dict[str, Any] = {"fields": fields} if fields else {}
    if moved:
        change["duration"] = (moved[0].span.end - moved[0].span.start) // MINUTE
    return changes.change_occurrences(
        after._replace(sequence=before.sequence + bool(moved or texts)),
        moved,
        kind="booking.rescheduled" if moved else "booking.updated",
        by=Actor.HOST,
        now=now,
        change=change,
    )


def _changed_buffers(pairs: list[tuple[Occurrence, Occurrence]]) -> list[str]:
    """The JSON's names of the buffers that differ on any date."""
    before, after = _BUFFERS.values()
    found = {
        name
        for old, new in pairs
        for name, is_other in (
            (before, old.claim.start != new.claim.start),
            (after, old.claim.end - old.span.end != new.claim.end - new.span.end),
        )
        if is_other
    }
    return sorted(found, reverse=True)
