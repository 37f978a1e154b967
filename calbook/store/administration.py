"""What is done to a store as a whole: made, checked, copied, shared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from calbook.core.doctor.file_checks import FileFacts
    from calbook.core.doctor.server_checks import ServerFacts
    from calbook.core.progress import Progress
    from calbook.store.connection import Connection
    from calbook.store.store import Store

Rows = Iterable[tuple[Any, ...]]
Parts = Sequence[tuple[str, tuple[str, ...], Rows]]  # table, columns, rows


class Source(Protocol):
    """A snapshot of a store."""

    @property
    def conn(self) -> Connection: ...
    def columns(self, table: str) -> tuple[str, ...]: ...
    def rows(self, table: str, columns: tuple[str, ...]) -> Rows:
        """All rows, not all of them in memory at once."""
        ...


class Target(Protocol):
    """A store that nobody else writes to, in a transaction."""

    @property
    def conn(self) -> Connection: ...
    def columns(self, table: str) -> tuple[str, ...]: ...
    def write(self, table: str, columns: tuple[str, ...], rows: Rows) -> None: ...
    def try_write(self, parts: Parts) -> str | None:
        """Write all of it, or nothing; then what the tables say against it."""
        ...

    def finish(self) -> None:
        """What is made next is numbered behind what was copied."""
        ...


class Administration:
    """Of a store, which `path` names; an engine fills in what is its own."""

    path: str

    def create(self, *, has_exclusion: bool = True) -> bool:
        """Make the tables and a first host; whether they were not there yet.

        `has_exclusion`: whether the database itself refuses what overlaps, besides the
        triggers; where it can choose.
        """
        raise NotImplementedError

    def migrate(self) -> int:
        """Bring the tables up to date; the version that they had."""
        raise NotImplementedError

    def grants(self) -> str:
        """The statements that let another role use it every day.

        Raises:
            UsageError: who may use it is not said by statements.
        """
        raise NotImplementedError

    def check(
        self, progress: Progress | None = None, *, quick: bool = False
    ) -> tuple[str, ...]:
        """What is wrong with what is stored, a sentence each.

        `progress` is told how much of how much was looked at. A `quick` one looks at
        no booking.
        """
        raise NotImplementedError

    def describe(self) -> FileFacts | ServerFacts:
        """Where it is kept, looked at from outside; a file also if it is no use.

        Raises:
            StoreError: there is no server, or it lets nobody in.
        """
        raise NotImplementedError

    def unchanged(self) -> AbstractContextManager[Store]:
        """A store to look at what is here, which is not brought up to date by that.

        Raises:
            OSError: there is no room for a copy of an older one.
        """
        raise NotImplementedError

    def exporting(self, *, is_long: bool = False) -> AbstractContextManager[Source]:
        """All tables as they are now, to be copied.

        `is_long`: for as long as a reader takes, while others are to go on writing.

        Raises:
            StoreError: there is nothing.
        """
        raise NotImplementedError

    def importing(self) -> AbstractContextManager[Target]:
        """All tables, made if they are missing, to be filled in one transaction."""
        raise NotImplementedError

    def backup(
        self, path: str, *, force: bool, progress: Progress | None = None
    ) -> None:
        """Copy all that is stored into a file; `progress` is told of its pages.

        Raises:
            UsageError: it is done with the database's own tools.
        """
        raise NotImplementedError

    def restore(self, path: str, confirm: Callable[[], object] | None) -> str | None:
        """Put a copy in the place of all that is stored; where that is kept.

        Raises:
            UsageError: it is done with the database's own tools.
        """
        raise NotImplementedError

    def list_copies(self) -> Iterable[str]:
        """What calbook has kept beside it, of what it was before."""
        return ()

    def compact(self) -> tuple[int, int]:
        """Give back the room of what was deleted; the bytes before and after."""
        raise NotImplementedError

    def share(self, group: str) -> None:
        """Let a group of users on this machine read and write.

        Raises:
            UsageError: the database has users of its own.
        """
        raise NotImplementedError
