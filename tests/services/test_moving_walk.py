"""Whatever was done, an export is the same after it was taken in somewhere.

`CALBOOK_TORTURE=20` tries twenty times as many walks.
"""

from __future__ import annotations

import io
import random
from contextlib import ExitStack
from typing import Any

import psycopg2
import pytest
from conftest import Clock
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.both_stores import Call, answer, numbered
from support.properties import examples
from support.stores import Tables, connect

from calbook import Client
from services.test_equal_answers import ACTIONS, BEGIN, Walk, set_up


def export(client: Client) -> bytes:
    file = io.BytesIO()
    client.export_to(file, secrets=True)
    return file.getvalue()


class Alone(Walk):
    """In one place."""

    def both(self, call: Call) -> Any:
        with numbered(self.numbers[0]):
            return answer(self.clients[0], call)


@settings(examples(4), phases=[Phase.generate])
@given(
    st.lists(
        st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2**32)),
        min_size=20,
        max_size=60,
    )
)
def test_an_export_is_the_same_wherever_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    worker_tables: Tables,
    steps: list[tuple[str, int]],
) -> None:
    """File → file → database → file."""
    clock = Clock()
    clock.now = BEGIN
    folder = tmp_path_factory.mktemp("walk")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(psycopg2, "connect", connect)
        first, *others = (
            stack.enter_context(Client(place, clock=clock))
            for place in (
                *(folder / "first.db", folder / "second.db", worker_tables.empty()),
                folder / "last.db",
            )
        )
        walk = Alone([first], clock)
        walk.both(set_up)
        for name, seed in [*(("create", n) for n in range(8)), *steps]:
            walk.step(name, random.Random(seed))
        data = export(first)

        for other in others:
            taken = other.import_from(io.BytesIO(data))

            assert export(other) == data
            assert other.check() == first.check() == ()
            assert sum(taken.imported.values()) == data.count(b"\n") - 2
            assert other.import_from(io.BytesIO(data)).there == taken.imported
