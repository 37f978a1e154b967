"""More dates for a series: by its rule, with its hosts, each asked of the rules."""

from __future__ import annotations

from datetime import date, datetime

from calbook.core.booking import extension
from calbook.core.booking.changes import Change
from calbook.core.booking.extension import LaterDates
from calbook.core.catalog import EventType
from calbook.core.model import Actor, Booking, Occurrence, Status
from calbook.core.time import parsing
from calbook.services.availability import host_choice
from calbook.services.availability.booking_request import BookingRequest, meeting_span
from calbook.services.availability.host_choice import Gaps
from calbook.services.bookings import fitting_dates
from calbook.services.bookings.change import change_booking
from calbook.services.bookings.change_options import ChangeOptions
from calbook.store.context import Context
from calbook.store.facts import Facts
from calbook.store.transaction import Transaction
from calbook.wire.json_objects import Json
from calbook.wire.reading.extensions import Extension


def extend(
    context: Context, uid: str, options: ChangeOptions, wanted: Extension
) -> Json:
    """Give a series more dates after its last.

    Raises:
        UsageError: it is no series.
        WrongStatus: it is over or cancelled.
        NothingToChange: it has no further date until that day.
    """

    def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
        extension.check_goes_on(booking, now)
        event_type = tx.event_type(booking.event_type_id)
        asked = _Asked(booking, event_type, wanted, options, now)
        later = asked.dates(tx)
        dates = asked.place(later)
        plan = host_choice.choose_hosts(tx, asked.request(dates))
        return extension.extend(
            booking,
            later.rule,
            dates,
            refused=plan.decision.refused_numbers,
            now=now,
            by=wanted.asker.by,
            overrides=plan.decision.overrides_used,
        )

    return change_booking(context, uid, options, decide)


class _Asked:
    """What is asked of one series, with what the rules are asked about it."""

    def __init__(
        self,
        booking: Booking,
        event_type: EventType,
        wanted: Extension,
        options: ChangeOptions,
        now: datetime,
    ) -> None:
        self._booking, self._event_type = booking, event_type
        self._wanted, self._options, self._now = wanted, options, now

    def dates(self, facts: Facts) -> LaterDates:
        """The dates that are wanted; more of them where so many are to fit."""
        wanted, most = self._wanted, self._event_type.max_occurrences
        if wanted.number is None:
            return extension.dates_until(self._booking, self._until(), most=most)
        found = extension.dates_by_count(self._booking, wanted.number, most=most)
        if not wanted.extends:
            return found

        def find_gaps(number: int) -> Gaps:
            later = extension.dates_by_count(self._booking, number, most=most)
            return host_choice.find_gaps(facts, self.request(self.place(later)))

        left = most - len(self._booking.occurrences)
        number = fitting_dates.count_until_fit(wanted.number, find_gaps, most=left)
        return extension.dates_by_count(self._booking, number, most=most)

    def _until(self) -> date:
        zone = self._booking.timezone
        return parsing.day(self._wanted.until, now=self._now, timezone=zone)

    def place(self, later: LaterDates) -> tuple[Occurrence, ...]:
        asks = self._booking.policy.requires_confirmation
        is_request = asks and self._wanted.asker.by is Actor.ATTENDEE
        status = Status.PENDING if is_request else Status.CONFIRMED
        placed = extension.place_dates(
            self._booking, later.starts, self._event_type, status
        )
        for each in placed:
            length = each.span.end - each.span.start
            meeting_span(each.start, length, self._booking.timezone)
        return placed

    def request(self, dates: tuple[Occurrence, ...]) -> BookingRequest:
        """What the rules are asked of them, with all who give the series its time."""
        first, members = dates[0].span, self._booking.host_ids
        return BookingRequest(
            event_type=self._event_type._replace(duration=first.end - first.start),
            meetings=tuple(each.span for each in dates),
            timezone=self._booking.timezone,
            now=self._now,
            takers={members[0]: (members,) * len(dates)},
            extends=True,
            attendees=self._booking.attendees,
            overridden=self._wanted.asker.overridden,
            skips_conflicts=self._wanted.skips,
            notify=self._options.notify,
        )
