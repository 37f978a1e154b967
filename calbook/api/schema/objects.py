"""Classes as JSON Schema objects, and the types of their keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from calbook.api.schema import details
from calbook.api.schema.descriptions import describe, describe_keys
from calbook.api.schema.hints import Key, keys_of

Json = dict[str, Any]

_PLAIN: Mapping[Any, str] = {bool: "boolean", float: "number"}
_OPEN_WORD = "; a reader must take further words"


class Objects:
    """Objects of one direction; those that others refer to are kept by name.

    What comes out may have further keys in a later version. What goes in may not.
    """

    def __init__(self, *, are_inputs: bool) -> None:
        self.parts: dict[str, Json] = {}
        self._are_inputs = are_inputs

    def write(self, kind: type) -> Json:
        """The schema of a class."""
        keys = [*keys_of(kind)]
        meanings = describe_keys(*details.described_by(kind), kind)
        needed = [each.key for each in keys if each.is_always_there]
        found: Json = {
            "type": "object",
            "description": describe(kind),
            "properties": {
                each.key: self._property(kind, each, meanings) for each in keys
            },
            "required": [*needed, *details.needed_keys(kind) * self._are_inputs],
        }
        if self._are_inputs:
            found |= {"additionalProperties": False, **details.rules_of_input(kind)}
        return found

    def _property(self, kind: type, each: Key, meanings: Mapping[str, str]) -> Json:
        hint = each.hint
        if details.may_be_null(kind, each):
            hint = hint | None
        schema = self._of(hint, kind, each.key)
        meaning = each.description or meanings.get(each.name, meanings.get(each.key))
        if meaning and details.is_open(kind, each.key) and not self._are_inputs:
            meaning += _OPEN_WORD
        return schema | ({"description": meaning} if meaning else {})

    def _of(self, hint: Any, kind: type, key: str) -> Json:
        if words := details.words_of(kind, key):
            return self._words(words, kind, key)
        if hint in (str, date, datetime):
            return {"type": "string"} | self._text(kind, key)
        if hint is int:
            return {"type": "integer"} | self._number(key)
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
            return {"type": "object"} | (
                {"additionalProperties": values} if values else {}
            )
        return {"type": "array", "items": self._of(inner[0], kind, key)}

    def _named(self, named: type, kind: type, key: str) -> Json:
        """Words, or a reference to an object."""
        if issubclass(named, StrEnum):
            return self._words(named, kind, key)
        name = self._name(named)
        if name not in self.parts:
            self.parts[name] = {}  # so that nothing goes round in circles
            self.parts[name] = self.write(named)
        return {"$ref": f"#/$defs/{name}"}

    def _name(self, named: type) -> str:
        return kebab(named.__name__) + "-input" * self._are_inputs

    def _text(self, kind: type, key: str) -> Json:
        if self._are_inputs:
            return details.text_of_input(key)
        return details.details_of_answer(kind, key)

    def _number(self, key: str) -> Json:
        return details.number_of_input(key) if self._are_inputs else {"minimum": 0}

    def _words(self, words: Iterable[str], kind: type, key: str) -> Json:
        listed: Json = {"type": "string", "enum": [str(word) for word in words]}
        if self._are_inputs or not details.is_open(kind, key):
            return listed
        return {"anyOf": [listed, {"type": "string"}]}

    def _any_of(self, hints: tuple[Any, ...], kind: type, key: str) -> Json:
        is_nullable = NoneType in hints
        found = [self._of(hint, kind, key) for hint in self._distinct(hints)]
        one = _together([*_without_repeats(found)])
        return _or_null(one) if is_nullable else one

    def _distinct(self, hints: tuple[Any, ...]) -> Iterable[Any]:
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
