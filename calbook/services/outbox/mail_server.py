"""Trying the mail server that is configured."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from calbook.core import ids
from calbook.core.errors import DeliveryFailed
from calbook.delivery.mail import messages, smtp

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.delivery.outcome import Outcome
    from calbook.settings.mail_server import MailServer


def check_server(
    server: MailServer, to: str | None, *, now: datetime
) -> tuple[int | None, str]:
    """Log in, or send a mail `to` somebody; the code and the text of the answer.

    Raises:
        DeliveryFailed: the server did not take it.
    """
    outcome = _try_server(server, to, now=now)
    if outcome.status != "delivered":
        raise DeliveryFailed(
            f"{server.host}:{server.port}: {outcome.text}",
            hint="look at the settings of the mail server",
            command_hint="see calbook config show",
            host=server.host,
            port=server.port,
            code=outcome.code,
        )
    return outcome.code, outcome.text


def _try_server(server: MailServer, to: str | None, *, now: datetime) -> Outcome:
    if to is None:
        return smtp.check_login(server, seconds=smtp.ATTEMPT_SECONDS)
    envelope = messages.Envelope(ids.delivery(), server.sender, now)
    message = messages.test_message(envelope, to)
    with closing(smtp.SmtpSender()) as sender:
        return sender.send_message(server, to, message, seconds=smtp.ATTEMPT_SECONDS)
