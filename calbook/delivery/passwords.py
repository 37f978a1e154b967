"""Passwords, asked for when they are needed: they are stored and shown nowhere."""

from __future__ import annotations

import os
import shlex
import subprocess


class NoPassword(Exception):
    """There is none where it should come from; `str()` says why, without it."""


def read_password(command: str | None, variable: str | None, *, seconds: float) -> str:
    """From the environment, or the first line that the command prints.

    Raises:
        NoPassword: the variable is not set, or the command printed nothing in time.
    """
    if command is None:
        found = os.environ.get(variable or "")
        if not found:
            raise NoPassword(f"the variable {variable}, for the password, is not set")
        return found
    try:
        done = subprocess.run(
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=True,
        )
        [first, *_] = done.stdout.decode().splitlines()
        if not first:
            raise ValueError("its first line is empty")
    except subprocess.CalledProcessError as error:
        raise NoPassword(
            f"the password command ended with status {error.returncode}"
        ) from None
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired):
        raise NoPassword("the password command gave no password") from None
    return first
