"""The settings of this computer, for a terminal."""

from collections.abc import Sequence

from calbook.cli.output import Json
from calbook.cli.screen.columns import table_text
from calbook.core.text import printable


def settings_table(items: Sequence[Json], path: str) -> str:
    """Each with its value and where it comes from, and the file below."""
    table = table_text(items, {"Setting": "name", "Value": _value, "From": _source})
    return f"{table}{printable(path)}\n"


def _value(item: Json) -> str:
    value = item["value"]
    return str(value).lower() if isinstance(value, bool) else str(value or "")


def _source(item: Json) -> str:
    source: str = item["source"]
    return item["variable"] if source == "environment" else source
