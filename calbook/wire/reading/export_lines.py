"""The lines of an export as they are read: text that anybody may have written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from calbook.core.api_version import API_VERSION
from calbook.core.errors import BadInput, Newer
from calbook.core.text import excerpt
from calbook.wire.json_objects import Json, describe_fault
from calbook.wire.reading.not_an_export import find_kind
from calbook.wire.writing.export_lines import END, LONGEST

_DEEPEST = 100  # levels of objects and lists
_BRACKETS = 200  # a line with fewer is not counted
_AGAIN = "export again, or copy the whole file"
_ODD = re.compile(rb"\\u(?:0000|[dD][89abAB])")


class ReadLine(NamedTuple):
    """A line by its number, from 1, and how many bytes it has."""

    number: int
    size: int
    item: Json


def read_lines(file: BinaryIO) -> Iterator[ReadLine]:
    """The objects, one a line; blank lines are none.

    Raises:
        BadInput: one is no object of JSON in UTF-8, or too long.
    """
    number, is_begun = 0, False
    while text := file.readline(LONGEST + 1):
        number += 1
        if len(text) > LONGEST:
            raise _bad_line(number, f"has more than {LONGEST:,} bytes")
        if text.isspace():
            continue
        try:
            item = _read_object(text, number)
        except BadInput as error:
            raise (None if is_begun else find_kind(text)) or error from None
        is_begun = True
        yield ReadLine(number, len(text), item)


def read_head(line: ReadLine | None, *, schema_version: int) -> Json:
    """What the first line says of the others.

    Raises:
        BadInput: it is no export of calbook's.
        Newer: a newer calbook made it.
    """
    item = {} if line is None else line.item
    if item.get("type") != "export":
        raise BadInput(
            "this is no export of calbook's: it does not begin with one",
            hint='its first line is {"type":"export",…}; only JSON lines are read',
            command_hint="only jsonl is read, as calbook export writes it;"
            " another program's: --from",
        )
    version, api = item.get("schemaVersion"), item.get("apiVersion")
    if type(version) is not int or type(api) is not str:
        raise _bad_line(1, "needs schemaVersion and apiVersion")
    if version > schema_version or api != API_VERSION:
        raise Newer(
            f"a newer calbook made this export (version {version},"
            f" apiVersion {excerpt(api)}); this one reads up to {schema_version}",
            hint="import it with that calbook, or a newer one",
            schema=version,
            known=schema_version,
        )
    if item.get("person"):
        raise BadInput(
            "this is an export of one person, for them to read: it is not all of"
            " anybody's bookings",
            hint="export all of it",
            command_hint="export without --person",
        )
    if item.get("redacted"):
        raise BadInput(
            "this export is redacted: it lacks the persons that bookings are for",
            hint="export again without redacting",
            command_hint="export again without --redact",
        )
    if unknown := item.keys() - {"type", "apiVersion", "schemaVersion"}:
        raise _bad_line(1, f"has the unknown key {excerpt(min(unknown))}")
    return item


def read_body(lines: Iterator[ReadLine]) -> Iterator[ReadLine]:
    """Those between the first line and the last.

    Raises:
        BadInput: the last is missing, or something comes after it.
    """
    for line in lines:
        if line.item.get("type") != END["type"]:
            yield line
            continue
        if unknown := line.item.keys() - END:
            raise _bad_line(line.number, f"has the unknown key {min(unknown)}")
        for more in lines:
            raise _bad_line(more.number, "comes after the end of the export")
        return
    raise BadInput("the export is cut short: its last line is missing", hint=_AGAIN)


def _read_object(text: bytes, number: int) -> Json:
    try:
        item = json.loads(text.decode(), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise _bad_line(number, "is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        if number > 1 and not text.endswith(b"\n"):
            said = f"the export is cut short: line {number} breaks off"
            raise BadInput(said, hint=_AGAIN, line=number) from None
        raise _bad_line(number, f"is no JSON: {describe_fault(error)}") from None
    if type(item) is not dict:
        raise _bad_line(number, "is no object")
    if text.count(b"[") + text.count(b"{") > _BRACKETS and _is_deep(item):
        raise _bad_line(number, "is nested too deeply")
    if _ODD.search(text):
        _check_characters(item, number)
    return item


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _is_deep(item: Json) -> bool:
    level: list[Any] = [item]
    for _ in range(_DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if type(each) is dict else each)
            if type(inner) in (dict, list)
        ]
        if not level:
            return False
    return True


def _check_characters(item: Json, number: int) -> None:
    """What JSON can escape and no text may hold."""
    text = json.dumps(item, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _bad_line(number, "holds half a character (\\ud800)") from None
    if _has_nul(item):
        raise _bad_line(number, "holds a NUL character")


def _has_nul(value: Any) -> bool:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if type(each) is str and "\0" in each:
            return True
        if type(each) is dict:
            waiting += [*each, *each.values()]
        elif type(each) is list:
            waiting += each
    return False


def _bad_line(number: int, said: str) -> BadInput:
    return BadInput(f"line {number} {said}", line=number)
