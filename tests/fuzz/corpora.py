"""The bytes that were kept: few and small ones that cover what all of them do."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from .guard import Hang, bounded_time
from .targets import Target

CORPORA = Path(__file__).parents[1] / "data" / "fuzz"
_LARGEST_KEPT = 2048
_CALBOOK = str(Path(__file__).parents[2] / "calbook")

Step = tuple[str, int, int]  # a file, the line before and the line


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def files(name: str) -> list[Path]:
    """What is kept for a target."""
    return sorted((CORPORA / name).glob("*"))


def keep(name: str, target: Target, found: Iterable[bytes]) -> int:
    """Write the smallest that cover each step between lines; how many they are.

    What stands there already stays: it may have been a fault once.
    """
    directory = CORPORA / name
    directory.mkdir(parents=True, exist_ok=True)
    seen: set[Step] = set()
    for path in files(name):
        seen |= steps(target.read, path.read_bytes())
    for data in sorted({*found, *target.seeds}, key=lambda data: (len(data), data)):
        if len(data) > _LARGEST_KEPT:
            break
        new = steps(target.read, data) - seen
        if new:
            seen |= new
            (directory / name_of(data)).write_bytes(data)
    return len(files(name))


def steps(read: Callable[[bytes], object], data: bytes) -> set[Step]:
    """From which line to which line of calbook reading goes."""
    found: set[Step] = set()

    def follow(frame: FrameType, _event: str, _arg: object) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(_CALBOOK):
            return None
        before = [0]

        def count(frame: FrameType, event: str, _arg: object) -> Any:
            if event == "line":
                found.add((file, before[0], frame.f_lineno))
                before[0] = frame.f_lineno
            return count

        return count

    with suppress(Exception, Hang), bounded_time(20):
        sys.settrace(follow)
        try:
            read(data)
        finally:
            sys.settrace(None)
    return found
