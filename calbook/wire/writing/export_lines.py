"""The lines of an export as text: one for each object, always the same for the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from calbook.core.api_version import API_VERSION
from calbook.core.errors import StoreError
from calbook.wire.json_objects import Json

LONGEST = 64 * 1024 * 1024  # bytes of a line, as they are written and read
END: Json = {"type": "end"}  # without it something is missing
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

# Of one document of JSON: under which key the lines of each type stand.
PLURALS = {
    "setting": "settings",
    "schedule": "schedules",
    "host": "hosts",
    "eventType": "eventTypes",
    "person": "people",
    "calendar": "calendars",
    "booking": "bookings",
    "idempotencyKey": "idempotencyKeys",
    "webhook": "webhooks",
    "delivery": "deliveries",
    "waiting": "waiting",
    "publishedFeed": "publishedFeeds",
}


def head_line(schema_version: int, *, is_redacted: bool = False) -> Json:
    """What an export is, in its first line."""
    return {
        "type": "export",
        "apiVersion": API_VERSION,
        "schemaVersion": schema_version,
        **({"redacted": True} if is_redacted else {}),
    }


def head_of_person(schema_version: int, id: str | None) -> Json:
    """The first line of what is held of one person, who may be in no book."""
    return {**head_line(schema_version), "person": True, "personId": id}


def write_lines(head: Json, lines: Iterable[Json]) -> Iterator[bytes]:
    """JSON lines in UTF-8, the last of which says that it is the last."""
    yield to_line(head)
    yield from map(to_line, lines)
    yield to_line(END)


def to_line(item: Json) -> bytes:
    line = _to_text(item) + b"\n"
    if len(line) > LONGEST:
        key = item.get("uid") or item.get("id")
        raise StoreError(f"{item['type']} {key} is too much for a line: {len(line):,}")
    return line


def write_document(head: Json, lines: Iterable[Json]) -> Iterator[bytes]:
    """The same objects in one of JSON, lists by their types; none is left out."""
    rest = iter([*PLURALS.items()])
    facts = {key: value for key, value in head.items() if key != "type"}
    yield _to_text(facts)[:-1]
    current, is_first = "", True
    for line in lines:
        while current != line["type"]:
            yield b"]" if current else b""
            current, plural = next(rest)
            yield b"," + _to_text({plural: []})[1:-2]
            is_first = True
        item = {key: value for key, value in line.items() if key != "type"}
        yield (b"\n" if is_first else b",\n") + _to_text(item)
        is_first = False
    yield b"]" if current else b""
    for _, plural in rest:
        yield b"," + _to_text({plural: []})[1:-1]
    yield b"}\n"


def _to_text(item: Json) -> bytes:
    text = _encode(item)
    try:
        return text.encode()
    except UnicodeEncodeError:  # half a pair, which JSON can hold and UTF-8 cannot
        return json.dumps(item, separators=(",", ":")).encode()
