"""`--sort KEY[,KEY]` and `--reverse`: items in another order than they come in."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import Any

from calbook.cli.line_format import check_keys, is_anybodys
from calbook.core.errors import UsageError
from calbook.core.text import split_words

Json = dict[str, Any]

_AT_ONCE = 1_000  # items of which more are not kept in memory


def read_keys(text: str) -> tuple[str, ...]:
    """Raises UsageError where there are none."""
    keys = split_words(text)
    if not keys:
        raise UsageError("--sort is empty", hint="as in --sort attendee.name,startTime")
    return keys


def sort_items(
    items: Iterable[Json], text: str, *, reverse: bool, times: Collection[str]
) -> Iterator[Json]:
    """By the keys, the first of them first; what has none comes last in either order.

    Equal ones stay in the order in which they came. `times` are compared as instants.
    Of many items, which may be gone through twice, most wait in a file.

    Raises:
        UsageError: no item has such a key.
        OutputError: there is no room for the file.
    """
    keys, rest = read_keys(text), iter(items)
    kinds = {key: key.rpartition(".")[2] in times for key in keys}
    order = partial(_order, {k: t and not is_anybodys(k) for k, t in kinds.items()})
    first = list(islice(rest, _AT_ONCE))
    if len(first) < _AT_ONCE:
        check_keys(keys, first)
        return iter(sorted(first, key=partial(order, reverse), reverse=reverse))
    check_keys(keys, first, islice(items, len(first), None))
    portions = iter(lambda: list(islice(rest, _AT_ONCE)), [])
    return _merge(chain([first], portions), partial(order, reverse), reverse)


def _merge(
    portions: Iterable[list[Json]], order: Callable[[Json], Any], reverse: bool
) -> Iterator[Json]:
    """Portions that are each put in order, and then taken together."""
    from contextlib import closing  # few lists are long
    from heapq import merge

    from calbook.cli.row_file import RowFile

    with closing(RowFile()) as file:
        places = []
        for portion in portions:
            portion.sort(key=order, reverse=reverse)
            places.append(file.add(portion))
        yield from merge(*map(file.read, places), key=order, reverse=reverse)


def _order(are_times: Mapping[str, bool], reverse: bool, item: Json) -> list[Any]:
    """By what an item is put in order, where a reversed one begins with the largest."""
    values = [(_value(item, key), is_time) for key, is_time in are_times.items()]
    return [
        (True ^ reverse,) if value == "" else (reverse, _rank(value, is_time))
        for value, is_time in values
    ]


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
