"""Webhooks as people give them: address, event types, headers, their own secret."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from calbook.core import checks
from calbook.core.errors import BadInput
from calbook.core.outgoing.webhooks import EVENT_NAMES
from calbook.wire.reading.shapes import read_list, read_object
from calbook.wire.reading.urls import UrlRules, bad_url, split_url

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

_RULES = UrlRules(
    what="a webhook's address",
    example="https://example.com/calbook",
    log_in='use headers={"Authorization": "Basic …"}, which is never shown',
    command_log_in='use --header "Authorization=Basic …", which is never shown',
)


def check_url(url: str, *, allow_http: bool) -> None:
    """Refuse what nothing may be sent to; what a name stands for is seen when sending.

    Raises:
        BadUrl: saying why.
    """
    place = split_url(url, _RULES)
    if place.scheme == "https" or allow_http or place.is_loopback:
        return
    raise bad_url(
        url,
        "plain http lets anybody on the way read and change what is sent",
        of=_RULES,
        hint="use https, or allow_http=True inside a network you trust",
        command_hint="use https, or --allow-http inside a network you trust",
    )
