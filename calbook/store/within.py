"""A transaction under way, as if it was a store: what is tried together in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from calbook.store.reader import Reader
from calbook.store.store import Store, run_before_commit

if TYPE_CHECKING:
    from calbook.store.connection import Connection
    from calbook.store.transaction import Transaction

_View = TypeVar("_View", bound=Reader)


class StoreWithin(Store):
    """Reads and writes in a transaction whose end is somebody else's.

    What is to be done outside after a commit is not done.
    """

    def __init__(self, store: Store, tx: Transaction) -> None:
        self.path, self.version, self.actor = store.path, store.version, store.actor
        self.queued, self.untold, self.served, self.erased = [], [], [], []
        self.unchanged = []
        self._tx = tx

    @contextmanager
    def read(self, view: Callable[[Connection], _View]) -> Iterator[_View]:
        yield view(self._tx.connection)

    @contextmanager
    def transaction(self, *, dry_run: bool = False) -> Iterator[Transaction]:
        assert not dry_run
        yield self._tx
        run_before_commit(self._tx)
        self._tx.before_commit.clear()
        self._tx.after_commit.clear()
