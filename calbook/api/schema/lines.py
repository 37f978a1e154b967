"""The lines of an export: the first, and one kind of object for each type after it."""

from __future__ import annotations

from collections.abc import Mapping

from calbook.api.schema.descriptions import describe_keys
from calbook.api.schema.objects import Json, Objects, kebab
from calbook.api.values import bookings, catalog, outbox, people, waiting
from calbook.api.values.answers import ExportHead
from calbook.services.line_schemas import write_line_schemas
from calbook.wire.json_objects import camel

EXPORT_LINE = "export-line"
SUMMARY = "A line of an export that is not redacted, as `import` reads it."
# Whose keys mean the same, where they are called the same.
_LIKE: Mapping[str, type] = {
    "schedule": catalog.Schedule,
    "host": catalog.Host,
    "eventType": catalog.EventType,
    "person": people.Person,
    "booking": bookings.Booking,
    "webhook": outbox.Webhook,
    "delivery": outbox.Delivery,
    "waiting": waiting.WaitingEntry,
}


def write_export_line() -> tuple[Json, dict[str, Json]]:
    """What a line is, and the objects that it may be, by name."""
    lines = {
        f"export-{kebab(type)}": _described(type, line)
        for type, line in write_line_schemas().items()
    }
    parts = {"export-head": Objects().write(ExportHead), **lines}
    any_of = [{"$ref": f"#/$defs/{name}"} for name in parts]
    return {"description": SUMMARY, "oneOf": any_of}, parts


def _described(type: str, line: Json) -> Json:
    kind = _LIKE.get(type)
    meanings = {} if kind is None else describe_keys(kind)
    known = {camel(name): meaning for name, meaning in meanings.items()}
    properties = {
        key: {**each, "description": known[key]} if key in known else each
        for key, each in line["properties"].items()
    }
    return {**line, "properties": properties}
