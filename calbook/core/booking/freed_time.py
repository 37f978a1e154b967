"""What a change of a booking gives back to others: time, a seat, or an offer.

Light: it is asked of every change, and hardly ever anybody waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from calbook.core.model import Booking, Span, Status
from calbook.core.typing_names import Literal, NamedTuple

OfferEnd = Literal["lapsed", "booked"]


class Freed(NamedTuple):
    """Whose time a change has given back, of which event type, and when that is."""

    host_ids: frozenset[str]
    event_type_id: str
    spans: tuple[Span, ...]


def time_freed(before: Booking | None, after: Booking) -> Freed | None:
    """What a change of a booking gives back: time of its hosts, or seats."""
    if before is None:
        return None
    held, kept = dict(_claims(before)), set(_claims(after))
    gone = [claim for claim in held.items() if claim not in kept]
    if gone:
        return Freed(
            frozenset(host for (host, _), _ in gone),
            before.event_type_id,
            tuple(dict.fromkeys(span for _, span in gone)),
        )
    is_taken = before.is_offer and not after.is_offer  # which others may join now
    if before.is_group and (is_taken or _are_fewer(before, after)):
        return group_freed(after)
    return None


def group_freed(group: Booking) -> Freed:
    """A seat in all meetings of a group that are still to be."""
    live = [o for o in group.occurrences if o.status is not Status.CANCELLED]
    hosts = {host for o in live for host in group.hosts_of(o)}
    spans = tuple(o.claim for o in live)
    return Freed(frozenset(hosts), group.event_type_id, spans)


def _claims(booking: Booking) -> Iterator[tuple[tuple[str, datetime], Span]]:
    for o in booking.occurrences:
        if o.status is not Status.CANCELLED:
            for host in booking.hosts_of(o):
                yield (host, o.claim.start), o.claim


def _are_fewer(before: Booking, after: Booking) -> bool:
    """Whether somebody may have left, if only some dates."""
    return before.attendees != after.attendees and (
        len(after.attendees) <= len(before.attendees)
    )


def offer_end(before: Booking | None, after: Booking) -> OfferEnd | None:
    """What a change has made of an offer; None where it is none, or stands."""
    if before is None or not before.is_offer or after.is_offer:
        return None
    is_off = all(o.status is Status.CANCELLED for o in after.occurrences)
    return "lapsed" if is_off else "booked"
