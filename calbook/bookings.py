"""`client.calendar.bookings`: every operation on bookings, one transaction each.

What can be read is in `looking`, what concerns persons in `attending`; changes are
made in `creating` and `changes`, imported when used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from calbook.attending import Attending
from calbook.terms import terms_of
from calbook.values.bookings import Booking

if TYPE_CHECKING:
    from calbook.core.errors import CalbookError
    from calbook.ledger import Terms

UNSET: Any = object()  # an argument that was not given, where None has a meaning


class Bookings(Attending):
    """Bookings: made, read, changed. `uid` may be any unique prefix."""

    def create(
        self,
        *,
        event_type_id: str,
        start_time: str | datetime,
        attendee: Mapping[str, Any],
        guests: Iterable[str | Mapping[str, Any]] = (),
        notes: str | None = None,
        responses: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        host_id: str | None = None,
        location: str | Mapping[str, Any] | None = None,
        meeting_url: str | None = None,
        timezone: str | None = None,
        duration: int | None = None,
        by: str = "attendee",
        override: Iterable[str] = (),
        recurring: Mapping[str, Any] | None = None,
        on_conflict: str = "refuse",
        idempotency_key: str | None = None,
        notify_attendee: bool | None = None,
        dry_run: bool = False,
    ) -> Booking:
        """Book a start, or raise the first rule that refuses it.

        A `start_time` without offset is read in `timezone`, else in the schedule's.
        `duration` in minutes, another than the event type's, and `override` are for
        `by="host"`. `details["refusals"]` of the error lists every rule that refused.

        `recurring` makes a series in the schedule's wall-clock time: `frequency`
        (DAILY, WEEKLY, MONTHLY, YEARLY), `interval`, `count` or `until` (a date,
        included), `byDay`. All of it or nothing; `details["conflicts"]` of the error
        lists the dates in the way. With `on_conflict="skip"` they are kept as
        CANCELLED and the others are booked. A start at which a group is booked
        already takes a seat in it.

        `notify_attendee` sends everybody in it an invitation by e-mail; without it
        the event type's `notify` says whether. So in every change of a booking.

        Raises:
            MailNotConfigured: there is no mail server to send it.
        """
        from calbook import creating
        from calbook.intake import requests, typed

        wanted = {
            "event_type_id": event_type_id,
            "start_time": start_time,
            "attendee": attendee,
            "guests": guests,
            "notes": notes,
            "responses": responses,
            "metadata": metadata,
            "host_id": host_id,
            "location": location,
            "meeting_url": meeting_url,
            "timezone": timezone,
            "duration": duration,
            "by": by,
            "override": override,
            "recurring": recurring,
            "on_conflict": on_conflict,
            "notify_attendee": notify_attendee,
        }
        facts = typed.kept(wanted)
        request = requests.read(facts)
        terms = terms_of(
            "create",
            typed.said(facts),
            key=idempotency_key,
            notify=request.notify,
            dry_run=dry_run,
        )
        return Booking(creating.create(self._desk, request, terms))

    def create_all(
        self,
        wanted: Iterable[Mapping[str, Any]],
        *,
        lines: Iterable[int] | None = None,
        refused: Callable[[CalbookError], None] | None = None,
        dry_run: bool = False,
    ) -> tuple[Booking, ...]:
        """Book all of them in one transaction, or none.

        Each is a mapping of `create`'s arguments. The error of the one that was
        refused has its number, from `lines` or counted from 1, as `details["line"]`.
        With `refused`, that is called with the error instead, and the others go on.
        """
        from calbook import creating
        from calbook.intake import requests, typed

        orders: list[creating.Order] = []
        for line, facts in zip(lines or count(1), wanted, strict=False):
            request = typed.kept(dict(facts))
            key = request.pop("idempotency_key", None)
            with creating.going_on(line, refused):
                read = requests.read(request)
                said = typed.said(request)
                terms = terms_of("create", said, key=key, notify=read.notify)
                orders.append(creating.Order(line, read, terms))
        answers = creating.create_all(
            self._desk, orders, refused=refused, dry_run=dry_run
        )
        return tuple(Booking(answer) for answer in answers)

    def confirm(
        self,
        uid: str,
        *,
        if_version: int | None = None,
        notify_attendee: bool | None = None,
        dry_run: bool = False,
    ) -> Booking:
        """The host says yes to a pending booking, to all pending dates of a series."""
        from calbook import changes

        terms = terms_of(
            "confirm",
            uid,
            if_version=if_version,
            notify=notify_attendee,
            dry_run=dry_run,
        )
        return Booking(changes.confirm(self._desk, uid, terms))

    def reject(
        self,
        uid: str,
        *,
        reason: str | None = None,
        if_version: int | None = None,
        notify_attendee: bool | None = None,
        dry_run: bool = False,
    ) -> Booking:
        """The host says no to a pending booking, to all pending dates of a series."""
        from calbook import changes

        terms = terms_of(
            "reject",
            uid,
            if_version=if_version,
            notify=notify_attendee,
            dry_run=dry_run,
        )
        return Booking(changes.reject(self._desk, uid, terms, reason=reason))

    def cancel(
        self,
        uid: str,
        *,
        reason: str | None = None,
        cancelled_by: str = "attendee",
        date: str | date | None = None,
        from_date: str | date | None = None,
        all: bool = False,
        if_version: int | None = None,
        idempotency_key: str | None = None,
        notify_attendee: bool | None = None,
        dry_run: bool = False,
    ) -> Booking:
        """Cancel a booking; its attendee only in time, the host always.

        Of a series the occurrence of a `date`, those `from_date` on (included), or
        `all`: the last two only what is still to come. Dates are the original ones.
        """
        from calbook import changes
        from calbook.intake import requests

        dates = requests.dates(date, from_date, all)
        request = [uid, reason, cancelled_by, *_given(**dates._asdict())]
        terms = terms_of(
            "cancel",
            request,
            if_version=if_version,
            key=idempotency_key,
            notify=notify_attendee,
            dry_run=dry_run,
        )
        return Booking(
            changes.cancel(
                self._desk, uid, terms, by=cancelled_by, reason=reason, dates=dates
            )
        )

    def cancel_occurrence(self, uid: str, *, date: str | date, **given: Any) -> Booking:
        """`cancel` one date of a series, with the same other arguments."""
        return self.cancel(uid, date=date, **given)

    def cancel_all_future(
        self, uid: str, *, from_date: str | date | None = None, **given: Any
    ) -> Booking:
        """`cancel` what is still to come of a series, from a date on (included)."""
        return self.cancel(uid, from_date=from_date, all=from_date is None, **given)

    def reschedule(
        self,
        uid: str,
        *,
        start_time: str | datetime,
        reason: str | None = None,
        timezone: str | None = None,
        by: str = "attendee",
        override: Iterable[str] = (),
        date: str | date | None = None,
        from_date: str | date | None = None,
        all: bool = False,
        reassign: bool = False,
        if_version: int | None = None,
        idempotency_key: str | None = None,
        notify_attendee: bool | None = None,
        dry_run: bool = False,
    ) -> Booking:
        """Move a booking to another start; uid, length and meeting link stay.

        A `start_time` without offset is read in `timezone`, else in the booking's. Of
        a series it is the new start of the first occurrence that is moved (chosen as
        in `cancel`); the others shift by as many days, to the same wall time. The host
        stays, unless `reassign` lets another one of the team take it.
        """
        from calbook import changes
        from calbook.intake import requests, typed

        override = typed.kept(override)
        dates = requests.dates(date, from_date, all)
        move = requests.read_move(
            start_time, reason, timezone, by, override, dates, reassign
        )
        request = [uid, start_time, reason, timezone, by, override]
        terms = terms_of(
            "reschedule",
            [*request, *_given(**dates._asdict(), reassign=reassign)],
            if_version=if_version,
            key=idempotency_key,
            notify=notify_attendee,
            dry_run=dry_run,
        )
        return Booking(changes.reschedule(self._desk, uid, terms, move))

    def update(
        self,
        uid: str,
        *,
        name: str = UNSET,
        email: str = UNSET,
        phone: str | None = UNSET,
        notes: str | None = UNSET,
        location: str | Mapping[str, Any] | None = UNSET,
        meeting_url: str | None = UNSET,
        metadata: Mapping[str, Any] = UNSET,
        if_version: int | None = None,
        notify_attendee: bool | None = None,
        dry_run: bool = False,
    ) -> Booking:
        """Correct what is not a time or a status; `metadata` replaces all of it.

        `notify_attendee` tells everybody of another place, link or name. A new
        address is invited, and the old one told that it is off; the others are not
        told of that.
        """
        given = {
            "name": name,
            "email": email,
            "phone": phone,
            "notes": notes,
            "location": location,
            "meeting_url": meeting_url,
            "metadata": metadata,
        }
        return self._updated(
            uid,
            {key: value for key, value in given.items() if value is not UNSET},
            terms_of(
                "update",
                uid,
                if_version=if_version,
                notify=notify_attendee,
                dry_run=dry_run,
            ),
        )

    def merge_metadata(
        self,
        uid: str,
        put: Mapping[str, Any] | None = None,
        *,
        drop: Iterable[str] = (),
        if_version: int | None = None,
        notify_attendee: bool | None = None,
        dry_run: bool = False,
        **given: Any,
    ) -> Booking:
        """`update`, with metadata keys to set and to drop, the others staying."""
        terms = terms_of(
            "update",
            uid,
            if_version=if_version,
            notify=notify_attendee,
            dry_run=dry_run,
        )
        return self._updated(uid, given, terms, put=put, drop=drop)

    def _updated(
        self,
        uid: str,
        given: Mapping[str, Any],
        terms: Terms,
        *,
        put: Mapping[str, Any] | None = None,
        drop: Iterable[str] = (),
    ) -> Booking:
        from calbook import changes
        from calbook.intake import requests

        attendee, values = requests.read_update(given)
        merge = requests.read_merge(put, drop)
        return Booking(
            changes.update(
                self._desk, uid, terms, attendee=attendee, values=values, merge=merge
            )
        )


def _given(**arguments: object) -> list[tuple[str, object]]:
    """What was chosen, by name: from a date on is not on that date."""
    return [(name, value) for name, value in arguments.items() if value]
