"""Addresses as calendar servers write them: a URL or its path, quoted in any way."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_ORIGIN = re.compile(r"^[a-z][a-z0-9+.-]*://[^/]*", re.IGNORECASE)


def parts_of(href: str) -> list[str]:
    """The parts of its path, each unquoted, whoever is named as its server."""
    path = _ORIGIN.sub("", href, count=1)
    return [_unquoted(part) for part in path.split("/") if part]


def as_collection(url: str) -> str:
    """With a slash at its end, so that names follow it."""
    parts = urlsplit(url)
    path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    return parts._replace(path=path, query="", fragment="").geturl()


def _unquoted(part: str) -> str:
    """As it stands where it is no UTF-8."""
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        return part
