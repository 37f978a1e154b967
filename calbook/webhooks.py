"""`client.calendar.webhooks`: who is told of events, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from calbook import deliveries, wire
from calbook.core import times
from calbook.store import outbox
from calbook.store.outbox import OutboxReading
from calbook.values.outbox import Attempt, Delivery, Webhook

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.core.webhooks import Webhook as Hook
    from calbook.desk import Desk
    from calbook.store.reading import Row
    from calbook.store.transaction import Transaction

Json = dict[str, Any]


class Webhooks:
    """Where events are sent. An id may be shortened, and written without `wh_`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create(self, url: str, **fields: Any) -> Webhook:
        """Send events to an address from now on: events, headers, allow_http, secret.

        No `events` means all. What comes back is the only place that holds `secret`.

        Raises:
            BadUrl: nothing may be sent there.
        """
        from calbook.core import ids
        from calbook.core.webhooks import Webhook as Hook
        from calbook.intake import webhooks

        read = webhooks.webhook_fields({"url": url, **fields})
        secret = read.get("secret") or webhooks.new_secret()
        made = Hook(
            id=ids.webhook(),
            url=read["url"],
            secret=secret,
            events=read.get("events", ()),
            headers=_merged({}, read.get("headers", {})),
            active=read.get("active", True),
            allow_http=read.get("allow_http", False),
        )
        webhooks.check_url(made.url, allow_http=made.allow_http)
        with self._desk.store.write() as tx:
            return self._saved(tx, made, secret=secret)

    def get(self, id: str) -> Webhook:
        with self._desk.store.read(OutboxReading) as reading:
            return self._shown(_existing(reading, id))

    def list(self) -> tuple[Webhook, ...]:
        with self._desk.store.read(OutboxReading) as reading:
            rows = reading.webhook_rows()
        return tuple(map(self._shown, rows))

    def update(self, id: str, **fields: Any) -> Webhook:
        """Set fields: url, events, headers, allow_http, active.

        Of `headers` those named are set, or with None taken out; the others stay.
        Switching it off drops what is still to be sent.
        """
        from calbook.core.errors import BadInput, NothingToChange
        from calbook.intake import webhooks

        if not fields:
            raise NothingToChange(f"nothing to change on webhook {id}: name a field")
        if "secret" in fields:
            raise BadInput(
                "a secret is not updated: rotate it",
                hint="calbook webhook rotate",
                field="secret",
            )
        read = webhooks.webhook_fields(fields)
        with self._desk.store.write() as tx:
            before = _hook(_existing(OutboxReading(tx.connection), id))
            after = _changed(before, read)
            webhooks.check_url(after.url, allow_http=after.allow_http)
            if not after.active:
                outbox.drop(tx, "webhook", after.id, now=self._desk.clock())
            return self._saved(tx, after)

    def delete(self, id: str) -> int:
        """Remove it; how many deliveries that were still to be sent were dropped."""
        with self._desk.store.write() as tx:
            found = _existing(OutboxReading(tx.connection), id)
            return outbox.remove_webhook(tx, found["id"], now=self._desk.clock())

    def rotate(self, id: str, *, secret: str | None = None) -> Webhook:
        """Take a new secret; for a day the one before signs too.

        What comes back is the only place that holds the new `secret`. Of those before
        it the last five sign, each until its day is over.
        """
        from calbook.intake import webhooks

        new = webhooks.new_secret() if secret is None else webhooks.secret(secret)
        with self._desk.store.write() as tx:
            before = _hook(_existing(OutboxReading(tx.connection), id))
            after = before.rotated(new, now=self._desk.clock())
            return self._saved(tx, after, secret=new)

    def test(self, id: str) -> Attempt:
        """Send a sample at once, past the outbox; how it went, whatever that was."""
        from calbook.delivery import sample, webhooks  # slow to import

        with self._desk.store.read(OutboxReading) as reading:
            found = _hook(_existing(reading, id))
        now = self._desk.clock()
        return Attempt(sample.attempt(found, webhooks.post, now=now))

    def log(
        self,
        id: str | None = None,
        *,
        uid: str | None = None,
        status: str | None = None,
        count: int = 50,
    ) -> tuple[Delivery, ...]:
        """The newest deliveries with their attempts; of removed webhooks too."""
        filters: Json = {"channel": "webhook"}
        with self._desk.store.read(OutboxReading) as reading:
            if id is not None:
                filters["target"] = deliveries.found(reading, "target", id)
            if uid is not None:
                filters["uid"] = reading.found(uid)
            return deliveries.listed(reading, filters, status=status, count=count)

    def count_pending(self, id: str) -> int:
        """How many deliveries are still to be sent to it."""
        with self._desk.store.read(OutboxReading) as reading:
            return reading.count_pending(_existing(reading, id)["id"])

    def get_delivery(self, id: str) -> Delivery:
        """One delivery with all its attempts, to a webhook or by mail."""
        return deliveries.one(self._desk, "delivery", id)

    def redeliver(self, id: str) -> Delivery:
        """Make one delivery due now, with all its attempts before it; mail too.

        Raises:
            Inactive: its webhook is removed or switched off, or it reminds of a
                meeting that has begun or takes place no more.
        """
        return deliveries.again(self._desk, "delivery", id)

    def verify(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        id: str | None = None,
        secret: str | None = None,
        tolerance: timedelta = timedelta(minutes=5),
    ) -> Json:
        """What a request says, if it is signed: by a webhook's secret, or a given one.

        Raises:
            BadInput: it is not signed so, too old, or from the future.
        """
        from calbook.delivery import verifying  # slow to import

        now = self._desk.clock()
        secrets = self._secrets(id, secret, now)
        return verifying.verified(
            headers, body, secrets=secrets, tolerance=tolerance, now=now
        )

    def _secrets(
        self, id: str | None, secret: str | None, now: datetime
    ) -> tuple[str, ...]:
        from calbook.core.errors import UsageError
        from calbook.intake import webhooks

        if (id is None) == (secret is None):
            raise UsageError("verifying needs a webhook or a secret, and not both")
        if secret is not None:
            return (webhooks.secret(secret),)
        assert id is not None
        with self._desk.store.read(OutboxReading) as reading:
            return _hook(_existing(reading, id)).secrets(now)

    def _saved(
        self, tx: Transaction, hook: Hook, *, secret: str | None = None
    ) -> Webhook:
        outbox.save_webhook(tx, hook, now=self._desk.clock())
        row = OutboxReading(tx.connection).webhook_row(hook.id)
        assert row is not None
        shown = {} if secret is None else {"secret": secret}
        return Webhook({**self._shown(row).to_dict(), **shown})

    def _shown(self, row: Row) -> Webhook:
        return Webhook(wire.webhook(row, now=times.epoch(self._desk.clock())))


def _changed(before: Hook, fields: Mapping[str, Any]) -> Hook:
    changes = dict(fields)
    if "headers" in changes:
        changes["headers"] = _merged(before.headers, changes["headers"])
    if changes.get("active"):
        changes["disabled_reason"] = None
    return before._replace(**changes)


def _merged(
    before: Mapping[str, str], given: Mapping[str, str | None]
) -> dict[str, str]:
    both = {**before, **given}
    return {name: value for name, value in both.items() if value is not None}


def _hook(row: Row) -> Hook:
    from calbook.delivery import job

    return job.webhook(row)


def _existing(reading: OutboxReading, id: object) -> Row:
    row = reading.webhook_row(deliveries.found(reading, "webhook", id))
    assert row is not None
    return row
