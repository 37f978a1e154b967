"""Ids as people are shown them: short, and each means one thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from calbook import Booking, Client
from calbook.core import ids

if TYPE_CHECKING:
    from conftest import EventType

ALIKE = ("bk_7q2mx41v9d3k", "bk_7q2mx41vabcd", "bk_7q2mx4zzzzzz", "bk_000000000000")
SHORT = ("bk_7q2mx41v9", "bk_7q2mx41va", "bk_7q2mx4z", "bk_000000")


@pytest.fixture
def booked(
    event_type: Callable[..., EventType],
    booking: Callable[..., Booking],
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[str, ...]:
    event_type()
    left = [*ALIKE]
    monkeypatch.setattr(ids, "uid", lambda: left.pop(0))
    return tuple(
        booking(start_time=f"2027-01-18 1{number}:00").uid for number in range(4)
    )


def test_a_uid_is_as_long_as_tells_it_from_others(
    client: Client, booked: tuple[str, ...]
) -> None:
    """Two bookings began with the same six letters, and neither could be shown."""
    found = client.short_ids(booked)

    assert found == dict(zip(ALIKE, SHORT, strict=True))
    for uid, short in found.items():
        assert client.calendar.bookings.get(short).uid == uid


def test_ids_of_other_things_are_short_too(client: Client) -> None:
    hook = client.calendar.webhooks.create("https://example.com/hook")

    found = client.short_ids([hook.id, "bk_unknown00000", "per_whatever"])

    assert found == {hook.id: hook.id[:9], "bk_unknown00000": "bk_unknow"}
    assert client.calendar.webhooks.get(found[hook.id]).id == hook.id
