"""Other times that attendees propose: in a line, and in a table."""

from collections.abc import Sequence

from calbook.cli import output
from calbook.cli.output import Json
from calbook.cli.screen import cells
from calbook.cli.screen.columns import INDENT, Columns, table_text
from calbook.cli.screen.words import meeting_time, person_text, short_uid
from calbook.core.people import label
from calbook.core.text import printable

_NARROW = 80  # cells below which a row has no room for the booking
_SHORT = len("ctr_wrxpet")  # of an id, which can be typed like this too


def counter_text(item: Json, tz: str | None = None) -> str:
    """`Ada <ada@example.com>: Tue 19 Jan 2027, 11:00–11:30 (ctr_…)`."""
    on = f" for {item['date']}" if item["date"] else ""
    said = f"; {item['comment']}" if item["comment"] else ""
    who, when = person_text(item["attendee"]), meeting_time(item, tz)
    return printable(f"{who}: {when}{on} ({item['id']}){said}")


def counters_table(items: Sequence[Json], tz: str | None = None) -> str:
    """What attendees propose, each in its booking's zone or all in one.

    Below each what of it has no room beside the rest.
    """
    zones = {tz or item["timezone"] for item in items}
    zone = zones.pop() if len(zones) == 1 else None
    is_narrow = output.width() < _NARROW
    uid: Columns = {"UID": lambda item: short_uid(item["uid"])}

    def below(item: Json) -> list[str]:
        facts = (
            short_uid(item["uid"]) if is_narrow else None,
            f"of {item['date']}" if item["date"] else None,
            None if zone else tz or item["timezone"],
            item["comment"] and f"“{cells.plain_text(item['comment'])}”",
        )
        said = "; ".join(filter(None, facts))
        return [cells.clip(said, output.width() - len(INDENT))] * bool(said)

    return table_text(
        items,
        {
            "Proposal": lambda item: item["id"][:_SHORT],
            **({} if is_narrow else uid),
            "When": lambda item: meeting_time(item, tz, with_zone=False),
            "Who": lambda item: label(item["attendee"]),
            "State": "state",
        },
        whole=("Proposal", "UID", "When", "State"),
        below=below,
        tz=zone,
        nothing="nobody proposes another time\n",
    )
