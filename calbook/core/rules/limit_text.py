"""Limits as they are written: `3/day`, `8h/week`.

Light: whoever reads an event type asks here.
"""

from __future__ import annotations

import re

from calbook.core.catalog import Limit
from calbook.core.errors import BadInput
from calbook.core.model import DAY, MINUTE
from calbook.core.text import excerpt

# The fields of an event type that limit what is booked.
RULES = (
    *("limits", "max_in_a_row", "break_after", "count_window"),
    *("per_person", "per_person_open", "no_double"),
)
LIMIT_LISTS = ("limits", "per_person")
_TEXT = r"([0-9]{1,6})([mh]?)/(day|week|month)"  # compiled where there is a limit
_MOST = 100_000
_LONGEST = 31 * DAY // MINUTE


def read_limit(value: object, field: str) -> Limit:
    """`3/day`, `10/week`, `8h/day`, `90m/day`."""
    text = value.strip() if isinstance(value, str) else ""
    found = re.fullmatch(_TEXT, text, re.ASCII | re.IGNORECASE)
    if found is None:
        raise BadInput(
            f"{field} cannot be {excerpt(value)}",
            hint="write how much in which period: 3/day, 10/week, 30/month, 8h/day",
            field=field,
        )
    number, unit, period = found.groups()
    most = int(number) * (60 if unit in ("h", "H") else 1)
    if not 1 <= most <= (_LONGEST if unit else _MOST):
        raise BadInput(
            f"{field} {value} is not from 1 to "
            + (f"{_LONGEST} minutes" if unit else f"{_MOST:,}"),
            field=field,
        )
    return Limit(most, period.lower(), bool(unit))


def limit_text(limit: Limit) -> str:
    """As `read_limit` takes it."""
    return f"{amount_text(limit, limit.most)}/{limit.period}"


def amount_text(limit: Limit, number: int) -> str:
    """So many bookings of a limit, or so much time."""
    if not limit.is_length:
        return str(number)
    return f"{number}m" if number % 60 else f"{number // 60}h"
