"""Whether what is offered can be booked, and what is in the way where it cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from calbook.core.catalog import EventType
from calbook.core.doctor.catalog_checks import DAYS_AHEAD, CatalogFacts
from calbook.core.doctor.findings import MOST_NAMED
from calbook.core.errors import CalbookError
from calbook.core.members import hosts_among
from calbook.core.model import DAY, Span
from calbook.core.time import times
from calbook.services.availability import explain
from calbook.services.availability.booking_request import (
    BookingRequest,
    booking_timezone,
    day_span,
)
from calbook.services.availability.free_starts import find_free_starts
from calbook.store.health import HealthReader

MOST_EVENT_TYPES = 200  # whose free starts are looked for
_DAYS_EXPLAINED = 7  # of those that have none


def read_event_types(reader: HealthReader) -> list[EventType]:
    """Those that take bookings."""
    every = (reader.event_type(id) for id in reader.ids("event type"))
    return [event_type for event_type in every if event_type.active]


def read_catalog_facts(
    reader: HealthReader,
    event_types: Iterable[EventType],
    now: datetime,
    *,
    looks_for_starts: bool,
) -> CatalogFacts:
    given = [e for e in event_types if hosts_among(a.host_id for a in e.hosts)]
    closed: dict[str, str] = {}
    if looks_for_starts:
        for event_type in given[:MOST_EVENT_TYPES]:
            request = _request(reader, event_type, now)
            if not _has_free_start(reader, request):
                is_explained = len(closed) < MOST_NAMED
                closed[event_type.id] = _reason(reader, request) if is_explained else ""
    return CatalogFacts(
        schedules_without_hours=reader.schedules_without_hours(
            (now - DAY).date().isoformat()
        ),
        event_types_without_hosts=[e.id for e in event_types if e not in given],
        not_bookable=closed,
    )


def _request(
    reader: HealthReader, event_type: EventType, now: datetime
) -> BookingRequest:
    return BookingRequest(
        event_type,
        meetings=(),
        timezone=booking_timezone(reader, event_type, None, None),
        now=now,
    )


def _has_free_start(reader: HealthReader, request: BookingRequest) -> bool:
    wanted = Span(request.now, request.now + DAYS_AHEAD * DAY)
    lengths = request.event_type.lengths
    return any(
        list(islice(find_free_starts(reader, asked, wanted), 1))
        for length in lengths
        for asked in [
            request._replace(event_type=request.event_type.with_duration(length))
        ]
    )


def _reason(reader: HealthReader, request: BookingRequest) -> str:
    """What blocks most of the next days, or of those on which it may be at all."""
    first = times.local_date(request.now, request.timezone) + DAY
    begin = request.event_type.first_date
    if begin is not None and begin < first + DAYS_AHEAD * DAY:
        first = max(first, begin)
    length: Counter[str] = Counter()
    for n in range(_DAYS_EXPLAINED):
        day = day_span(first + n * DAY, request.timezone)
        try:
            blocks = explain.blocked_stretches(reader, request, day)
        except CalbookError as error:
            return error.json_message
        for block in blocks:
            begin_at, end_at = (
                datetime.fromisoformat(block[key]) for key in ("startTime", "endTime")
            )
            length[block["message"]] += int((end_at - begin_at).total_seconds())
    return length.most_common(1)[0][0] if length else "its slots fit nowhere"
