"""By what the log of deliveries is asked, so that an index answers.

A page of it costs the same however much has arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FILTERS = {
    "uid": "d.uid = :uid",
    "status": "d.status = :status",
    "target": "d.target = :target",
    "channel": "d.channel = :channel",
}
# What an index is for leads; the others only look at the rows that it finds: by an
# index of their own, most of what ever arrived would be read.
_LOOKS = {
    "target": "d.target || '' = :target",
    "channel": "d.channel || '' = :channel",
}


def log_condition(filters: Mapping[str, Any]) -> str:
    """What the rows of a page of the log have, by the index that finds the fewest."""
    is_rare = filters.get("status", "delivered") != "delivered"
    looked_at = _LOOKS if "uid" in filters else ("target",) if is_rare else ()
    parts = [_LOOKS[n] if n in looked_at else _FILTERS[n] for n in filters]
    if is_rare:
        parts.append("d.status <> 'delivered'")
    return " and ".join(parts) or "true"
