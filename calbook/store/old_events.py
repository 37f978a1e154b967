"""Events of before version 12, each with the whole booking as it was after it.

That is kept where somebody may ask for it: a webhook, an idempotency key without an
answer of its own, or whoever takes a change back.
"""

from __future__ import annotations

from calbook.core.typing_names import TYPE_CHECKING

if TYPE_CHECKING:
    from calbook.store.connection import Connection

# A migration has it: it stays as it is.
IS_NEEDED = """(
    uid in (
        select uid from events where type not in (
            'booking.created', 'booking.held', 'booking.replied',
            'booking.counter_declined', 'booking.offered', 'booking.offer_ended'
        ) and not (type = 'booking.completed' and by = 'system')
    )
    or seq in (
        select event_seq from deliveries
        where channel = 'webhook' and event_seq is not null
    )
    or seq in (select event_seq from idempotency_keys where answer is null)
)"""

_DROP = f"""
    update events set booking = null
    where version is null and booking is not null and seq > :after
    and not {IS_NEEDED}
"""


def drop_needless(conn: Connection, *, after: int) -> None:
    """Of the events with a greater number."""
    conn.execute(_DROP, {"after": after})
