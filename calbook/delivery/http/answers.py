"""What was answered, read within a size; a body that is cut off is none."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from urllib3 import HTTPResponse

_PART = 64 * 1024
_GZIP = zlib.MAX_WBITS | 16


class RequestFailed(Exception):
    """There is no answer, or none that can be used; `str()` says why.

    Without `is_reached` nobody has answered.
    """

    def __init__(self, text: str, *, is_reached: bool) -> None:
        super().__init__(text)
        self.is_reached = is_reached


class TooLarge(RequestFailed):
    """More was answered than is read."""


class Answer(NamedTuple):
    """A whole answer; headers by names in any case, its body unpacked."""

    status: int
    headers: Mapping[str, str]
    data: bytes


def read_answer(response: HTTPResponse, *, most: int) -> Answer:
    """All of it.

    Raises:
        RequestFailed: its body has more than so many bytes, as it comes or unpacked.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    parts = _read_parts(response)
    if encoding in ("gzip", "x-gzip"):
        parts = unpack(parts)
    elif encoding not in ("", "identity"):
        raise RequestFailed("the answer is packed as nobody asked for", is_reached=True)
    data = bytearray()
    for part in parts:
        data += part
        if len(data) > most:
            size = f"{most // 1024 // 1024} MB" if most >= 1024**2 else f"{most} bytes"
            raise TooLarge(f"the answer is larger than {size}", is_reached=True)
    return Answer(response.status, response.headers, bytes(data))


def _read_parts(response: HTTPResponse) -> Iterator[bytes]:
    while part := response.read1(_PART, decode_content=False):
        yield part


def unpack(parts: Iterable[bytes]) -> Iterator[bytes]:
    """What was packed by gzip, in pieces of a bounded size; none may be missing.

    Raises:
        RequestFailed: it is not packed right, or ends too early.
    """
    packed, is_begun = zlib.decompressobj(_GZIP), False
    try:
        for part in parts:
            is_begun = True
            while part:
                if packed.eof:  # one after another are one (RFC 1952, 2.2)
                    packed = zlib.decompressobj(_GZIP)
                yield packed.decompress(part, _PART)
                part = packed.unconsumed_tail or packed.unused_data
        while rest := packed.decompress(b"", _PART):
            yield rest
    except zlib.error:
        raise RequestFailed("the answer is not packed right", is_reached=True) from None
    if is_begun and not packed.eof:
        raise RequestFailed("the answer ends in the middle", is_reached=True)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110, 10.2.3); what is neither says nothing."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]))
    from email.utils import parsedate_to_datetime

    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(timedelta(0), at - now)
