"""A host who is away for some time, or for good: what becomes of their dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from calbook.core import busy, checks
from calbook.core.booking import lifecycle
from calbook.core.booking.changes import Change
from calbook.core.booking.freed_time import Freed
from calbook.core.busy import BusyKind, Stretch
from calbook.core.catalog import Host
from calbook.core.errors import (
    CalbookError,
    MailNotConfigured,
    StoreError,
)
from calbook.core.model import Actor, Booking, Occurrence, Span
from calbook.core.time import parsing, times
from calbook.services.bookings import record
from calbook.services.bookings.change_options import ChangeOptions
from calbook.services.bookings.hand_over import hand_over
from calbook.services.calendars.busy import own_calendar
from calbook.services.catalog.entries import HOST, entry_json, existing_row, read_id
from calbook.store import busy as busy_store
from calbook.store import host_dates
from calbook.store.busy import BusyReader
from calbook.wire.json_objects import Json
from calbook.wire.reading.booking_requests import (
    Asker,
    NewHosts,
    RescheduleRequest,
    read_reason,
)
from calbook.wire.writing.host_dates import host_date_to_json

if TYPE_CHECKING:
    from datetime import date

    from calbook.store.context import Context
    from calbook.store.transaction import Transaction


def away(
    context: Context,
    id: str,
    options: ChangeOptions,
    *,
    start_time: str | date | datetime,
    end_time: str | date | datetime,
    timezone: str | None,
    reassign: bool,
    cancel: bool,
    reason: str | None,
) -> Json:
    """Hand over what a host has to do in some time, cancel it, or only list it.

    All of it in one transaction, in which the host's time is blocked as well.
    """
    key, text = read_id(HOST, id), read_reason(reason)
    hands_over = checks.boolean(reassign, "reassign")
    cancels = checks.boolean(cancel, "cancel")

    def find(tx: Transaction) -> Json:
        now, host = context.clock(), tx.host(existing_row(tx, HOST, key)["id"])
        zone = parsing.timezone(timezone) if timezone else host.timezone
        span = Span(
            parsing.range_start(start_time, now=now, timezone=zone),
            parsing.range_end(end_time, now=now, timezone=zone),
        )
        busy.check_length(span)
        _lock(tx, host.id, span, now)
        record.record_expired_and_completed(tx, now)
        absence = _Absence(tx, host, text, options, now)
        block = _block(tx, host, span, text, now) if hands_over or cancels else None
        absence.settle(_dates(tx, host.id, span, now), hands_over, cancels)
        return {
            "host": host.id,
            "from": times.rfc3339(span.start, zone),
            "to": times.rfc3339(span.end, zone),
            "timezone": zone,
            "busy": block,
            "handedOver": _by_start(absence.handed_over),
            "cancelled": _by_start(absence.cancelled),
            "left": _by_start(absence.left),
        }

    return context.store.write(find, dry_run=options.dry_run)


def retire(
    context: Context,
    id: str,
    *,
    since: str | date | datetime | None,
    dry_run: bool,
) -> Json:
    """Let nobody book a host from some time on; what is left to do is listed.

    Who has retired already stays so from the same time on, unless another is given.
    """
    key = read_id(HOST, id)

    def save(tx: Transaction) -> Json:
        tx.lock_catalog()
        now, host = context.clock(), tx.host(existing_row(tx, HOST, key)["id"])
        tx.lock_hosts([host.id])
        start = host.retired_at or now
        if since is not None:
            start = parsing.range_start(since, now=now, timezone=host.timezone)
        tx.save_host(host._replace(retired_at=start), now=now)
        found = host_dates.dates_of_host(tx.connection, host.id, start, None, now)
        left = [
            host_date_to_json(booking, occurrence)
            for uid, keys in found.items()
            for booking, occurrences in [_chosen(tx, uid, keys)]
            for occurrence in occurrences
        ]
        return {"host": entry_json(tx, HOST, host.id), "left": _by_start(left)}

    return context.store.write(save, dry_run=dry_run)


def restore(context: Context, id: str, *, dry_run: bool) -> Json:
    """Let a host who has retired be booked again."""
    key = read_id(HOST, id)

    def save(tx: Transaction) -> Json:
        tx.lock_catalog()
        host = tx.host(existing_row(tx, HOST, key)["id"])
        if host.retired_at is None:
            tx.unchanged.append((host.id, f"{host.id} has not retired"))
            return entry_json(tx, HOST, host.id)
        now = context.clock()
        tx.save_host(host._replace(retired_at=None), now=now)
        if (line := record.waiting_line(tx, now)) is not None:
            line.serve(Freed(frozenset([host.id]), "", ()))
        return entry_json(tx, HOST, host.id)

    return context.store.write(save, dry_run=dry_run)


def _dates(
    tx: Transaction, host_id: str, span: Span, now: datetime
) -> dict[str, list[datetime]]:
    return host_dates.dates_of_host(tx.connection, host_id, span.start, span.end, now)


def _lock(tx: Transaction, host_id: str, span: Span, now: datetime) -> None:
    """Be alone with the host's dates, and with all who could take them."""
    locked: set[str] = set()
    while True:
        uids = _dates(tx, host_id, span, now)
        hosts = host_dates.hosts_about(tx.connection, uids) | {host_id}
        if hosts <= locked:
            break
        tx.lock_hosts(hosts)
        locked |= hosts
    for uid in sorted(uids):
        tx.lock_row(uid)


def _block(
    tx: Transaction, host: Host, span: Span, reason: str | None, now: datetime
) -> str:
    """The name of the host's own busy time that covers it; a new one if none does."""
    reader = BusyReader(tx.connection)
    for row in reader.calendar_rows(host_id=host.id):
        is_whole = row["kind"] == BusyKind.OWN and row["stretches"] == 1
        if is_whole and (
            row["first"] <= times.epoch(span.start)
            and row["last"] >= times.epoch(span.end)
        ):
            return str(row["name"])
    calendar = own_calendar(host.id, now)
    text = "away" if reason is None else reason
    for step in busy_store.replace_steps(calendar, [Stretch(span, text)]):
        step(tx)
    return str(calendar["name"])


def _raise_if_of_all(error: CalbookError) -> None:
    """No date is to blame for a broken file, or for mail that has no server."""
    if isinstance(error, StoreError) or type(error) is MailNotConfigured:
        raise error


def _chosen(
    tx: Transaction, uid: str, keys: Iterable[datetime]
) -> tuple[Booking, list[Occurrence]]:
    booking, wanted = tx.booking(uid), set(keys)
    return booking, [o for o in booking.occurrences if o.recurrence_id in wanted]


def _by_start(items: list[Json]) -> list[Json]:
    """As the clock has it, whatever the zones in which they are written."""
    return sorted(
        items, key=lambda item: (datetime.fromisoformat(item["startTime"]), item["uid"])
    )


class _Absence:
    """What becomes of the dates of one host, inside one transaction."""

    def __init__(
        self,
        tx: Transaction,
        host: Host,
        reason: str | None,
        options: ChangeOptions,
        now: datetime,
    ) -> None:
        self._tx, self._now, self._options = tx, now, options
        self._reason = reason
        self._wanted = RescheduleRequest(
            start_time=None,
            asker=Asker(Actor.HOST, frozenset()),
            reason=reason,
            new_hosts=NewHosts(True, from_host=host.id),
        )
        self.handed_over: list[Json] = []
        self.cancelled: list[Json] = []
        self.left: list[Json] = []

    def settle(
        self, dates: dict[str, list[datetime]], hands_over: bool, cancels: bool
    ) -> None:
        for uid, keys in dates.items():
            rest = self._hand_over(uid, keys) if hands_over else dict.fromkeys(keys)
            if cancels and rest:
                rest = self._cancel(uid, rest)
            booking, occurrences = _chosen(self._tx, uid, rest)
            for occurrence in occurrences:
                error = rest[occurrence.recurrence_id]
                self.left.append(host_date_to_json(booking, occurrence, error))

    def _hand_over(
        self, uid: str, keys: Sequence[datetime]
    ) -> dict[datetime, CalbookError | None]:
        """To one host all dates of a booking, else each of them; those that stay."""
        error = self._try_to_hand_over(uid, keys)
        if error is None:
            return {}
        if len(keys) == 1:
            return {keys[0]: error}
        each = {key: self._try_to_hand_over(uid, [key]) for key in keys}
        return {key: error for key, error in each.items() if error is not None}

    def _try_to_hand_over(
        self, uid: str, keys: Sequence[datetime]
    ) -> CalbookError | None:
        def decide(before: Booking, occurrences: Sequence[Occurrence]) -> Change:
            return hand_over(
                *(self._tx, before, occurrences, self._wanted),
                notify=self._options.notify,
                now=self._now,
            )

        error = self._try(uid, keys, decide)
        if error is None:
            self.handed_over += self._as_now(uid, keys)
        return error

    def _cancel(
        self, uid: str, rest: dict[datetime, CalbookError | None]
    ) -> dict[datetime, CalbookError | None]:
        def decide(before: Booking, occurrences: Sequence[Occurrence]) -> Change:
            return lifecycle.cancel(
                *(before, occurrences),
                now=self._now,
                by=Actor.HOST,
                reason=self._reason,
            )

        error = self._try(uid, rest, decide)
        if error is not None:
            return dict.fromkeys(rest, error)
        self.cancelled += self._as_now(uid, rest)
        return {}

    def _try(
        self,
        uid: str,
        keys: Iterable[datetime],
        decide: Callable[[Booking, Sequence[Occurrence]], Change],
    ) -> CalbookError | None:
        """Change some dates, or say what refuses it and leave them as they are."""
        tx, options = self._tx, self._options
        before, occurrences = _chosen(tx, uid, keys)
        try:
            with tx.savepoint():
                change = decide(before, occurrences)
                record.save_change(tx, before, change, options, now=self._now)
        except CalbookError as error:
            _raise_if_of_all(error)
            return error
        return None

    def _as_now(self, uid: str, keys: Iterable[datetime]) -> list[Json]:
        booking, occurrences = _chosen(self._tx, uid, keys)
        return [host_date_to_json(booking, occurrence) for occurrence in occurrences]
