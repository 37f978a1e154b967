"""Which booking was changed or made last. Few ask: `undo` without a uid, `last`."""

from __future__ import annotations

import json

from calbook.core.booking.undo import PASSED_OVER
from calbook.store.reader import Reader

_LAST = """
    select uid from events
    where by <> 'system' and type not in (select value from json_each(:others))
        and coalesce(actor, '') = coalesce(:actor, '')
    order by seq desc limit 1
"""


def uid_changed_last(reader: Reader, actor: str | None) -> str | None:
    """The booking whose last event is by this actor, as none is later."""
    facts = {"others": json.dumps(sorted(PASSED_OVER)), "actor": actor}
    row = reader.connection.execute(_LAST, facts).fetchone()
    return row["uid"] if row else None


def uid_made_last(reader: Reader) -> str | None:
    """The booking, or the hold, that was made last."""
    row = reader.connection.execute(
        "select uid from events where type in ('booking.created', 'booking.held')"
        " order by seq desc limit 1"
    ).fetchone()
    return row["uid"] if row else None
