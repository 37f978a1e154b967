"""What a webhook is tested with: a booking that nobody made."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from calbook.core import ids
from calbook.core.outgoing.webhooks import Webhook
from calbook.core.time import times
from calbook.delivery.outcome import Outcome
from calbook.delivery.webhook.http import WebhookMessage, write_message
from calbook.delivery.worker import ATTEMPT_SECONDS
from calbook.wire.json_objects import Json

TYPE = "webhook.test"

_START, _END = "2027-01-18T10:00:00+00:00", "2027-01-18T10:30:00+00:00"
_STATE = {
    "status": "CONFIRMED",
    "resolution": None,
    "cancelledBy": None,
    "reason": None,
    "attendance": "unknown",
}
BOOKING: Json = {
    "uid": "bk_000000000000",
    "eventTypeId": "evt_sample",
    "title": "Sample",
    "hostId": "user_sample",
    "hostIds": ["user_sample"],
    "resourceIds": [],
    "startTime": _START,
    "endTime": _END,
    "timezone": "UTC",
    **_STATE,
    "partstat": None,
    "repliedAt": None,
    "heldUntil": None,
    "attendee": {
        "email": "ada@example.com",
        "name": "Ada Example",
        "phone": None,
        "ref": None,
        "timezone": None,
        "language": None,
        "personId": None,
        "onlyOn": [],
        "absentOn": [],
        "attendance": "unknown",
        "partstat": None,
        "repliedAt": None,
    },
    "guests": [],
    "location": None,
    "meetingUrl": None,
    "notes": "A sample, sent by calbook webhook test",
    "responses": {},
    "metadata": {},
    "recurring": None,
    "occurrences": [
        {
            "date": "2027-01-18",
            "startTime": _START,
            "endTime": _END,
            **_STATE,
            "attendances": {},
            "replies": {},
            "seatsTaken": None,
            "offsetDiffers": False,
            "hostIds": ["user_sample"],
            "resourceIds": [],
        }
    ],
    "overrides": [],
    "sequence": 0,
    "version": 0,
    "createdAt": "2027-01-04T09:00:00+00:00",
    "updatedAt": "2027-01-04T09:00:00+00:00",
}

Post = Callable[..., Outcome]


def attempt_sample(webhook: Webhook, post: Post, *, now: datetime) -> Json:
    """Send it; how that went, as an attempt in the log shows it."""
    began = time.monotonic()
    outcome = post(webhook, sample_message(now), now=now, seconds=ATTEMPT_SECONDS)
    return {
        "number": 1,
        "at": times.rfc3339(now, "UTC"),
        "status": outcome.status,
        "code": outcome.code,
        "response": outcome.text,
        "milliseconds": round((time.monotonic() - began) * 1000),
    }


def sample_message(now: datetime) -> WebhookMessage:
    return write_message(ids.event(), TYPE, times.rfc3339(now, "UTC"), BOOKING)
