"""Answers that are longer than the screen, through the user's pager."""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import accumulate

from calbook.cli.defaults import read_default
from calbook.cli.terminal_size import find_size

_NONE = ("", "cat")  # what people set who want no pager
_SHELL = re.compile(r"[|&;<>()$`\\\"'*?\[\]#~=%\n]")  # left to a shell, as git does
_NOT_RUN = (126, 127)  # what a shell answers for a command that it cannot run
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
# Less ends by itself below a screenful, shows colours and leaves the text there.
_ENVIRONMENT = {"LESS": "FRX", "LV": "-c", "LESSCHARSET": "utf-8"}


def is_long(parts: Iterable[str]) -> bool:
    """Whether it is more than the screen holds above the next prompt."""
    columns, rows = find_size()
    lines = (line for part in parts for line in part.splitlines())
    widths = (len(_ESCAPES.sub("", line)) for line in lines)
    heights = accumulate(max(1, -(-width // columns)) for width in widths)
    return any(height >= rows for height in heights)


def page(parts: Iterable[str]) -> bool:
    """Show it and wait until it was read; False where no pager can be had.

    The text comes in parts, which are made while it is read.

    Raises:
        OSError: the one that was asked for cannot be run.
    """
    own = os.environ.get("CALBOOK_PAGER", read_default("pager"))
    command = os.environ.get("PAGER", "less") if own is None else own
    if command.strip() in _NONE:
        return False
    is_shell = bool(_SHELL.search(command))
    with _ignoring_interrupts():
        try:
            process = subprocess.Popen(
                command if is_shell else shlex.split(command),
                shell=is_shell,
                stdin=subprocess.PIPE,
                env={**_ENVIRONMENT, **os.environ},
            )
        except OSError:
            if command == "less":
                return False
            raise
        return _feed(process, parts) not in _NOT_RUN


def _feed(process: "subprocess.Popen[bytes]", parts: Iterable[str]) -> int:
    """Until the reader has had enough, which may be before the end."""
    assert process.stdin is not None
    try:
        with suppress(BrokenPipeError), process.stdin:
            for part in parts:
                process.stdin.write(part.encode("utf-8", "backslashreplace"))
        process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    return process.returncode


@contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """Ctrl-C is the pager's, which gets it as always: a handler is not passed on."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
