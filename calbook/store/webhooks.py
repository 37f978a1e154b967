"""Webhooks as they are stored."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from calbook.core.time import times
from calbook.store.outbox import drop_pending
from calbook.store.writer import Writer

if TYPE_CHECKING:
    from calbook.core.outgoing.webhooks import Webhook


def save_webhook(tx: Writer, webhook: Webhook, *, now: datetime) -> None:
    old = [
        {"secret": each.secret, "until": times.epoch(each.until)}
        for each in webhook.old_secrets
    ]
    tx.upsert_dated(
        "webhooks",
        now,
        id=webhook.id,
        url=webhook.url,
        events=json.dumps(webhook.events),
        headers=json.dumps(webhook.headers, ensure_ascii=False),
        secret=webhook.secret,
        old_secrets=json.dumps(old),
        active=webhook.active,
        disabled_reason=webhook.disabled_reason,
        allow_http=webhook.allow_http,
    )


def disable_webhook(tx: Writer, id: str, reason: str, *, now: datetime) -> None:
    tx.run(
        "update webhooks set active = false, disabled_reason = :reason,"
        " updated_at = :now"
        " where id = :id",
        id=id,
        reason=reason,
        now=times.epoch(now),
    )


def remove_webhook(tx: Writer, id: str, *, now: datetime) -> int:
    """Take a webhook out; how many pending deliveries were dropped with it."""
    dropped = drop_pending(tx, "webhook", id, now=now)
    tx.run("delete from webhooks where id = :id", id=id)
    return dropped
