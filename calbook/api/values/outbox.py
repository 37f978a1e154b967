"""Where events are sent, what was sent, and each attempt; times are in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from calbook.api.values.value import Value

if TYPE_CHECKING:
    from typing import Literal

    from calbook.api.inputs import DeliveryStatus, EventName
    from calbook.api.values.json_types import AttemptStatus, LoggedAttempt


class Webhook(Value):
    """Where events are sent.

    id, url: `wh_…`, and the address
    events: what is sent; empty for all
    headers: the names of its own headers; their values are never shown
    active, disabled_reason: whether anything is sent, and why it was switched off
    allow_http: whether the address may be without TLS
    old_secrets_until: until when each older secret signs too, the newest first
    created_at, updated_at: RFC 3339 text
    secret: what it signs with; only where it was made just now
    """

    _sometimes: ClassVar[tuple[str, ...]] = ("secret",)
    id: str
    url: str
    events: list[EventName]
    headers: dict[str, str]
    active: bool
    disabled_reason: str | None
    allow_http: bool
    old_secrets_until: list[str]
    created_at: str
    updated_at: str
    secret: str


class Delivery(Value):
    """What was or will be sent, and each attempt.

    id, channel, target: its own id, how it goes, and to which webhook, address or
        calendar (`user_me/work`)
    type: the event's, or what a mail is about: `request`, `cancel`, `declinecounter`,
        `offer` or `reminder`
    uid, event_id: of which booking and event; None where it is of none
    status: `dropped` when nobody wants it any more
    code, response: the last answer; None before the first
    attempts: how many were made
    log: each of them
    next_at: when it is tried next; None unless it is pending
    waits_for: an earlier one of its booking, which goes first
    created_at, finished_at: RFC 3339 text; the latter None while it is pending
    """

    id: str
    channel: Literal["webhook", "mail", "calendar"]
    target: str
    type: str
    uid: str | None
    event_id: str | None
    status: DeliveryStatus
    code: int | None
    response: str | None
    attempts: int
    next_at: str | None
    waits_for: str | None
    created_at: str
    finished_at: str | None
    log: list[LoggedAttempt]


class Attempt(Value):
    """One try to deliver something.

    number, at: the how manieth, and when (RFC 3339 text)
    status: `retry` comes again, `gone` is wanted no more
    code, response: the HTTP or SMTP code, if any, and the answer's beginning
    milliseconds: how long it took
    """

    number: int
    at: str
    status: AttemptStatus
    code: int | None
    response: str
    milliseconds: int
