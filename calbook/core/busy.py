"""Busy time from elsewhere: stretches of any length, held in pieces.

A piece is no longer than the longest claim, so that the one bounded look that finds
the claims in the way of a meeting finds the busy time too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from calbook.core.checks import line
from calbook.core.errors import BadInput, UsageError
from calbook.core.model import DAY, LONGEST_CLAIM, Span
from calbook.core.text import printable
from calbook.core.time import open_hours, parsing, times
from calbook.core.typing_names import NamedTuple

DEFAULT_DAYS_AHEAD = (
    730  # days that a calendar is read ahead, if no event type looks further
)
DAYS_BEHIND = 31  # and back
LARGEST_FILE = 32 * 1024 * 1024  # bytes of a calendar
MOST_EVENTS = 100_000  # in a file, and its zones
LONGEST_STRETCH = 3_660 * DAY
OWN_PREFIX = "busy_"  # of a host's own busy time, whose name is its id

_NAME = re.compile(r"[a-z0-9_-]{1,60}", re.ASCII)


class BusyKind(StrEnum):
    """Where busy time comes from."""

    ICS = "ics"  # a calendar file
    OWN = "own"  # the host said so
    CALDAV = "caldav"  # a connected calendar on a server
    VDIR = "vdir"  # a connected directory


class Stretch(NamedTuple):
    """Time in which a host is busy; `text` says with what, `uid` is its event's."""

    span: Span
    text: str | None = None
    uid: str | None = None


class SkippedEvent(NamedTuple):
    """An event of a calendar, or a part of it, that was not read as it says, and why.

    A line that belongs to no event has no `uid`.
    """

    uid: str | None
    line: int  # in which it begins
    reason: str


class CalendarContent(NamedTuple):
    """What a calendar says: busy time, and what came to none.

    `claimed` are the events that say they are bookings of calbook's; `remarks` are on
    events that were read, but by a guess.
    """

    stretches: tuple[Stretch, ...]
    events: int
    free: int  # of them, those that leave the host free
    claimed: frozenset[str]
    skipped: tuple[SkippedEvent, ...]
    remarks: tuple[SkippedEvent, ...] = ()


def split_span(span: Span) -> Iterator[Span]:
    """A span of any length as spans that touch, none longer than the longest claim."""
    start = span.start
    while start < span.end:
        end = min(start + LONGEST_CLAIM, span.end)
        yield Span(start, end)
        start = end


def merge_stretches(stretches: Iterable[Stretch], timezone: str) -> tuple[Stretch, ...]:
    """In order; those that have no text and no uid, and overlap or touch, are one.

    But whole days stay apart from hours, so that they can be told to be whole days.
    """
    stretches = tuple(stretches)
    apart = [each for each in stretches if (each.text, each.uid) != (None, None)]
    plain: dict[bool, list[Span]] = {True: [], False: []}
    for stretch in stretches:
        if (stretch.text, stretch.uid) == (None, None):
            plain[is_all_day(stretch.span, timezone)].append(stretch.span)
    merged = (
        Stretch(s) for spans in plain.values() for s in open_hours.merge_spans(spans)
    )
    return tuple(sorted((*apart, *merged), key=lambda stretch: stretch.span))


def is_all_day(span: Span, timezone: str) -> bool:
    """Whether it is whole local days."""
    return all(
        edge == times.day_start(times.local_date(edge, timezone), timezone)
        for edge in span
    )


def import_window(now: datetime, timezone: str, ahead: int | None) -> Span:
    """From when until when a calendar's events are read; `ahead` is local days.

    Whole local days, so that the last that can be booked is in it.
    """
    today = times.local_date(now, timezone)
    last = today + max(DEFAULT_DAYS_AHEAD, ahead or 0) * DAY
    return Span(
        times.day_start(today - DAYS_BEHIND * DAY, timezone),
        times.day_start(last + DAY, timezone),
    )


def calendar_name(value: object, field: str = "name") -> str:
    """What a calendar is called."""
    given = line(value, field, most=80)
    text = given.lower()
    if not _NAME.fullmatch(text) or text.startswith(OWN_PREFIX):
        raise BadInput(
            f"{field} cannot be {printable(given)}",
            hint="use up to 60 of a-z, 0-9, _ and -, as in work;"
            f" {OWN_PREFIX}… is kept for what `busy add` adds",
            field=field,
        )
    return text


def check_manner(*, strict: bool, careful: bool) -> None:
    """Nothing is left out by its zone and blocks by it at once.

    Raises:
        UsageError: both are asked for.
    """
    if strict and careful:
        raise UsageError(
            "strict and careful exclude each other",
            hint="strict leaves out what is in a zone that is not known; careful blocks"
            " its time",
        )


def check_length(span: Span) -> None:
    """Busy time that a host gives begins before it ends, within ten years."""
    if not span.start < span.end:
        raise BadInput(
            "the time ends before it begins",
            hint=parsing.ORDER_HINT,
            field="endTime",
        )
    if span.end - span.start > LONGEST_STRETCH:
        raise BadInput(
            f"the busy time lasts {(span.end - span.start).days:,} days; at most"
            f" {LONGEST_STRETCH.days:,} fit",
            field="endTime",
        )
