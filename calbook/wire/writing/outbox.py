"""Webhooks and deliveries as public JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from calbook.core.time.times import rfc3339_formatter
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.wire.json_objects import Row


def webhook_to_json(row: Row, *, now: int) -> Json:
    """Without its secrets; of its headers the names alone.

    `oldSecretsUntil` is until when each older secret still signs, the newest first.
    """
    stamp = rfc3339_formatter("UTC")
    until = (each["until"] for each in json.loads(row["old_secrets"]))
    return {
        "id": row["id"],
        "url": row["url"],
        "events": json.loads(row["events"]),
        "headers": dict.fromkeys(json.loads(row["headers"]), MASK),
        "active": bool(row["active"]),
        "disabledReason": row["disabled_reason"],
        "allowHttp": bool(row["allow_http"]),
        "oldSecretsUntil": [stamp(end) for end in until if end > now],
        "createdAt": stamp(row["created_at"]),
        "updatedAt": stamp(row["updated_at"]),
    }


MASK = "•••"


def delivery_to_json(row: Row) -> Json:
    """What was or will be sent, with its attempts; the row holds them.

    `waitsFor` is an earlier one of its booking, which goes first.
    """
    stamp = rfc3339_formatter("UTC")
    log = [
        {
            "number": item["number"],
            "at": stamp(item["at"]),
            "status": item["status"],
            "code": item["code"],
            "response": item["text"],
            "milliseconds": item["milliseconds"],
        }
        for item in json.loads(row["tries"])
    ]
    last = log[-1] if log else {"code": None, "response": None}
    pending, finished = row["status"] == "pending", row["finished_at"]
    return {
        "id": row["id"],
        "channel": row["channel"],
        "target": row["target"],
        "type": row["kind"],
        "uid": row["uid"],
        "eventId": row["event_id"],
        "status": row["status"],
        "code": last["code"],
        "response": last["response"],
        "attempts": row["attempts"],
        "nextAt": stamp(row["due_at"]) if pending else None,
        "waitsFor": row["waits_for"],
        "createdAt": stamp(row["created_at"]),
        "finishedAt": None if finished is None else stamp(finished),
        "log": log,
    }
