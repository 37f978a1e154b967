"""What every change of a booking is made of: its new state, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from calbook.core.model import (
    SECOND,
    Actor,
    Booking,
    Event,
    Occurrence,
    Resolution,
    Status,
)
from calbook.core.typing_names import Any, NamedTuple

Occurrences = Iterable[Occurrence]


class Change(NamedTuple):
    """A booking after an action, and the events that tell of it, in order."""

    booking: Booking
    events: tuple[Event, ...]

    @property
    def event(self) -> Event:
        """The event of an action that has one."""
        [event] = self.events
        return event

    def with_facts(self, **facts: Any) -> Change:
        """With more facts in what each event tells."""
        return self._replace(
            events=tuple(
                event._replace(change={**event.change, **facts})
                for event in self.events
            )
        )

    def told_by(self, by: Actor) -> Change:
        """As if on somebody else's word."""
        events = tuple(event._replace(by=by) for event in self.events)
        return self._replace(events=events)


def change_occurrences(
    booking: Booking,
    occurrences: Occurrences,
    step: Callable[[Occurrence], Occurrence] | None = None,
    *,
    kind: str,
    by: Actor,
    now: datetime,
    change: Mapping[str, Any] | None = None,
) -> Change:
    """A new version of the booking, with `step` taken by these occurrences."""
    chosen = tuple(occurrences)
    event = make_event(booking, kind, chosen, by=by, now=now, change=change or {})
    if step is not None:
        keys = {occurrence.recurrence_id for occurrence in chosen}
        booking = booking._replace(
            occurrences=tuple(
                step(o) if o.recurrence_id in keys else o for o in booking.occurrences
            )
        )
    return Change(next_version(booking, now), (event,))


def leave_out(occurrence: Occurrence) -> Occurrence:
    """A date of a series that is kept, but cannot take place."""
    return occurrence._replace(
        status=Status.CANCELLED,
        resolution=Resolution.CONFLICT,
        cancelled_by=Actor.SYSTEM,
    )


def next_version(booking: Booking, now: datetime) -> Booking:
    """A version that is newer than the last one, whatever the clock says.

    Of two with one SEQUENCE the later DTSTAMP counts (RFC 5546, 2.1.5).
    """
    last = booking.updated_at
    stamp = now if now >= last else last + SECOND
    return booking._replace(version=booking.version + 1, updated_at=stamp)


def make_event(
    booking: Booking,
    kind: str,
    occurrences: Sequence[Occurrence],
    *,
    by: Actor,
    now: datetime,
    change: Mapping[str, Any],
) -> Event:
    """About some occurrences of a series, or about the booking as a whole."""
    everything = (0, len(booking.occurrences))
    if booking.recurring is None or len(occurrences) in everything:
        return Event(kind, booking.uid, now, by, change)
    return event_about(booking, kind, occurrences, by, now, change)


def event_about(
    booking: Booking,
    kind: str,
    occurrences: Sequence[Occurrence],
    by: Actor,
    now: datetime,
    change: Mapping[str, Any],
) -> Event:
    dates = {"dates": [occurrence.date.isoformat() for occurrence in occurrences]}
    about = frozenset(occurrence.recurrence_id for occurrence in occurrences)
    return Event(kind, booking.uid, now, by, {**change, **dates}, about)
