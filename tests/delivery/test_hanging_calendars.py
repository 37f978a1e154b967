"""Calendars on a server that hangs: nothing else waits for them."""

from __future__ import annotations

from collections.abc import Callable

from support.lying_calendars import LyingCalendar
from support.receiving import Receiver, hang

from calbook import Booking, Client

pytest_plugins = ("support.lying_calendars", "support.receiving")

MANY = 12  # more than are written to at once


def test_no_webhook_waits_for_calendars_that_hang(
    client: Client,
    liar: LyingCalendar,
    receiver: Receiver,
    booking: Callable[..., Booking],
) -> None:
    """Eight hosts with calendars on one server were enough to hold everything up."""
    client.set_up(timezone="UTC", email="grace@example.com", name="Grace")
    for n in range(MANY):
        client.calendar.connections.add(
            f"work-{n}", liar.url, push=True, allow_private=True
        )
    liar.raw["PUT"] = [hang()] * 99
    booking()
    client.calendar.webhooks.create(receiver.url())
    booking()

    sent = client.delivering()
    first = next(iter(sent))

    assert (first.channel, first.status) == ("webhook", "delivered")
