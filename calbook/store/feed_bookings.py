"""Bookings in portions, for a feed that is longer than anybody would wait for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from calbook.core.model import Booking
from calbook.core.time import times
from calbook.store import rows
from calbook.store.booking_filters import Place
from calbook.store.facts import Facts


class FeedBookings(Facts):
    """What filters mean, and what has become of it since."""

    def newest_event(self) -> int:
        found = self._conn.execute("select coalesce(max(seq), 0) from events")
        return int(found.fetchone()[0])

    def changed_since(self, event: int) -> set[str]:
        """The uids of all bookings that later events are about."""
        found = self._conn.execute(
            "select distinct uid from events where seq > :event", {"event": event}
        )
        return {row[0] for row in found}

    def portion(
        self,
        filters: Mapping[str, Any],
        *,
        now: datetime,
        after: Place | None,
        limit: int,
    ) -> list[tuple[Place, Booking]]:
        """The next ones behind a place, which may have no booking any more."""
        found = self.full_booking_rows(
            filters, now=times.epoch(now), after=after, limit=limit
        )
        return [((row["starts_at"], row["uid"]), rows.booking(row)) for row in found]

    def these(
        self, uids: Iterable[str], filters: Mapping[str, Any], *, now: datetime
    ) -> list[Booking]:
        """Those of some bookings that filters mean."""
        return self.bookings({**filters, "uids": json.dumps(sorted(uids))}, now=now)
