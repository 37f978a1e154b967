"""Keeping secrets out of what receivers and mail servers answer: some echo the request.

They echo it in their own spelling: as JSON, URL, HTML, hex or base64, one in another,
over several lines. It is looked for letter by letter, never by a pattern that an answer
could keep busy.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

from calbook.wire.writing.outbox import MASK

_MOST = 8_192  # characters that are looked through
_ESCAPED = 6  # characters that stand for one
_LONG = 8  # characters of a word that is hidden on its own: a token, not its scheme
_SHORT = 3  # of a value that hides nothing: `1` stands anywhere
_PIECE = 6  # of base64 that is known whatever stands before and behind the secret

_SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: json.dumps(text)[1:-1],
    lambda text: text.replace("/", "\\/"),
    lambda text: "".join(f"\\u{ord(c):04x}" if c in "<>&" else c for c in text),
    html.escape,
    lambda text: html.escape(text).replace("&#x27;", "&#39;"),
    lambda text: html.escape(text, quote=False),
    quote,
    quote_plus,
    lambda text: quote(text, safe=""),
)
_OF_BASE64 = (lambda text: quote(text, safe=""), lambda text: text.replace("/", "\\/"))
_GAP = re.compile(rb"[ \r\n\t]|\\[rnt]")  # also spelt; one at a time keeps it quick
_ASCII = 0x80
_BASE64 = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="
)


def mask_secrets(text: str, secrets: Iterable[str]) -> str:
    """The text with each secret masked, and each long word of one, however spelt.

    Of a long text its beginning, without the last of it: a secret may be cut there.
    """
    hidden = frozenset(each for each in secrets if len(each) > _SHORT)
    if not hidden:
        return text
    data = text[:_MOST].encode("utf-8", "replace")
    shown = _mask(data, _merge(_found(data, hidden))).decode("utf-8", "replace")
    cut = _ESCAPED * max(map(len, hidden)) if len(text) > _MOST else 0
    return shown[: max(0, len(shown) - cut)]


def _found(data: bytes, secrets: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where a secret stands, whole or with gaps; of base64 all that it is within."""
    lower = data.lower()
    joined, places = _without_gaps(lower)
    spellings, gapless, encoded = _spellings(secrets)
    for spelling in spellings:
        yield from _occurrences(lower, spelling)
    for spelling in gapless:
        for start, end in _occurrences(joined, spelling):
            yield places[start], places[end - 1] + 1
    for piece in encoded:
        for start, end in _occurrences(joined, piece):
            yield _whole_word(data, places[start], places[end - 1] + 1)


def _occurrences(data: bytes, wanted: bytes) -> Iterator[tuple[int, int]]:
    end = 0
    while (start := data.find(wanted, end)) >= 0:
        end = start + len(wanted)
        yield start, end


def _without_gaps(data: bytes) -> tuple[bytes, list[int]]:
    """Without blanks and line breaks, and where each byte was."""
    places: list[int] = []
    end = 0
    for gap in _GAP.finditer(data):
        places += range(end, gap.start())
        end = gap.end()
    return _GAP.sub(b"", data), [*places, *range(end, len(data))]


def _whole_word(data: bytes, start: int, end: int) -> tuple[int, int]:
    while start and data[start - 1] in _BASE64:
        start -= 1
    while end < len(data) and data[end] in _BASE64:
        end += 1
    return start, end


def _merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _mask(data: bytes, spans: Iterable[tuple[int, int]]) -> bytes:
    kept, done = b"", 0
    for start, end in spans:
        kept += data[done:start] + MASK.encode()
        done = end
    return kept + data[done:]


@lru_cache(maxsize=64)
def _spellings(secrets: frozenset[str]) -> tuple[frozenset[bytes], ...]:
    """Each secret and its long words; the long ones without gaps; pieces of base64.

    All in lower case. A short word would be found in the letters of two others.
    """
    words = {
        word
        for secret in secrets
        for word in (secret.removeprefix("whsec_"), *secret.split(" "))
    }
    long_words = {word for word in words if len(word) >= _LONG}
    decoded = {text for word in long_words for text in _decoded(word)}
    plain = secrets | long_words | {text for text in decoded if len(text) > _SHORT}
    once = {spell(text) for text in plain for spell in _SPELLINGS}
    coded = {text for word in plain | once for text in _base64(word.encode())}
    coded |= {spell(text) for text in coded for spell in _OF_BASE64}
    twice = {spell(text) for text in once for spell in _SPELLINGS}
    lettered = {text for word in plain for text in _by_letter(word)}
    pieces = {p for word in plain | once for p in _base64_pieces(word.encode())}
    pieces |= {p for piece in pieces for p in _base64_pieces(piece.encode())}
    every = frozenset(map(_lower, plain | once | coded | twice | lettered))
    gapless = (_GAP.sub(b"", _lower(text)) for text in plain | once | coded | lettered)
    long = frozenset(text for text in gapless if len(text) >= _LONG)
    return every, long, frozenset(map(_lower, pieces))


def _lower(text: str) -> bytes:
    return text.encode("utf-8", "replace").lower()


def _decoded(word: str) -> Iterator[str]:
    """What a word of base64 says: `user:password` and its password, a key in hex."""
    try:
        data = base64.b64decode(word + "=" * (-len(word) % 4), validate=True)
    except (binascii.Error, ValueError):
        return
    text = data.decode("utf-8", "replace")
    if text.isprintable() and ":" in text:
        yield from (text, text.partition(":")[2])
    yield data.hex()


def _by_letter(text: str) -> Iterator[str]:
    """Each on its own, however plain it is, or only those that are not ASCII.

    By the bytes and by the characters, and in UTF-8 that was taken for Latin-1.
    """
    data = text.encode("utf-8", "replace")
    yield from (data.hex(), data.hex(":"), text.encode("utf-16-le", "replace").hex())
    for by_byte in ("%{:02x}", "={:02x}", "+{:02x}", "\\x{:02x}", "\\{:03o}"):
        yield "".join(map(by_byte.format, data))
        yield "".join(chr(b) if b < _ASCII else by_byte.format(b) for b in data)
    misread = data.decode("latin-1")
    yield misread
    for by_character in ("&#{};", "&#x{:x};", "\\u{:04x}", "%u{:04x}"):
        for each in (text, misread):
            yield "".join(by_character.format(ord(character)) for character in each)


def _base64(data: bytes) -> Iterator[str]:
    for code in (base64.b64encode, base64.urlsafe_b64encode):
        text = code(data).decode()
        yield from (text, text.rstrip("="))


def _base64_pieces(data: bytes) -> Iterator[str]:
    """What is in any base64 of a text that has the secret in it.

    Three bytes become four letters: by where it begins, there are three ways.
    """
    for before, unknown in enumerate((0, 2, 3)):
        for code in (base64.b64encode, base64.urlsafe_b64encode):
            text = code(bytes(before) + data).decode().rstrip("=")
            end = len(text) - bool((before + len(data)) % 3)
            if end - unknown >= _PIECE:
                yield text[unknown:end]
