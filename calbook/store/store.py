"""What every store of bookings offers; an engine fills in what is its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

from calbook.core.typing_names import TYPE_CHECKING, Any, TypeVar
from calbook.store.reader import Reader

if TYPE_CHECKING:
    from calbook.core.errors import StoreError
    from calbook.core.upgrade import Upgrade
    from calbook.store.connection import Connection
    from calbook.store.transaction import Transaction

_T = TypeVar("_T")
_View = TypeVar("_View", bound=Reader)

PORTION_SECONDS = 0.15  # after which many steps let others write
_PAUSE_SECONDS = 0.03  # longer than who waits sleeps between two looks


def nobody() -> None:
    """Who is named in events where it is not known who writes them."""


class Store:
    """Bookings somewhere, read and written in transactions.

    `path` is how people name it, without a password; `queued` are the deliveries that
    were committed, by id; `actor` says who writes, when an event is written;
    `on_upgrade` is told before and after older tables are brought up to date.
    """

    path: str
    queued: list[str]
    untold: list[str]  # who was to be told and has no address
    served: list[Any]  # who waited, and was offered time or booked
    erased: list[str]  # persons who might be kept no longer, by id or booking
    unchanged: list[tuple[str, str]]  # what was so already, by id, and in words
    version: int  # of the tables that it works with
    has_leases = False  # several may send at once, each what it has leased
    actor: Callable[[], str | None] = staticmethod(nobody)
    on_upgrade: Callable[[Upgrade], object] | None = None

    def close(self) -> None:
        """Let go of the database; the next use opens it again."""
        raise NotImplementedError

    def exists(self) -> bool:
        """Whether there is anything; reading shows what a new store holds."""
        raise NotImplementedError

    def read(
        self, view: Callable[[Connection], _View]
    ) -> AbstractContextManager[_View]:
        """A view in which nothing changes, and nothing can be written.

        `view` is `Reader` for rows, or `Facts` for values.
        """
        raise NotImplementedError

    def transaction(
        self, *, dry_run: bool = False
    ) -> AbstractContextManager[Transaction]:
        """One transaction: committed at the end, or rolled back when anything raises.

        A dry run does everything and then takes it back.
        """
        raise NotImplementedError

    def with_patience(self, seconds: float) -> Store | None:
        """Another on the same bookings that waits so long for a lock, if there can."""
        raise NotImplementedError

    def overwrite_deleted(self) -> None:
        """Let nothing of what is deleted from now on stand in the store, if it can."""

    def may_change_history(self) -> bool:
        """Whether who is at work may change what is past."""
        return True

    def change_mark(self) -> object:
        """Another value after each change by others that there may be more to send."""
        raise NotImplementedError

    @property
    def delivery_lock(self) -> str | None:
        """The file beside which one process at a time locks what it sends.

        None where several may send at once, or only this one can.
        """
        raise NotImplementedError

    def write(self, step: Callable[[Transaction], _T], *, dry_run: bool = False) -> _T:
        """What a step returns that is one transaction.

        It may be done again where another transaction came in between: what it does
        outside belongs into `tx.after_commit`.
        """
        with self.transaction(dry_run=dry_run) as tx:
            return step(tx)

    def write_bookings(
        self, step: Callable[[Transaction], _T], *, dry_run: bool = False
    ) -> _T:
        """`write` what changes no event type, host, schedule, webhook or calendar.

        What is known of these need not be asked again, where that is sure.
        """
        return self.write(step, dry_run=dry_run)

    def write_portions(self, steps: Iterable[Callable[[Transaction], object]]) -> None:
        """Do many small steps in transactions of a moment each: others get their turn.

        When a step raises, those before its transaction stay. What a step reads may
        have been changed by others since the one before.
        """
        rest = iter(steps)
        while self._write_portion(rest):
            time.sleep(_PAUSE_SECONDS)

    def _write_portion(self, rest: Iterator[Callable[[Transaction], object]]) -> bool:
        """Whether there may be more."""
        done: list[Callable[[Transaction], object]] = []

        def portion(tx: Transaction) -> bool:
            for step in done:  # once more
                step(tx)
            until = time.monotonic() + PORTION_SECONDS
            for step in rest:
                done.append(step)
                step(tx)
                if time.monotonic() >= until:
                    return True
            return False

        return self.write(portion)


def run_before_commit(tx: Transaction) -> None:
    for step in tx.before_commit:
        step()


def run_after_commit(tx: Transaction) -> None:
    for step in tx.after_commit:
        step()


def in_use_error(how: str) -> StoreError:
    """Two calls of one client at once would share a transaction."""
    from calbook.core.errors import StoreError

    return StoreError(
        f"this client is {how}",
        hint="take one client for each thread and each nested use",
    )
