"""What time alone makes of a status; never stored, so a wrong clock does no harm.

In plain words and epoch seconds, because rows ask as well as values.
"""

from __future__ import annotations


def is_expired(status: str, *, start: float, now: float) -> bool:
    """A request that the host had not answered when its start came."""
    return status == "PENDING" and start <= now


def is_completed(status: str, *, end: float, now: float) -> bool:
    return status == "CONFIRMED" and end <= now


def summary(
    pending_until: float | None,
    confirmed_until: float | None,
    final: str,
    *,
    now: float,
) -> str:
    """A booking's status from the three facts that are stored about it.

    It is pending until the last pending start, confirmed until the last confirmed
    end, and `final` once everything has settled.
    """
    if pending_until is not None and now < pending_until:
        return "PENDING"
    if confirmed_until is not None and now < confirmed_until:
        return "CONFIRMED"
    return final
