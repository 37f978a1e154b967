"""Webhooks as people give them: address, event types, headers, their own secret."""

from __future__ import annotations

import base64
import binascii
import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from calbook.core import checks
from calbook.core.domain_names import ascii_host
from calbook.core.errors import BadInput, BadUrl
from calbook.core.outgoing import forbidden_addresses
from calbook.core.outgoing.webhooks import EVENT_NAMES
from calbook.core.text import printable
from calbook.wire.reading.shapes import read_list, read_object

FIELDS = ("url", "events", "headers", "secret", "allow_http", "active")
_PREFIX = "whsec_"
_NEW_SECRET = 24  # bytes
_SECRET = range(24, 65)  # bytes of one's own, as Standard Webhooks asks
_URL_LENGTH = 2_000
_HEADERS = 20
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?", re.ASCII)
_HEADER_LENGTH = 2_000
_OURS = frozenset(
    {
        *("host", "content-type", "content-length", "content-encoding"),
        *("transfer-encoding", "accept-encoding", "connection", "expect", "te"),
        *("trailer", "upgrade", "keep-alive"),
    }
)


def read_webhook_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, checked but for the address, which needs `allow_http` too."""
    found = read_object(given, FIELDS, "the webhook")
    readers: dict[str, Callable[[Any], Any]] = {
        "url": lambda value: checks.line(value, "url", most=_URL_LENGTH),
        "events": read_event_names,
        "headers": read_headers,
        "secret": read_secret,
        "allow_http": lambda value: checks.boolean(value, "allowHttp"),
        "active": lambda value: checks.boolean(value, "active"),
    }
    return {name: readers[name](value) for name, value in found.items()}


def read_event_names(value: object) -> tuple[str, ...]:
    """Which events are sent, each once; `created` is short for `booking.created`."""
    given = (checks.line(item, "events") for item in read_list(value, "events"))
    names = (name if "." in name else f"booking.{name}" for name in given)
    return tuple(
        dict.fromkeys(checks.choice(name, "events", EVENT_NAMES) for name in names)
    )


def read_headers(value: object) -> dict[str, str | None]:
    """Headers of one's own; None takes one out.

    What calbook says itself cannot be said otherwise.
    """
    if not isinstance(value, Mapping):
        raise BadInput("headers must be an object of names and values", field="headers")
    if len(value) > _HEADERS:
        raise BadInput(f"there are more than {_HEADERS} headers", field="headers")
    return {
        _header_name(name): _header_value(name, text) for name, text in value.items()
    }


def _header_name(value: object) -> str:
    """The message does not repeat what is no name: it may hold the value."""
    name = checks.line(value, "the name of a header", most=_HEADER_LENGTH)
    if not _HEADER_NAME.fullmatch(name):
        raise BadInput(
            "that is no name of a header",
            hint='write {"Authorization": "Bearer …"}',
            command_hint='write --header "Authorization=Bearer …"',
            field="headers",
        )
    if name.lower() in _OURS or name.lower().startswith("webhook-"):
        raise BadInput(f"the header {name} is calbook's own", field="headers")
    return name.lower()


def _header_value(name: str, value: object) -> str | None:
    """The message does not repeat it: it may be a secret."""
    if value is None:
        return None
    text = checks.line(value, f"header {name}", most=_HEADER_LENGTH)
    if not _HEADER_VALUE.fullmatch(text):
        raise BadInput(
            f"header {name} must be printable ASCII without blanks around it",
            field="headers",
        )
    return text


# -- secrets


def new_secret() -> str:
    return _PREFIX + base64.b64encode(os.urandom(_NEW_SECRET)).decode()


def read_secret(value: object) -> str:
    """A secret of one's own: `whsec_` and 24 to 64 bytes in base64."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        data = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not text.startswith(_PREFIX) or len(data) not in _SECRET:
        raise BadInput(
            "the secret must be whsec_ and 24 to 64 bytes in base64",
            hint="leave it out, and calbook makes one",
            field="secret",
        )
    return text


# -- addresses


def check_url(url: str, *, allow_http: bool) -> None:
    """Refuse what nothing may be sent to; what a name stands for is seen when sending.

    Raises:
        BadUrl: saying why.
    """
    parts = _parts(url)
    host = ascii_host(parts.hostname or "")
    literal = _literal(host)
    if literal is not None and (why := forbidden_addresses.address_refusal(literal)):
        raise BadUrl(_printable_url(url), f"{literal} is {why}")
    if parts.scheme == "https" or allow_http or _is_loopback(host, literal):
        return
    raise BadUrl(
        _printable_url(url),
        "plain http lets anybody on the way read and change what is sent",
        hint="use https, or allow_http=True inside a network you trust",
        command_hint="use https, or --allow-http inside a network you trust",
    )


def _parts(url: str) -> SplitResult:
    """The address in its parts, each of which can be used."""
    try:
        parts = urlsplit(url)
        _ = parts.port
        host = ascii_host(parts.hostname) if parts.hostname else ""
    except ValueError:
        raise BadUrl(
            _without_password(url), "its host or port cannot be read"
        ) from None
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise BadUrl(
            _without_password(url),
            "there is a user name or password in it",
            hint='use headers={"Authorization": "Basic …"}, which is never shown',
            command_hint='use --header "Authorization=Basic …", which is never shown',
        )
    for is_wrong, why in (
        (parts.scheme not in ("http", "https"), "it is neither https nor http"),
        (not host, "it names no host"),
        ("#" in url, "it has a fragment (#…), which is never sent"),
        (not url.isprintable() or " " in url, "it has blanks or control characters"),
        ("\\" in url, "it has a backslash"),
    ):
        if is_wrong:
            hint = "write it as https://example.com/calbook"
            raise BadUrl(
                _printable_url(url) if host else _without_password(url), why, hint=hint
            )
    return parts


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
