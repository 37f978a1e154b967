"""Event types, hosts and schedules as values, each read once while they stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from calbook.core import json_text as json
from calbook.core.catalog import EventType, Host, Schedule
from calbook.core.errors import NotFound
from calbook.core.members import is_resource
from calbook.core.model import DAY, Span
from calbook.core.typing_names import Any, TypeVar
from calbook.store import rows
from calbook.store.reader import Reader

_Read = TypeVar("_Read", bound=Callable[..., Any])

_LONGEST_MONTH = 31 * DAY


def recalled(read: _Read) -> _Read:
    """Answer a question about the catalog as before, where it is known to stay."""

    def recall(facts: CatalogFacts, *key: Any) -> Any:
        known = facts.known_catalog
        if known is None:
            return read(facts, *key)
        if (read, key) not in known:
            known[read, key] = read(facts, *key)
        return known[read, key]

    return recall  # type: ignore[return-value]


class CatalogFacts(Reader):
    """What can be booked, from whom and when."""

    known_catalog: dict[Any, Any] | None = None  # answers

    @recalled
    def event_type(self, key: str) -> EventType:
        row = self.event_type_row(key)
        if row is None:
            raise NotFound("event type", key, known=self.ids("event type"))
        return rows.event_type(row)

    @recalled
    def schedule(
        self, key: str, first: date = date.min, last: date = date.max
    ) -> Schedule:
        """With the overrides of the local dates `first` to `last`."""
        row = self.schedule_row_between(key, first.isoformat(), last.isoformat())
        if row is None:
            raise NotFound("schedule", key, known=self.ids("schedule"))
        return rows.schedule(row)

    @recalled
    def timezone_of(self, schedule_id: str) -> str:
        row = self._one("select timezone from schedules where id = :id", id=schedule_id)
        return row[0] if row else self.schedule(schedule_id).timezone

    def schedule_around(self, key: str, meetings: Sequence[Span]) -> Schedule:
        """With the overrides near some meetings: a long history costs nothing.

        Of whole months, so that those of other meetings are often the same.
        """
        first = min(meeting.start for meeting in meetings).date() - 4 * DAY
        last = max(meeting.end for meeting in meetings).date() + 4 * DAY
        return self.schedule(
            key, first.replace(day=1), last.replace(day=1) + _LONGEST_MONTH
        )

    @recalled
    def host(self, key: str) -> Host:
        row = self.host_row(key)
        if row is None:
            noun = "resource" if is_resource(key) else "host"
            raise NotFound(noun, key, known=self.ids(noun))
        return rows.host(row)

    def hosts(self, keys: Iterable[str]) -> dict[str, Host]:
        """Those hosts and resources that there are, by their ids."""
        return {**self._hosts(frozenset(keys))}

    @recalled
    def _hosts(self, keys: frozenset[str]) -> dict[str, Host]:
        found = self._conn.execute(
            "select * from hosts where id in (select value from json_each(:keys))",
            {"keys": json.dumps(sorted(keys))},
        )
        return {row["id"]: rows.host(row) for row in found}
