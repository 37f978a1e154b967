"""Other times that attendees propose: in a line, and in a table."""

from collections.abc import Sequence

from calbook.cli.output import Json
from calbook.cli.screen import tables
from calbook.cli.screen.columns import table_text
from calbook.cli.screen.words import meeting_time, person_text, short_uid, visible_lines
from calbook.core.people import label
from calbook.core.text import printable


def counter_text(item: Json, tz: str | None = None) -> str:
    """`Ada <ada@example.com>: Tue 19 Jan 2027, 11:00–11:30 (ctr_…)`."""
    on = f" for {item['date']}" if item["date"] else ""
    said = f"; {item['comment']}" if item["comment"] else ""
    who, when = person_text(item["attendee"]), meeting_time(item, tz)
    return printable(f"{who}: {when}{on} ({item['id']}){said}")


def counters_table(items: Sequence[Json], tz: str | None = None) -> str:
    """What attendees propose, each in its booking's zone or all in one."""
    zone = tables.only_zone(items, tz)
    return table_text(
        items,
        {
            "Proposal": lambda item: short_uid(item["id"]),
            "When": lambda item: tables.when_cell(item, tz),
            "UID": lambda item: short_uid(item["uid"]),
            "Who": lambda item: label(item["attendee"]),
            "State": "state",
            "Of": "date",
            **tables.zone_column(zone),
            "Comment": lambda item: visible_lines(item["comment"] or ""),
        },
        tz=zone,
        nothing="nobody proposes another time\n",
    )
