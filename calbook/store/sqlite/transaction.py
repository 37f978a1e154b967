"""What writes to a file besides: what is known of its catalog as long as it stays."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from calbook.core.typing_names import TYPE_CHECKING, Any, NamedTuple
from calbook.store.transaction import Transaction

if TYPE_CHECKING:
    from calbook.core.time.open_hours import Opened

_MOST = 2_000  # answers that are kept


class KnownCatalog(NamedTuple):
    """Answers about the catalog, and how much the file had been changed by then.

    `data_version` is another one once others have committed, and `changes` counts the
    rows that this connection has ever changed, also those that were taken back.
    """

    data_version: int
    changes: int
    answers: dict[Any, Any]
    open_time: Opened


class SqliteTransaction(Transaction):
    """A transaction beside which nobody writes."""

    _conn: sqlite3.Connection

    def __init__(
        self,
        conn: sqlite3.Connection,
        actor: Callable[[], str | None],
        known: KnownCatalog | None = None,
    ) -> None:
        super().__init__(conn, actor)
        self._known = known
        self._keeps = False

    def keep_catalog(self) -> None:
        [version] = self._conn.execute("pragma data_version").fetchone()
        mark = version, self._conn.total_changes
        known = self._known
        if (
            known is None
            or known[:2] != mark
            or len(known.answers) + len(known.open_time) > _MOST
        ):
            self._known = known = KnownCatalog(*mark, {}, {})
        self._keeps = True
        self.known_catalog, self.known_open_time = known.answers, known.open_time

    def learned(self) -> KnownCatalog | None:
        """For the next transaction; only this one's own changes left the catalog."""
        known = self._known
        if known is None or not self._keeps:
            return known
        return known._replace(changes=self._conn.total_changes)
