"""Classes as JSON Schema objects, and the types of their keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from calbook.api.schema import details, input_details
from calbook.api.schema.descriptions import describe, describe_keys
from calbook.api.schema.hints import Key, keys_of

Json = dict[str, Any]

_PLAIN: Mapping[Any, str] = {bool: "boolean", float: "number"}
OPEN_WORD = "; a reader must take further words"


class Objects:
    """Objects of answers; those that others refer to are kept by name.

    They may have further keys in a later version.
    """

    def __init__(self) -> None:
        self.parts: dict[str, Json] = {}

    def write(self, kind: type) -> Json:
        """The schema of a class."""
        keys = [*keys_of(kind)]
        meanings = self._meanings(kind)
        return {
            "type": "object",
            "description": describe(kind),
            "properties": {
                each.key: self._property(kind, each, meanings) for each in keys
            },
            "required": [each.key for each in keys if each.is_always_there],
        }

    def _property(self, kind: type, each: Key, meanings: Mapping[str, str]) -> Json:
        hint = each.hint | None if self._may_be_null(kind, each) else each.hint
        schema = self._of(hint, kind, each.key)
        meaning = each.description or meanings.get(each.name, meanings.get(each.key))
        assert meaning, f"{kind.__name__} does not say what {each.name} is"
        is_open = self._is_open(kind, each.key)
        return schema | {"description": meaning + OPEN_WORD * is_open}

    def _of(self, hint: Any, kind: type, key: str) -> Json:
        if words := details.words_of(kind, key):
            return self._words(words, kind, key)
        if hint in (str, date, datetime):
            return {"type": "string"} | self._text(kind, key)
        if hint is int:
            return {"type": "integer"} | self._number(kind, key)
        if hint in _PLAIN:
            return {"type": _PLAIN[hint]}
        if hint is Any:
            return {}
        word, inner = get_origin(hint), get_args(hint)
        if word is Literal:
            return self._words(inner, kind, key)
        if word in (Union, UnionType):
            return self._any_of(inner, kind, key)
        if word is None:
            return self._named(hint, kind, key)
        if issubclass(word, Mapping):
            values = self._of(inner[1], kind, "")
            more = {"additionalProperties": values} if values else {}
            return {"type": "object"} | more
        items = {"items": self._of(inner[0], kind, key)}
        return {"type": "array"} | items | self._items(kind, key)

    def _named(self, named: type, kind: type, key: str) -> Json:
        """Words, or a reference to an object."""
        if issubclass(named, StrEnum):
            return self._words(named, kind, key)
        name = self._name(named)
        if name not in self.parts:
            self.parts[name] = {}  # so that nothing goes round in circles
            self.parts[name] = self.write(named)
        return {"$ref": f"#/$defs/{name}"}

    def _words(self, words: Iterable[str], kind: type, key: str) -> Json:
        listed: Json = {"type": "string", "enum": [str(word) for word in words]}
        if not self._is_open(kind, key):
            return listed
        return {"anyOf": [listed, {"type": "string"}]}

    def _any_of(self, hints: tuple[Any, ...], kind: type, key: str) -> Json:
        found = [self._of(hint, kind, key) for hint in _distinct(hints)]
        one = _together([*_without_repeats(found)])
        return _or_null(one) if NoneType in hints else one

    # What differs between the two directions.

    def _name(self, named: type) -> str:
        return kebab(named.__name__)

    def _meanings(self, kind: type) -> Mapping[str, str]:
        return describe_keys(kind)

    def _may_be_null(self, kind: type, each: Key) -> bool:
        return details.may_be_null(kind, each)

    def _is_open(self, kind: type, key: str) -> bool:
        return details.is_open(kind, key)

    def _text(self, kind: type, key: str) -> Json:
        return details.text_of_answer(kind, key)

    def _number(self, kind: type, key: str) -> Json:
        return details.number_of_answer(kind, key)

    def _items(self, kind: type, key: str) -> Json:
        return {}


class InputObjects(Objects):
    """Objects that go in: an unknown key is refused."""

    def write(self, kind: type) -> Json:
        found = super().write(kind)
        found["required"] += input_details.needed_keys(kind)
        return found | {
            "additionalProperties": False,
            **input_details.rules_of_input(kind),
        }

    def _name(self, named: type) -> str:
        return f"{super()._name(named)}-input"

    def _meanings(self, kind: type) -> Mapping[str, str]:
        return describe_keys(*input_details.described_by(kind), kind)

    def _may_be_null(self, kind: type, each: Key) -> bool:
        return input_details.may_be_left_null(kind, each)

    def _is_open(self, kind: type, key: str) -> bool:
        return False

    def _text(self, kind: type, key: str) -> Json:
        return input_details.text_of_input(key)

    def _number(self, kind: type, key: str) -> Json:
        return input_details.number_of_input(kind, key)

    def _items(self, kind: type, key: str) -> Json:
        return input_details.items_of_input(kind, key)


def _distinct(hints: tuple[Any, ...]) -> Iterable[Any]:
    """Without what says the same for Python alone."""
    words = any(get_origin(hint) is Literal for hint in hints)
    names = set()
    for hint in hints:
        is_enum = isinstance(hint, type) and issubclass(hint, StrEnum)
        name = getattr(hint, "__name__", None) if get_origin(hint) is None else None
        if hint is NoneType or (words and is_enum) or name in names:
            continue
        names |= {name} - {None}
        yield hint


def kebab(name: str) -> str:
    """`EventType` as `event-type`."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def _without_repeats(found: list[Json]) -> Iterable[Json]:
    for at, schema in enumerate(found):
        if schema not in found[:at]:
            yield schema


def _together(found: list[Json]) -> Json:
    """Lists of words become one."""
    if len(found) == 1:
        return found[0]
    if all("enum" in schema for schema in found):
        words = dict.fromkeys(word for schema in found for word in schema["enum"])
        return {"type": "string", "enum": [*words]}
    if all("anyOf" in schema for schema in found):
        listed = _together([schema["anyOf"][0] for schema in found])
        return {"anyOf": [listed, {"type": "string"}]}
    return {"anyOf": found}


def _or_null(schema: Json) -> Json:
    if isinstance(schema.get("type"), str):
        with_null = {**schema, "type": [schema["type"], "null"]}
        return with_null | (
            {"enum": [*schema["enum"], None]} if "enum" in schema else {}
        )
    return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}
