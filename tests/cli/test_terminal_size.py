"""What is said beside an answer is as wide as the terminal in which it is read."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest


def say_at(columns: int, home: Path) -> str:
    """An error of a command whose stdout is no terminal, as stderr shows it."""
    reader, writer = os.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
    subprocess.run(
        [sys.executable, "-m", "calbook", "list", "--limit", "-1"],
        env={**env, "HOME": str(home), "CALBOOK_DB": str(home / "none.db")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=writer,
        timeout=60,
        check=False,
    )
    os.close(writer)
    try:
        return os.read(reader, 10_000).decode().replace("\r\n", "\n")
    finally:
        os.close(reader)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (30, "calbook: --limit is -1; it\n  must be from 0 to\n  1,000,000,000\n"),
        (80, "calbook: --limit is -1; it must be from 0 to 1,000,000,000\n"),
        (0, "calbook: --limit is -1; it must be from 0 to 1,000,000,000\n"),
    ],
    ids=["narrow", "usual", "of a size that nobody knows"],
)
def test_an_error_is_as_wide_as_its_terminal(
    tmp_path: Path, columns: int, said: str
) -> None:
    """It was broken within words, as if the terminal had 80 columns."""
    assert say_at(columns, tmp_path) == said
