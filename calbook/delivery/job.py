"""A delivery with all that is needed to send it, and nothing that needs the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from calbook.core.outgoing.webhooks import OldSecret, Webhook
from calbook.core.time import times

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.delivery.calendars.push_job import PushJob
    from calbook.store.connection import Row
    from calbook.store.outbox import OutboxReader


class Job(NamedTuple):
    """One delivery to send.

    Webhooks have an event and no payload, e-mail the other way round, and what goes
    into a calendar neither: it is the booking as it is now.
    """

    seq: int
    id: str
    channel: str
    target: str
    uid: str | None
    kind: str
    payload: str | None
    attempts: int
    event_id: str | None
    at: int | None
    booking: str | None
    title: str | None
    webhook: Webhook | None
    push: PushJob | None


def read_job(reading: OutboxReader, seq: int, *, now: datetime) -> Job | None:
    """A delivery that may be sent now; None where another comes first."""
    row = reading.sendable_row(seq)
    if row is None:
        return None
    hook = push = None
    if row["channel"] == "calendar":
        from calbook.delivery.calendars import push_job  # few have one

        kind, (target, uid) = row["kind"], (row["target"], row["uid"])
        push = push_job.read_push(reading, target, uid, kind=kind, now=now)
        if push is not None and reading.has_arrived(row["id"]):
            push = push._replace(is_written_again=True)
    if row["channel"] == "webhook":
        found = reading.webhook_row(row["target"])
        hook = None if found is None else webhook_of_row(found)
    facts = {name: row[name] for name in Job._fields if name not in _READ_APART}
    return Job(**facts, webhook=hook, push=push)


_READ_APART = ("webhook", "push")


def webhook_of_row(row: Row) -> Webhook:
    return Webhook(
        id=row["id"],
        url=row["url"],
        events=tuple(json.loads(row["events"])),
        headers=json.loads(row["headers"]),
        secret=row["secret"],
        old_secrets=tuple(
            OldSecret(each["secret"], times.instant(each["until"]))
            for each in json.loads(row["old_secrets"])
        ),
        active=bool(row["active"]),
        disabled_reason=row["disabled_reason"],
        allow_http=bool(row["allow_http"]),
    )
