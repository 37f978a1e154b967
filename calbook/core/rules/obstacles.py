"""What is in the way of a meeting: a claim, busy time, or a host who has retired."""

from __future__ import annotations

from calbook.core.errors import HostBusy, HostRetired, SlotTaken
from calbook.core.model import Claim, Span
from calbook.core.time import times
from calbook.core.typing_names import Any, NamedTuple


class BusyCalendarEntry(NamedTuple):
    """A calendar that says a host is busy; `text` where everybody may read it."""

    calendar: str
    is_own: bool  # the host's own word, no file's
    text: str | None = None


class Obstacle(NamedTuple):
    """A claim in the way and the meeting it belongs to.

    Where it is busy time from elsewhere, both are its whole stretch; where the host
    has retired, they begin and end when that was.
    """

    claim: Claim
    meeting: Span
    calendar_entry: BusyCalendarEntry | None = None
    is_retired: bool = False


def slot_taken_error(obstacle: Obstacle, timezone: str) -> SlotTaken:
    """The refusal that names what is in the way."""
    claim, meeting, elsewhere, is_retired = obstacle
    if is_retired:
        since = claim.span.start
        return HostRetired(
            claim.host_id,
            since=times.rfc3339(since, timezone),
            when=times.format_moment(since, timezone),
        )
    facts: dict[str, Any] = {
        "when": f"{times.format_meeting(*meeting, timezone)} {timezone}",
        "host": claim.host_id,
        "until": times.rfc3339(claim.span.end, timezone),
        "free": times.format_moment(claim.span.end, timezone),
    }
    if elsewhere is None:
        return SlotTaken(uid=claim.uid, **facts)
    return HostBusy(*elsewhere, **facts)
