"""Calendars on a server that hangs: nothing else waits for them."""

from __future__ import annotations

from collections.abc import Callable

from support.lying_calendars import LyingCalendar
from support.receiving import Receiver, hang

from calbook import Booking, Client, EventType

pytest_plugins = ("support.lying_calendars", "support.receiving")

MANY = 12  # more than are written to at once


def test_no_webhook_waits_for_calendars_that_hang(
    client: Client,
    liar: LyingCalendar,
    receiver: Receiver,
    booking: Callable[..., Booking],
    event_type: Callable[..., EventType],
) -> None:
    """Eight hosts with calendars on one server were enough to hold everything up."""
    client.set_up(timezone="UTC", email="grace@example.com", name="Grace")
    hosts = [f"host{n}" for n in range(MANY)]
    for host in hosts:
        client.calendar.hosts.create(host, name=host)
        client.calendar.connections.add(
            "work", liar.url, host_id=host, push=True, allow_private=True
        )
    event_type(hosts=hosts, scheduling_type="COLLECTIVE")
    liar.raw["PUT"] = [hang()] * 99
    booking()
    client.calendar.webhooks.create(receiver.url())
    booking()

    sent = client.delivering()
    first = next(iter(sent))

    assert (first.channel, first.status) == ("webhook", "delivered")
