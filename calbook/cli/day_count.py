"""Ranges of whole days: `--on`, and `--days N`."""

from typing import TYPE_CHECKING, Any

from calbook.cli.defaults import begin_week
from calbook.core import checks
from calbook.core.errors import BadTime
from calbook.core.model import DAY, SECOND
from calbook.core.text import excerpt
from calbook.core.time import parsing, times

if TYPE_CHECKING:
    from calbook.api.client import Client

_MOST = 3_660


def read_days(on: str) -> dict[str, Any]:
    """Whole days: a range that begins and ends with a moment would be empty.

    Raises:
        BadTime: it is a moment.
    """
    if parsing.is_moment(on):
        raise BadTime(
            f"--on takes days, and {excerpt(on)} is a moment",
            hint="--from and --to take moments",
            value=excerpt(on),
        )
    on = begin_week(on) or on
    return {"start_date": on, "end_date": on, "days": None}


def last_day(client: "Client", tz: str | None, first: str, days: int) -> str:
    """The last of so many local days, the day of `first` included."""
    checks.whole_number(days, "days", least=1, most=_MOST)
    zone = tz or client.calendar.hosts.timezone()
    start = parsing.range_start(first, now=client.now(), timezone=zone)
    return (times.local_date(start, zone) + (days - 1) * DAY).isoformat()


def first_and_last(client: "Client", on: str) -> tuple[str, str]:
    """The dates that a day, week or month begins and ends with."""
    zone, now = client.calendar.hosts.timezone(), client.now()
    start = parsing.range_start(on, now=now, timezone=zone)
    end = parsing.range_end(on, now=now, timezone=zone) - SECOND
    first, last = (times.local_date(each, zone) for each in (start, end))
    return first.isoformat(), last.isoformat()
