"""What becomes of a host's dates, as people are shown it."""

from collections.abc import Sequence

from calbook.cli.output import Json
from calbook.cli.screen import columns, tables, words
from calbook.cli.screen.cells import StyledText
from calbook.cli.screen.columns import Cell
from calbook.core.people import label
from calbook.core.text import close

_COLOURS = {"handed over": "green", "cancelled": "red"}


def away_table(facts: Json, rows: Sequence[Json]) -> str:
    """Each date with what became of it; then how many of each."""
    zone = facts["timezone"]
    counts = {
        "handed over": len(facts["handedOver"]),
        "cancelled": len(facts["cancelled"]),
        "left": len(facts["left"]),
    }
    if not rows:
        return f"{facts['host']} has nothing to do then\n"
    if rows[0]["outcome"] == "listed":
        return _dates_table(rows, zone)
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"{_dates_table(rows, zone)}{told}\n"


def retired_text(facts: Json, rows: Sequence[Json]) -> str:
    host = facts["host"]
    zone = host["timezone"]
    since = words.moment_text(host["retiredAt"], zone)
    said = f"{host['id']} takes no bookings from {since} {zone} on\n"
    return said + (f"\n{_dates_table(rows, zone)}" if rows else "nothing is left\n")


def _dates_table(rows: Sequence[Json], zone: str) -> str:
    was_changed = any(_is_settled(row) for row in rows)
    return columns.table_text(
        rows,
        {
            "UID": lambda item: words.short_uid(item["uid"]),
            "When": lambda item: tables.when_cell(item, zone),
            **({"What": _outcome} if was_changed else {}),
            "Attendee": lambda item: [*map(_reachable, _persons(item))],
            "Event": lambda item: item["eventTypeId"].removeprefix("evt_"),
        },
        tz=zone,
    )


def _is_settled(row: Json) -> bool:
    """Whether something was done about it, or tried."""
    return row["outcome"] in _COLOURS or row["message"] is not None


def _persons(item: Json) -> list[Json]:
    """All who come on the date: each has to be told."""
    return [item["attendee"], *item["guests"]]


def _reachable(person: Json) -> str:
    """`Ada, +351 912 345 678`: by what somebody is reached at once, else found."""
    name, ref = label(person), person["ref"] and f"ref {person['ref']}"
    contact = person["phone"] or person["email"] or ref
    return name if contact in (None, name) else f"{close(name)}, {contact}"


def _outcome(item: Json) -> Cell:
    word = item["outcome"]
    if word == "handed over":
        hosts = ", ".join(map(words.short_host, item["hostIds"]))
        return StyledText(f"to {hosts}", _COLOURS[word])
    if word == "left" and item["message"]:
        return f"left: {item['message']}"
    return StyledText("" if word == "listed" else word, _COLOURS.get(word, ""))
