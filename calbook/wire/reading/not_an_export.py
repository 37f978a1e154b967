"""What somebody takes for an export that is none, and what is to be done with it."""

from __future__ import annotations

import re
from typing import NamedTuple

from calbook.core.errors import BadInput


class _Kind(NamedTuple):
    """What begins like `pattern`, and how it comes in."""

    pattern: bytes
    name: str
    hint: str
    command_hint: str


_LOOKED_AT = 1_000  # bytes
_TAKE_OVER = "client.calendar.imports.take_over"
# In this order: a table is what has none of the others' signs.
_KINDS = (
    _Kind(
        rb"(?i)\s*BEGIN:V(CALENDAR|EVENT)",
        "a calendar",
        f"{_TAKE_OVER}('ics', …) takes over its events",
        "take over its events: --from ics; as busy time: calbook busy import",
    ),
    _Kind(
        rb"PK\x03\x04|\xd0\xcf\x11\xe0",
        "a spreadsheet or another packed file",
        f"save it as CSV, for {_TAKE_OVER}('csv', …)",
        "save the sheet as CSV, then --from csv; unpack what is packed",
    ),
    _Kind(
        rb"SQLite format 3\0",
        "a database",
        "client.copy_to copies a bookings file, client.restore takes a backup",
        "for a bookings file: calbook db copy --from FILE --to NEW;"
        " for a backup: calbook db restore FILE",
    ),
    _Kind(
        rb"\x1f\x8b",
        "a file packed by gzip",
        "unpack it first",
        "unpack it first: gunzip -c FILE | calbook import -",
    ),
    _Kind(
        rb'\s*\{.{0,80}"schemaVersion"',
        "an export as one document",
        "only JSON lines are read: export again with form='jsonl'",
        "only jsonl is read: calbook export without --format json",
    ),
    _Kind(
        rb"\s*(\[|\{\s*($|\"(?!type)))",
        "other JSON",
        "only JSON lines are read, as client.export_to writes them",
        "only jsonl is read, as calbook export writes it; another program's:"
        " --from calcom, --from calendly",
    ),
    _Kind(
        rb"[^{}\[\]\0\n]*[,;\t]",
        "a table (CSV)",
        f"{_TAKE_OVER}('csv', …) takes over its rows",
        "take over its rows: --from csv",
    ),
)


def find_kind(first: bytes) -> BadInput | None:
    """Of the first line of what is no export; None where it looks like nothing."""
    text = first[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf")
    for kind in _KINDS:
        if re.match(kind.pattern, text):
            said = f"this is {kind.name}, and no export of calbook's"
            return BadInput(said, hint=kind.hint, command_hint=kind.command_hint)
    return None
