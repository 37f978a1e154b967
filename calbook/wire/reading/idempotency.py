"""A request as it was typed: kept for reading, compared when its key comes again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from calbook.core.text import to_text
from calbook.core.typing_names import Any

_PLAIN = frozenset({str, int, bool, type(None), date, datetime})  # as most are
_MAPPINGS = (dict, Mapping)  # the first is seen sooner
_SETS, _LISTS = (set, frozenset), (list, tuple, Iterator)
_LONG = 10_000  # bits: whoever reads such a number refuses it
_DEEP = 50  # beyond it nothing is looked at: whoever reads it refuses it
# What says nothing, wherever it stands; and what every request says if it is left out.
_UNSAID: tuple[object, ...] = (None, (), [], {}, False)
_DEFAULTS = {"by": "attendee", "on_conflict": "refuse"}


def reusable(value: Any, *, deep: int = 0) -> Any:
    """The value with iterators and sets as lists, to be read as often as needed."""
    if type(value) in _PLAIN or deep > _DEEP:
        return value
    if isinstance(value, _MAPPINGS):
        return {key: reusable(item, deep=deep + 1) for key, item in value.items()}
    if isinstance(value, _SETS):
        value = sorted(value, key=_to_text)
    if isinstance(value, _LISTS):
        return [reusable(item, deep=deep + 1) for item in value]
    return value


def request_text(action: str, request: object) -> str:
    """One text for one request, in whatever order its parts were given."""
    return json.dumps([action, _plain(request)], sort_keys=True, default=to_text)


def given_parts(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a request that say something."""
    return {
        key: value
        for key, value in typed.items()
        if value not in _UNSAID and value != _DEFAULTS.get(key, _UNSAID)
    }


def is_same_request(first: str, second: str) -> bool:
    """Whether two texts are of one request; older ones have their parts in order."""
    return first == second or _in_order(first) == _in_order(second)


def _in_order(text: str) -> str:
    """As text again: to Python `true` equals 1."""
    return json.dumps(json.loads(text), sort_keys=True)


def _plain(value: Any, deep: int = 0) -> Any:
    if deep > _DEEP:
        return _to_text(value)
    if isinstance(value, Mapping):
        return {to_text(key): _plain(item, deep + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, deep + 1) for item in value]
    if isinstance(value, int) and value.bit_length() > _LONG:
        return to_text(value)
    return value


def _to_text(value: object) -> str:
    return to_text(value, repr)
