"""97 conventions of programs in a terminal, each shown by a command."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from manual.documents import environment, on_terminal
from support.example_office import NOW, Done, Office, make_office

from cli.conventions import Shown
from cli.conventions.arguments import ARGUMENTS
from cli.conventions.asking import ASKING
from cli.conventions.printing import PRINTING
from cli.conventions.teaching import TEACHING
from cli.conventions.times_and_places import LEFT_OUT, TIMES_AND_PLACES

SHOWN = (*ARGUMENTS, *TEACHING, *PRINTING, *ASKING, *TIMES_AND_PLACES)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return make_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(made: Office, tmp_path: Path) -> Office:
    return made.copy(tmp_path / "home")


def test_there_are_97_of_which_at_most_5_are_left_out() -> None:
    sentences = [each.sentence for each in SHOWN] + list(LEFT_OUT)

    assert len(set(sentences)) == len(sentences)
    assert all(re.fullmatch(r"[^\n]{8,90}\.", each) for each in sentences)
    assert all(LEFT_OUT.values())
    assert len(LEFT_OUT) <= 5
    assert len(sentences) == 97


@pytest.mark.parametrize("shown", SHOWN, ids=lambda each: each.sentence)
def test_a_convention_is_kept(shown: Shown, office: Office) -> None:
    run = _on_terminal if shown.where == "terminal" else _in_pipe
    for line in shown.lines.split("; "):
        done = run(line, office)

    assert done.status == shown.status, done
    assert re.search(shown.out, done.out), done
    assert re.search(shown.err, done.err), done
    assert shown.not_out is None or not re.search(shown.not_out, done.out), done
    assert shown.not_err is None or not re.search(shown.not_err, done.err), done


def _in_pipe(line: str, office: Office) -> Done:
    """In this process; each command is given what the one before it printed."""
    given = b""
    for command in line.split(" | "):
        words, _, file = command.partition(" < ")
        if file:
            given = (office.home / file).read_bytes()
        before, _, arguments = words.partition("calbook")
        variables = dict(each.split("=", 1) for each in shlex.split(before))
        done = office.run(arguments, given=given, variables=variables)
        given = done.out.encode()
    return done


def _on_terminal(line: str, office: Office) -> Done:
    """All that a terminal of 80 columns shows is `out`."""
    env = environment(office.home) | {"CALBOOK_DELIVER": "off", "CALBOOK_NOW": NOW}
    env |= {"TERM": "xterm-256color"}
    for shown, real in office.ids.items():
        line = line.replace(shown, real)
    out = on_terminal(f"{line}; echo status $?", cwd=office.home, env=env)
    text, _, status = out.rpartition("status ")
    return Done(int(status), text, "")
