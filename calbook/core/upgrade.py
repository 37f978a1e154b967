"""What is said of tables that are brought up to date; only then is it loaded."""

from __future__ import annotations

from typing import NamedTuple


class Upgrade(NamedTuple):
    """From which version to which; `seconds` is None before it has begun.

    `size` of a file in bytes, and where it was `kept` as it was; None of a database.
    """

    path: str
    before: int
    now: int
    size: int | None = None
    kept: str | None = None
    seconds: float | None = None
