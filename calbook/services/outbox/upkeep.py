"""What waits to be sent, brought in line with the clock: also one that was wrong."""

from __future__ import annotations

from datetime import datetime

from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING
from calbook.store import reminders, waits

if TYPE_CHECKING:
    from calbook.store.transaction import Transaction

_AT_ONCE = 1  # bookings whose reminders one step works out: a series has hundreds
_MOST_LATE = 500  # reminders that are dropped in one


def keep_up(tx: Transaction, now: datetime) -> bool:
    """Undo what a wrong clock did, queue further reminders and drop those too late.

    In parts that hold the file for a moment only; whether there is more to do.
    """
    is_more = waits.undo_wrong_clock(tx, times.epoch(now))
    is_more |= _work_out_reminders(tx, now)
    return reminders.drop_late_reminders(tx, now, most=_MOST_LATE) or is_more


def _work_out_reminders(tx: Transaction, now: datetime) -> bool:
    uids = reminders.bookings_to_plan(tx, now, most=_AT_ONCE)
    if not uids:
        return False
    from calbook.services.outbox import mail_notices  # slow to import

    if mail_notices.usable_server() is None:  # when there is one again
        return False
    for uid in uids:
        tx.lock_booking(uid)
        mail_notices.update_reminders(tx, tx.booking(uid), now=now, has_changed=False)
    return True
