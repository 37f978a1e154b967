"""The next meeting as a line so short that a shell's prompt has room for it.

What attendees wrote is in it, and a shell may read a prompt once more: the signs that
it would act upon are left out.
"""

import re
from datetime import datetime

from calbook.cli.output import Json
from calbook.cli.screen import cells, timeline, words
from calbook.core.time import times

_MOST = 40  # cells
_ACTED_UPON = re.compile(r"[$`\\%!]")


def prompt_line(item: Json, now: datetime, tz: str | None) -> str:
    """`10:30 Ada Lovelace · Product demo`; of what runs `until 11:00 Ada …`."""
    zone = tz or item["timezone"]
    span = words.time_span(item)
    start, end = (times.wall_time(at, zone) for at in span)
    today = times.local_date(now, zone)
    if span.start > now:
        when = _when(start, (start.date() - today).days)
    else:
        when = f"until {words.clock_time(end, today)}"
    mark = timeline.mark_of(timeline.kind_of(item))
    text = cells.plain_text(f"{mark}{words.attendee_text(item)} · {item['title']}")
    text = _ACTED_UPON.sub("", text)
    return f"{when} {cells.clip(text, _MOST - len(when) - 1)}\n"


def _when(start: datetime, days: int) -> str:
    """Its time, and with it the day where that is another, or the date."""
    if days < 7:
        return words.clock(start) if not days else f"{start:%a} {words.clock(start)}"
    return f"{start.day} {start:%b} {words.clock(start)}"
