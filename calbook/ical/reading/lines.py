"""The bytes of a calendar file as unfolded lines, however they were written."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

_BLANK = " \t\0\x1a\ufeff"
_BOM = b"\xef\xbb\xbf"
# UTF-32 first: its mark begins like UTF-16's.
_MARKS = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# The first letter or line break of what has no mark.
_WIDE = {
    re.compile(rb"[Bb\r\n]\0\0\0"): "utf-32-le",
    re.compile(rb"\0\0\0[Bb\r\n]"): "utf-32-be",
    re.compile(rb"[Bb\r\n]\0"): "utf-16-le",
    re.compile(rb"\0[Bb\r\n]"): "utf-16-be",
}
_BREAKS = re.compile(rb"\r+\n?")


def numbered_lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Unfolded lines with their numbers, but blank ones.

    A fold may lie within a character; a mark of the bytes' order may begin any line.
    """
    begun = 0
    parts: list[bytes] = []
    for number, raw in enumerate(io.BytesIO(_with_line_feeds(_in_utf8(data))), 1):
        line = raw.rstrip(b"\r\n")
        if line[:1] in (b" ", b"\t") and parts:
            parts.append(line[1:])
            continue
        if text := _joined(parts):
            yield begun, text
        parts, begun = [line.removeprefix(_BOM)], number
    if text := _joined(parts):
        yield begun, text


def _joined(parts: list[bytes]) -> str:
    """The line, unless it is blank."""
    line = (parts[0] if len(parts) == 1 else b"".join(parts)).decode("utf-8", "replace")
    return line if line.strip(_BLANK) else ""


def _in_utf8(data: bytes) -> bytes:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _encoded(data, encoding)
    for start, encoding in _WIDE.items():
        if start.match(data):
            return _encoded(data, encoding)
    return data


def _encoded(data: bytes, encoding: str) -> bytes:
    return data.decode(encoding, "replace").encode("utf-8", "replace")


def _with_line_feeds(data: bytes) -> bytes:
    """Without carriage returns where some stand alone."""
    if data.count(b"\r") == data.count(b"\r\n"):
        return data
    return _BREAKS.sub(b"\n", data)
