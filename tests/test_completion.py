"""Completion: scripts that match the tree, shells that complete, a file left alone."""

from __future__ import annotations

import os
import pty
import select
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import MONDAY

import calbook
from calbook.cli import app, tree
from calbook.cli.commands import completion
from calbook.cli.shell import complete
from calbook.core.model import Status
from calbook.core.rules import booking_rules
from calbook.store.sqlite.file_access import APPLICATION_ID, SCHEMA_VERSION

ROOT = Path(__file__).parent.parent
FILES = {
    "bash": "calbook.bash",
    "zsh": "_calbook",
    "fish": "calbook.fish",
    "powershell": "calbook.ps1",
}
EVIL = "$(touch pwned)"
NEXT = MONDAY + timedelta(days=16)
HINT = f"{NEXT.astimezone():%a %Y-%m-%d %H:%M} demo"
SHELLS = [
    pytest.param(
        shell,
        marks=pytest.mark.skipif(not shutil.which(shell), reason=f"no {shell} here"),
    )
    for shell in ("bash", "zsh", "fish")
]
Complete = Callable[..., list[str]]


# -- the scripts


@pytest.mark.parametrize("shell", FILES)
def test_the_script_in_the_repository_is_the_one_that_is_printed(shell: str) -> None:
    file = ROOT / "completions" / FILES[shell]

    printed = completion.script(shell)

    assert file.read_text(encoding="utf-8") == printed, (
        f"run: calbook completion {shell} > completions/{FILES[shell]}"
    )


def names(command: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every word and option of the tree with the command that it follows."""
    for param in command.params:
        if param.param_type_name == "option":
            yield from ((place, o) for o in (*param.opts, *param.secondary_opts))
    if hasattr(command, "list_commands"):
        for name in command.list_commands(None):
            yield place, name
            yield from names(command.get_command(None, name), f"{place} {name}")


@pytest.mark.parametrize("shell", FILES)
def test_every_command_and_option_is_in_the_script(shell: str) -> None:
    script = completion.script(shell)

    wanted = set(names(tree.LazyGroup("calbook", tree.COMMANDS, ""), "calbook"))

    assert len(wanted) > 200
    assert [pair for pair in wanted if "\t".join((*pair, "")) not in script] == []


@pytest.mark.parametrize(
    ("place", "key", "offered"),
    [
        ("show", "<1>", "uids"),
        ("cancel", "<1>", "uids"),
        ("list", "--after", "uids"),
        ("create", "--event", "events"),
        ("create", "--host", "hosts"),
        ("create", "--input", "file"),
        ("create", "--by", "attendee|host|"),
        ("create", "--notify", "-"),
        ("create", "--repeat", "daily|weekly|monthly|yearly|"),
        ("create", "--on-conflict", "refuse|skip|"),
        ("create", "--start", "?"),
        ("slots", "--event", "events"),
        ("slots", "--host", "hosts"),
        ("slots", "--exclude", "uids"),
        ("slots", "--series", "daily|weekly|monthly|yearly|"),
        ("slots", "--explain", "?"),
        ("explain", "--event", "events"),
        ("explain", "--host", "hosts"),
        ("explain", "--exclude", "uids"),
        ("explain", "--start", "?"),
        ("event add", "<1>", "?"),
        ("event show", "<1>", "events"),
        ("event update", "--host", "hosts"),
        ("event update", "--no-notify", "-"),
        ("event add", "--schedule", "schedules"),
        ("host remove", "<1>", "hosts"),
        ("schedule override", "<1>", "schedules"),
        ("ics", "-o", "file"),
        ("ics", "--output", "file"),
        ("ics", "--method", "publish|request|cancel|"),
        ("db restore", "<1>", "file"),
        ("completion", "<1>", "bash|zsh|fish|powershell|"),
    ],
)
def test_what_is_offered(place: str, key: str, offered: str) -> None:
    found = {row[:2]: row[2] for row in completion.rows()}

    assert found[f"calbook {place}", key] == offered


def test_choices_are_those_of_the_core(client: calbook.Client) -> None:
    found = {row[:2]: row[2] for row in completion.rows()}
    with pytest.raises(calbook.errors.BadInput) as refused:
        client.calendar.event_types.create("x", round_robin={"algorithm": "x"})

    def words(*choices: str) -> str:
        return "".join(f"{word.lower().replace('_', '-')}|" for word in choices)

    rules = words(*refused.value.details["choices"])
    assert found["calbook list", "--status"] == words(*Status)
    assert found["calbook event add", "--assignment"] == rules
    assert found["calbook create", "--override"] == ",".join(
        booking_rules.RULE_OVERRIDES
    )


def test_a_row_is_four_cells_on_one_line() -> None:
    for row in completion.rows():
        assert all(cell and not set(cell) & {"\t", "\n"} for cell in row), row


def test_the_powershell_script_is_ascii() -> None:
    """Windows PowerShell takes a script without a mark for the old code page."""
    assert completion.script("powershell").isascii()


def test_an_unknown_shell_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    status = app.run(["completion", "tcsh"])

    assert status == 2
    assert "bash, zsh, fish, powershell" in capfd.readouterr().err


# -- what `__complete` answers


@pytest.fixture
def database(path: Path) -> str:
    return str(path)


@pytest.fixture
def uids(
    booking: Callable[..., Any], client: Any, path: Path, monkeypatch: Any
) -> list[str]:
    """Two bookings to come and two in the past, as they are to be offered."""
    client.calendar.event_types.create("idle", title=EVIL, active=False)
    starts = [NEXT + timedelta(days=day) for day in (1, -1, -4, 0)]
    later, past, long_past, next_ = (
        booking(start_time=start, attendee={"name": EVIL, "email": "x@example.com"}).uid
        for start in starts
    )
    monkeypatch.setenv("CALBOOK_DB", str(path))
    monkeypatch.setenv("CALBOOK_NOW", f"{NEXT:%Y-%m-%dT%H:%M:%SZ}")
    client.close()
    return [next_, later, past, long_past]


@pytest.fixture
def offered(capfd: pytest.CaptureFixture[str]) -> Complete:
    def offer(*args: str) -> list[str]:
        assert complete.complete(args) == 0
        out, err = capfd.readouterr()
        assert err == ""
        return out.splitlines()

    return offer


def test_uids_come_with_a_hint_the_next_first_then_the_latest(
    offered: Complete, uids: list[str]
) -> None:
    lines = offered("uids")

    assert [line.split("\t")[0] for line in lines] == uids
    assert lines[0] == f"{uids[0]}\t{HINT}"


@pytest.mark.parametrize("length", [3, 5, 15])
def test_a_uid_begun_is_finished(
    offered: Complete, uids: list[str], length: int
) -> None:
    begun = uids[1][:length]

    found = [line.split("\t")[0] for line in offered("uids", begun)]

    assert found == [uid for uid in uids if uid.startswith(begun)]


def test_a_uid_begun_without_its_prefix_is_finished_without(
    offered: Complete, uids: list[str]
) -> None:
    bare = uids[1].removeprefix("bk_")

    found = offered("uids", bare[:6])

    assert [line.split("\t")[0] for line in found] == [bare]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["events"], ["demo", "idle"]),
        (["events", "d"], ["demo"]),
        (["events", "ev"], ["evt_demo", "evt_idle"]),
        (["events", "evt_i"], ["evt_idle"]),
        (["hosts"], ["me"]),
        (["hosts", "user_"], ["user_me"]),
        (["schedules"], ["always", "work"]),
        (["schedules", "x"], []),
        (["notes"], []),
        ([], []),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("uids")
def test_ids(offered: Complete, args: list[str], expected: list[str]) -> None:
    assert offered(*args) == expected


def test_fifty_are_enough(
    offered: Complete, uids: list[str], booking: Callable[..., Any]
) -> None:
    for hour in range(60):
        booking(start_time=MONDAY + timedelta(days=30, hours=hour))

    assert len(offered("uids")) == 50
    assert len(offered("uids", "bk_")) == 50


def test_the_file_named_is_the_one_read(
    offered: Complete, uids: list[str], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = path.rename(path.with_name("a ?b#c%20.db"))
    monkeypatch.setenv("HOME", str(path.parent))

    assert offered("events", "") == []
    assert offered("events", f"--db={odd}", "d") == ["demo"]
    assert offered("events", f"--db=~/{odd.name}") == ["demo", "idle"]
    monkeypatch.chdir(odd.parent)
    assert offered("events", f"--db={odd.name}") == ["demo", "idle"]


def test_the_default_file_is_in_the_data_directory(
    offered: Complete, uids: list[str], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALBOOK_DB")
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: path.parent)

    assert offered("events") == []
    path.rename(path.with_name("calbook.db"))
    assert offered("events") == ["demo", "idle"]


def test_what_a_shell_could_run_is_not_offered(
    offered: Complete, uids: list[str], path: Path
) -> None:
    """Ids are checked when they are made, but anybody may write the file."""
    with closing(sqlite3.connect(path)) as conn, conn:
        for table in ("schedules", "event_types", "bookings"):
            columns = [row[1] for row in conn.execute(f"pragma table_info({table})")]
            rest = [c for c in columns[1:] if c != "slug"]
            slug, evil = (["slug"], [EVIL]) if "slug" in columns else ([], [])
            conn.execute(
                f"insert into {table} ({','.join([columns[0], *slug, *rest])})"
                f" select {','.join('?' * (1 + len(slug)))}, {','.join(rest)}"
                f" from {table} limit 1",
                [f"bk_{EVIL}", *evil],
            )

    lines = [line for kind in ("uids", "events", "schedules") for line in offered(kind)]

    assert len(lines) == len(uids) + 4
    assert not [line for line in lines if "$" in line]


# -- trouble


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("create table bookings (uid, starts_at, event_type_id)")
        conn.execute("insert into bookings values ('bk_x', 1, 'evt_x')")


def wal(path: Path) -> None:
    pragma(path, "journal_mode = wal")


def pragma(path: Path, what: str) -> None:
    with closing(sqlite3.connect(path)) as conn:
        conn.execute(f"pragma {what}").fetchall()


def endless(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("alter table bookings rename to kept")
        conn.execute(
            "create view bookings as with recursive n (i) as"
            " (values (1) union all select i + 1 from n)"
            " select 'bk_' || i as uid, i as starts_at, 'evt_x' as event_type_id from n"
        )


TROUBLES: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "directory": lambda path: (path.unlink(), path.mkdir()),
    "text": lambda path: path.write_text("Dear diary"),
    "empty": lambda path: path.write_bytes(b""),
    "pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "foreign": lambda path: (path.unlink(), foreign(path)),
    "newer": lambda path: pragma(path, f"user_version = {SCHEMA_VERSION + 1}"),
    "wal": wal,
    "damaged": lambda path: path.write_bytes(path.read_bytes()[:4096]),
    "endless": endless,
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_with_the_file_is_silent_and_leaves_it_alone(
    uids: list[str], path: Path, trouble: str
) -> None:
    TROUBLES[trouble](path)
    before = contents(path.parent)

    for begun in ("", "bk_a"):
        done = run(sys.executable, "-m", "calbook", "__complete", "uids", begun)
        assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)

    assert contents(path.parent) == before


def contents(directory: Path) -> dict[str, bytes | None]:
    return {
        file.name: file.read_bytes() if file.is_file() else None
        for file in directory.iterdir()
    }


def test_a_lock_is_not_waited_for(
    offered: Complete, uids: list[str], path: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("begin exclusive")
        began = time.monotonic()

        assert offered("uids") == []

        assert time.monotonic() - began < 2
        writer.execute("rollback")
    assert offered("uids") != []


def test_what_the_store_says_is_said_here_too() -> None:
    assert complete.APPLICATION_ID == APPLICATION_ID
    assert complete.SCHEMA_VERSION == SCHEMA_VERSION


def test_the_program_imports_next_to_nothing(uids: list[str]) -> None:
    """Start-up is all that a completion costs (architecture.md, 8)."""
    code = (
        "import sys; from calbook.cli.shell.complete import complete;"
        "complete(['uids']);"
        "print(*sys.modules)"
    )

    done = run(sys.executable, "-S", "-c", code, env={"PYTHONPATH": str(ROOT)})

    *lines, modules = done.stdout.splitlines()
    assert len(lines) == len(uids)
    heavy = {"typer", "re", "json", "typing", "enum", "dataclasses", "pathlib"}
    heavy |= {"platformdirs", "zoneinfo", "contextlib", "calbook.api.client"}
    assert heavy & set(modules.split()) == set()


def test_the_program_answers_and_ends_well(uids: list[str], tmp_path: Path) -> None:
    done = run(sys.executable, "-m", "calbook", "__complete", "uids")

    assert done.stdout.count("\n") == len(uids)
    assert (done.stderr, done.returncode) == ("", 0)


def test_a_reader_that_left_is_no_trouble(uids: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "calbook", "__complete", "uids"],
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writer)

    assert (done.stderr, done.returncode) == (b"", 0)


def run(*args: str, env: dict[str, str] | None = None) -> Any:
    return subprocess.run(
        args,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


# -- real shells


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uids: list[str]) -> Path:
    """`calbook` on the path, in an empty directory."""
    scripts, here = tmp_path / "bin", tmp_path / "here"
    scripts.mkdir()
    here.mkdir()
    calbook = scripts / "calbook"
    calbook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m calbook "$@"\n')
    calbook.chmod(0o755)
    monkeypatch.setenv("PATH", f"{scripts}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(here)
    yield here
    assert list(here.iterdir()) == [], "something was run that was only to be shown"


_BASH = r"""
. "$0"
COMP_LINE=$1 COMP_POINT=${#1}
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_calbook
printf '%s\n' "${COMPREPLY[@]}"
"""
_ZSH = r"""
PS1='ready> '
fpath=("$SCRIPTS" $fpath)
autoload -Uz compinit && compinit -D -u
zstyle ':completion:*' list-colors
unsetopt beep list_beep
"""


def in_bash(line: str) -> list[str]:
    """The words as bash cuts them, handed to the function as bash does it."""
    words = line.replace("=", " = ").split(" ")
    words = [w for n, w in enumerate(words) if w or n == len(words) - 1]
    if line.endswith("="):
        words.pop()
    script = ROOT / "completions" / "calbook.bash"
    done = run("bash", "--norc", "-c", _BASH, str(script), line, *words)
    assert done.stderr == ""
    return done.stdout.split()


def in_fish(line: str) -> list[str]:
    script = ROOT / "completions" / "calbook.fish"
    done = run("fish", "--no-config", "-c", f"source {script}; complete -C'{line}'")
    assert done.stderr == ""
    return [found.split("\t")[0] for found in done.stdout.splitlines()]


def in_zsh(line: str, expected: str) -> str:
    """What zsh's line editor shows once it shows what is expected, or after a while."""
    home = Path(os.environ["HOME"])
    (home / ".zshrc").write_text(_ZSH)
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        ["zsh", "-d", "-i"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
        env={**os.environ, "ZDOTDIR": str(home), "SCRIPTS": str(ROOT / "completions")},
    )
    os.close(follower)
    try:
        seen = _read(leader, until="ready> ")
        os.write(leader, f"{line}\t\t".encode())
        seen = _read(leader, until=expected)
    finally:
        process.kill()
        process.wait()
        os.close(leader)
    return seen


def _read(leader: int, *, until: str) -> str:
    seen, deadline = "", time.monotonic() + 20
    while until not in seen and time.monotonic() < deadline:
        if select.select([leader], [], [], 0.1)[0]:
            seen += os.read(leader, 65536).decode(errors="replace")
    return seen


CASES = [
    ("calbook ev", ["event"]),
    ("calbook event sh", ["show"]),
    ("calbook create --ev", ["--event", "--every"]),
    ("calbook create --eve", ["--event", "--every"]),
    ("calbook create --even", ["--event"]),
    ("calbook create --repeat w", ["weekly"]),
    ("calbook create --on-conflict ", ["refuse", "skip"]),
    ("calbook attendee a", ["add"]),
    ("calbook create --event d", ["demo"]),
    ("calbook create --json --event d", ["demo"]),
    ("calbook event show --json i", ["idle"]),
    ("calbook host show m", ["me"]),
    ("calbook cancel --by h", ["host"]),
    ("calbook list --status no", ["no-show"]),
    ("calbook create --override hours,no", ["hours,notice"]),
    ("calbook completion po", ["powershell"]),
    ("calbook list --db nowhere --event d", []),
    ("calbook list --db=nowhere --event d", []),
    ("calbook event add d", []),
    ("calbook show x bk", []),
    ("calbook nonsense cr", []),
]


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *CASES,
        ("calbook create --event=d", ["demo"]),
        ("calbook create --event=", ["demo", "idle"]),
        ("calbook create --input=x --event d", ["demo"]),
    ],
)
def test_bash_completes(line: str, expected: list[str]) -> None:
    assert in_bash(line) == expected


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.usefixtures("program")
def test_bash_is_not_misled_by_where_it_cuts_words() -> None:
    """bash cuts `10:00` into three words, which would shift all that follows."""
    line = "calbook event show --fields 10:00=x d"
    words = line.replace(":", " : ").replace("=", " = ").split()
    script = ROOT / "completions" / "calbook.bash"

    done = run("bash", "--norc", "-c", _BASH, str(script), line, *words)

    assert done.stdout.split() == ["demo"]


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish here")
@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("line", "expected"), [*CASES, ("calbook create --event=d", ["--event=demo"])]
)
def test_fish_completes(line: str, expected: list[str]) -> None:
    assert in_fish(line) == expected


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh here")
@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *((line, found[0]) for line, found in CASES if found),
        ("calbook create --event=d", "--event=demo"),
        ("calbook c", "Say yes to a booking that awaits confirmation."),
        ("calbook list --", "The bookings file [CALBOOK_DB]."),
    ],
)
def test_zsh_completes(line: str, expected: str) -> None:
    assert expected in in_zsh(line, expected)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_uid_is_completed_and_nothing_of_the_attendee_is_run(
    shell: str, uids: list[str], program: Path
) -> None:
    """A shell that takes hints for code would make the file `pwned`."""
    line = f"calbook show {uids[0][:8]}"

    if shell == "zsh":
        assert uids[0] in in_zsh(line, uids[0])
    else:
        assert {"bash": in_bash, "fish": in_fish}[shell](line) == [uids[0]]


@pytest.mark.parametrize("shell", SHELLS)
def test_all_uids_are_listed_with_their_hints(
    shell: str, uids: list[str], program: Path
) -> None:
    line = "calbook show bk_"

    if shell == "zsh":
        seen = in_zsh(line, uids[-1])
        assert all(uid in seen for uid in uids)
        assert HINT in seen
    else:
        assert {"bash": in_bash, "fish": in_fish}[shell](line) == uids


@pytest.mark.parametrize("shell", SHELLS)
def test_a_webhook_is_completed(shell: str, path: Path, program: Path) -> None:
    """The scripts asked for none: they did not know the kind."""
    with calbook.Client(path) as client:
        id = client.calendar.webhooks.create("https://a.example/").id
    line = f"calbook webhook log {id[:5]}"

    if shell == "zsh":
        assert id in in_zsh(line, id)
    else:
        assert {"bash": in_bash, "fish": in_fish}[shell](line) == [id]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_file_on_the_line_is_the_one_asked(
    shell: str, path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALBOOK_DB")
    line = f"calbook list --db {path} --event d"

    if shell == "zsh":
        assert "--event demo" in in_zsh(line, "--event demo")
    else:
        assert {"bash": in_bash, "fish": in_fish}[shell](line) == ["demo"]
