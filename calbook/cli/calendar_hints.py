"""What to do about what was done in a calendar elsewhere, for people."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.core.errors import NotFound
from calbook.core.time import times

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.calendars import CalendarFinding

_MOST = 5  # bookings that something is said of


def find_hints(
    client: "Client", found: "Sequence[CalendarFinding]", form: OutputOptions
) -> list[str]:
    """For what was moved or deleted, how the booking follows."""
    if not output.is_for_people(form):
        return []
    told = [each for each in found if each.kind in ("moved", "deleted")]
    left = [each for each in told if not each.overwritten][:_MOST]
    return [hint for each in left for hint in _hints(client, each, form.tz)]


def _hints(
    client: "Client", finding: "CalendarFinding", tz: str | None
) -> Iterator[str]:
    uid = finding.uid
    if finding.kind == "deleted":
        again = f"calbook calendar sync {finding.calendar} --uid {uid} --force"
        yield f"calbook cancel {uid} --by host, or {again}"
        return
    try:
        booking = client.calendar.bookings.get(uid)
    except NotFound:  # gone meanwhile
        return
    to = finding.moves[0]["to"] if len(finding.moves) == 1 else None
    if to is None or len(booking.occurrences) != 1:
        return
    start = datetime.fromisoformat(to["startTime"])
    at = times.wall_time(start, tz or booking.timezone)
    yield f'calbook reschedule {uid} --start "{at:%Y-%m-%d %H:%M}" --by host'
