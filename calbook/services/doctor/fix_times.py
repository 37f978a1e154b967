"""`doctor --fix-times`: dates moved back to the wall time that was booked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from calbook.core.booking import lifecycle
from calbook.core.doctor import drift
from calbook.core.doctor.drift import Drift
from calbook.core.errors import CalbookError, MailNotConfigured, StoreError
from calbook.core.model import Actor, Booking
from calbook.services.bookings import record
from calbook.services.bookings.change_options import ChangeOptions
from calbook.services.doctor.drifting import (
    Releases,
    find_drifts,
    find_obstacles,
    read_releases,
)
from calbook.store.health import HealthReader
from calbook.store.host_dates import hosts_about
from calbook.wire.json_objects import Json
from calbook.wire.writing.drift import drift_to_json

if TYPE_CHECKING:
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction

Left = list[tuple[Drift, CalbookError]]


def fix_times(context: Context, options: ChangeOptions) -> Json:
    """Move all dates that can be; each with what it is in the way of.

    Those that have to do with each other in one transaction: what one lets go, another
    may take.
    """
    now = context.clock()
    with context.store.read(HealthReader) as reader:
        releases = read_releases(reader, now)
        drifts = find_drifts(reader, releases.other, now)
        found = find_obstacles(reader, drifts, now)
        plan = drift.plan_moves(drifts, found, now)
        _require_mail(reader, plan.moving, options)
    moved, left = [*plan.moving], [*plan.left]
    if drifts and not options.dry_run:
        moved, left = [], []
        groups = drift.find_links(drifts, found)
        uids = ({drifts[n].booking.uid for n in numbers} for numbers in groups)
        context.store.write_portions(
            partial(_Step(context, options, releases.other, moved, left), each)
            for each in uids
        )
    return {
        "moved": [drift_to_json(each) for each in sorted(moved, key=_start)],
        "left": [
            drift_to_json(each, error)
            for each, error in sorted(left, key=lambda pair: _start(pair[0]))
        ],
    }


def _start(each: Drift) -> tuple[datetime, str]:
    return each.occurrence.span.start, each.booking.uid


def _require_mail(
    reader: HealthReader, moving: Sequence[Drift], options: ChangeOptions
) -> None:
    """Refuse before anything is moved, as the move of one would.

    Raises:
        MailNotConfigured: people are to be told, and nothing can send it.
    """
    ids = {each.booking.event_type_id for each in moving}
    if options.notify is None and any(reader.event_type(id).notify for id in ids):
        from calbook.services.outbox import mail_notices  # only where somebody is told

        mail_notices.require_mail_server()


def _lock(tx: Transaction, uids: set[str]) -> None:
    """Be alone with the bookings, and with all who give or could take them."""
    locked: set[str] = set()
    while others := hosts_about(tx.connection, uids) - locked:
        tx.lock_hosts(others | locked)
        locked |= others
    for uid in sorted(uids):
        tx.lock_row(uid)


class _Step:
    """One transaction: the bookings of a group, looked at once more and moved."""

    def __init__(
        self,
        context: Context,
        options: ChangeOptions,
        releases: Releases,
        moved: list[Drift],
        left: Left,
    ) -> None:
        self._context, self._options = context, options
        self._releases = releases
        self._moved, self._left = moved, left

    def __call__(self, uids: set[str], tx: Transaction) -> None:
        now = self._context.clock()
        _lock(tx, uids)
        record.record_expired_and_completed(tx, now)
        reader = HealthReader(tx.connection)
        drifts = find_drifts(reader, self._releases, now, uids)
        plan = drift.plan_moves(drifts, find_obstacles(reader, drifts, now), now)
        error = self._try_to_move(tx, plan.moving, now)
        left = [*plan.left, *((each, error) for each in plan.moving if error)]
        moved = () if error else plan.moving
        tx.after_commit.append(lambda: self._moved.extend(moved))
        tx.after_commit.append(lambda: self._left.extend(left))

    def _try_to_move(
        self, tx: Transaction, drifts: Sequence[Drift], now: datetime
    ) -> CalbookError | None:
        """Move all of them, or say what refuses it."""
        try:
            with tx.savepoint():
                # All that is let go goes first: one may go to where another was.
                for each in drifts:
                    tx.free_claims(each.booking.uid, [each.occurrence.recurrence_id])
                in_order = sorted(drifts, key=lambda each: each.key)
                for _, dates in groupby(in_order, lambda each: each.booking.uid):
                    self._move(tx, [*dates], now)
        except CalbookError as error:
            if isinstance(error, StoreError) or type(error) is MailNotConfigured:
                raise
            return error
        return None

    def _move(self, tx: Transaction, drifts: Sequence[Drift], now: datetime) -> None:
        before: Booking = drifts[0].booking
        zones = sorted({each.start.timezone for each in drifts})
        change = lifecycle.reschedule(
            before,
            [each.move for each in drifts],
            now=now,
            by=Actor.SYSTEM,
            reason=f"the clocks have changed in {', '.join(zones)}",
        )
        record.save_change(tx, before, change, self._options, now=now)
