"""The examples in the help: each command has some, and each does what it is for."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.example_office import Office, make_office

from calbook.cli.commands import help as manual
from calbook.cli.help import examples
from calbook.cli.tree import COMMANDS, build_command

EXAMPLES = examples.read_examples()
LINES = [
    (command, example.line)
    for command, found in EXAMPLES.items()
    for example in found.examples
]
# Those that cannot be run here, each with what it needs; that they can be read is
# tested.
NEEDS = {
    "calbook init": "a terminal",
    "calbook create": "a terminal",
    "calbook deliver --watch": "somebody who ends it",
    "calbook config edit": "an editor",
    "EDITOR=nano calbook config edit": "an editor",
    "calbook deliver": "a server",
    "calbook deliver --retry-now": "a server",
    "calbook db share --group staff": "a group of users",
    "calbook db share --group staff --db backup.db": "a group of users",
    "calbook webhook test wh_6b3n": "a server",
    "calbook webhook redeliver dl_7k4mx1": "a server",
    "calbook mail redeliver dl_2f9qz6": "a server",
    "calbook config smtp-test": "a server",
    "calbook config smtp-test --send-to grace@example.com": "a server",
}
_NETWORK = ("postgresql://", "calendar.example.com", "cloud.example.com")
# What says by its status what it found.
STATUSES = {
    "calbook explain --event demo --start 'sun 10:00'": 5,
    "calbook doctor": 1,
    "calbook doctor --monitor": 2,
}


def commands(tree: Any = COMMANDS, *words: str) -> Iterator[str]:
    for name, below in tree.items():
        if isinstance(below, str):
            yield " ".join(("calbook", *words, name))
        else:
            yield from commands(below, *words, name)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return make_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(made: Office, tmp_path: Path) -> Office:
    return made.copy(tmp_path / "home")


def test_every_command_has_two_to_four_examples() -> None:
    counts = {command: len(EXAMPLES[command].examples) for command in EXAMPLES}

    assert sorted(EXAMPLES) == sorted(["calbook", *commands()])
    assert {n for n, count in counts.items() if not 2 <= count <= 4} == set()


@pytest.mark.parametrize(("command", "line"), LINES, ids=[line for _, line in LINES])
def test_an_example_is_said_in_a_sentence_and_of_its_command(
    command: str, line: str
) -> None:
    said = next(e.said for e in EXAMPLES[command].examples if e.line == line)
    first = EXAMPLES[command].examples[0].line

    assert re.fullmatch(r"[A-Z][^\n]{3,90}\.", said)
    assert re.search(r"(^|[( ])calbook ", line)
    assert command == "calbook" or f"{command} " in f"{first} "


@pytest.mark.parametrize("line", [line for _, line in LINES])
def test_an_example_does_what_it_says(line: str, office: Office) -> None:
    command, given = _split(line, office.home)
    needed = NEEDS.get(line) or ("a server" if _is_remote(line) else "")
    if needed:
        _read(shlex.split(command))
        return

    done = office.run(command, given=given)

    assert done.status == STATUSES.get(line, 0), done
    assert "bug" not in done.err


def _is_remote(line: str) -> bool:
    return any(name in line for name in _NETWORK)


def _split(line: str, home: Path) -> tuple[str, bytes]:
    """What calbook is called with, and what a shell gives it from a file."""
    found = re.search(r"calbook ?((?:'[^']*'|[^'<>|)])*)(?:< (\S+))?", line)
    assert found
    given = (home / found[2]).read_bytes() if found[2] else b""
    return found[1].replace("~", str(home)), given


def _read(words: list[str]) -> None:
    """As far as the command line goes: a wrong option raises."""
    place: Any = COMMANDS
    while not isinstance(place, str):
        name = words.pop(0)
        place = place[name]
    build_command(name, place).make_context(name, words)


@pytest.mark.parametrize("command", EXAMPLES)
def test_more_is_said_on_pages_that_exist(command: str) -> None:
    assert {*EXAMPLES[command].topics} <= {*manual.TOPICS}


@pytest.mark.parametrize(
    ("command", "option"),
    [(c, option) for c, found in EXAMPLES.items() for option in found.needed],
)
def test_what_is_needed_stands_in_the_usage_and_is_refused_without(
    command: str, option: str, office: Office
) -> None:
    """The first example without the option: off a terminal nobody is asked."""
    usage = office.run(f"{command.removeprefix('calbook ')} --help").out.split("\n\n")
    line, _ = _split(EXAMPLES[command].examples[0].line, office.home)
    without = re.sub(rf"{option} ('[^']*'|\S+)", "", line)

    done = office.run(without)

    assert re.search(rf"\[OPTIONS\].*{option} \S+", " ".join(usage[0].split()))
    assert done.status == 2, done
    assert option in done.err
