"""Calbook answers and refuses as the model does, which was made from the manual alone.

Both ways to ask are walked: calls of the library, and commands with their exit status.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Clock
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from support.properties import TORTURE
from support.running import Run

from calbook import Client

from . import world
from .asking import Commands, Library
from .walk import Walk

pytest_plugins = ("support.running",)

NewPlace = Callable[[], str]


@pytest.fixture
def new_place(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> NewPlace:
    """Where nothing is booked yet, each time: in memory, or in emptied tables."""
    if store == "sqlite":
        return lambda: ":memory:"
    request.getfixturevalue("emptied_tables")
    tables = request.getfixturevalue("worker_tables")
    return lambda: str(tables.empty())


@pytest.fixture
def new_library(new_place: NewPlace, clock: Clock) -> Iterator[Callable[[], Library]]:
    clients: list[Client] = []

    def close() -> None:
        while clients:
            clients.pop().close()

    def make() -> Library:
        close()
        client = Client(new_place(), clock=clock)
        clients.append(client)
        world.set_up(client)
        return Library(client)

    yield make
    close()


@pytest.fixture
def new_commands(
    new_place: NewPlace,
    run: Run,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], Commands]:
    """What a command writes by itself afterwards is left out."""
    monkeypatch.setenv("CALBOOK_DELIVER", "off")

    def make() -> Commands:
        place = new_place()
        if place == ":memory:":
            place = str(tmp_path / "bookings.db")
            Path(place).unlink(missing_ok=True)
        monkeypatch.setenv("CALBOOK_DB", place)
        with Client(place, clock=clock) as client:
            world.set_up(client)
        return Commands(run)

    return make


def walk(
    clock: Clock,
    new_store: Callable[[], Library | Commands],
    *,
    steps: int,
    at_once: int = 50,
) -> None:
    walk = type("Walk", (Walk,), {"clock": clock, "new_store": staticmethod(new_store)})
    run_state_machine_as_test(
        walk,
        settings=settings(
            max_examples=steps // at_once,
            stateful_step_count=at_once,
            report_multiple_bugs=False,
        ),
    )


def test_a_thousand_calls_are_answered_as_the_manual_says(
    new_library: Callable[[], Library], clock: Clock
) -> None:
    walk(clock, new_library, steps=1_000)


def test_commands_are_answered_as_the_manual_says(
    new_commands: Callable[[], Commands], clock: Clock
) -> None:
    walk(clock, new_commands, steps=200 * TORTURE)


@pytest.mark.torture
def test_ten_thousand_calls_are_answered_as_the_manual_says(
    new_library: Callable[[], Library], clock: Clock, pytestconfig: pytest.Config
) -> None:
    """Others each time with CALBOOK_TORTURE=n."""
    if TORTURE == 1 and "torture" not in pytestconfig.option.markexpr:
        pytest.skip("ten thousand take minutes: -m torture, or CALBOOK_TORTURE=n")
    walk(clock, new_library, steps=10_000)
