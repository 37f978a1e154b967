"""Limits as people write them: `3/day`, `8h/week`."""

from __future__ import annotations

from calbook.core.catalog import Limit
from calbook.core.errors import BadInput
from calbook.core.rules.limit_text import limit_text, read_limit
from calbook.wire.reading.shapes import read_list


def read_limits(value: object, field: str) -> tuple[Limit, ...]:
    """One of a kind for each period."""
    found = [read_limit(item, field) for item in read_list(value, field)]
    kinds = {(limit.period, limit.is_length): limit for limit in found}
    for limit in found:
        other = kinds[limit.period, limit.is_length]
        if other is not limit:
            raise BadInput(
                f"{field} cannot be both {limit_text(limit)} and {limit_text(other)}",
                hint="the lower one binds: leave out the other",
                field=field,
            )
    return tuple(found)
