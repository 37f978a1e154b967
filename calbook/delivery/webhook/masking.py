"""Keeping secrets out of what receivers answer: some echo the request.

They echo it in their own spelling, as JSON, as a URL, as HTML, and one in another. It
is looked for letter by letter, never by a pattern that an answer could keep busy.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

from calbook.wire.writing.outbox import MASK

_MOST = 8_192  # characters that are looked through
_ESCAPED = 6  # characters that stand for one
_LONG = 8  # characters of a word that is hidden on its own: a token, not its scheme
_SHORT = 3  # of a value that hides nothing: `1` stands anywhere

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


def mask_secrets(text: str, secrets: Iterable[str]) -> str:
    """The text with each secret masked, and each long word of one, however spelt.

    Of a long text its beginning, without the last of it: a secret may be cut there.
    """
    hidden = frozenset(each for each in secrets if len(each) > _SHORT)
    if not hidden:
        return text
    shown = text[:_MOST].encode("utf-8", "replace")
    for spelling in _spellings(hidden):
        shown = _replace(shown, spelling)
    cut = _ESCAPED * max(map(len, hidden)) if len(text) > _MOST else 0
    found = shown.decode("utf-8", "replace")
    return found[: max(0, len(found) - cut)]


@lru_cache(maxsize=64)
def _spellings(secrets: frozenset[str]) -> tuple[bytes, ...]:
    """Each secret and its long words in lower case, the longest first."""
    parts = {
        word
        for secret in secrets
        for word in (secret.removeprefix("whsec_"), *secret.split(" "))
    }
    plain = secrets | {part for part in parts if len(part) >= _LONG}
    once = {spell(text) for text in plain for spell in _SPELLINGS}
    twice = {spell(text) for text in once for spell in _SPELLINGS}
    found = {text.encode("utf-8", "replace").lower() for text in plain | once | twice}
    return tuple(sorted(found, key=len, reverse=True))


def _replace(data: bytes, spelling: bytes) -> bytes:
    """Each occurrence by the mask, in capitals or not."""
    lower, mask = data.lower(), MASK.encode()
    kept, end = b"", 0
    while (start := lower.find(spelling, end)) >= 0:
        kept += data[end:start] + mask
        end = start + len(spelling)
    return kept + data[end:] if end else data
