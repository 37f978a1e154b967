"""`--days N`: a range by the number of its days."""

from typing import TYPE_CHECKING

from calbook.core import checks
from calbook.core.model import DAY
from calbook.core.time import parsing, times

if TYPE_CHECKING:
    from calbook.api.client import Client

_MOST = 3_660


def last_day(client: "Client", tz: str | None, first: str, days: int) -> str:
    """The last of so many local days, the day of `first` included."""
    checks.whole_number(days, "days", least=1, most=_MOST)
    zone = tz or client.calendar.hosts.timezone()
    start = parsing.range_start(first, now=client.now(), timezone=zone)
    return (times.local_date(start, zone) + (days - 1) * DAY).isoformat()
