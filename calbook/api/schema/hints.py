"""What the annotations of a class mean, which are names that only checkers import."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from inspect import get_annotations
from typing import (
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    NotRequired,
    Required,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from calbook.api import catalog_inputs, inputs
from calbook.api.values import json_types
from calbook.core import model
from calbook.wire.json_objects import camel

# Of one name the last is meant; a module's own names come before all of them.
_NAMES: Mapping[str, Any] = {
    "json_types": json_types,
    **{name: getattr(model, name) for name in ("Actor", "Attendance")},
    **{name: getattr(model, name) for name in ("Resolution", "Status")},
    **vars(catalog_inputs),
    **vars(inputs),
    **vars(json_types),
}

# What modules have stand-ins of.
_TYPING: dict[str, Any] = {"Any": Any, "ClassVar": ClassVar, "Literal": Literal}


class Key(NamedTuple):
    """A key of a JSON object: its name here and there, and what it holds."""

    name: str
    key: str
    hint: Any
    is_always_there: bool
    description: str | None = None  # where it is not in the docstring of the class


def keys_of(kind: type) -> Iterator[Key]:
    """In the order in which they are declared; a value's own before its base's."""
    return _typed_dict(kind) if is_typeddict(kind) else _value(kind)


def _typed_dict(kind: Any) -> Iterator[Key]:
    """Two spellings of a key are one: the first of them."""
    told = set()
    for name, hint in _resolve(kind, kind).items():
        # While hints are text, Python does not know what may be missing.
        word = get_origin(hint)
        inner = get_args(hint)[0] if word in (NotRequired, Required) else hint
        needed = word is not NotRequired and name in kind.__required_keys__
        if camel(name) not in told:
            yield Key(name, camel(name), inner, needed or word is Required)
        told.add(camel(name))


def _value(kind: Any) -> Iterator[Key]:
    hints = _resolve(kind, kind)
    own = {name: hints[name] for base in kind.__mro__ for name in get_annotations(base)}
    for name, hint in own.items():
        if not name.startswith("_"):
            yield Key(name, camel(name), hint, name not in kind._sometimes)
    for key, hint in kind._unnamed.items():
        yield Key(key, key, hint, True)
    for name, found in vars(kind).items():
        if isinstance(found, property) and found.fget is not None:
            hint = _resolve(found.fget, kind)["return"]
            if hint is not datetime:
                meaning = " ".join((found.__doc__ or "").split())
                yield Key(name, camel(name), hint, False, meaning)


def _resolve(annotated: Any, kind: type) -> dict[str, Any]:
    own = vars(sys.modules[kind.__module__])
    names = {name: found for name, found in _NAMES.items() if name not in own}
    return get_type_hints(annotated, localns=names | _TYPING, include_extras=True)
