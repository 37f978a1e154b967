"""The lines of an export as JSON Schema, from what declares them in the store."""

from __future__ import annotations

from calbook.store.lines.kinds import WORDS
from calbook.store.lines.nouns import NOUNS
from calbook.store.lines.tables import Column, Noun, Table
from calbook.wire.json_objects import Json
from calbook.wire.writing.export_lines import END

_TEXT: Json = {"type": "string"}
_OBJECT, _LIST = {"type": "object"}, {"type": "array"}
_DATE: Json = {**_TEXT, "format": "date"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_KINDS: dict[str, Json] = {
    **dict.fromkeys(("text", "line", "id", "event", "last_event", "zone"), _TEXT),
    **dict.fromkeys(
        ("object", "snapshot", "recurring", "policy", "attendances"), _OBJECT
    ),
    **dict.fromkeys(("list", "request", "replies", "old_secrets"), _LIST),
    **{"week": {**_LIST, "items": _LIST}, "hours": {**_LIST, "items": _LIST}},
    **{"persons": {**_LIST, "items": _OBJECT}, "minutes": {**_LIST, "items": _COUNT}},
    "headers": {**_OBJECT, "additionalProperties": _TEXT},
    **{kind: {**_TEXT, "enum": [*map(str, words)]} for kind, words in WORDS.items()},
    **{"int": {"type": "integer"}, "number": _COUNT, "bool": {"type": "boolean"}},
    **{"time": {**_TEXT, "format": "date-time"}, "date": _DATE, "wall": _TEXT},
    **{"texts": {**_LIST, "items": _TEXT}, "dates": {**_LIST, "items": _DATE}},
}


_END: Json = {
    "type": "object",
    "properties": {"type": {"const": END["type"]}},
    "required": ["type"],
}


def write_line_schemas() -> dict[str, Json]:
    """An object for each type of line that comes after the first, by its type."""
    return {**{noun.type: _line(noun) for noun in NOUNS}, END["type"]: _END}


def _line(noun: Noun) -> Json:
    found = _object(noun.table)
    children = {child.key: _children(child) for child in noun.children}
    properties = {"type": {"const": noun.type}, **found["properties"], **children}
    needed = [key for key in properties if key not in noun.secrets]
    return {**found, "properties": properties, "required": needed}


def _children(table: Table) -> Json:
    items = _column(table.columns[0]) if table.flat else _object(table)
    return {"type": "array", "items": items}


def _object(table: Table) -> Json:
    properties = {column.key: _column(column) for column in table.columns}
    return {"type": "object", "properties": properties, "required": [*properties]}


def _column(column: Column) -> Json:
    schema = _KINDS[column.kind]
    if not column.is_optional:
        return schema
    words = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **words}
