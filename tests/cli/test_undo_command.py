"""What the command `undo` adds to the library's: which booking, and its question."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from calbook import Booking
from calbook.cli.commands.undo import _beginning

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)


@pytest.fixture
def database(place: str) -> str:
    return place


def test_a_key_gives_the_first_answer_without_a_uid(
    run: Run, booking: Callable[..., Booking]
) -> None:
    """The booking that was changed last by then was taken: another request."""
    uid = booking().uid
    words = ("undo", "--yes", "--idempotency-key", "k", "--fields", "uid,status")
    assert run("cancel", uid).status == 0
    first = run(*words)
    line = ("--start", "2027-01-19 10:00", "--name", "Bob", "--email", "b@example.com")
    assert run("create", "--event", "demo", *line).status == 0

    again = run(*words)

    assert (first.status, first.out) == (0, f"{uid}\tCONFIRMED\n")
    assert again == first


def test_a_note_that_is_cut_is_marked_so() -> None:
    assert _beginning("x" * 60) == "x" * 60
    assert _beginning("x" * 61) == "x" * 59 + "…"
