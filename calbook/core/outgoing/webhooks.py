"""Webhooks as values, and what of them can be checked without the network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

OLD_SECRET_LIFETIME = timedelta(days=1)  # after a rotation
_OLD_SECRETS = 5  # that are kept

EVENT_NAMES = (
    "booking.created",
    "booking.confirmed",
    "booking.cancelled",
    "booking.restored",
    "booking.rescheduled",
    "booking.completed",
    "booking.no_show",
    "booking.attendee_added",
    "booking.attendee_removed",
    "booking.updated",
    "booking.offered",
    "booking.offer_ended",
    "booking.replied",
    "booking.counter_declined",
)


class OldSecret(NamedTuple):
    """What signed before a rotation, and signs beside the new one until its end."""

    secret: str
    until: datetime


class Webhook(NamedTuple):
    """Where events are sent, and which; none means all of them.

    `old_secrets` are the newest first.
    """

    id: str
    url: str
    secret: str
    events: tuple[str, ...] = ()
    headers: Mapping[str, str] = {}
    old_secrets: tuple[OldSecret, ...] = ()
    active: bool = True
    disabled_reason: str | None = None
    allow_http: bool = False

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """What signs at a moment, the newest first."""
        return (self.secret, *(old.secret for old in self.active_old_secrets(now)))

    def active_old_secrets(self, now: datetime) -> tuple[OldSecret, ...]:
        """The old secrets that still sign."""
        return tuple(old for old in self.old_secrets if old.until > now)

    def with_new_secret(self, secret: str, *, now: datetime) -> Webhook:
        """With a new secret; each older one signs until its own end."""
        old = (
            OldSecret(self.secret, now + OLD_SECRET_LIFETIME),
            *self.active_old_secrets(now),
        )
        kept = tuple(each for each in old if each.secret != secret)
        return self._replace(secret=secret, old_secrets=kept[:_OLD_SECRETS])
