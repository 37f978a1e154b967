"""Which booking somebody changed last. Few ask: `undo` without a uid."""

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
