"""Connected calendars in words: a table, a card, and what one says of itself."""

from collections.abc import Sequence

from calbook.cli.output import Json
from calbook.cli.screen import words
from calbook.cli.screen.columns import table_text
from calbook.core.text import printable


def calendars_table(items: Sequence[Json]) -> str:
    """Each with its address, and what somebody has to look after."""
    return table_text(
        items,
        {
            "Calendar": "name",
            "Host": lambda item: words.short_host(item["hostId"]),
            "For": _use,
            "Written": lambda item: item["written"] or None,
            "URL": "source",
            "Not read": "fault",
            "To be sent": lambda item: item["pending"] or None,
            "Changed there": lambda item: ", ".join(item["conflicts"][:5]),
        },
        nothing="no connected calendars\n",
    )


def _use(item: Json) -> str:
    """`busy, push`: what it is for."""
    busy = "free-busy" if item["freeBusy"] else "busy"
    return ", ".join([busy] * item["busy"] + ["push"] * item["push"])


def _pending(item: Json) -> str:
    count = item["pending"]
    return f"{words.count_text(count, 'change', 'changes')} to be sent" if count else ""


def calendar_card(what: str | None, item: Json, tz: str | None) -> str:
    zone = tz or item["timezone"]
    first = f"{what} {item['name']} of {item['hostId']}\n" if what else ""
    checked = item["checkedAt"] and words.moment_text(item["checkedAt"], zone)
    return (
        printable(first.rstrip("\n"))
        + "\n" * bool(first)
        + words.card_text(
            [
                ("Calendar", item["name"]),
                ("Host", item["hostId"]),
                ("Directory" if item["kind"] == "vdir" else "URL", item["source"]),
                ("For", _use(item)),
                ("User", item["user"]),
                ("Password", item["passwordFrom"] and f"from {item['passwordFrom']}"),
                ("Private", item["allowPrivate"] and "allowed"),
                ("Titles", item["showsText"] and "shown to whoever is refused"),
                ("Read", checked),
                ("Fault", item["fault"]),
                ("Written", _written(item)),
                ("Conflicts", "\n".join(item["conflicts"])),
            ]
        )
    )


def _written(item: Json) -> str:
    if not item["push"]:
        return ""
    count = words.count_text(item["written"], "booking", "bookings")
    return "; ".join(filter(None, [count, _pending(item)]))


def check_card(item: Json) -> str:
    others = [f"{each['title'] or 'unnamed'}  {each['url']}" for each in item["others"]]
    return words.card_text(
        [
            ("Calendar", f"{item['name']} of {item['hostId']}"),
            ("Directory" if item["kind"] == "vdir" else "URL", item["source"]),
            ("Title", item["title"]),
            ("Events", str(item["objects"])),
            ("Takes", ", ".join(item["components"])),
            ("Times in", item["timezone"]),
            ("Writing", _said(item["canWrite"])),
            ("Free-busy", _said(item["hasFreeBusy"])),
            ("Tells of changes", _said(item["tellsChanges"])),
            ("Sends invitations", _said(item["schedules"])),
            ("Server", ", ".join(item["abilities"])),
            ("Others there", "\n".join(others)),
        ]
    )


def _said(answer: bool | None) -> str:
    return "it does not say" if answer is None else "yes" if answer else "no"


def findings_text(items: Sequence[Json], tz: str) -> str:
    """A line for each, and one for each date that is elsewhere."""
    if not items:
        return "nothing was changed there\n"
    lines: list[str] = []
    for item in items:
        whose = f"{item['calendar']} of {words.short_host(item['hostId'])}"
        title = item["titleThere"] and f" ({item['titleThere']})"
        said = f"{whose}: {item['uid']} {_KINDS[item['kind']]}{title or ''}"
        again = "taken out" if item["kind"] == "stray" else "written again"
        lines.append(said + f"; {again}" * item["overwritten"])
        lines += [f"  {_move(move, tz)}" for move in item["moves"]]
    return "".join(f"{printable(line)}\n" for line in lines)


_KINDS = {
    "deleted": "was deleted there",
    "moved": "was moved there",
    "changed": "was changed there",
    "foreign": "is another event there",
    "stray": "was changed there, and is no booking any more",
    "unknown": "stands there, and is no booking of this file",
}


def _move(move: Json, tz: str) -> str:
    """`Mon 18 Jan 2027, 10:00–10:30 → Mon 18 Jan 2027, 11:00–11:30`."""
    old, new = (
        "nowhere" if move[side] is None else _time(move[side], tz)
        for side in ("from", "to")
    )
    return f"{old} → {new}"


def _time(span: Json, tz: str) -> str:
    return words.span_text(words.time_span(span), tz)
