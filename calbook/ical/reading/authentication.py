"""What the host's own mail server found out about a mail's sender (RFC 8601).

Only the topmost header of the server that is configured is believed: anybody can write
one, and those below may have come with the mail (RFC 8601, 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from calbook.core.checks import fold_email

_LONGEST = 10_000
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_DEEPEST = 10
_VALUE = r'(?:"[^"\\]*"|[^\s;"()]+)'
_RESULT = re.compile(r"\s*([a-z0-9-]+)(?:/\d+)?\s*=\s*([a-z]+)((?:\s.*)?)", re.I | re.S)
_PROPERTY = re.compile(
    rf"\s+(?:(?:reason|action)\s*=\s*{_VALUE}|"  # an action is Microsoft's
    rf"([a-z0-9-]+)\s*\.\s*([a-z0-9_-]+)\s*=\s*({_VALUE}))",
    re.IGNORECASE,
)
_PASS = "pass"


class Result(NamedTuple):
    """What one method came to, and about whom: `header.from` and the like."""

    method: str
    word: str
    about: Mapping[str, str]


def is_authenticated(
    headers: Sequence[tuple[str, str]], sender: str | None, authserv_id: str | None
) -> bool:
    """Whether the server found that a mail comes from where its From says.

    DMARC has to pass for the domain of From, or where it says nothing DKIM or SPF for
    exactly that domain (RFC 7489, 3.1). `headers` are from the top, in small letters.
    """
    if sender is None or authserv_id is None:
        return False
    results = _results(headers, authserv_id)
    if results is None:
        return False
    domain = _domain(sender)
    dmarc = [each for each in results if each.method == "dmarc"]
    spoken = [each for each in dmarc if each.word != "none"]
    if spoken:
        return all(
            each.word == _PASS and _domain(each.about.get("header.from", "")) == domain
            for each in spoken
        )
    return any(_is_aligned(each, domain) for each in results if each.word == _PASS)


def _is_aligned(result: Result, domain: str) -> bool:
    about = {
        "dkim": ("header.d", "header.i"),
        "spf": ("smtp.mailfrom",),
    }.get(result.method, ())
    said = [_domain(result.about[key]) for key in about if key in result.about]
    return bool(said) and all(each == domain for each in said)


def _domain(address: str) -> str:
    return fold_email(f"x@{address.rpartition('@')[2]}").removeprefix("x@")


def _results(
    headers: Sequence[tuple[str, str]], authserv_id: str
) -> tuple[Result, ...] | None:
    """Those of the topmost header of the server; None where it cannot be read."""
    for name, value in headers:
        if name != "authentication-results":
            continue
        text = _without_comments(value)
        if text is None:
            return None  # nobody can tell whose it is
        who, *methods = _split(text)
        said = who.split()
        if not said or said[0].strip('"').lower() != authserv_id.lower():
            continue
        if said[1:] not in ([], ["1"]):
            return None
        found = tuple(_read(method) for method in methods if method.strip())
        known = tuple(each for each in found if each is not None)
        return known if len(known) == len(found) else None
    return None


def _without_comments(value: str) -> str | None:
    if len(value) > _LONGEST:
        return None
    text = value
    for _ in range(_DEEPEST):
        text, count = _COMMENT.subn(" ", text)
        if not count:
            break
    return None if "(" in text or ")" in text else text


def _split(text: str) -> list[str]:
    """At the semicolons that are not quoted."""
    return list(_parts(text))


def _parts(text: str) -> Iterator[str]:
    start, is_quoted = 0, False
    for at, char in enumerate(text):
        if char == '"':
            is_quoted = not is_quoted
        elif char == ";" and not is_quoted:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _read(text: str) -> Result | None:
    """One result; None of what cannot be read, `none` is one without a method."""
    if text.strip().lower() == "none":
        return Result("none", "none", {})
    found = _RESULT.fullmatch(text.rstrip())
    if found is None:
        return None
    rest, at, about = found[3], 0, dict[str, str]()
    while at < len(rest):
        prop = _PROPERTY.match(rest, at)
        if prop is None:
            return None
        if prop[1]:
            key = f"{prop[1]}.{prop[2]}".lower()
            if key in about:
                return None
            about[key] = prop[3].strip('"').lower()
        at = prop.end()
    return Result(found[1].lower(), found[2].lower(), about)
