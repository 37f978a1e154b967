"""What event types, hosts and schedules have in common."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from calbook.api.noun import Noun
from calbook.api.values.value import Value
from calbook.services.catalog import entries

_V = TypeVar("_V", bound=Value)


class Entries(Noun, Generic[_V]):
    """Entries of one kind. An `id` may be written without its prefix."""

    _kind: ClassVar[entries.Kind]
    _value: type[_V]

    def get(self, id: str) -> _V:
        """One of them.

        Raises:
            NotFound: there is none.
        """
        return self._value(entries.get_entry(self._context, self._kind, id))

    def list(self) -> tuple[_V, ...]:
        """All of them, by id."""
        found = entries.list_entries(self._context, self._kind)
        return tuple(map(self._value, found))

    def delete(self, id: str, *, dry_run: bool = False) -> None:
        """Remove one; a dry run only says whether it can be.

        Raises:
            NotFound: there is none.
            InUse: something still refers to it.
        """
        entries.remove_entry(self._context, self._kind, id, dry_run=dry_run)
