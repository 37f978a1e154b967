"""A frozen JSON object with attributes, and one that lies between two times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from calbook.core.text import snake
from calbook.core.typing_names import TYPE_CHECKING, Any, ClassVar, Self
from calbook.wire.json_objects import camel

Parts = Mapping[str, Callable[[Any], Any]]  # what makes a value of a field's JSON


class Value:
    """A frozen JSON object; subclasses annotate what they hold."""

    __slots__ = ("_json", "_make")
    _parts: ClassVar[Parts] = {}
    _sometimes: ClassVar[tuple[str, ...]] = ()  # what may be missing, as described
    _unnamed: ClassVar[Mapping[str, type]] = {}  # keys that are no names in Python
    _json: dict[str, Any]
    _make: Callable[[], dict[str, Any]]

    def __init__(self, json: dict[str, Any] | Callable[[], dict[str, Any]]) -> None:
        """Of its JSON, or of what makes it once somebody looks."""
        object.__setattr__(self, "_make" if callable(json) else "_json", json)

    if not TYPE_CHECKING:  # to checkers, what is not declared is a typing error

        def __getattr__(self, name: str) -> Any:
            if name == "_json":
                object.__setattr__(self, name, self._make())
                return self._json
            key = camel(name)
            if name.startswith("_") or key not in self._json or snake(key) != name:
                raise AttributeError(f"{type(self).__name__} has no {name!r}")
            value = self._json[key]
            part = self._parts.get(name, _copied)
            return None if value is None else part(value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen; {name!r} stays")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen; {name!r} stays")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *map(snake, self._json)]

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._json == self._json

    def __hash__(self) -> int:
        return hash((type(self), repr(self._json)))

    def __repr__(self) -> str:
        fields = {name: getattr(self, name) for name in map(snake, self._json)}
        shown = (  # an enumeration as its word
            f"{name}={(str(value) if isinstance(value, str) else value)!r}"
            for name, value in fields.items()
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[dict[str, Any]]]:
        return type(self), (self._json,)

    def to_dict(self) -> dict[str, Any]:
        """A copy of the JSON object, keys in camelCase."""
        copied: dict[str, Any] = _copied(self._json)
        return copied


def _copied(value: Any) -> Any:
    """A JSON value of its own, so that nobody changes a frozen one through it."""
    if isinstance(value, dict):
        return {k: _copied(v) if type(v) in _NESTED else v for k, v in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value


_NESTED = (dict, list)


def many_of(kind: type[Value]) -> Callable[[Any], Any]:
    return lambda items: tuple(kind(item) for item in items)


class Meeting(Value):
    start_time: str
    end_time: str

    @property
    def starts_at(self) -> datetime:
        """The start as an aware datetime, with the booking's UTC offset."""
        return datetime.fromisoformat(self.start_time)

    @property
    def ends_at(self) -> datetime:
        """The end, not included, as an aware datetime."""
        return datetime.fromisoformat(self.end_time)
