"""Limits as they are written: `3/day`, `8h/week`.

Light: whoever reads an event type asks here.
"""

from __future__ import annotations

import re

from calbook.core.catalog import Limit
from calbook.core.errors import BadInput, BadTime
from calbook.core.model import DAY, MINUTE
from calbook.core.text import excerpt

# The fields of an event type that limit what is booked.
RULES = (
    *("limits", "max_in_a_row", "break_after", "count_window"),
    *("per_person", "per_person_open", "no_double"),
)
LIMIT_LISTS = ("limits", "per_person")
# Compiled where there is a limit: a number, or a length of time.
_TEXT = r"(?:([0-9]{1,6})|([0-9][0-9.]{0,8} ?[a-z][a-z0-9 ]{0,19}))/(day|week|month)"
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
    number, length, period = found.groups()
    is_length = number is None
    most = _minutes(length, field) if is_length else int(number)
    if not 1 <= most <= (_LONGEST if is_length else _MOST):
        raise BadInput(
            f"{field} {value} is not from 1 to "
            + (f"{_LONGEST} minutes" if is_length else f"{_MOST:,}"),
            field=field,
        )
    return Limit(most, period.lower(), is_length)


def _minutes(length: str, field: str) -> int:
    from calbook.core.time import lengths  # few limits are lengths

    try:
        return lengths.minutes(length, field)
    except BadTime as error:
        raise BadInput(error.message, hint=error.hint, field=field) from None


def limit_text(limit: Limit) -> str:
    """As `read_limit` takes it."""
    return f"{amount_text(limit, limit.most)}/{limit.period}"


def amount_text(limit: Limit, number: int) -> str:
    """So many bookings of a limit, or so much time."""
    if not limit.is_length:
        return str(number)
    return f"{number}m" if number % 60 else f"{number // 60}h"
