"""How much is booked of the limits of event types and hosts, read from the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from calbook.core.model import SECOND, Limit, Span
from calbook.core.rules import limits
from calbook.core.rules.limits import LimitCounts, Period
from calbook.core.time import local_days, times
from calbook.services.availability.booking_request import BookingRequest
from calbook.store.facts import Facts


def of_event_type(
    facts: Facts, request: BookingRequest, spans: Sequence[Span]
) -> tuple[LimitCounts, ...]:
    """Each limit of the event type, in all periods that the spans lie in."""
    event_type = request.event_type
    if not event_type.all_limits:
        return ()
    periods = _periods(event_type.all_limits, spans, request.timezone)
    asked = {period.span: None for found in periods.values() for period in found}
    counts = facts.count_per_span(
        event_type.id, list(asked), exclusion=request.exclusion, now=request.now
    )
    booked = dict(zip(asked, counts, strict=True))
    return tuple(
        LimitCounts(
            limit,
            of="eventType",
            owner=event_type.id,
            periods=periods[limit.period],
            booked=[
                seconds // 60 if limit.is_length else number
                for number, seconds in (
                    booked[period.span] for period in periods[limit.period]
                )
            ],
        )
        for limit in event_type.all_limits
    )


def _periods(
    each: Iterable[Limit], spans: Sequence[Span], timezone: str
) -> dict[str, tuple[Period, ...]]:
    dates = {
        day
        for span in spans
        for day in local_days.dates_between(
            times.local_date(span.start, timezone),
            times.local_date(max(span.start, span.end - SECOND), timezone),
        )
    }
    kinds = dict.fromkeys(limit.period for limit in each)
    return {kind: limits.periods_of(kind, dates, timezone) for kind in kinds}
