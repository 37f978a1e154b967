"""Rooms and things as people describe them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calbook.core import checks
from calbook.core.catalog import Host
from calbook.core.errors import BadInput
from calbook.core.members import RESOURCE_PREFIX
from calbook.core.text import name_in_words
from calbook.wire.json_objects import camel
from calbook.wire.reading.shapes import (
    FieldReader,
    JsonObject,
    read_object,
    read_optional,
    read_timezone,
)

_FIELDS = ("name", "kind", "capacity", "timezone", "schedule_id")
_MOST_PERSONS = 10_000


def read_resource_fields(facts: JsonObject) -> dict[str, Any]:
    given = read_object(facts, _FIELDS, "the resource")
    readers: Mapping[str, FieldReader] = {
        "name": checks.line,
        "kind": _kind,
        "capacity": lambda v, f: read_optional(_capacity, v, f),
        "timezone": read_timezone,
        "schedule_id": lambda v, f: read_optional(_schedule_id, v, f),
    }
    return {name: readers[name](value, camel(name)) for name, value in given.items()}


def _kind(value: object, field: str) -> str:
    """Any plain word but that of hosts, who are told of things."""
    word = checks.line(value, field, most=40).lower()
    if word == "host" or not word.replace("-", "").isalnum():
        raise BadInput(
            f"{field} cannot be {word}",
            hint="use one word, as in room or device",
            field=field,
        )
    return word


def _capacity(value: object, field: str) -> int:
    return checks.whole_number(value, field, least=1, most=_MOST_PERSONS)


def _schedule_id(value: object, field: str) -> str:
    return checks.identifier(value, "sched", field)


def new_resource(
    id: str, read: Mapping[str, Any], *, schedule_id: str, timezone: str
) -> Host:
    """A new resource; without a kind it is a room."""
    return Host(
        id=id,
        name=read.get("name") or name_in_words(id.removeprefix(RESOURCE_PREFIX)),
        email=None,
        timezone=read.get("timezone", timezone),
        schedule_id=schedule_id,
        kind=read.get("kind", "room"),
        capacity=read.get("capacity"),
    )
