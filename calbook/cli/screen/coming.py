"""The bookings to come that an event type was written into, in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from calbook.cli.screen import words

if TYPE_CHECKING:
    from calbook.api.values.json_types import ChangedBooking

_NAMED = 20  # bookings that people are told of


def changed_lines(changed: "Sequence[ChangedBooking]", *, dry_run: bool) -> list[str]:
    """How many there are, and when each is and what is new in it."""
    number = words.count_text(len(changed), "booking", "bookings")
    lines = [f"{'Would change' if dry_run else 'Changed'} {number} to come"]
    for item in changed[:_NAMED]:
        start = words.moment_text(item["startTime"], item["timezone"])
        details = words.event_details(dict(item), item["timezone"])
        lines.append(f"  {item['uid']}  {start}  {details}")
    more = len(changed) - _NAMED
    return lines + [f"  and {more} more"] * (more > 0)
