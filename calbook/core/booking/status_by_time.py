"""What time alone makes of a status; never stored, so a wrong clock does no harm.

In plain words, and in epoch seconds or instants: rows ask as well as values.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's; completion and listing do without that import
if TYPE_CHECKING:
    from datetime import datetime
    from typing import TypeVar

    _Time = TypeVar("_Time", float, datetime)


def is_expired(status: str, *, expires_at: _Time, now: _Time) -> bool:
    """A request that nobody had answered when its start came, or a hold its end."""
    return status == "PENDING" and expires_at <= now


def is_completed(status: str, *, end: _Time, now: _Time) -> bool:
    return status == "CONFIRMED" and end <= now


def summarize_status(
    pending_until: _Time | None,
    confirmed_until: _Time | None,
    final: str,
    *,
    now: _Time,
) -> str:
    """A booking's status from the three facts that are stored about it.

    It is pending until the last request expires, confirmed until the last confirmed
    end, and `final` once everything has settled.
    """
    if pending_until is not None and now < pending_until:
        return "PENDING"
    if confirmed_until is not None and now < confirmed_until:
        return "CONFIRMED"
    return final
