"""Bookings that go to another time or to another host, and what a change is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date as Date
from typing import TYPE_CHECKING, Any

from calbook.api.booking_reads import BookingReads
from calbook.api.noun import CHANGE, REPEATABLE, check_keywords
from calbook.api.values.bookings import Booking
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api import inputs
    from calbook.api.inputs import ActorName, Moment, RuleName


class BookingMoves(BookingReads):
    """What `Bookings` has besides."""

    def reschedule(
        self,
        uid: str,
        *,
        start_time: Moment,
        reason: str | None = None,
        timezone: str | None = None,
        by: ActorName = "attendee",
        override: Iterable[RuleName] = (),
        date: str | Date | None = None,
        from_date: str | Date | None = None,
        all: bool = False,
        reassign: bool = False,
        host_id: str | None = None,
        **options: Unpack[inputs.RepeatableArguments],
    ) -> Booking:
        """Move a booking to another start; uid, length and meeting link stay.

        A `start_time` without offset is read in `timezone`, else in the booking's. Of
        a series it is the new start of the first occurrence that is moved (chosen as
        in `cancel`); the others shift by as many days, to the same wall time. Each
        keeps its hosts, unless `reassign` lets others of the team take it, or
        `host_id` says who does. Options as in `cancel`.
        """
        from calbook.services.bookings.change import reschedule
        from calbook.wire.reading.booking_requests import (
            read_dates,
            read_new_hosts,
            read_reschedule,
        )
        from calbook.wire.reading.idempotency import reusable

        rules = reusable(override)
        dates = read_dates(date, from_date, all)
        hosts = read_new_hosts(reassign, None, host_id)
        request = [uid, start_time, reason, timezone, by, rules]
        chosen = given_parts(**dates._asdict(), reassign=reassign, host_id=host_id)
        return self._change(
            *(reschedule, "reschedule", uid, options, REPEATABLE),
            request=[*request, *chosen],
            wanted=read_reschedule(
                start_time, reason, timezone, by, rules, dates, hosts
            ),
        )

    def reassign(
        self,
        uid: str,
        *,
        host_id: str | None = None,
        from_host_id: str | None = None,
        reason: str | None = None,
        by: ActorName = "host",
        override: Iterable[RuleName] = (),
        date: str | Date | None = None,
        from_date: str | Date | None = None,
        all: bool = False,
        **options: Unpack[inputs.RepeatableArguments],
    ) -> Booking:
        """Hand a booking over where it is: to `host_id`, else to whose turn it is.

        Of a series the dates chosen as in `cancel`, all of them to one host. Every
        rule is asked but notice, advance and the deadline. Where several hosts meet
        together, `from_host_id` says in whose place. Options as in `cancel`.

        Raises:
            NoOtherHost: nobody else takes the event type.
            SlotTaken, OutsideHours: nobody else can, or not on all the dates.
        """
        from calbook.services.bookings.hand_over import reassign
        from calbook.wire.reading.booking_requests import (
            read_dates,
            read_new_hosts,
            read_reschedule,
        )
        from calbook.wire.reading.idempotency import reusable

        rules = reusable(override)
        dates = read_dates(date, from_date, all)
        hosts = read_new_hosts(True, from_host_id, host_id)
        request = [uid, reason, by, rules]
        chosen = given_parts(
            **dates._asdict(), host_id=host_id, from_host_id=from_host_id
        )
        return self._change(
            *(reassign, "reassign", uid, options, REPEATABLE),
            request=[*request, *chosen],
            wanted=read_reschedule(None, reason, None, by, rules, dates, hosts),
        )

    def _change(
        self,
        change: Callable[..., Json],
        action: str,
        uid: str,
        options: Mapping[str, Any],
        known: Iterable[str] = CHANGE,
        *,
        request: object = None,
        **arguments: Any,
    ) -> Booking:
        """Make one change; `request` is what an idempotency key stands for."""
        from calbook.services.bookings.change_options import read_options

        check_keywords(f"Bookings.{action}", options, known)
        asked = uid if request is None else request
        read = read_options(action, asked, **options)
        return Booking(change(self._context, uid, read, **arguments))


def given_parts(**arguments: object) -> list[tuple[str, object]]:
    """What was chosen, by name: from a date on is not on that date."""
    return [(name, value) for name, value in arguments.items() if value]
