"""JSON objects: their keys in two spellings, and JSON text as it is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from calbook.core.json_text import loads
from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Protocol

    class Row(Protocol):
        """A row of the database, its columns by name."""

        def __getitem__(self, column: str, /) -> Any: ...


Json = dict[str, Any]


def describe_fault(error: ValueError | RecursionError) -> str:
    """Why a line is no JSON: what Python says of it ends where it names the place."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    import json  # slow to import

    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    said = error.msg.removesuffix(" at").removesuffix(" starting")
    return f"{said[:1].lower()}{said[1:]} at character {error.colno}"


@lru_cache
def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def load_json(text: str | None) -> Any:
    """Most are empty, and a reader of JSON takes its time to find out."""
    if text is None:
        return None
    empty = _EMPTY.get(text)
    return loads(text) if empty is None else empty()


def load_parts(stored: str | list[Json]) -> list[Json]:
    """The parts of a row, which are JSON text if it was read."""
    found: list[Json] = loads(stored) if isinstance(stored, str) else stored
    return found


_EMPTY: Mapping[str, Callable[[], Any]] = {"{}": dict, "[]": list}
