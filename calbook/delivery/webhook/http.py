"""One attempt to bring an event to a webhook: Standard Webhooks over HTTP.

No redirect is followed. Slow to import.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from http.client import HTTPException
from typing import NamedTuple
from urllib.parse import urlsplit

from standardwebhooks import Webhook as Signer
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

from calbook import __version__
from calbook.core.api_version import API_VERSION
from calbook.core.outgoing.webhooks import Webhook
from calbook.core.text import printable
from calbook.core.time import times
from calbook.delivery.http.address_rules import webhook_rule
from calbook.delivery.http.answers import retry_after
from calbook.delivery.http.connection import (
    cut_at,
    host_header,
    open_connection,
    target_of,
)
from calbook.delivery.http.error_words import FAULTS, describe_fault
from calbook.delivery.job import Job
from calbook.delivery.masking import mask_secrets
from calbook.delivery.outcome import Outcome, Sender, no_answer, not_reached
from calbook.wire.writing.bookings import complete_stored_booking

_BODY = 2.0  # seconds for the answer's text, which only the log shows
_MOST = 64 * 1024  # bytes of an answer that are read
_EXCERPT = 200  # characters of it that are kept
_GONE = 410


class WebhookMessage(NamedTuple):
    """What is sent: an event's id and its JSON as bytes."""

    id: str
    body: bytes


def open_sender() -> Sender:
    """Each event goes over a connection of its own."""
    return Sender(send)


def send(job: Job, *, now: datetime, seconds: float) -> Outcome:
    """Make one attempt, within so many seconds but for looking up the name."""
    if job.webhook is None or not job.webhook.active:
        return Outcome("failed", None, "the webhook was switched off")
    if job.booking is None:  # as of an import by hand
        return Outcome("failed", None, "what was to be sent is not kept any more")
    return post_message(job.webhook, read_message(job), now=now, seconds=seconds)


def read_message(job: Job) -> WebhookMessage:
    """An event as it is sent, with the same bytes at each attempt."""
    assert job.event_id is not None
    assert job.at is not None
    assert job.booking is not None
    assert job.title is not None
    booking = complete_stored_booking(json.loads(job.booking), job.title)
    at = times.rfc3339(job.at, booking["timezone"])
    return write_message(job.event_id, job.kind, at, booking)


def write_message(
    id: str, type: str, timestamp: str, booking: Mapping[str, object]
) -> WebhookMessage:
    item = {
        "id": id,
        "type": type,
        "apiVersion": API_VERSION,
        "timestamp": timestamp,
        "data": {"booking": booking},
    }
    text = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
    return WebhookMessage(id, text.encode())


def post_message(
    webhook: Webhook, message: WebhookMessage, *, now: datetime, seconds: float
) -> Outcome:
    """Send a message to a webhook; how it went, whatever that was."""
    deadline = time.monotonic() + seconds
    scheme = urlsplit(webhook.url).scheme
    rule = webhook_rule(scheme, allow_http=webhook.allow_http)
    try:
        connection = open_connection(webhook.url, rule, deadline)
        with closing(connection), cut_at(deadline, connection):
            headers = {**_headers(webhook), **signature_headers(webhook, message, now)}
            connection.request(
                "POST",
                target_of(webhook.url),
                body=message.body,
                headers=headers,
                preload_content=False,
                decode_content=False,
            )
            response = connection.getresponse()
            if time.monotonic() >= deadline:  # cut off, it would pass for whole
                raise TimeoutError
            return _outcome(webhook, response, deadline, now)
    except FAULTS as error:
        if time.monotonic() >= deadline:
            return no_answer(seconds)
        return not_reached(_excerpt_of(webhook, describe_fault(error, webhook.url)))


def signature_headers(
    webhook: Webhook, message: WebhookMessage, now: datetime
) -> dict[str, str]:
    """The headers that let a receiver know who sent it, and when."""
    at = now.astimezone(UTC)
    signatures = (
        Signer(secret).sign(message.id, at, message.body.decode())
        for secret in webhook.secrets(now)
    )
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(times.epoch(at)),
        "webhook-signature": " ".join(signatures),
    }


def _headers(webhook: Webhook) -> dict[str, str]:
    return {
        "host": host_header(webhook.url),
        "content-type": "application/json",
        "accept-encoding": "identity",
        "user-agent": f"calbook/{__version__}",
        **webhook.headers,
    }


# -- the answer


def _outcome(
    webhook: Webhook, response: HTTPResponse, deadline: float, now: datetime
) -> Outcome:
    code, text = response.status, _excerpt_of(webhook, _text(response, deadline))
    if 200 <= code < 300:
        return Outcome("delivered", code, text)
    if code == _GONE:
        return Outcome("gone", code, "the receiver wants nothing more")
    if 300 <= code < 400:
        place = _excerpt_of(webhook, response.headers.get("location", ""))
        text = f"a redirect, not followed: {place}"
    return Outcome("retry", code, text, retry_after(response.headers, now))


def _excerpt_of(webhook: Webhook, text: str) -> str:
    """The beginning of it on one line, without what it may echo of our secrets."""
    secrets = (webhook.secret, *(old.secret for old in webhook.old_secrets))
    shown = mask_secrets(text, [*webhook.headers.values(), *secrets])
    return printable(" ".join(shown.split())[:_EXCERPT])


def _text(response: HTTPResponse, deadline: float) -> str:
    """The answer, which only the log shows: the status alone decides."""
    deadline, data = min(deadline, time.monotonic() + _BODY), b""
    with suppress(HTTPError, HTTPException, OSError, ValueError):
        while len(data) < _MOST and time.monotonic() < deadline:
            part = response.read1(_MOST - len(data), decode_content=False)
            if not part:
                break
            data += part
    return data.decode("utf-8", "replace")
