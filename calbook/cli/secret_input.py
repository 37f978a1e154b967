"""Secrets of a webhook from outside: the command line is seen by others."""

import os
import sys

from calbook.cli import output
from calbook.core.errors import BadInput, UsageError


def read_secret() -> str:
    """From standard input; on a terminal it is asked for."""
    if sys.stdin.isatty():
        output.say_always("The secret (whsec_…), then Enter:")
    return _decoded(sys.stdin.buffer.readline(1_000), "stdin")


def read_headers() -> list[str]:
    """From standard input, `Name: value` on each line."""
    if sys.stdin.isatty():
        output.say("The headers, as Authorization: Bearer …; Ctrl-D ends them:")
    text = _decoded(sys.stdin.buffer.read(_MOST + 1), "stdin")
    if len(text) > _MOST:
        raise BadInput(f"stdin holds more than {_MOST:,} characters of headers")
    return [line for line in text.splitlines() if line.strip()]


_MOST = 100_000


def named_secret(variable: str | None, file: str | None) -> str | None:
    """That of `--secret-env` or of `--secret-file`."""
    if variable is not None and file is not None:
        raise UsageError("--secret-env and --secret-file contradict each other")
    if variable is not None:
        found = os.environ.get(variable)
        if not found:
            raise BadInput(f"the variable {variable} is not set", field="secretEnv")
        return found
    if file is None:
        return None
    try:
        with open(file, "rb") as stream:
            return _decoded(stream.read(1_000), file)
    except OSError as error:
        raise BadInput(f"cannot read {file}: {error.strerror}") from None


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode().strip()
    except UnicodeDecodeError:
        raise BadInput(f"{source} is not UTF-8") from None
