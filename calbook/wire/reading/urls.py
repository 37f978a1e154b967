"""Addresses of other machines as people give them: without a password, and whole.

What a name stands for is seen when it is looked up.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from calbook.core.domain_names import ascii_host
from calbook.core.errors import BadUrl
from calbook.core.outgoing import forbidden_addresses
from calbook.core.text import printable


class UrlRules(NamedTuple):
    """What an address is for, how one looks, and where a log-in belongs instead."""

    what: str
    example: str
    log_in: str
    command_log_in: str


class UrlPlace(NamedTuple):
    """Where an address leads, as far as it says so itself."""

    scheme: str
    host: str
    is_loopback: bool


def split_url(url: str, rules: UrlRules) -> UrlPlace:
    """An http or https address that may be asked.

    Raises:
        BadUrl: it cannot be, saying why.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
        host = ascii_host(parts.hostname) if parts.hostname else ""
    except ValueError:
        why = "its host or port cannot be read"
        raise BadUrl(_without_password(url), why, what=rules.what) from None
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise BadUrl(
            _without_password(url),
            "there is a user name or password in it",
            what=rules.what,
            hint=rules.log_in,
            command_hint=rules.command_log_in,
        )
    for is_wrong, why in (
        (parts.scheme not in ("http", "https"), "it is neither https nor http"),
        (not host, "it names no host"),
        ("#" in url, "it has a fragment (#…), which is never sent"),
        (not url.isprintable() or " " in url, "it has blanks or control characters"),
        ("\\" in url, "it has a backslash"),
    ):
        if is_wrong:
            shown = _printable_url(url) if host else _without_password(url)
            hint = f"write it as {rules.example}"
            raise BadUrl(shown, why, what=rules.what, hint=hint)
    literal = _literal(host)
    refusal = None if literal is None else forbidden_addresses.address_refusal(literal)
    if refusal is not None:
        raise bad_url(url, f"{literal} is {refusal}", of=rules)
    return UrlPlace(parts.scheme, host, _is_loopback(host, literal))


def bad_url(url: str, why: str, *, of: UrlRules, **hints: str) -> BadUrl:
    return BadUrl(_printable_url(url), why, what=of.what, **hints)


def _printable_url(url: str) -> str:
    """The address as a message has it: whole, unless it may hold a password."""
    spelt = unicodedata.normalize("NFKC", unquote(url))
    return _without_password(url) if "@" in spelt else printable(url)


def _without_password(url: str) -> str:
    scheme = url.partition(":")[0].lower()
    return f"{scheme}:…" if scheme in ("http", "https") else "that"


def _literal(host: str) -> str | None:
    """The address that a host spells, also as `0x7f.1` or `2130706433`."""
    import socket
    from ipaddress import ip_address

    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def _is_loopback(host: str, literal: str | None) -> bool:
    if literal is not None:
        return forbidden_addresses.is_loopback(literal)
    return host == "localhost" or host.endswith(".localhost")
