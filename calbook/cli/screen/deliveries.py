"""Webhooks, and what was and will be sent, in words."""

from collections.abc import Sequence
from datetime import datetime

from calbook.cli.output import Json
from calbook.cli.screen import cards, words
from calbook.cli.screen.cells import StyledText
from calbook.cli.screen.columns import Columns, table_text
from calbook.core.text import printable

KEYS = (
    *("id", "channel", "target", "type", "uid", "status", "code"),
    *("attempts", "nextAt", "response"),
)


# -- in words


def webhooks_table(items: Sequence[Json]) -> str:
    return table_text(
        items,
        {
            "Webhook": lambda item: words.short_uid(item["id"]),
            "Active": lambda item: "yes" if item["active"] else "no",
            "URL": "url",
            "Only": lambda item: ", ".join(map(cards.delivery_kind, item["events"])),
            "Why": "disabledReason",
        },
        nothing="no webhooks\n",
    )


def deliveries_table(
    items: Sequence[Json], tz: str, *, now: datetime, to: str | None
) -> str:
    """Each with its last answer and its next attempt; `to` heads whom it goes to."""
    target: Columns = {to: _target} if to else {}
    return table_text(
        items,
        {
            "Delivery": lambda item: words.short_uid(item["id"]),
            **target,
            "Type": lambda item: cards.delivery_kind(item["type"]),
            "UID": lambda item: words.short_uid(item["uid"] or ""),
            "Status": lambda item: StyledText(item["status"], item["status"]),
            "Attempts": "attempts",
            "Last": lambda item: _last(item, tz),
            "Next": lambda item: (_next(item, tz, now) or "").removeprefix("next "),
        },
        tz=tz,
    )


def _last(item: Json, tz: str) -> str:
    """`Mon 18 Jan 2027, 10:00:30: 500: out of order`."""
    log = item["log"][-1:]
    said = ((words.second_text(a["at"], tz), cards.answer_text(a)) for a in log)
    return "".join(map(": ".join, said))


def _target(item: Json) -> str:
    target: str = item["target"]
    return words.short_uid(target) if item["channel"] == "webhook" else target


def _next(item: Json, tz: str, now: datetime) -> str | None:
    """`Mon 18 Jan 2027, 10:00:30`, or what it waits for."""
    if item["nextAt"] is None:
        return None
    if _is_later(item, now):
        return words.second_text(item["nextAt"], tz)
    earlier = item["waitsFor"]
    return f"after {words.short_uid(earlier)}" if earlier else "due now"


def _is_later(item: Json, now: datetime) -> bool:
    return datetime.fromisoformat(item["nextAt"]) > now


def _with_next(said: str, item: Json, tz: str, now: datetime) -> str:
    """`pending; next Mon 18 Jan 2027, 10:00:30`."""
    what = _next(item, tz, now)
    if what is None:
        return said
    return f"{said}; next {what}" if _is_later(item, now) else f"{said}; {what}"


_TARGETS = {"webhook": "Webhook", "calendar": "Calendar"}


def delivery_card(item: Json, tz: str, *, now: datetime) -> str:
    """One delivery with each of its attempts."""
    to = _TARGETS.get(item["channel"], "To")
    return words.card_text(
        [
            ("Delivery", item["id"]),
            (to, item["target"]),
            ("Type", cards.delivery_kind(item["type"])),
            ("Booking", item["uid"]),
            ("Event", item["eventId"]),
            ("Status", _with_next(item["status"], item, tz, now)),
            ("Queued", words.second_text(item["createdAt"], tz)),
            ("Attempts", "\n".join(_attempt(each, tz) for each in item["log"])),
            ("Times in", tz),
        ]
    )


def _attempt(attempt: Json, tz: str) -> str:
    """`1. Mon 18 Jan 2027, 10:00:00, not delivered (12 ms): 500: out of order`."""
    when = f"{attempt['number']}. {words.second_text(attempt['at'], tz)}"
    became = "delivered" if attempt["status"] == "delivered" else "not delivered"
    took = f"{attempt['milliseconds']:,} ms"
    return f"{when}, {became} ({took}): {cards.answer_text(attempt)}"


def delivery_line(item: Json, tz: str, *, now: datetime) -> str:
    """One delivery after an attempt, as a watcher sees it pass by."""
    ids = (words.short_uid(item[key] or "") for key in ("id", "uid"))
    kind = cards.delivery_kind(item["type"])
    which = f"{item['status']} {next(ids)} {kind} {next(ids)}".rstrip()
    answer = f": {cards.answer_text(item['log'][-1])}" if item["log"] else ""
    text = f"{which} to {_target(item)}{answer}"
    return printable(_with_next(text, item, tz, now))
