"""How an attempt to deliver something ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from calbook.core.calendars import ConnectedCalendar, WrittenEntry


class EntryChange(NamedTuple):
    """What is known now of a booking's entry in a calendar; without one, none is there.

    It is recorded together with the attempt.
    """

    calendar: ConnectedCalendar
    uid: str
    entry: WrittenEntry | None = None


class Outcome(NamedTuple):
    """How an attempt ended.

    `status` is delivered, retry, failed (not to be tried again) or gone (nothing is
    to be sent there any more). `text` is a short excerpt of the answer, or the error.
    """

    status: str
    code: int | None
    text: str
    retry_after: timedelta | None = None
    reached: bool = True
    entry: EntryChange | None = None  # of a calendar


def _nothing() -> None:
    """What there is to close where each delivery is on its own."""


class Sender(NamedTuple):
    """What sends one delivery after another: `send(job, now=…, seconds=…)`."""

    send: Callable[..., Outcome]
    close: Callable[[], None] = _nothing


def not_reached(text: str, code: int | None = None) -> Outcome:
    """Nothing to do with what was to be sent: tried again, like all for that target."""
    return Outcome("retry", code, text, reached=False)


def no_answer(seconds: float) -> Outcome:
    return not_reached(f"no answer within {ceil(seconds)} s")
