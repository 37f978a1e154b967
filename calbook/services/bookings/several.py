"""The same change of several bookings: all or none, or each by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from calbook.core.errors import CalbookError, StoreError
from calbook.store.context import Context
from calbook.store.store import Store
from calbook.wire.reading.several import read_uids

if TYPE_CHECKING:
    from calbook.store.transaction import Transaction
    from calbook.wire.json_objects import Json

_T = TypeVar("_T")

ChangeOne = Callable[[Context, str], "Json"]
OnRefused = Callable[[CalbookError], None]


def change_several(
    context: Context,
    uids: Iterable[str],
    change: ChangeOne,
    *,
    refused: OnRefused | None,
    dry_run: bool,
) -> list[Json]:
    """All in one transaction, or none; with `refused`, all but those it is told of.

    A dry run shows what would come of them one after the other.
    """
    every = read_uids(uids)
    if refused is not None and not dry_run:
        return list(_change_each(context, every, change, refused))

    def change_together(tx: Transaction) -> list[Json]:
        inside = Context(_OpenTransaction(tx), context.clock)
        later = refused and partial(_report_after_commit, tx, refused)
        answers = []
        for uid in every:
            with _naming(uid, later), tx.savepoint():
                answers.append(change(inside, uid))
        return answers

    return context.store.write(change_together, dry_run=dry_run)


def _change_each(
    context: Context, uids: Iterable[str], change: ChangeOne, refused: OnRefused
) -> Iterator[Json]:
    for uid in uids:
        with _naming(uid, refused):
            yield change(context, uid)


def _report_after_commit(
    tx: Transaction, refused: OnRefused, error: CalbookError
) -> None:
    tx.after_commit.append(partial(refused, error))


@contextmanager
def _naming(uid: str, refused: OnRefused | None) -> Iterator[None]:
    """Name the booking in an error; pass the error to `refused` if there is one."""
    try:
        yield
    except StoreError:  # the next one fares no better
        raise
    except CalbookError as error:
        if uid not in error.json_message:
            error.json_message = f"{uid}: {error.json_message}"
        error.details.setdefault("uid", uid)
        if refused is None:
            raise
        refused(error)


class _OpenTransaction(Store):
    """A store whose writes are parts of a transaction that is open already."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def write(self, step: Callable[[Transaction], _T], *, dry_run: bool = False) -> _T:
        return step(self._tx)
