"""`db share`, and the rights of new files, as the command line has them."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

GROUP = os.getegid()


@pytest.fixture
def path() -> Iterator[Path]:
    """In a directory of the group's that others can reach, unlike pytest's own."""
    directory = Path(tempfile.mkdtemp(prefix="calbook-"))
    directory.chmod(0o2770)
    yield directory / "bookings.db"
    shutil.rmtree(directory)


@pytest.fixture
def place(path: Path) -> str:
    """What commands open."""
    return str(path)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_shared_with_a_group(run: Run, path: Path) -> None:
    run("event", "add", "demo")

    answer = run("db", "share", "--group", GROUP)

    assert answer == (0, "", f"Shared {path} with the group {GROUP}\n")
    assert mode(path) == 0o660


def test_what_was_shared_is_an_object_for_programs(run: Run, path: Path) -> None:
    run("event", "add", "demo")

    shared = run("db", "share", "--group", GROUP, "--json").json

    assert shared == {"path": str(path), "group": str(GROUP), "mode": "0660"}


def test_a_file_is_not_shared_with_nobody(run: Run, path: Path) -> None:
    run("event", "add", "demo")

    answer = run("db", "share")

    assert answer.status == 2
    assert answer.err.startswith("calbook: missing --group\nhint: ")
    assert mode(path) == 0o600


def test_a_missing_file_is_to_be_made_first(run: Run, path: Path) -> None:
    answer = run("db", "share", "--group", GROUP)

    hint = "hint: make it first: calbook init\n"
    assert answer == (7, "", f"calbook: there is no {path} yet\n{hint}")


def test_a_directory_that_is_not_fit_is_told_with_what_to_do(
    run: Run, path: Path
) -> None:
    run("event", "add", "demo")
    path.parent.chmod(0o755)

    answer = run("db", "share", "--group", GROUP)

    assert answer.status == 7
    commands = f"chgrp {GROUP} {path.parent} && chmod 2770 {path.parent}"
    assert answer.err.endswith(f"\nhint: {commands}\n")
    assert mode(path) == 0o600


def test_a_new_file_has_the_rights_that_the_umask_leaves(
    run: Run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALBOOK_UMASK", "0007")

    run("event", "add", "demo")

    assert mode(path) == 0o660


@pytest.mark.parametrize("command", [("event", "add", "demo"), ("list",)], ids=" ".join)
def test_a_wrong_umask_is_told_before_anything_is_done(
    run: Run, path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CALBOOK_UMASK", "0\u001b9")

    answer = run(*command)
    error = run(*command, "--json").error

    said = "CALBOOK_UMASK is no umask: 0\\u001b9"
    hint = "0007 lets the group in, 0077 the owner alone"
    assert answer == (2, "", f"calbook: {said}\nhint: {hint}\n")
    assert (error["code"], error["message"]) == ("bad_input", said)
    assert not path.exists()
