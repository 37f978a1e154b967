"""The shapes of what is passed in: objects with known keys, lists, nothing at all.

Keys may be spelt in camelCase or snake_case. Whatever does not fit is refused with
the field's name; an unknown key is refused too, so that no typing error is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from calbook.core import checks
from calbook.core.errors import BadInput
from calbook.core.text import excerpt, snake
from calbook.core.time import parsing
from calbook.core.typing_names import Any
from calbook.wire.json_objects import camel

_MAPPINGS, _LISTS = (dict, Mapping), (list, tuple)  # as mostly
JsonObject = Mapping[str, Any]
FieldReader = Callable[[Any, str], Any]


def read_object(value: object, known: Iterable[str], field: str) -> dict[str, Any]:
    """An object with its keys in snake_case, each of them known."""
    if not isinstance(value, _MAPPINGS):
        raise BadInput(f"{field} must be an object", field=field)
    known = tuple(known)
    found: dict[str, Any] = {}
    for key, item in value.items():
        name = snake(key) if isinstance(key, str) else ""
        if name not in known:
            from calbook.core.suggestions import did_you_mean

            keys = [*map(camel, known)]
            raise BadInput(
                f"{field} knows no {excerpt(key)}",
                hint=did_you_mean(name, known, f"it has {', '.join(known)}"),
                command_hint=did_you_mean(name, keys, f"it has {', '.join(keys)}"),
                field=field,
                known=keys,
            )
        if name in found:
            raise BadInput(f"{field} has {camel(name)} twice", field=field)
        found[name] = item
    return found


def read_list(value: object, field: str) -> Iterable[Any]:
    if isinstance(value, _LISTS):
        return value
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise BadInput(f"{field} must be a list", field=field)
    return value


def read_optional(read: FieldReader, value: object, field: str) -> Any:
    return None if value is None else read(value, field)


def read_timezone(value: object, field: str) -> str:
    return parsing.timezone(checks.line(value, field, most=80))


def read_date(value: object, field: str) -> date:
    """A local date, as a date or as `2027-01-18`."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadInput(
        f"{field} is not a date: {excerpt(value)}",
        hint="write it as 2027-01-18",
        field=field,
    )
