"""`client.calendar.mails`: what was and will be sent by e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.api.noun import Noun
from calbook.api.values.outbox import Delivery
from calbook.services.outbox import deliveries

if TYPE_CHECKING:
    from calbook.api.inputs import DeliveryStatus
    from calbook.settings.mail_server import MailServer


class Mails(Noun):
    """Notices and reminders in the outbox, each to one person."""

    def log(
        self,
        uid: str | None = None,
        *,
        email: str | None = None,
        status: DeliveryStatus | None = None,
        count: int = 50,
    ) -> tuple[Delivery, ...]:
        """The newest first, with their attempts: all, a booking's, or a person's."""
        found = deliveries.list_mails(
            self._context, uid=uid, email=email, status=status, count=count
        )
        return tuple(map(Delivery, found))

    def get(self, id: str) -> Delivery:
        """One mail with all its attempts."""
        return Delivery(deliveries.get_delivery(self._context, "mail", id))

    def redeliver(self, id: str) -> Delivery:
        """Make one mail due now, with all its attempts before it."""
        return Delivery(deliveries.redeliver(self._context, "mail", id))


def check_server(
    server: MailServer, *, to: str | None = None
) -> tuple[int | None, str]:
    """Log in, or send a mail `to` somebody; the code and the text of the answer.

    Raises:
        DeliveryFailed: the server did not take it.
    """
    from calbook.services.outbox import mail_server  # slow to import
    from calbook.store.context import system_clock

    return mail_server.check_server(server, to, now=system_clock())
