"""Long answers on a terminal go through a pager, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from calbook import Booking
from calbook.cli import output, sorting
from calbook.cli.screen import columns
from calbook.core import ids

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

COUNTING = "sed -n '$='"  # a pager that says how many lines there were
Start = Callable[..., Any]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def many(booking: Callable[..., Booking]) -> None:
    for _ in range(20):
        booking()


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("name", ["CALBOOK_PAGER", "PAGER"])
@pytest.mark.parametrize(
    "line",
    [
        *(("list",), ("agenda", "--from", "2027-01-18"), ("help", "scripting")),
        ("list", "--csv", "--color=always"),
    ],
)
def test_what_is_longer_than_the_screen_is_paged(
    terminal: Start, name: str, line: tuple[str, ...]
) -> None:
    shown = terminal(*line, rows=10, **{"CALBOOK_PAGER": COUNTING, name: COUNTING})

    assert shown.end() == 0
    is_screen = "--csv" not in line
    assert (len(shown.shown.splitlines()) <= 2) is is_screen
    assert shown.shown.splitlines()[0].isdecimal() is is_screen


@pytest.mark.usefixtures("many")
def test_the_variable_of_calbook_goes_before_that_of_all(terminal: Start) -> None:
    shown = terminal("list", rows=10, PAGER="echo other", CALBOOK_PAGER="echo own")

    assert shown.end() == 0
    assert shown.shown.splitlines()[0] == "own"


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("line", "env"),
    [
        pytest.param(("list", "--no-pager"), {}, id="said"),
        pytest.param(("list",), {"CALBOOK_PAGER": ""}, id="set to nothing"),
        pytest.param(("list",), {"CALBOOK_PAGER": "cat"}, id="set to cat"),
        pytest.param(("list",), {"TERM": "dumb"}, id="on a dumb terminal"),
        pytest.param(("list", "--json"), {}, id="as JSON"),
        pytest.param(("list", "--jsonl"), {}, id="as lines of JSON"),
        pytest.param(("list", "--fields", "uid"), {}, id="as columns"),
    ],
)
def test_there_is_no_pager(
    terminal: Start, line: tuple[str, ...], env: dict[str, str]
) -> None:
    shown = terminal(*line, rows=10, **{"CALBOOK_PAGER": COUNTING} | env)

    assert shown.end() == 0
    assert shown.shown.count("bk_") >= 20


@pytest.mark.usefixtures("many")
def test_there_is_no_pager_for_what_fits(terminal: Start) -> None:
    shown = terminal("list", rows=60, CALBOOK_PAGER=COUNTING)

    assert shown.end() == 0
    assert shown.shown.count("bk_") == 20


def test_lines_that_are_folded_by_the_terminal_count(
    terminal: Start, booking: Callable[..., Booking]
) -> None:
    uid = booking(notes="much to say " * 60).uid
    shown = terminal("show", uid, rows=15, columns=80, CALBOOK_PAGER=COUNTING)

    assert shown.end() == 0
    assert shown.shown.strip().isdecimal()


@pytest.mark.usefixtures("many")
def test_there_is_no_pager_off_a_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALBOOK_PAGER", "false")
    monkeypatch.setenv("LINES", "5")

    assert len(run("list").rows) == 20
    assert run("list", "--color=always").out.count("bk_") == 20


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    "command",
    [
        *("no-such-pager", "no-such-pager -x", "no-such-pager | cat"),
        *("/etc/passwd", "'/etc/passwd'"),
    ],
)
def test_without_the_pager_that_is_set_the_answer_is_there(
    terminal: Start, command: str
) -> None:
    shown = terminal("list", rows=10, CALBOOK_PAGER=command)

    assert shown.end() == 0
    if "|" not in command:  # there the cat has shown nothing, and ended well
        assert shown.shown.count("bk_") == 20


@pytest.mark.usefixtures("many")
def test_without_less_the_answer_is_there(terminal: Start, tmp_path: Path) -> None:
    shown = terminal("list", rows=10, CALBOOK_PAGER="less", PATH=str(tmp_path))

    assert shown.end() == 0
    assert shown.shown.count("bk_") == 20
    assert "pager" not in shown.shown


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("command", ["head -n 1", "true", "kill -9 $$"])
def test_a_pager_that_ends_early_is_no_failure(terminal: Start, command: str) -> None:
    shown = terminal("list", rows=10, CALBOOK_PAGER=command)

    assert shown.end() == 0
    assert "Traceback" not in shown.shown
    assert "calbook:" not in shown.shown


@pytest.mark.usefixtures("many")
def test_an_exit_code_is_kept(terminal: Start, run: Run) -> None:
    line = ("explain", "--event", "demo", "--start", "2020-01-01 10:00")
    shown = terminal(*line, rows=2, CALBOOK_PAGER="cat > /dev/null")

    assert shown.end() == run(*line).status == 5
    assert "refused" not in shown.shown


@pytest.mark.usefixtures("many")
def test_ctrl_c_is_left_to_the_pager(terminal: Start) -> None:
    """Less goes on at Ctrl-C: ending under it would leave the terminal to two."""
    waits = 'until [ "$heard" ]; do sleep 0.1; done'
    pager = f"trap 'heard=yes' INT; cat > /dev/null; echo ready; {waits}; echo over"
    shown = terminal("list", rows=10, CALBOOK_PAGER=pager)
    shown.expect("ready")
    shown.type("\x03")
    shown.expect("over")

    assert shown.end() == 0
    assert "interrupted" not in shown.shown


@pytest.mark.usefixtures("many")
def test_a_pager_gets_its_usual_settings(terminal: Start) -> None:
    say = 'printf \'%s %s\\n\' "$LESS" "$LESSCHARSET"'
    usual = terminal("list", rows=10, CALBOOK_PAGER=say)
    own = terminal("list", rows=10, CALBOOK_PAGER=say, LESS="S")
    usual.end(), own.end()

    assert usual.shown.splitlines()[0] == "FRX utf-8"
    assert own.shown.splitlines()[0] == "S utf-8"


def test_a_change_waits_for_no_pager(
    terminal: Start, booking: Callable[..., Booking]
) -> None:
    """What is to be sent goes out behind the answer."""
    uids = [booking().uid for _ in range(12)]
    shown = terminal("cancel", *uids, "--yes", rows=10, CALBOOK_PAGER=COUNTING)

    assert shown.end() == 0
    assert shown.shown.count("Cancelled") == 12


# -- of any length -------------------------------------------------------------------

ALIKE = ("bk_7q2mx41v9d3k", "bk_7q2mx41vabcd", "bk_7q2mx4zzzzzz", "bk_000000000000")


@pytest.mark.parametrize("more", [(), ("--sort", "attendee.name", "--offset", "1")])
def test_what_waits_in_a_file_is_shown_in_the_same_table(
    run: Run,
    event_type: Callable[..., object],
    booking: Callable[..., Booking],
    monkeypatch: pytest.MonkeyPatch,
    more: tuple[str, ...],
) -> None:
    """Its widths, short ids and zones are those of all rows."""
    left = [*ALIKE]
    monkeypatch.setattr(ids, "uid", lambda: left.pop(0))
    event_type()
    for number, name in enumerate(("Al", "A very long name " * 4, "Bo", "日本")):
        who = {"name": name, "email": "a@example.com"}
        booking(start_time=f"2027-01-18 1{number}:00", attendee=who)
    line = ("list", "--all", "--color", "always", *more)
    whole = run(*line)

    for module in (output, columns, sorting):
        monkeypatch.setattr(module, "_AT_ONCE", 2)

    assert run(*line) == whole
    assert "bk_7q2mx41v9" in whole.out
