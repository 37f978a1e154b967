"""`client.calendar.bookings`: every operation on bookings, one transaction each.

Reading is here and light; what changes a booking is in `changes`, imported when used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from calbook import wire
from calbook.store.reading import Reading
from calbook.values import Booking, Event

if TYPE_CHECKING:
    from calbook.core.errors import CalbookError
    from calbook.desk import Desk
    from calbook.ledger import Terms

Json = dict[str, Any]

UNSET: Any = object()  # an argument that was not given, where None has a meaning


class Bookings:
    """Bookings: made, read, changed. `uid` may be any unique prefix."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # -- reading

    def get(self, uid: str) -> Booking:
        """One booking, its status as the clock sees it now.

        Raises:
            NotFound: there is none.
            AmbiguousUid: the shortened uid fits several.
        """
        now = self._now()
        with self._desk.store.read(Reading) as reading:
            row = reading.booking_row(reading.found(uid))
        assert row is not None
        return Booking(wire.booking(row, now=now))

    def list(
        self,
        *,
        status: str | Iterable[str] | None = None,
        event_type_id: str | None = None,
        host_id: str | None = None,
        attendee_email: str | None = None,
        search: str | None = None,
        start_date: str | datetime | None = None,
        end_date: str | datetime | None = None,
        timezone: str | None = None,
        latest_first: bool = False,
        count: int | None = 50,
        offset: int = 0,
        after: str | None = None,
    ) -> tuple[Booking, ...]:
        """Bookings by start, then uid.

        `start_date` is included; a bare date as `end_date` includes that day, a
        moment is not included; both are read in `timezone`, else in UTC's place the
        first host's zone. `count=None` is all; `after` continues behind a uid, at
        the same cost on every page.
        """
        now = self._now()
        wanted = {
            "status": status,
            "event_type_id": event_type_id,
            "host_id": host_id,
            "attendee_email": attendee_email,
            "search": search,
            "start_date": start_date,
            "end_date": end_date,
        }
        check_page(count, offset)
        with self._desk.store.read(Reading) as reading:
            rows = reading.booking_rows(
                _filters(reading, wanted, timezone=timezone, now=now),
                now=now,
                latest_first=latest_first,
                after=None if after is None else reading.found(after),
                limit=-1 if count is None else count,
                offset=offset,
            )
        return tuple(Booking(wire.booking(row, now=now)) for row in rows)

    def total(self, *, timezone: str | None = None, **wanted: Any) -> int:
        """How many bookings `list` would find with these filters, without a limit."""
        now = self._now()
        with self._desk.store.read(Reading) as reading:
            chosen = _filters(reading, wanted, timezone=timezone, now=now)
            return reading.count_bookings(chosen, now=now)

    def history(self, uid: str) -> tuple[Event, ...]:
        """What happened to a booking, in the order in which it was written."""
        with self._desk.store.read(Reading) as reading:
            row = reading.booking_row(reading.found(uid))
            assert row is not None
            events = reading.event_rows(row["uid"])
        return tuple(Event(wire.event(event, row["timezone"])) for event in events)

    def get_ics(
        self, uid: str, *, method: str | None = None, alarm: int | None = None
    ) -> str:
        """The booking as an iCalendar file (RFC 5545), lines ending in CR LF.

        `method` is publish, request or cancel; without one a live booking is a
        request and a cancelled one a cancellation. `alarm` is minutes before.
        """
        from calbook import invites  # slow to import

        return invites.calendar(self._desk, uid, method=method, alarm=alarm).decode()

    # -- changing

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
        idempotency_key: str | None = None,
        notify_attendee: bool = False,
        dry_run: bool = False,
    ) -> Booking:
        """Book a start, or raise the first rule that refuses it.

        A `start_time` without offset is read in `timezone`, else in the schedule's.
        `duration` in minutes, another than the event type's, and `override` are for
        `by="host"`. `details["refusals"]` of the error lists every rule that refused.
        """
        from calbook import creating
        from calbook.intake import requests

        typed = {
            "event_type_id": event_type_id,
            "start_time": start_time,
            "attendee": attendee,
            "guests": _listed(guests),
            "notes": notes,
            "responses": responses,
            "metadata": metadata,
            "host_id": host_id,
            "location": location,
            "meeting_url": meeting_url,
            "timezone": timezone,
            "duration": duration,
            "by": by,
            "override": _listed(override),
            "notify_attendee": notify_attendee,
        }
        terms = _terms("create", _said(typed), key=idempotency_key, dry_run=dry_run)
        return Booking(creating.create(self._desk, requests.read(typed), terms))

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
        from calbook.intake import requests

        orders: list[creating.Order] = []
        for line, facts in zip(lines or count(1), wanted, strict=False):
            typed = {name: _listed(value) for name, value in dict(facts).items()}
            key = typed.pop("idempotency_key", None)
            with creating.going_on(line, refused):
                terms = _terms("create", _said(typed), key=key)
                orders.append(creating.Order(line, requests.read(typed), terms))
        answers = creating.create_all(
            self._desk, orders, refused=refused, dry_run=dry_run
        )
        return tuple(Booking(answer) for answer in answers)

    def confirm(
        self,
        uid: str,
        *,
        if_version: int | None = None,
        notify_attendee: bool = False,
        dry_run: bool = False,
    ) -> Booking:
        """The host says yes to a pending booking."""
        from calbook import changes

        terms = _terms(
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
        notify_attendee: bool = False,
        dry_run: bool = False,
    ) -> Booking:
        """The host says no to a pending booking."""
        from calbook import changes

        terms = _terms(
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
        if_version: int | None = None,
        idempotency_key: str | None = None,
        notify_attendee: bool = False,
        dry_run: bool = False,
    ) -> Booking:
        """Cancel a booking; its attendee only in time, the host always."""
        from calbook import changes

        terms = _terms(
            "cancel",
            [uid, reason, cancelled_by],
            if_version=if_version,
            key=idempotency_key,
            notify=notify_attendee,
            dry_run=dry_run,
        )
        return Booking(
            changes.cancel(self._desk, uid, terms, by=cancelled_by, reason=reason)
        )

    def reschedule(
        self,
        uid: str,
        *,
        start_time: str | datetime,
        reason: str | None = None,
        timezone: str | None = None,
        by: str = "attendee",
        override: Iterable[str] = (),
        if_version: int | None = None,
        idempotency_key: str | None = None,
        notify_attendee: bool = False,
        dry_run: bool = False,
    ) -> Booking:
        """Move a booking to another start; uid, length and meeting link stay.

        A `start_time` without offset is read in `timezone`, else in the booking's.
        """
        from calbook import changes
        from calbook.intake import requests

        override = _listed(override)
        move = requests.read_move(start_time, reason, timezone, by, override)
        terms = _terms(
            "reschedule",
            [uid, start_time, reason, timezone, by, override],
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
        dry_run: bool = False,
    ) -> Booking:
        """Correct what is not a time or a status; `metadata` replaces all of it."""
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
            _terms("update", uid, if_version=if_version, dry_run=dry_run),
        )

    def merge_metadata(
        self,
        uid: str,
        put: Mapping[str, Any] | None = None,
        *,
        drop: Iterable[str] = (),
        if_version: int | None = None,
        dry_run: bool = False,
        **given: Any,
    ) -> Booking:
        """`update`, with metadata keys to set and to drop, the others staying."""
        terms = _terms("update", uid, if_version=if_version, dry_run=dry_run)
        return self._updated(uid, given, terms, put=put or {}, drop=tuple(drop))

    def _updated(
        self,
        uid: str,
        given: Mapping[str, Any],
        terms: Terms,
        *,
        put: Mapping[str, Any] | None = None,
        drop: tuple[str, ...] = (),
    ) -> Booking:
        from calbook import changes
        from calbook.intake import requests

        attendee, values = requests.read_update(given)
        merge = requests.Merge(put or {}, drop) if put or drop else None
        return Booking(
            changes.update(
                self._desk, uid, terms, attendee=attendee, values=values, merge=merge
            )
        )

    def _now(self) -> int:
        return int(self._desk.clock().timestamp())


def _listed(value: Any) -> Any:
    """An iterator as a list, so that it can be kept and read; a set in order."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    return [*value] if isinstance(value, Iterator) else value


def _said(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was said of a request, in one order, whichever way it came in."""
    return {key: typed[key] for key in sorted(typed) if typed[key] not in _UNSAID}


_UNSAID: tuple[object, ...] = (None, (), [], {}, False, "attendee")


def _plain(value: object) -> object:
    """For JSON: what was passed as a datetime or an iterable other than a list."""
    return [*value] if isinstance(value, Iterable) else str(value)


_MOST = 2**62  # SQLite counts to 2**63


def check_page(count: int | None, offset: int) -> None:
    numbers = [offset] if count is None else [count, offset]
    if all(isinstance(n, int) and 0 <= n <= _MOST for n in numbers):
        return
    from calbook.core.errors import BadInput

    raise BadInput(
        "count and offset must be whole numbers, not negative",
        count=str(count)[:80],
        offset=str(offset)[:80],
    )


def _filters(
    reading: Reading, wanted: Mapping[str, Any], *, timezone: str | None, now: int
) -> Mapping[str, Any]:
    given = {key: value for key, value in wanted.items() if value is not None}
    if not given:
        return {}
    from calbook.intake import filters  # slow to import

    return filters.read(reading, given, timezone=timezone, now=now)


def _terms(
    action: str,
    request: object,
    *,
    if_version: int | None = None,
    key: str | None = None,
    notify: bool = False,
    dry_run: bool = False,
) -> Terms:
    import json

    from calbook.intake.requests import check_notice
    from calbook.ledger import Terms

    check_notice(notify)
    typed = "" if key is None else json.dumps([action, request], default=_plain)
    return Terms(if_version, key, typed, dry_run)
