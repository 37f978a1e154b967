"""Who takes part, for paper: each date with its heading, and names with boxes to tick.

Plain text of 80 columns, without addresses: paper lies about.
"""

from collections.abc import Sequence
from datetime import datetime

from calbook.cli.output import Json
from calbook.cli.screen import cells, words
from calbook.core.people import label
from calbook.core.text import printable
from calbook.wire.writing.bookings import takes_part

_WIDTH = 80
_BOX = "[ ] "


def sheet_text(
    booking: Json,
    dates: Sequence[Json] | None,
    *,
    now: datetime,
    hosts: Sequence[str],
    resources: Sequence[str],
) -> str:
    """A section for each date; of a series those that are not over, if any."""
    chosen = _dates_ahead(booking, now) if dates is None else dates
    place = _place(booking, resources)
    return "\n\n".join(
        "".join(f"{line}\n" for line in _section(booking, each, place, hosts))
        for each in chosen
    )


def _dates_ahead(booking: Json, now: datetime) -> list[Json]:
    live = [o for o in booking["occurrences"] if o["status"] != "CANCELLED"]
    ahead = [o for o in live if datetime.fromisoformat(o["endTime"]) > now]
    return ahead or live or booking["occurrences"]


def _place(booking: Json, resources: Sequence[str]) -> str:
    location = booking["location"] or {}
    said = location.get("address") or location.get("text")
    return said or ", ".join(resources) or booking["meetingUrl"] or ""


def _section(booking: Json, date: Json, place: str, hosts: Sequence[str]) -> list[str]:
    status = date["status"]
    zone = booking["timezone"]
    heading = [
        booking["title"],
        words.meeting_time(date, zone),
        place,
        f"with {', '.join(hosts)}",
        "cancelled" if status == "CANCELLED" else "",
    ]
    persons = [
        person
        for person in (booking["attendee"], *booking["guests"])
        if takes_part(person, date["date"])
    ]
    lines = [part for text in heading if text for part in _wrapped(text, "")]
    rule = "-" * max(map(cells.width, lines))
    names = [part for person in persons for part in _wrapped(_name(person), _BOX)]
    return [*lines, rule, *(names or ["nobody"])]


def _name(person: Json) -> str:
    return f"{label(person)} (drop-in)" if person["onlyOn"] else label(person)


def _wrapped(text: str, lead: str) -> list[str]:
    """Further lines stand below the first."""
    lines = cells.wrap(printable(" ".join(text.split())), _WIDTH - len(lead))
    below = " " * len(lead)
    return [f"{below if n else lead}{line}".rstrip() for n, line in enumerate(lines)]
