"""Calendars read again beside other work, in a thread with a connection of its own.

So that no server that is slow holds up what is sent meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from calbook.core.errors import CalbookError
from calbook.core.model import MINUTE
from calbook.services.calendars.refreshing import OnOverlap, OnRefused, refresh_due
from calbook.store.context import Context

_LOOK = 5.0  # seconds after which it is looked what is due
_PATIENCE = 10.0  # seconds that a lock is waited for
_END = 2.0  # seconds that the end waits for a calendar that is being read


@contextmanager
def refreshing_beside(
    context: Context,
    every: timedelta | None,
    refused: OnRefused | None,
    overlapped: OnOverlap | None = None,
) -> Iterator[None]:
    """Read again, one after another, what was not looked at for so long.

    `refused` and `overlapped` are called from that thread.
    """
    store = None if every is None else context.store.with_patience(_PATIENCE)
    if every is None or store is None:
        yield
        return
    own, stopped = Context(store, context.clock), Event()
    rest = max(every, MINUTE)
    thread = Thread(
        target=_run, args=(own, rest, refused, overlapped, stopped), daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(_END)


def _run(
    context: Context,
    every: timedelta,
    refused: OnRefused | None,
    overlapped: OnOverlap | None,
    stopped: Event,
) -> None:
    said = None
    while not stopped.is_set():
        try:
            for _ in refresh_due(
                context, every, refused=refused, overlapped=overlapped
            ):
                if stopped.is_set():
                    break
            said = None
        except CalbookError as error:  # of the store: told once
            if refused is not None and str(error) != said:
                refused(error)
            said = str(error)
        stopped.wait(_LOOK)
    context.store.close()
