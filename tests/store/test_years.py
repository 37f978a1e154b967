"""Events and deliveries of years slow nothing that is done every day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bench import years
from bench.years import OPERATIONS, Years, count_steps

pytestmark = pytest.mark.sqlite  # its own steps are counted


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Years]]:
    directory = tmp_path_factory.mktemp("years")
    found = [years.full(directory / f"{n}.db", n) for n in (4_000, 40_000)]
    yield found
    for each in found:
        each.client.close()


@pytest.mark.parametrize("name", OPERATIONS)
def test_it_costs_the_same_after_ten_times_as_many_events(
    files: list[Years], name: str
) -> None:
    few, many = (count_steps(each, OPERATIONS[name]) for each in files)

    assert many <= 1.2 * few
    assert few < 20_000  # none of them looks at everything
