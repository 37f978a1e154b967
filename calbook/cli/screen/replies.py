"""What attendees answered, and other times that they propose, in words."""

from __future__ import annotations

from datetime import datetime

from calbook.cli.output import Json
from calbook.core.typing_names import Any


def reply_text(person: Json) -> str:
    """`accepted`, or nothing where somebody has not answered."""
    return (person["partstat"] or "").lower()


def counter_detail(counter: Any) -> str:
    """What was proposed; of a move that took it up its id alone."""
    if isinstance(counter, str):
        return f"as proposed ({counter})"
    start = datetime.fromisoformat(counter["startTime"])
    return f"proposes {start:%Y-%m-%d %H:%M}" + (
        f": {counter['comment']}" if counter["comment"] else ""
    )
