"""Ctrl-C and SIGTERM: heard at once, but not between a commit and its answer.

Whoever runs a command listens. From just before a commit on a signal is only noted,
until `release` is called: once the answer is out, and before something is begun or
waited for. Where nobody listens, and in other threads, nothing of it does anything.
"""

from __future__ import annotations

import _thread
import os
import time

TYPE_CHECKING = False  # typing's, whose import is dear
if TYPE_CHECKING:
    import signal
    from typing import Any
else:
    import _signal as signal  # without the enums that signal makes of all names


class Terminated(BaseException):
    """SIGTERM, raised where the program was."""


_FREE, _COMMITTING, _COMMITTED, _DEAF = range(4)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PATIENCE = 1.0  # seconds after which a further one is heard: nobody takes the answer

_phase = _FREE
_listener: int | None = None  # a thread
_noted: list[int] = []
_noted_at = 0.0  # the first, on the monotonic clock
last: int | None = None  # the signal that came last
has_begun = has_committed = False  # a change


def listen() -> dict[int, Any] | None:
    """From now on; what `unlisten` needs, None where somebody listened before.

    Who was told to ignore a signal goes on ignoring it.
    """
    global _phase, _listener, last, has_begun, has_committed
    _phase = _FREE
    if _listener is not None:
        return None
    _listener = _thread.get_ident()
    last, has_begun, has_committed = None, False, False
    _noted.clear()
    usual = {each: signal.getsignal(each) for each in _SIGNALS}
    return {
        each: signal.signal(each, _hear)
        for each, handler in usual.items()
        if handler != signal.SIG_IGN
    }


def unlisten(usual: dict[int, Any] | None) -> None:
    global _listener
    if usual is not None:
        _listener = None
        for each, handler in usual.items():
            signal.signal(each, handler)


def deafen() -> None:
    """Only note what comes, until `listen` or `release`."""
    global _phase
    _phase = _DEAF


def status() -> int:
    """The exit status of whom the last signal ends."""
    return 128 + (last or 0)


def die() -> None:
    """End by the last signal, unless that ends nobody, as in a container's first."""
    if last:
        signal.signal(last, signal.SIG_DFL)
        os.kill(os.getpid(), last)


def _hear(number: int, frame: object) -> None:
    global last, _noted_at
    last = number
    is_late = bool(_noted) and time.monotonic() > _noted_at + _PATIENCE
    if _phase == _FREE or (_phase == _COMMITTED and is_late):
        _raise(number)
    if not _noted:
        _noted_at = time.monotonic()
    _noted.append(number)


def _raise(number: int) -> None:
    global _phase
    _phase = _FREE
    _noted.clear()
    raise Terminated if number == signal.SIGTERM else KeyboardInterrupt


def release() -> None:
    """Raise what was noted, and from now on what comes.

    Raises:
        KeyboardInterrupt, Terminated: a signal had come.
    """
    global _phase
    if _listener != _thread.get_ident():
        return
    _phase = _FREE
    if _noted:
        _raise(_noted[0])


def raise_lost() -> None:
    """Raise again what came while C called a function, which could not pass it on."""
    if last and _phase == _FREE and _listener == _thread.get_ident():
        _raise(last)


def begin_change() -> None:
    """Before a lock is waited for; see `release`."""
    global has_begun
    if _listener == _thread.get_ident():
        release()
        has_begun = True


def is_noted() -> bool:
    """Whether a signal has come that is held: what may be given up should be."""
    return bool(_noted) and _listener == _thread.get_ident()


class committing:
    """Around a commit, or what stands for one: it is either done or not."""

    def __enter__(self) -> None:
        global _phase
        if _listener == _thread.get_ident():
            _phase = _COMMITTING

    def __exit__(self, kind: object, *_: object) -> None:
        global _phase, has_committed
        if _listener != _thread.get_ident():
            return
        if kind is None:
            has_committed, _phase = True, _COMMITTED
        else:
            _phase = _FREE
