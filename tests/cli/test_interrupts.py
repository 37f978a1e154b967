"""What is said at Ctrl-C and SIGTERM is what is so: a change and its answer are one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MONDAY
from support.running import COMMAND, PATIENCE
from support.stores import dump

from calbook import Booking, interrupts
from calbook.store.sqlite import compacting

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

Send = Callable[[str], None]
Words = tuple[object, ...]

STATUSES = {signal.SIGINT: 130, signal.SIGTERM: 143}
WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "stopped"}
PERSON = ("--name", "Eve", "--email", "eve@example.com", "--no-deliver")


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture(params=STATUSES, ids=lambda number: number.name)
def number(request: pytest.FixtureRequest) -> signal.Signals:
    found: signal.Signals = request.param
    return found


@pytest.fixture
def send(monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> Send:
    """Has a signal come once: as a change begins, in its commit, or behind that."""

    def send(when: str) -> None:
        owner, name = {
            "begun": (interrupts, "begin_change"),
            "committing": (interrupts.committing, "__enter__"),
            "committed": (interrupts.committing, "__exit__"),
        }[when]
        usual, left = getattr(owner, name), [number]

        def hook(*args: Any) -> None:
            usual(*args)
            if left:
                os.kill(os.getpid(), left.pop())

        monkeypatch.setattr(owner, name, hook)

    return send


@pytest.fixture
def uids(booking: Callable[..., Booking]) -> list[str]:
    return [booking().uid for _ in range(2)]


@pytest.fixture
def words(uids: list[str], run: Run, tmp_path: Path) -> Callable[[str], Words]:
    """A command that changes something, and can do so now."""
    calendar = tmp_path / "work.ics"
    calendar.write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\n"
        "DTSTART:20270301T100000Z\nDTEND:20270301T110000Z\nEND:VEVENT\n"
        "END:VCALENDAR\n"
    )
    table = tmp_path / "table.csv"
    table.write_text("start,name,email\n2027-03-02 10:00,Eve,eve@example.com\n")
    lines = tmp_path / "lines.jsonl"
    lines.write_text("".join(f"{json.dumps(line)}\n" for line in wanted(3)))
    new = ("create", "--event", "demo", "--start", "2027-02-01 10:00", *PERSON)

    def make(name: str) -> Words:
        if name == "undo":
            assert run("cancel", uids[0], "--no-deliver").status == 0
        return {
            "create": new,
            "series": (*new, "--repeat", "weekly", "--count", "5"),
            "cancel": ("cancel", uids[0], "--no-deliver"),
            "several": ("cancel", *uids, "--yes", "--no-deliver"),
            "undo": ("undo", uids[0], "--yes", "--no-deliver"),
            "event": ("event", "update", "demo", "--title", "Talk"),
            "note": ("note", "add", uids[0], "Called back"),
            "lines": ("create", "--input", lines, "--no-deliver"),
            "atomic": ("create", "--input", lines, "--atomic", "--no-deliver"),
            "busy": ("busy", "import", calendar),
            "import": (
                *("import", table, "--from", "csv", "--event", "demo"),
                *("--tz", "UTC", "--yes", "--no-deliver"),
            ),
        }[name]

    return make


def wanted(count: int) -> list[dict[str, Any]]:
    return [
        {
            "eventTypeId": "demo",
            "startTime": (MONDAY + timedelta(days=40, hours=number)).isoformat(),
            "attendee": {"name": "Eve", "email": "eve@example.com"},
        }
        for number in range(count)
    ]


CHANGES = (
    *("create", "series", "cancel", "several", "undo", "event", "note"),
    *("lines", "atomic", "busy", "import"),
)


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["plain", "json"])
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_committed_is_answered_whatever_comes(
    run: Run,
    place: str,
    words: Callable[[str], Words],
    send: Send,
    number: signal.Signals,
    change: str,
    form: Words,
) -> None:
    """`interrupted` was said of what was booked, and who tried again had it twice."""
    args = words(change)
    before = dump(place)
    send("committed")

    answer = run(*args, *form)

    said = "3 booked, 0 refused, 0 left" if change == "lines" else DONE
    assert answer.status == STATUSES[number], answer
    assert f"{WORDS[number]}: {said}" in answer.err
    assert dump(place) != before
    if form:
        assert json.loads(answer.out)
        assert json.loads(answer.err.splitlines()[-1])["error"]["exitCode"]
    elif change not in ("note", "import"):  # which answer on stderr
        assert answer.out


DONE = "what was asked for is done"


@pytest.mark.parametrize("reader", ["plain", "typer"], indirect=True)
@pytest.mark.parametrize("change", ["create", "several", "lines"])
def test_a_signal_in_the_commit_is_heard_before_it_or_behind_the_answer(
    run: Run,
    place: str,
    words: Callable[[str], Words],
    send: Send,
    number: signal.Signals,
    change: str,
) -> None:
    """A server may still be asked to give it up; what it did is what counts."""
    args = words(change)
    before = dump(place)
    send("committing")

    answer = run(*args)

    is_changed = dump(place) != before
    nothing = "3 left" if change == "lines" else "nothing was changed"
    done = "3 booked" if change == "lines" else DONE
    assert answer.status == STATUSES[number], answer
    assert (done if is_changed else nothing) in answer.err
    assert bool(answer.out) is is_changed
    assert is_changed or place.startswith("postgresql")


@pytest.mark.parametrize("reader", ["plain", "typer"], indirect=True)
@pytest.mark.parametrize("change", CHANGES)
def test_before_the_commit_nothing_is_changed_and_that_is_said(
    run: Run,
    place: str,
    words: Callable[[str], Words],
    send: Send,
    number: signal.Signals,
    change: str,
) -> None:
    args = words(change)
    before = dump(place)
    send("begun")

    answer = run(*args)

    said = {
        "lines": "0 booked, 0 refused, 3 left",
        **dict.fromkeys(("atomic", "import"), "nothing was written"),
    }.get(change, "nothing was changed")
    assert (answer.status, answer.out) == (STATUSES[number], "")
    assert answer.err.endswith(f"calbook: {WORDS[number]}: {said}\n")
    assert dump(place) == before


@pytest.mark.parametrize("source", ["file", "-", "list"])
def test_lines_that_are_left_are_named_and_can_be_booked(
    run: Run,
    booking: Callable[..., Booking],
    tmp_path: Path,
    send: Send,
    number: signal.Signals,
    source: str,
) -> None:
    """Nobody was told where to go on; blank lines count as in a refusal."""
    booking()
    texts = [json.dumps(line) for line in wanted(3)]
    text = f"[{', '.join(texts)}]" if source == "list" else "\n\n".join(texts)
    file = tmp_path / "the lines"
    file.write_text(text)
    args = ("create", "--each", "--no-deliver", "--input")
    send("committed")

    answer = run(*args, *(["-"] if source == "-" else [file]), input=text)

    at = 2 if source == "list" else 3
    tail = f" (tail -n +3 '{file}' | calbook create --input -)" * (source == "file")
    said = f"1 booked, 0 refused, 2 left; go on with line {at}{tail}"
    assert answer.err == f"calbook: {WORDS[number]}: {said}\n"
    rest = "\n".join(text.split("\n")[2:])
    assert source == "list" or len(run(*args, "-", input=rest).out.splitlines()) == 2


@pytest.mark.sqlite
def test_a_file_that_is_compacted_is_as_it_was(
    run: Run,
    place: str,
    uids: list[str],
    send: Send,
    number: signal.Signals,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was compacted to its end, and then `interrupted` was said."""
    monkeypatch.setattr(compacting, "_STEPS", 1)
    before = dump(place)
    send("committing")

    answer = run("db", "compact")

    said = f"calbook: {WORDS[number]}: what is stored is as it was\n"
    assert answer == (STATUSES[number], "", said)
    assert dump(place) == before
    assert run("db", "compact").status == 0


def test_who_only_reads_is_interrupted_and_no_more_is_said(
    run: Run, uids: list[str], number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    from calbook.cli import output

    def hook(*args: object, **options: object) -> None:
        os.kill(os.getpid(), number)

    monkeypatch.setattr(output, "print_list", hook)

    answer = run("list")

    assert answer == (STATUSES[number], "", f"calbook: {WORDS[number]}\n")


def test_what_was_asked_at_a_signal_is_asked_no_more(run: Run) -> None:
    """Handlers and what was noted are as before."""
    usual = [signal.getsignal(each) for each in STATUSES]

    run("list")

    assert [signal.getsignal(each) for each in STATUSES] == usual
    assert not interrupts.is_noted()
    with interrupts.committing():
        interrupts.begin_change()
        interrupts.release()  # of no consequence where nobody listens


# -- how a process ends


LOOP = 'for each in 1 2 3; do "$@"; echo "went on: $?"; done'
# Ctrl-C as a terminal sends it to all, while modules are loaded or the file is read.
_SENDING = """
import os, signal, sys
number, when = int(sys.argv.pop(1)), sys.argv.pop(1)
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == when:
            os.kill(os.getpid(), number)
sys.meta_path.insert(0, Finder())
from calbook.__main__ import main
main()
"""


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("args", "when", "said"),
    [
        (("list",), "calbook.cli.plain_parser", ""),
        (("list",), "calbook.store.sqlite.store", "calbook: {word}\n"),
        (("event", "list"), "typer", "calbook: {word}\n"),
        (("lisst",), "calbook.core.suggestions", "calbook: {word}\n"),
    ],
    ids=["start", "work", "typer", "error"],
)
def test_a_signal_while_modules_are_loaded_is_no_bug(
    environment: Callable[[], dict[str, str]],
    run: Run,
    uids: list[str],
    number: signal.Signals,
    args: tuple[str, ...],
    when: str,
    said: str,
) -> None:
    """SIGTERM was `a bug in calbook: ImportError`: its handler imported something."""
    done = subprocess.run(
        [sys.executable, "-c", _SENDING, str(number.value), when, *args],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert done.returncode == -number
    assert (done.stdout, done.stderr) == ("", said.format(word=WORDS[number]))


@pytest.mark.sqlite
def test_ctrl_c_ends_a_loop_of_a_shell(
    environment: Callable[[], dict[str, str]], tmp_path: Path
) -> None:
    """A shell goes on where a program that has heard it exits by itself."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with (
        subprocess.Popen(
            ["bash", "-c", LOOP, "bash", *COMMAND, "create", "--input", pipe],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        ) as shell,
        pipe.open("w"),
    ):  # once the command reads from it
        os.killpg(shell.pid, signal.SIGINT)
        out, err = shell.communicate(timeout=PATIENCE)

    assert (out, err) == ("", "calbook: interrupted\n")
    assert shell.returncode == -signal.SIGINT


@pytest.mark.sqlite
def test_a_shell_sees_the_status_that_the_manual_names(
    environment: Callable[[], dict[str, str]], number: signal.Signals
) -> None:
    asked = 'python=$1; number=$2; shift 2; "$python" -c "$@"; echo "status $?"'
    when = "calbook.store.sqlite.store"
    found = [str(number.value), when, "list"]
    done = subprocess.run(
        ["bash", "-c", asked, "bash", sys.executable, found[0], _SENDING, *found],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert done.stdout == f"status {STATUSES[number]}\n"


@pytest.mark.sqlite
def test_who_was_told_to_ignore_it_goes_on(
    environment: Callable[[], dict[str, str]], uids: list[str]
) -> None:
    """As a shell starts what runs in the background."""
    when = "calbook.store.sqlite.store"
    args = [sys.executable, "-c", _SENDING, str(signal.SIGINT.value), when, "list"]
    done = subprocess.run(
        ["sh", "-c", "trap '' INT; \"$@\"", "sh", *args],
        env=environment(),
        capture_output=True,
        timeout=PATIENCE,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"\n") == len(uids)


@pytest.mark.sqlite
def test_no_at_a_question_is_a_status_and_no_signal(
    terminal: Callable[..., Any], uids: list[str]
) -> None:
    shown = terminal("erase", "Ada", "--cancel")
    shown.expect("[y/N]")
    shown.type("n\n")

    assert shown.end() == 130
