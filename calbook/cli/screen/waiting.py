"""The waiting list on a terminal: who is in line, for what, and what they were told."""

from collections.abc import Sequence

from calbook.cli.output import Json
from calbook.cli.screen import columns, tables, words
from calbook.core.people import label
from calbook.core.text import printable

_ORDINALS = {1: "st", 2: "nd", 3: "rd"}


def waiting_table(items: Sequence[Json], tz: str | None = None) -> str:
    """Who is in line, first come first."""
    zone = tables.only_zone(items, tz)
    return columns.table_text(
        items,
        {
            "Id": lambda item: words.short_uid(item["id"]),
            "Place": "position",
            "Who": _name,
            "Event": lambda item: item["eventTypeId"].removeprefix("evt_"),
            "For": lambda item: wish_text(item, tz),
            "State": lambda item: _state_text(item, tz),
            **tables.zone_column(zone),
        },
        tz=zone,
        nothing="nobody is in line\n",
    )


def waiting_card(item: Json, tz: str | None = None) -> str:
    """All that is known of somebody in line, with what happened."""
    zone = tz or item["timezone"]
    lines = [
        ": ".join((words.moment_text(line["at"], zone), _line_text(line, zone)))
        for line in item["log"]
    ]
    return words.card_text(
        [
            ("Id", item["id"]),
            ("Who", _who(item)),
            ("Event type", item["eventTypeId"]),
            ("Waits for", wish_text(item, tz)),
            ("State", _state_text(item, tz)),
            ("Place", item["position"]),
            ("Booking", item["offeredUid"]),
            ("What happened", "\n".join(lines)),
        ]
    )


def added_text(item: Json, tz: str | None, *, dry_run: bool) -> str:
    """`In line wait_…: Ada, 2nd, for Mon 18 Jan 2027, 10:00 Europe/Lisbon`."""
    named = "Would be in line" if dry_run else f"In line {item['id']}"
    place = _ordinal(item["position"])
    wish = wish_text(item, tz, with_zone=True)
    return printable(f"{named}: {_who(item)}, {place}, for {wish}") + "\n"


def served_lines(item: Json) -> list[str]:
    """What somebody in line was given by a change of others."""
    zone = item["timezone"]
    start = words.moment_text(item["log"][-1]["startTime"], zone)
    who, when = words.person_text(item["attendee"]), f"{start} {zone}"
    if item["state"] == "ended":
        why = item["log"][-1]["why"]
        return [printable(f"No longer in line: {who}: {why}")]
    if item["state"] != "offered":
        return [printable(f"Booked from the waiting list: {who}, {when}")]
    what = f"a seat on {when}" if item["isSeat"] else when
    until = words.moment_text(item["heldUntil"], zone)
    return [
        printable(f"Offered to {who} until {until}: {what}"),
        f"hint: who wants it takes it by: calbook confirm {item['id']}",
    ]


def wish_text(item: Json, tz: str | None = None, *, with_zone: bool = False) -> str:
    """The start, the range, or the group that somebody waits for."""
    zone = tz or item["timezone"]
    keys = ("earliest", "latest") if item["startTime"] is None else ("startTime",)
    text = " to ".join(words.moment_text(item[key], zone) for key in keys)
    text += f" {zone}" * with_zone
    if item["uid"] is None:
        return text
    dates = "all dates" if item["date"] is None else "one date"
    return f"{text}, {dates} of {item['uid']}"


def _who(item: Json) -> str:
    more = len(item["guests"])
    name = words.person_text(item["attendee"])
    return f"{name} and {more} more" if more else name


def _name(item: Json) -> str:
    more = len(item["guests"])
    name = label(item["attendee"])
    return f"{name} and {more} more" if more else name


def _state_text(item: Json, tz: str | None) -> str:
    """With the end of an offer, and why somebody could not have what was free."""
    last = item["log"][-1] if item["log"] else {"why": None}
    if item["heldUntil"] is not None:
        until = words.moment_text(item["heldUntil"], tz or item["timezone"])
        return f"offered until {until}"
    if last["why"] is None:
        return str(item["state"])
    what = [item["state"], *[last["what"]] * (last["what"] != item["state"])]
    return f"{', '.join(what)}: {last['why']}"


def _line_text(line: Json, zone: str) -> str:
    start = line["startTime"] and words.moment_text(line["startTime"], zone)
    facts = (start, line["uid"], line["why"])
    about = "; ".join(filter(None, facts))
    return f"{line['what']} ({about})" if about else str(line["what"])


def _ordinal(number: int | None) -> str:
    if number is None:
        return "in line"
    is_teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if is_teen else _ORDINALS.get(number % 10, 'th')}"
