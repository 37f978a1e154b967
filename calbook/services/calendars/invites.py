"""Bookings with what their calendar entries need, read from the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core import checks
from calbook.core.booking import effective_status
from calbook.core.model import MINUTE, Booking, Span
from calbook.core.time import times
from calbook.ical.writing.event_text import (
    Invite,
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
        [invite] = _invites(facts, [booking])
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
    chosen = default_method(invite) if method is None else _method(method, *_OF_ONE)
    return write_calendar([invite], method=chosen, alarm=_alarm(alarm))


class FeedForm(NamedTuple):
    """What a feed says: all of it, the titles of event types, or that time is busy.

    `refresh` is how often who subscribes to it is to look again.
    """

    is_busy_only: bool = False
    is_redacted: bool = False
    refresh: timedelta | None = None

    @property
    def is_hiding(self) -> bool:
        return self.is_busy_only or self.is_redacted


def read_form(busy_only: object, redact: object, refresh: object) -> FeedForm:
    """As it is asked for; `refresh` is minutes."""
    return FeedForm(
        checks.boolean(busy_only, "busyOnly"),
        checks.boolean(redact, "redact"),
        None if refresh is None else _minutes(refresh, "refresh", least=1),
    )


def bookings_feed(
    context: Context,
    wanted: Mapping[str, Any],
    *,
    method: str | None = None,
    form: FeedForm | None = None,
    progress: Progress | None = None,
) -> bytes:
    """What is not cancelled of many bookings, as one calendar to subscribe to.

    Raises:
        BadInput: the method is neither publish nor none.
    """
    chosen = _method(method or Method.PUBLISH, Method.PUBLISH)
    now, form = context.clock(), form or FeedForm()
    with context.store.read(Facts) as facts:
        feed = read_feed(facts, _filters(facts, wanted, now), form, now=now)
    return write_feed(feed, form, method=chosen, progress=progress)


class Feed(NamedTuple):
    """Bookings of a feed, and what a calendar program lists it under."""

    invites: list[Invite]
    name: str


def read_feed(
    facts: Facts, chosen: Mapping[str, Any], form: FeedForm, *, now: datetime
) -> Feed:
    """By filters as `filters.read_filters` gives them."""
    invites = _chosen_invites(facts, chosen, now=now)
    if form.is_busy_only:
        invites = [invite._replace(only_title=_BUSY) for invite in invites]
    elif form.is_redacted:
        invites = [
            invite._replace(only_title=invite.booking.title) for invite in invites
        ]
    return Feed(invites, _name(facts, chosen, form))


def write_feed(
    feed: Feed,
    form: FeedForm,
    *,
    method: Method | None = Method.PUBLISH,
    progress: Progress | None = None,
) -> bytes:
    """What hides persons has no METHOD, and so no ORGANIZER either."""
    live = [invite for invite in feed.invites if not invite.is_cancelled]
    return write_calendar(
        live,
        method=None if form.is_hiding else method,
        name=feed.name,
        refresh=form.refresh,
        progress=progress,
    )


def free_busy(context: Context, wanted: Mapping[str, Any]) -> bytes:
    """When a host or resource is busy with bookings, as one VFREEBUSY.

    Raises:
        UsageError: nobody is named.
    """
    from calbook.core.errors import UsageError
    from calbook.ical.writing.free_busy import write_free_busy
    from calbook.services.bookings import filters

    now = context.clock()
    with context.store.read(Facts) as facts:
        chosen = _filters(facts, wanted, now)
        whose = filters.whose_time(chosen)
        if whose is None:
            raise UsageError(
                "whose time is it?", hint="a host or a resource has free and busy time"
            )
        since = chosen.get("since", times.epoch(now))
        until = chosen.get("until", since + _FREE_BUSY_SECONDS)
        # What began before, and is not over.
        chosen |= {"since": since - CLAIM_SECONDS, "until": until}
        invites = _chosen_invites(facts, chosen, now=now)
    within = Span(times.instant(since), times.instant(until))
    return write_free_busy(invites, within, owner=whose, at=now)


_BUSY = "Busy"
_FREE_BUSY_SECONDS = 60 * 24 * 3600


def stored_calendars(
    context: Context,
    wanted: Mapping[str, Any],
    *,
    alarm: int | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[str, bytes]]:
    """What is not cancelled of many bookings, by uid: each as a file without METHOD."""
    before, now = _alarm(alarm), context.clock()
    with context.store.read(Facts) as facts:
        chosen = _filters(facts, wanted, now)
        invites = _chosen_invites(facts, chosen, now=now)
    for number, invite in enumerate(invites, 1):
        if not invite.is_cancelled:
            yield (
                invite.booking.uid,
                write_calendar([invite], method=None, alarm=before),
            )
        if progress is not None:
            progress(number, len(invites))


_OF_ONE = (Method.PUBLISH, Method.REQUEST, Method.CANCEL)


def _filters(facts: Facts, wanted: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    from calbook.services.bookings.filters import read_filters  # slow to import

    return read_filters(facts, wanted, now=times.epoch(now))


def _method(said: str, *among: Method) -> Method | None:
    chosen = checks.choice(said, "method", (*among, _NO_METHOD))
    return None if chosen == _NO_METHOD else Method(chosen)


_NO_METHOD = "none"


def _alarm(minutes: int | None) -> timedelta | None:
    return None if minutes is None else _minutes(minutes, "alarm", least=0)


def _minutes(given: object, field: str, *, least: int) -> timedelta:
    return checks.whole_number(given, field, least=least, most=525_600) * MINUTE


def _chosen_invites(
    facts: Facts, chosen: Mapping[str, Any], *, now: datetime
) -> list[Invite]:
    found = facts.bookings(chosen, now=now)
    if (host_id := chosen.get("host_id")) is not None:
        from calbook.core.booking import series

        found = [series.dates_given_by([host_id], booking) for booking in found]
    return _invites(facts, [effective_status.effective_booking(b, now) for b in found])


def _name(facts: Facts, chosen: Mapping[str, Any], form: FeedForm) -> str:
    """What a calendar program lists the feed under, which hides what the feed does."""
    from calbook.services.bookings import filters

    if form.is_busy_only:
        return _BUSY
    if "event_type_id" in chosen:
        return facts.event_type(chosen["event_type_id"]).title
    whose = filters.whose_time(chosen)
    if whose and not form.is_hiding:
        return facts.host(whose).name
    return "Bookings"


def _invites(facts: Facts, bookings: list[Booking]) -> list[Invite]:
    host = cache(facts.host)
    return [read_invite(booking, host) for booking in bookings]
