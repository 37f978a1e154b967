"""Other times that attendees propose: in a line, and in a table."""

from collections.abc import Sequence
from functools import partial

from calbook.cli.output import Json
from calbook.cli.screen import columns
from calbook.cli.screen.words import meeting_time, person_text, short_uid
from calbook.core.text import printable

_table = partial(columns.table_text, whole=("Proposal", "UID", "When", "Date"))


def counter_text(item: Json, tz: str | None = None) -> str:
    """`Ada <ada@example.com>: Tue 19 Jan 2027, 11:00–11:30 (ctr_…)`."""
    on = f" for {item['date']}" if item["date"] else ""
    said = f"; {item['comment']}" if item["comment"] else ""
    who, when = person_text(item["attendee"]), meeting_time(item, tz)
    return printable(f"{who}: {when}{on} ({item['id']}){said}")


def counters_table(items: Sequence[Json], tz: str | None = None) -> str:
    """What attendees propose, each in its booking's zone or all in one."""
    zones = {tz or item["timezone"] for item in items}
    zone = zones.pop() if len(zones) == 1 else None
    return _table(
        items,
        {
            "Proposal": "id",
            "UID": lambda item: short_uid(item["uid"]),
            "Date": lambda item: item["date"],
            "When": lambda item: meeting_time(item, tz, with_zone=not zone),
            "Who": lambda item: person_text(item["attendee"]),
            "State": "state",
            "Comment": "comment",
        },
        tz=zone,
        nothing="nobody proposes another time\n",
    )
