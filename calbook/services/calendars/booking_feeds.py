"""Feeds of bookings, as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from calbook.core import checks
from calbook.ical.writing.method import Method
from calbook.services.bookings.filters import whose_time
from calbook.services.calendars.feed_writing import BUSY, Feed, FeedForm, write_feed
from calbook.services.calendars.invites import (
    find_filters,
    read_method,
    read_minutes,
)
from calbook.store.facts import Facts

if TYPE_CHECKING:
    from calbook.core.progress import Progress
    from calbook.store.context import Context


def read_form(busy_only: object, redact: object, refresh: object) -> FeedForm:
    """As it is asked for; `refresh` is minutes."""
    return FeedForm(
        checks.boolean(busy_only, "busyOnly"),
        checks.boolean(redact, "redact"),
        None if refresh is None else read_minutes(refresh, "refresh", least=1),
    )


def bookings_feed(
    context: Context,
    wanted: Mapping[str, Any],
    *,
    method: str | None = None,
    form: FeedForm | None = None,
    progress: Progress | None = None,
) -> Iterator[bytes]:
    """What is not cancelled of many bookings, as one calendar to subscribe to.

    In parts, as `feed_writing.write_feed` gives them.

    Raises:
        BadInput: the method is neither publish nor none.
    """
    chosen = read_method(method or Method.PUBLISH, Method.PUBLISH)
    now, form = context.clock(), form or FeedForm()
    with context.store.read(Facts) as facts:
        filters = find_filters(facts, wanted, now)
        feed = read_feed(facts, filters, form, method=chosen, now=now)
    return write_feed(context, feed, progress)


def read_feed(
    facts: Facts,
    chosen: Mapping[str, Any],
    form: FeedForm,
    *,
    method: Method | None = Method.PUBLISH,
    now: datetime,
) -> Feed:
    """By filters as `filters.read_filters` gives them."""
    return Feed(chosen, form, method, _name(facts, chosen, form), now)


def _name(facts: Facts, chosen: Mapping[str, Any], form: FeedForm) -> str:
    """What a calendar program lists the feed under, which hides what the feed does."""
    if form.is_busy_only:
        return BUSY
    if "event_type_id" in chosen:
        return facts.event_type(chosen["event_type_id"]).title
    whose = whose_time(chosen)
    if whose and not form.is_hiding:
        return facts.host(whose).name
    return "Bookings"
