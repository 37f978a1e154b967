"""`client.calendar.webhooks`: who is told of events, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from calbook.api.noun import Noun
from calbook.api.values.outbox import Attempt, Delivery, Webhook
from calbook.services.outbox import deliveries, webhooks
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api.inputs import DeliveryStatus, NewWebhookFields, WebhookFields


class Webhooks(Noun):
    """Where events are sent. An id may be shortened, and written without `wh_`."""

    def create(self, url: str, **fields: Unpack[NewWebhookFields]) -> Webhook:
        """Send events to an address from now on; no `events` means all.

        Fields: `events`, `headers`, `allow_http`, `active`, `secret`. What comes back
        is the only place that holds `secret`.

        Raises:
            BadUrl: nothing may be sent there.
        """
        return Webhook(webhooks.create_webhook(self._context, {"url": url, **fields}))

    def get(self, id: str) -> Webhook:
        return Webhook(webhooks.get_webhook(self._context, id))

    def list(self) -> tuple[Webhook, ...]:
        """All of them, the oldest first."""
        return tuple(map(Webhook, webhooks.list_webhooks(self._context)))

    def update(self, id: str, **fields: Unpack[WebhookFields]) -> Webhook:
        """Set fields: url, events, headers, allow_http, active.

        Of `headers` those named are set, or with None taken out; the others stay.
        Switching it off drops what is still to be sent.
        """
        return Webhook(webhooks.update_webhook(self._context, id, fields))

    def delete(self, id: str) -> int:
        """Remove it; how many deliveries that were still to be sent were dropped."""
        return webhooks.remove_webhook(self._context, id)

    def rotate(self, id: str, *, secret: str | None = None) -> Webhook:
        """Take a new secret; for a day the one before signs too.

        What comes back is the only place that holds the new `secret`. Of those before
        it the last five sign, each until its day is over.
        """
        return Webhook(webhooks.rotate_secret(self._context, id, secret=secret))

    def test(self, id: str) -> Attempt:
        """Send a sample at once, past the outbox; how it went, whatever that was."""
        return Attempt(webhooks.send_sample(self._context, id))

    def log(
        self,
        id: str | None = None,
        *,
        uid: str | None = None,
        status: DeliveryStatus | None = None,
        count: int = 50,
    ) -> tuple[Delivery, ...]:
        """The newest deliveries with their attempts; of removed webhooks too."""
        found = webhooks.list_webhook_deliveries(
            self._context, id=id, uid=uid, status=status, count=count
        )
        return tuple(map(Delivery, found))

    def count_pending(self, id: str) -> int:
        """How many deliveries are still to be sent to it."""
        return webhooks.count_pending(self._context, id)

    def get_delivery(self, id: str) -> Delivery:
        """One delivery with all its attempts, to a webhook or by mail."""
        return Delivery(deliveries.get_delivery(self._context, "delivery", id))

    def redeliver(self, id: str) -> Delivery:
        """Make one delivery due now, with all its attempts before it; mail too.

        Raises:
            Inactive: its webhook is removed or switched off, or it reminds of a
                meeting that has begun or takes place no more.
        """
        return Delivery(deliveries.redeliver(self._context, "delivery", id))

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
        return webhooks.verify_request(
            *(self._context, headers, body), id=id, secret=secret, tolerance=tolerance
        )
