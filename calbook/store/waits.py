"""What waits for another attempt: made due, and freed of times from a wrong clock."""

from __future__ import annotations

from calbook.store.outbox import WAITING
from calbook.store.writer import Writer

_AT_ONCE = 1_000  # deliveries


def retry_some_now(tx: Writer, now: int) -> int:
    """Let some not wait for their next attempt, one more than there would be; how many.

    All in the end: another call takes others.
    """
    return tx.count(
        "update deliveries set due_at = :now,"
        " attempts = case when attempts > 0 then attempts - 1 else 0 end"
        f" where {WAITING} and seq in ("
        f"select seq from deliveries where {WAITING} limit :most)",
        now=now,
        most=_AT_ONCE,
    )


def undo_wrong_clock(tx: Writer, now: int) -> bool:
    """Let nothing wait for a time that a clock gave that was ahead; some at a time.

    What was to be sent at once is due; what is tried again waits as long as it would.
    Whether there may be more.
    """
    facts = {"now": now, "longest": _LONGEST_WAIT, "most": _AT_ONCE}
    at_once = tx.count(_PUT_BACK.format(due="0", wrong="attempts = 0"), **facts)
    later = tx.connection.execute(
        _PUT_BACK.format(due=_WAIT, wrong=f"due_at > :now + {_WAIT}") + "returning id",
        facts,
    ).fetchall()
    # It was tried by now, whatever that clock said: so the wait stays what it is.
    tx.connection.executemany(
        "update attempts set at = :now where delivery = :id and at > :now",
        [{"id": id, "now": now} for (id,) in later],
    )
    return _AT_ONCE in (at_once, len(later))


_PUT_BACK = f"""
    update deliveries set due_at = :now + {{due}} where {WAITING} and seq in (
        select seq from deliveries where {WAITING} and {{wrong}} limit :most
    )
"""
_LONGEST_WAIT = 24 * 60 * 60  # between two attempts
# From the last attempt on.
_WAIT = """
    coalesce((
        select case when due_at - at between 1 and :longest then due_at - at end
        from attempts where delivery = id order by number desc limit 1
    ), :longest)
"""
