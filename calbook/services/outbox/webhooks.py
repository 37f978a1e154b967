"""Webhooks: where events are sent, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from calbook.core.time import times
from calbook.services.outbox import deliveries
from calbook.store import outbox
from calbook.store import webhooks as stored_webhooks
from calbook.store.outbox import OutboxReader
from calbook.store.short_ids import find_id
from calbook.wire.json_objects import Json
from calbook.wire.writing.outbox import webhook_to_json

if TYPE_CHECKING:
    from calbook.core.outgoing.webhooks import Webhook
    from calbook.store.connection import Row
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction


def create_webhook(context: Context, fields: Mapping[str, Any]) -> Json:
    """Send events to an address from now on; the answer alone holds the secret."""
    from calbook.core import ids
    from calbook.core.outgoing.webhooks import Webhook
    from calbook.wire.reading import webhooks

    read = webhooks.read_webhook_fields(fields)
    secret = read.get("secret") or webhooks.new_secret()
    new = Webhook(
        id=ids.webhook(),
        url=read["url"],
        secret=secret,
        events=read.get("events", ()),
        headers=_merge_headers({}, read.get("headers", {})),
        active=read.get("active", True),
        allow_http=read.get("allow_http", False),
    )
    webhooks.check_url(new.url, allow_http=new.allow_http)
    return context.store.write(
        lambda tx: _save(tx, new, context.clock(), secret=secret)
    )


def get_webhook(context: Context, id: str) -> Json:
    with context.store.read(OutboxReader) as reader:
        row = _existing_row(reader, id)
    return webhook_to_json(row, now=times.epoch(context.clock()))


def list_webhooks(context: Context) -> list[Json]:
    with context.store.read(OutboxReader) as reader:
        rows = reader.webhook_rows()
    now = times.epoch(context.clock())
    return [webhook_to_json(row, now=now) for row in rows]


def update_webhook(context: Context, id: str, fields: Mapping[str, Any]) -> Json:
    """Set fields; switching it off drops what is still to be sent."""
    from calbook.core.errors import BadInput, NothingToChange
    from calbook.wire.reading import webhooks

    if not fields:
        raise NothingToChange(f"nothing to change on webhook {id}: name a field")
    if "secret" in fields:
        raise BadInput(
            "a secret is not updated: rotate it",
            hint="webhooks.rotate(id, secret=…)",
            command_hint="calbook webhook rotate",
            field="secret",
        )
    read = webhooks.read_webhook_fields(fields)
    if read.get("active") is False:
        with context.store.read(OutboxReader) as reader:
            after = _replace_fields(_webhook(_existing_row(reader, id)), read)
        webhooks.check_url(after.url, allow_http=after.allow_http)
        _drop_in_portions(context, id)

    def update(tx: Transaction) -> Json:
        tx.lock_catalog()
        now = context.clock()
        before = _webhook(_existing_row(OutboxReader(tx.connection), id))
        after = _replace_fields(before, read)
        webhooks.check_url(after.url, allow_http=after.allow_http)
        if not after.active:
            outbox.drop_pending(tx, "webhook", after.id, now=now)
        answer = _save(tx, after, now)
        if after == before:
            tx.unchanged.append((before.id, f"{before.id} has these values already"))
        return answer

    return context.store.write(update)


def remove_webhook(context: Context, id: str) -> int:
    """Remove it; how many deliveries that were still to be sent were dropped."""
    dropped = _drop_in_portions(context, id)

    def remove(tx: Transaction) -> int:
        tx.lock_catalog()
        row = _existing_row(OutboxReader(tx.connection), id)
        return stored_webhooks.remove_webhook(tx, row["id"], now=context.clock())

    return dropped + context.store.write(remove)


def _drop_in_portions(context: Context, id: str) -> int:
    """Give up what is pending for a webhook, but for what comes meanwhile."""
    from calbook.store.writer import repeat_step  # slow to import

    now, dropped = context.clock(), list[int]()
    with context.store.read(OutboxReader) as reader:
        target = _existing_row(reader, id)["id"]

    def drop(tx: Transaction) -> int:
        found = outbox.drop_pending(tx, "webhook", target, now=now, some=True)
        tx.after_commit.append(lambda: dropped.append(found))
        return found

    context.store.write_portions(repeat_step(drop))
    return sum(dropped)


def rotate_secret(context: Context, id: str, *, secret: str | None) -> Json:
    """Take a new secret, which the answer alone holds; the old one signs for a day."""
    from calbook.wire.reading import webhooks

    new = webhooks.new_secret() if secret is None else webhooks.read_secret(secret)

    def rotate(tx: Transaction) -> Json:
        tx.lock_catalog()
        now = context.clock()
        before = _webhook(_existing_row(OutboxReader(tx.connection), id))
        return _save(tx, before.with_new_secret(new, now=now), now, secret=new)

    return context.store.write(rotate)


def send_sample(context: Context, id: str) -> Json:
    """Send a sample at once, past the outbox; how it went, whatever that was."""
    from calbook.delivery.webhook import http, sample  # slow to import

    with context.store.read(OutboxReader) as reader:
        webhook = _webhook(_existing_row(reader, id))
    return sample.attempt_sample(webhook, http.post_message, now=context.clock())


def list_webhook_deliveries(
    context: Context,
    *,
    id: str | None,
    uid: str | None,
    status: str | None,
    count: int,
) -> list[Json]:
    """The newest deliveries with their attempts; of removed webhooks too."""
    filters: Json = {"channel": "webhook"}
    with context.store.read(OutboxReader) as reader:
        if id is not None:
            filters["target"] = find_id(reader, "target", id)
        if uid is not None:
            filters["uid"] = reader.resolve_uid(uid)
        return deliveries.list_deliveries(reader, filters, status=status, count=count)


def count_pending(context: Context, id: str) -> int:
    with context.store.read(OutboxReader) as reader:
        return reader.count_pending(_existing_row(reader, id)["id"])


def verify_request(
    context: Context,
    headers: Mapping[str, str],
    body: bytes,
    *,
    id: str | None,
    secret: str | None,
    tolerance: timedelta,
) -> Json:
    """What a request says, if a webhook's secret, or a given one, signed it."""
    from calbook.delivery.webhook import verification  # slow to import

    now = context.clock()
    secrets = _secrets(context, id, secret, now)
    return verification.verify_request(
        headers, body, secrets=secrets, tolerance=tolerance, now=now
    )


def _secrets(
    context: Context, id: str | None, secret: str | None, now: datetime
) -> tuple[str, ...]:
    from calbook.core.errors import UsageError
    from calbook.wire.reading import webhooks

    if (id is None) == (secret is None):
        raise UsageError("verifying needs a webhook or a secret, and not both")
    if secret is not None:
        return (webhooks.read_secret(secret),)
    assert id is not None
    with context.store.read(OutboxReader) as reader:
        return _webhook(_existing_row(reader, id)).secrets(now)


def _save(
    tx: Transaction, webhook: Webhook, now: datetime, *, secret: str | None = None
) -> Json:
    stored_webhooks.save_webhook(tx, webhook, now=now)
    row = OutboxReader(tx.connection).webhook_row(webhook.id)
    assert row is not None
    shown = {} if secret is None else {"secret": secret}
    return {**webhook_to_json(row, now=times.epoch(now)), **shown}


def _replace_fields(before: Webhook, fields: Mapping[str, Any]) -> Webhook:
    changes = dict(fields)
    if "headers" in changes:
        changes["headers"] = _merge_headers(before.headers, changes["headers"])
    if changes.get("active"):
        changes["disabled_reason"] = None
    return before._replace(**changes)


def _merge_headers(
    before: Mapping[str, str], given: Mapping[str, str | None]
) -> dict[str, str]:
    both = {**before, **given}
    return {name: value for name, value in both.items() if value is not None}


def _webhook(row: Row) -> Webhook:
    from calbook.delivery import job

    return job.webhook_of_row(row)


def _existing_row(reader: OutboxReader, id: object) -> Row:
    row = reader.webhook_row(find_id(reader, "webhook", id))
    assert row is not None
    return row
