"""JSON from a file or standard input."""

import json
import sys
from typing import Any

from calbook.core.errors import BadInput
from calbook.wire.json_objects import describe_fault


def read_text(source: str) -> str:
    """A file's text, or standard input's for `-`; UTF-8."""
    try:
        if source == "-":
            data = sys.stdin.buffer.read()
        else:
            with open(source, "rb") as file:
                data = file.read()
    except OSError as error:
        raise BadInput(f"cannot read {source}: {error.strerror}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{source} is not UTF-8") from None


def parse_json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not JSON: {_describe(error, text)}") from None


_WORDS = {
    "Expecting value": "a value is missing",
    "Expecting ',' delimiter": "a comma is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting property name enclosed in double quotes": "a key in quotes is missing",
    "Extra data": "more stands behind its end",
    "Unterminated string starting at": "a string has no end",
    "Invalid control character at": "a string has a control character",
}


def _describe(error: ValueError | RecursionError, text: str) -> str:
    """Where it ends to be JSON, and why; a line among others is counted elsewhere."""
    if not isinstance(error, json.JSONDecodeError):
        return describe_fault(error)
    line = f"line {error.lineno}, " if "\n" in text.strip() else ""
    said = _WORDS.get(error.msg, "it cannot be read")
    return f"at {line}column {error.colno} {said}"


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has a key twice")
    return found
