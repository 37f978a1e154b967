"""Whether a request was signed with a secret: what a receiver does, for its author."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from standardwebhooks import Webhook as Signer

from calbook.core.errors import BadInput
from calbook.core.text import excerpt
from calbook.core.time import times

_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def verify_request(
    headers: Mapping[str, str],
    body: bytes,
    *,
    secrets: Sequence[str],
    tolerance: timedelta,
    now: datetime,
) -> dict[str, Any]:
    """The request's id, type and time.

    Raises:
        BadInput: a header is missing, the time is off, no signature fits.
    """
    named = {name.lower(): value for name, value in headers.items()}
    for name in _HEADERS:
        if not named.get(name):
            raise BadInput(f"the header {name} is missing", field=name)
    at = _moment(named["webhook-timestamp"])
    _check_time(at, tolerance, now)
    if not _is_signed(named, at, _text(body), secrets):
        raise BadInput(
            "no signature fits: another secret, or the body was changed on its way",
            hint="verify the body's bytes as they came, before any JSON is read",
            field="webhook-signature",
        )
    return {
        "valid": True,
        "id": named["webhook-id"],
        "type": _type(body),
        "timestamp": times.rfc3339(at, "UTC"),
    }


def _moment(text: str) -> datetime:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise BadInput(
            f"webhook-timestamp is no time: {excerpt(text)}", field="webhook-timestamp"
        )
    return times.instant(int(text))


def _check_time(at: datetime, tolerance: timedelta, now: datetime) -> None:
    if abs(now - at) <= tolerance:
        return
    direction = "old" if at < now else "new"
    raise BadInput(
        f"webhook-timestamp is too {direction}: {times.rfc3339(at, 'UTC')}",
        hint="for a request that was kept, allow more with tolerance",
        command_hint="for a request that was kept, allow more with --tolerance",
        field="webhook-timestamp",
    )


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise BadInput("the body is not UTF-8", field="body") from None


def _is_signed(
    headers: Mapping[str, str], at: datetime, text: str, secrets: Sequence[str]
) -> bool:
    given = headers["webhook-signature"].encode("utf-8", "replace").split()
    expected = [
        Signer(secret).sign(headers["webhook-id"], at, text).encode()
        for secret in secrets
    ]
    return any(hmac.compare_digest(g, e) for g in given for e in expected)


def _type(body: bytes) -> str | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    kind = found.get("type") if isinstance(found, dict) else None
    return kind if isinstance(kind, str) else None
