"""`client.calendar.mails`: what was and will be sent by e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calbook import deliveries
from calbook.store.outbox import OutboxReading

if TYPE_CHECKING:
    from calbook.desk import Desk
    from calbook.values.outbox import Delivery


class Mails:
    """Notices and reminders in the outbox, each to one person."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def log(
        self,
        uid: str | None = None,
        *,
        email: str | None = None,
        status: str | None = None,
        count: int = 50,
    ) -> tuple[Delivery, ...]:
        """The newest first, with their attempts: all, a booking's, or a person's."""
        from calbook.core import fields

        filters: dict[str, Any] = {"channel": "mail"}
        if email is not None:
            filters["target"] = fields.folded(fields.email(email))
        with self._desk.store.read(OutboxReading) as reading:
            if uid is not None:
                filters["uid"] = reading.found(uid)
            return deliveries.listed(reading, filters, status=status, count=count)

    def get(self, id: str) -> Delivery:
        """One mail with all its attempts."""
        return deliveries.one(self._desk, "mail", id)

    def redeliver(self, id: str) -> Delivery:
        """Make one mail due now, with all its attempts before it."""
        return deliveries.again(self._desk, "mail", id)
