"""A file that was read, and is not there: its name may be mistyped."""

import os
from contextlib import suppress
from typing import Any

from calbook.cli import output
from calbook.core.suggestions import nearest


def say_missing(path: str) -> None:
    output.say(
        f"There is no {path} yet: this is what a new file holds{_offer_near(path)}"
    )


def blame_missing(error: Any, path: str) -> None:
    """Nothing is found in it, whatever was asked for."""
    error.hint = f"there is no {path}{_offer_near(path)}"


def _offer_near(path: str) -> str:
    directory, name = os.path.split(path)
    near = None
    with suppress(OSError):
        near = nearest(name, os.listdir(directory or "."))
    return f"; did you mean {os.path.join(directory, near)}?" if near else ""
