"""Webhooks, and what was and will be sent, as the commands show them.

A row says which delivery it is; its last answer and its next attempt stand below.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.screen import cards, cells, words
from calbook.cli.screen.cells import Line, StyledText
from calbook.cli.session import display_timezone, open_client, show_value
from calbook.core.errors import UsageError
from calbook.core.text import printable
from calbook.core.time import times

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.outbox import Delivery

Json = dict[str, Any]

_GAP = "  "
_INDENT = "  "  # of what stands below a row
_COLOURS = {
    "pending": "yellow",
    "delivered": "green",
    "failed": "red",
    "dropped": "magenta",
}


KEYS = (
    *("id", "channel", "target", "type", "uid", "status", "code"),
    *("attempts", "nextAt", "response"),
)


def show_deliveries(
    items: Sequence[Json],
    form: OutputOptions,
    zone: str,
    *,
    now: datetime,
    to: str | None,
    nothing: str,
    keys: Sequence[str] = KEYS,
) -> None:
    """A listing; `to` heads whom each goes to, where that differs."""

    def table(items: Sequence[Json]) -> str:
        return deliveries_table(items, zone, now=now, to=to) if items else nothing

    output.print_list(items, form, keys=keys, table=table)


def check_without_filters(*filters: str | None) -> None:
    if any(filter is not None for filter in filters):
        raise UsageError("--id names one delivery: nothing else goes with it")


def show_delivery(
    read: "Callable[[Client], Delivery]", form: OutputOptions, db: str | None
) -> None:
    with open_client(db) as client:
        found = read(client).to_dict()
        zone, now = display_timezone(client, form), client.now()
    card = partial(delivery_card, tz=zone, now=now)
    output.print_object(found, form, keys=KEYS, card=card)


def show_redelivery(delivery: "Delivery", form: OutputOptions) -> None:
    """Before the first attempt, which the same command may make."""
    said = f"Will be sent again: {delivery.id} ({cards.delivery_kind(delivery.type)})\n"
    show_value(delivery, form, keys=KEYS, card=lambda _: said)


# -- in words


class _Row(NamedTuple):
    """Cells beside each other, and lines below them."""

    cells: Sequence[StyledText]
    below: Sequence[str]


def webhooks_table(items: Sequence[Json]) -> str:
    """Each with its address, which is never broken over lines."""
    if not items:
        return "no webhooks\n"
    rows = [_webhook(item) for item in items]
    return _painted(_lines(("Webhook", "Active", "URL"), rows, is_whole=True))


def _webhook(item: Json) -> _Row:
    active = "yes" if item["active"] else "no"
    found = [words.short_uid(item["id"]), active, item["url"]]
    only = ", ".join(map(cards.delivery_kind, item["events"]))
    told = [only and f"only {only}", item["disabledReason"] or ""]
    room = output.width() - len(_INDENT)
    below = [line for text in told for line in wrap(cells.plain_text(text), room)]
    return _Row([StyledText(cells.plain_text(text)) for text in found], below)


def deliveries_table(
    items: Sequence[Json], tz: str, *, now: datetime, to: str | None
) -> str:
    """Each with its last answer and its next attempt; `to` heads whom it goes to."""
    rows = [_delivery(item, tz, now=now, with_target=bool(to)) for item in items]
    whom = [to] if to else []
    headings = ["Delivery", *whom, "Type", "UID", "Status", "Attempts"]
    return _painted(_lines(headings, rows)) + f"times in {tz}\n"


def _delivery(item: Json, tz: str, *, now: datetime, with_target: bool) -> _Row:
    found = [
        words.short_uid(item["id"]),
        *[_target(item)] * with_target,
        cards.delivery_kind(item["type"]),
        words.short_uid(item["uid"] or ""),
    ]
    status, attempts = item["status"], str(item["attempts"])
    last, room = item["log"][-1:], output.width() - len(_INDENT)
    told = [f"{_second(each['at'], tz)}  {cards.answer_text(each)}" for each in last]
    told += filter(None, [_next(item, tz, now)])
    return _Row(
        [
            *(StyledText(cells.plain_text(text)) for text in found),
            StyledText(status, _COLOURS[status]),
            StyledText(attempts),
        ],
        [cells.clip(cells.plain_text(text), room) for text in told],
    )


def _target(item: Json) -> str:
    target: str = item["target"]
    return words.short_uid(target) if item["channel"] == "webhook" else target


def _next(item: Json, tz: str, now: datetime) -> str | None:
    """`next Mon 18 Jan 2027, 10:00:30`, or what it waits for."""
    if item["nextAt"] is None:
        return None
    if datetime.fromisoformat(item["nextAt"]) > now:
        return f"next {_second(item['nextAt'], tz)}"
    earlier = item["waitsFor"]
    return f"after {words.short_uid(earlier)}" if earlier else "due now"


def _second(text: str, tz: str) -> str:
    """With the seconds that attempts go by."""
    return times.format_second(datetime.fromisoformat(text), tz)


def delivery_card(item: Json, tz: str, *, now: datetime) -> str:
    """One delivery with each of its attempts."""
    to = "Webhook" if item["channel"] == "webhook" else "To"
    return words.card_text(
        [
            ("Delivery", item["id"]),
            (to, item["target"]),
            ("Type", cards.delivery_kind(item["type"])),
            ("Booking", item["uid"]),
            ("Event", item["eventId"]),
            ("Status", "; ".join(filter(None, [item["status"], _next(item, tz, now)]))),
            ("Queued", _second(item["createdAt"], tz)),
            ("Attempts", "\n".join(_attempt(each, tz) for each in item["log"])),
            ("Times in", tz),
        ]
    )


def _attempt(attempt: Json, tz: str) -> str:
    """`1. Mon 18 Jan 2027, 10:00:00, not delivered (12 ms): 500: out of order`."""
    when = f"{attempt['number']}. {_second(attempt['at'], tz)}"
    became = "delivered" if attempt["status"] == "delivered" else "not delivered"
    text = f"{when}, {became} ({attempt['milliseconds']:,} ms): "
    margin = len("Delivery") + 2
    room = max(20, output.width() - margin)
    lines = wrap(
        cells.plain_text(text + cards.answer_text(attempt)),
        room,
        subsequent_indent="   ",
    )
    return "\n".join(lines)


def delivery_line(item: Json, tz: str, *, now: datetime) -> str:
    """One delivery after an attempt, as a watcher sees it pass by."""
    log = item["log"]
    said = f": {cards.answer_text(log[-1])}" if log else ""
    later = _next(item, tz, now)
    ids = map(words.short_uid, (item["id"], item["uid"] or ""))
    which = (
        f"{item['status']} {next(ids)} {cards.delivery_kind(item['type'])} {next(ids)}"
    )
    text = f"{which.rstrip()} to {_target(item)}{said}"
    return printable(f"{text}; {later}" if later else text)


# -- laid out


def _lines(
    headings: Sequence[str], rows: Sequence[_Row], *, is_whole: bool = False
) -> Iterator[Line]:
    """The widest columns give way where there is no room, unless all are whole."""
    head = [StyledText(heading, "bold") for heading in headings]
    wanted = [
        max(cells.width(line[column].text) for line in (head, *(r.cells for r in rows)))
        for column in range(len(headings))
    ]
    gaps = len(_GAP) * (len(headings) - 1)
    room = output.width() - gaps
    sizes = wanted if is_whole else cells.share_width(wanted, room)
    yield _line(head, sizes)
    yield [StyledText("─" * min(sum(sizes) + gaps, output.width()))]
    for row in rows:
        yield _line(row.cells, sizes)
        yield from ([StyledText(_INDENT + text)] for text in row.below)


def _line(line: Sequence[StyledText], sizes: Sequence[int]) -> Line:
    pieces = []
    for piece, size in zip(line, sizes, strict=True):
        pieces += [
            StyledText(cells.fit(piece.text, size), piece.style),
            StyledText(_GAP),
        ]
    return pieces[:-1]


def _painted(lines: Iterator[Line]) -> str:
    from calbook.cli.screen import tables  # slow to import

    return tables.paint_lines(lines)
