"""Bookings with what their calendar entries need, read from the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from calbook.core import checks
from calbook.core.booking import effective_status
from calbook.core.model import MINUTE, Span
from calbook.core.time import times
from calbook.ical.writing.event_text import (
    in_language,
    invite_for,
    read_invite,
)
from calbook.ical.writing.method import Method
from calbook.ical.writing.vcalendar import default_method, write_calendar
from calbook.store.facts import CLAIM_SECONDS, Facts

if TYPE_CHECKING:
    from calbook.core.people import Wanted
    from calbook.core.progress import Progress
    from calbook.store.context import Context


def booking_calendar(
    context: Context,
    uid: str,
    *,
    method: str | None,
    alarm: int | None = None,
    date: str | date | None = None,
    person: Wanted | None = None,
    names_all: bool = False,
) -> bytes:
    """One booking as an iCalendar file, or its occurrence of an original local date.

    As one `person` may have it; of a group without one it names nobody, unless it is
    the host's own copy, which `names_all`.

    Raises:
        BadInput: the method is none of publish, request, cancel, none.
        NotFound: the booking has no such date, or nobody is meant.
        AmbiguousPerson: several are.
    """
    now = context.clock()
    with context.store.read(Facts) as facts:
        booking = effective_status.effective_booking(
            facts.booking(facts.resolve_uid(uid)), now
        )
        invite = read_invite(booking, facts.host)
        if person is not None:
            from calbook.store.people import find_in_booking  # few ask for a copy

            own = find_in_booking(facts, booking.attendees, person)
            invite = invite_for(invite, own)
    reader = invite.joiner or booking.attendee
    is_theirs = invite.joiner or not booking.is_group
    invite = in_language(invite, reader if is_theirs else invite.organizer)
    if person is None and booking.is_group and not names_all:
        invite = invite._replace(names_nobody=True)
    if date is not None:
        from calbook.core.time import parsing

        only = parsing.day(date, now=now, timezone=booking.timezone)
        invite = invite._replace(only=only)
    chosen = default_method(invite) if method is None else read_method(method, *_OF_ONE)
    return write_calendar([invite], method=chosen, alarm=_alarm(alarm))


def free_busy(context: Context, wanted: Mapping[str, Any]) -> bytes:
    """When a host or resource is busy with bookings, as one VFREEBUSY.

    Raises:
        UsageError: nobody is named.
    """
    from calbook.core.errors import UsageError
    from calbook.ical.writing.free_busy import write_free_busy
    from calbook.services.bookings import filters
    from calbook.services.calendars.feed_bookings import iter_invites
    from calbook.store.feed_bookings import FeedBookings

    now = context.clock()
    with context.store.read(FeedBookings) as facts:
        chosen = find_filters(facts, wanted, now)
        whose = filters.whose_time(chosen)
        if whose is None:
            raise UsageError(
                "whose time is it?", hint="a host or a resource has free and busy time"
            )
        since = chosen.get("since", times.epoch(now))
        until = chosen.get("until", since + _FREE_BUSY_SECONDS)
        # What began before, and is not over.
        chosen |= {"since": since - CLAIM_SECONDS, "until": until}
        within = Span(times.instant(since), times.instant(until))
        invites = iter_invites(facts, chosen, now)
        return write_free_busy(invites, within, owner=whose, at=now)


_FREE_BUSY_SECONDS = 60 * 24 * 3600


def stored_calendars(
    context: Context,
    wanted: Mapping[str, Any],
    *,
    alarm: int | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[str, bytes]]:
    """What is not cancelled of many bookings, by uid: each as a file without METHOD.

    Once more where it changed while the others were read.
    """
    from calbook.services.calendars.feed_bookings import read_portions

    before, now = _alarm(alarm), context.clock()
    with context.store.read(Facts) as facts:
        chosen = find_filters(facts, wanted, now)
    given: dict[str, int] = {}  # as what, by uid
    for portion in read_portions(context, chosen, now):
        for invite in (*portion.invites, *portion.instead):
            if invite.is_cancelled:
                continue
            uid = invite.booking.uid
            data = write_calendar([invite], method=None, alarm=before)
            if given.get(uid) != hash(data):
                given[uid] = hash(data)
                yield uid, data
        if progress is not None:
            progress(portion.done, portion.total)


def find_filters(
    facts: Facts, wanted: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The filters of who asks, as the store takes them."""
    from calbook.services.bookings.filters import read_filters  # slow to import

    return read_filters(facts, wanted, now=times.epoch(now))


def read_method(said: str, *among: Method) -> Method | None:
    """One of some methods; "none" is none.

    Raises:
        BadInput: it is neither.
    """
    chosen = checks.choice(said, "method", (*among, _NO_METHOD))
    return None if chosen == _NO_METHOD else Method(chosen)


_OF_ONE = (Method.PUBLISH, Method.REQUEST, Method.CANCEL)
_NO_METHOD = "none"


def _alarm(minutes: int | None) -> timedelta | None:
    return None if minutes is None else read_minutes(minutes, "alarm", least=0)


def read_minutes(given: object, field: str, *, least: int) -> timedelta:
    return checks.whole_number(given, field, least=least, most=525_600) * MINUTE
