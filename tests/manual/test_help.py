"""`calbook help`: topics, pages and the help of commands."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from calbook.cli import tree
from calbook.cli.commands import help

if TYPE_CHECKING:
    from support.running import Run, Terminal

pytest_plugins = ("support.running",)


def test_help_lists_topics_with_what_they_are_for_and_commands(run: Run) -> None:
    answer = run("help")

    shown = " ".join(answer.out.split())
    assert (answer.status, answer.err) == (0, "")
    for topic in help.TOPICS:
        assert f" {topic} {help.summary(help.page(topic))}" in f" {shown}"
    for section, commands in tree.SECTIONS.items():
        assert f" {section} {next(iter(commands))}" in shown
        assert all(name in shown for name in commands)
    assert max(map(len, answer.out.splitlines())) <= 80


def test_the_list_keeps_to_the_terminal(terminal: Callable[..., Terminal]) -> None:
    screens = {columns: terminal("help", columns=columns) for columns in (60, 200)}

    assert {screen.end() for screen in screens.values()} == {0}
    widest = {
        columns: max(map(len, screen.shown.splitlines()))
        for columns, screen in screens.items()
    }
    assert widest[60] <= 60
    assert 80 < widest[200] <= 100


@pytest.mark.parametrize("topic", help.TOPICS)
def test_a_page_is_printed_as_it_is_when_piped(run: Run, topic: str) -> None:
    assert run("help", topic) == (0, help.page(topic), "")


@pytest.mark.parametrize(
    "word", ["Nextcloud", "khal", "dav", "google", "icloud", "vdirsyncer"]
)
def test_a_program_leads_to_its_page(run: Run, word: str) -> None:
    assert run("help", word) == (0, help.page("caldav"), "")


def test_a_page_is_rendered_on_a_terminal(terminal: Callable[..., Terminal]) -> None:
    screen = terminal("help", "booking", columns=80)

    assert screen.end() == 0
    assert "\x1b[" in screen.raw
    assert not re.search(r"\]\(|\*\*|^#|```", screen.shown, flags=re.MULTILINE)
    assert "$ calbook confirm bk_5t8zc0" in screen.shown
    assert "calbook help setup" in " ".join(screen.shown.split())
    assert "PENDING" in screen.shown
    code = set(help.page("booking").splitlines())  # stays whole, to be copied
    shown = screen.shown.splitlines()
    assert max(len(line) for line in shown if line not in code) <= 80
    assert any(len(line) > 80 for line in shown if line in code)


def test_a_page_is_never_wider_than_can_be_read(
    terminal: Callable[..., Terminal],
) -> None:
    screen = terminal("help", "rules", columns=200)

    assert screen.end() == 0
    assert 80 < max(map(len, screen.shown.splitlines())) <= 100


def test_a_page_is_plain_where_no_colour_is_wanted(
    terminal: Callable[..., Terminal],
) -> None:
    screen = terminal("help", "rules", NO_COLOR="1")

    assert screen.end() == 0
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", screen.raw)


@pytest.mark.parametrize(
    "command", [("create",), ("event", "add"), ("event",), ("help",)], ids=" ".join
)
def test_help_of_a_command_is_its_own(run: Run, command: tuple[str, ...]) -> None:
    asked, own = run("help", *command), run(*command, "--help")

    assert asked == own
    assert asked.out.startswith(" ".join(("Usage: calbook", *command)))


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("boking",), "did you mean booking?"),
        (("webhoks",), "did you mean webhooks?"),
        (("crate",), "did you mean create?"),
        (("event", "ad"), "did you mean event add?"),
        (("create", "x"), "did you mean create?"),
        (("zzzzzz",), "see calbook help"),
    ],
    ids=" ".join,
)
def test_an_unknown_topic_is_told_with_what_is_near(
    run: Run, words: tuple[str, ...], hint: str
) -> None:
    answer = run("help", *words)

    said = f"calbook: no such topic or command: {' '.join(words)}\nhint: {hint}\n"
    assert answer == (2, "", said)


def test_no_topic_hides_a_command() -> None:
    assert not {*help.TOPICS, *help.PROGRAMS} & tree.COMMANDS.keys()


def test_the_first_help_names_the_manual(run: Run) -> None:
    assert "`calbook help`" in run("--help").out


def test_help_needs_no_file_and_no_other_command(run: Run, path: Any) -> None:
    path.mkdir()  # what opens it fails

    assert run("help").status == 0
    assert run("help", "booking").status == 0


def test_help_loads_neither_commands_nor_what_draws() -> None:
    code = (
        "import sys; from calbook.cli import app; app.run(['help', *sys.argv[1:]])\n"
        "slow = ('rich', 'calbook.client', 'calbook.cli.create')\n"
        "print(*(name for name in slow if name in sys.modules), file=sys.stderr)"
    )

    for topic in ([], ["booking"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *topic], capture_output=True, text=True
        )

        assert done.stderr == "\n"
