"""Where events are sent, what was sent, and each attempt."""

from __future__ import annotations

from typing import Any

from calbook.api.values.value import Value


class Webhook(Value):
    """Where events are sent; `secret` is there only when it was made just now."""

    __slots__ = ()
    id: str
    url: str
    events: list[str]
    headers: dict[str, str]
    active: bool
    disabled_reason: str | None
    allow_http: bool
    old_secrets_until: list[str]
    created_at: str
    updated_at: str
    secret: str


class Delivery(Value):
    """What was or will be sent, and each attempt; `next_at` while it is pending.

    `waits_for` is an earlier one of its booking, which goes first.
    """

    __slots__ = ()
    id: str
    channel: str
    target: str
    type: str
    uid: str | None
    event_id: str | None
    status: str
    code: int | None
    response: str | None
    attempts: int
    next_at: str | None
    waits_for: str | None
    created_at: str
    finished_at: str | None
    log: list[dict[str, Any]]


class Attempt(Value):
    """One try to deliver something: delivered, retry, failed or gone."""

    __slots__ = ()
    number: int
    at: str
    status: str
    code: int | None
    response: str
    milliseconds: int
