"""Persons of an import who are there under another id, as their keys say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calbook.store.lines.nouns import PERSON
from calbook.store.people import find_owners
from calbook.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from calbook.store.administration import Target
    from calbook.store.lines.derived import Row
    from calbook.store.lines.exporting import Line

_KEYS = PERSON.children[0]


class KnownPeople:
    """What ids persons have there, who have others in the import."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._ids: dict[str, str] = {}
        self._owners: dict[str, str] = {}  # of the keys of the lines at hand

    def look_up(self, lines: Iterable[Line]) -> None:
        """Who has the keys of some lines, which may say anything."""
        found = [line.get(_KEYS.key) for line in lines]
        lists = [keys for keys in found if isinstance(keys, list)]
        keys = [key for keys in lists for key in keys if isinstance(key, str)]
        self._owners = find_owners(Reader(self._target.conn), keys)

    def know(self, id: str, keys: Sequence[Row]) -> bool:
        """Whether all of a person's keys that somebody has are one person's there.

        That one stays as it is, and takes up the other keys.
        """
        names = [row[0] for row in keys]
        owners = {self._owners[name] for name in names if name in self._owners}
        if len(owners) != 1:
            return False
        [owner] = owners
        new = [(name, owner) for name in names if name not in self._owners]
        columns = (*_KEYS.stored, _KEYS.parent)
        if new and self._target.try_write([(_KEYS.name, columns, new)]) is not None:
            return False
        self._ids[id] = owner
        return True

    def rename(self, booking: Line) -> Line:
        """With the ids that its attendees have there."""
        attendees = booking.get("attendees")
        if not self._ids or not isinstance(attendees, list):
            return booking
        return {**booking, "attendees": [self._renamed(each) for each in attendees]}

    def _renamed(self, attendee: Any) -> Any:
        id = attendee.get("personId") if isinstance(attendee, dict) else None
        if not isinstance(id, str) or id not in self._ids:
            return attendee
        return {**attendee, "personId": self._ids[id]}
