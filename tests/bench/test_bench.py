"""What the bench counts, at small sizes; what it times is left to people."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from . import books, counts, memory, processes, steps
from .books import Book
from .figures import Figure, table


@pytest.fixture
def book(tmp_path: Path) -> Callable[[int], Book]:
    """Makes a file with so many bookings."""
    return lambda size: books.full(tmp_path / f"{size}.db", size)


def test_the_copied_bookings_are_as_sound_as_the_one_calbook_made(
    book: Callable[[int], Book],
) -> None:
    hundred = book(100)

    with books.opened(hundred.path) as client:
        findings = client.check()
        found = client.calendar.bookings.list(count=None)

    assert findings == ()
    assert [b.starts_at for b in found] == [hundred.start(n) for n in range(100)]


def test_the_overlap_check_takes_as_many_steps_in_a_longer_file(
    book: Callable[[int], Book],
) -> None:
    figure = steps.overlap(book(500), book(5_000))

    assert not figure.misses, figure


def test_a_late_page_takes_as_many_steps_as_the_first(
    book: Callable[[int], Book],
) -> None:
    figure = steps.late_page(book(5_000))

    assert not figure.misses, figure


def test_a_year_of_figures_takes_no_more_steps_than_a_month_by_rows(
    book: Callable[[int], Book],
) -> None:
    year = counts.steps(book(24 * 366), None, 365)

    by_rows = counts.steps(book(1_000), "status", 30, event_type_id="evt_demo")
    assert year <= 0.6 * by_rows


@pytest.fixture(scope="module")
def two_books(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, Book]:
    directory = tmp_path_factory.mktemp("books")
    small, large = (books.full(directory / f"{n}.db", n) for n in (1_500, 7_500))
    return small, large


@pytest.mark.sqlite
@pytest.mark.parametrize("name", memory.ANSWERS)
def test_an_answer_five_times_as_long_takes_as_much_memory(
    two_books: tuple[Book, Book], name: str
) -> None:
    """All of it was held as rows, as JSON and as text."""
    figure = memory.growth(name, *two_books)

    assert not figure.misses, figure


def test_a_table_has_a_line_per_figure() -> None:
    figures = [
        Figure("list / BASE", 4.754, at_most=5.2, unit="instructions"),
        Figure("create", 11.0, at_most=7),
        Figure("khal's / ours", 5.9, at_least=6),
        Figure("absent", at_least=6, why_not="not installed"),
        Figure("for information", 15),
    ]

    assert table(figures) == (
        "figure           measured  target  unit\n"
        "list / BASE          4.75  <= 5.2  instructions  met\n"
        "create              11.00  <= 7                  not met\n"
        "khal's / ours        5.90  >= 6                  not met\n"
        "absent                  -  >= 6                  not installed\n"
        "for information     15.00  -                     no target yet\n"
    )
    assert [figure.misses for figure in figures] == [False, True, True, False, False]


def test_the_byte_code_looked_at_is_that_of_the_commands_timed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was the clone's, which is not what an installed command loads."""
    here = processes.timed_module()
    elsewhere = tmp_path / "calbook" / "api" / "client.py"
    elsewhere.parent.mkdir(parents=True)
    for package in (tmp_path / "calbook", elsewhere.parent):
        (package / "__init__.py").touch()
    elsewhere.touch()
    monkeypatch.chdir(tmp_path)  # as a clone in which the bench is run

    is_installed = Path(sys.executable).with_name("calbook").exists()
    assert processes.timed_module() == (here if is_installed else elsewhere)
