"""`--sort KEY[,KEY]` and `--reverse`: items in another order than they come in."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from calbook.cli.line_format import check_keys, is_anybodys
from calbook.core.errors import UsageError
from calbook.core.text import split_words

Json = dict[str, Any]


def read_keys(text: str) -> tuple[str, ...]:
    """Raises UsageError where there are none."""
    keys = split_words(text)
    if not keys:
        raise UsageError("--sort is empty", hint="as in --sort attendee.name,startTime")
    return keys


def sort_items(
    items: Sequence[Json], text: str, *, reverse: bool, times: Collection[str]
) -> list[Json]:
    """By the keys, the first of them first; what has none comes last in either order.

    Equal ones stay in the order in which they came. `times` are compared as instants.

    Raises:
        UsageError: no item has such a key.
    """
    keys, found = read_keys(text), list(items)
    check_keys(keys, found)
    for key in reversed(keys):
        is_time = key.rpartition(".")[2] in times and not is_anybodys(key)
        values = [(_value(item, key), item) for item in found]
        there = [(_rank(value, is_time), item) for value, item in values if value != ""]
        there.sort(key=lambda pair: pair[0], reverse=reverse)
        found = [item for _, item in there]
        found += [item for value, item in values if value == ""]
    return found


def _value(item: Any, key: str) -> Any:
    """What stands under a dotted key; nothing is an empty text."""
    for part in key.split("."):
        item = item.get(part) if isinstance(item, dict) else None
    return "" if item is None or item == [] or item == {} else item


def _rank(value: Any, is_time: bool) -> tuple[int, Any, str]:
    """Numbers by their size before texts, these in any case, and lists as text."""
    if isinstance(value, bool | int | float):
        return (0, value, "")
    if is_time and isinstance(value, str):
        return (1, datetime.fromisoformat(value).timestamp(), "")
    text = value if isinstance(value, str) else repr(value)
    return (2, text.casefold(), text)
