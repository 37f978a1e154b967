"""The bookings of a feed as its events need them, read in portions.

Nobody who books waits until all of a long feed was read. What has changed meanwhile is
read again with the last portion, so that it is as at one time after all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core.booking import effective_status
from calbook.core.time import times
from calbook.ical.writing.event_text import Invite, read_invite
from calbook.store.booking_filters import Place
from calbook.store.feed_bookings import FeedBookings
from calbook.store.published_feeds import UNDER_WAY

if TYPE_CHECKING:
    from calbook.core.model import Booking
    from calbook.store.context import Context
    from calbook.store.facts import Facts


class Portion(NamedTuple):
    """Invites by their first date, with how many of how many were read.

    The last one says which of all that came are out of order or out of date, and what
    stands `instead` of them.
    """

    invites: list[Invite]
    done: int
    total: int
    replaced: frozenset[str] = frozenset()
    instead: tuple[Invite, ...] = ()


def read_portions(
    context: Context,
    chosen: Mapping[str, Any],
    now: datetime,
    *,
    portion: int = 500,
) -> Iterator[Portion]:
    """By filters as `filters.read_filters` gives them, so many bookings at once."""
    began, total, done = 0, 0, 0
    odd: set[str] = set()
    after: Place | None = None
    is_last = False
    while not is_last:
        with context.store.read(FeedBookings) as facts:
            if after is None:
                # What is not committed yet may have a lower number than what is.
                began = facts.newest_event() - UNDER_WAY * context.store.has_leases
                total = facts.count_bookings(chosen, now=times.epoch(now))
            found = facts.portion(chosen, now=now, after=after, limit=portion)
            is_last = len(found) < portion
            done += len(found)
            odd |= {booking.uid for place, booking in found if _is_odd(booking, place)}
            usual = (booking for _, booking in found if booking.uid not in odd)
            read = Portion(read_invites(facts, chosen, usual, now), done, total)
            if is_last:
                replaced = odd if after is None else odd | facts.changed_since(began)
                these = facts.these(replaced, chosen, now=now) if replaced else ()
                read = read._replace(
                    replaced=frozenset(replaced),
                    instead=tuple(read_invites(facts, chosen, these, now)),
                )
        yield read
        if found:
            after = found[-1][0]


def iter_invites(
    facts: FeedBookings, chosen: Mapping[str, Any], now: datetime, *, portion: int = 500
) -> Iterator[Invite]:
    """As at one time, with so many bookings in memory at once."""
    after: Place | None = None
    while found := facts.portion(chosen, now=now, after=after, limit=portion):
        after = found[-1][0]
        yield from read_invites(facts, chosen, (booking for _, booking in found), now)


def _is_odd(booking: Booking, place: Place) -> bool:
    """Of a series the first date may have moved, or was never free."""
    if booking.recurring is None:
        return False
    return times.epoch(booking.occurrences[0].span.start) != place[0]


def read_invites(
    facts: Facts,
    chosen: Mapping[str, Any],
    bookings: Iterable[Booking],
    now: datetime,
) -> list[Invite]:
    """As the clock sees them; of a host's without the dates that others give."""
    if (host_id := chosen.get("host_id")) is not None:
        from calbook.core.booking import series  # slow to import

        bookings = (series.dates_given_by([host_id], booking) for booking in bookings)
    host = cache(facts.host)
    return [
        read_invite(effective_status.effective_booking(booking, now), host)
        for booking in bookings
    ]
