"""No room and odd surroundings: the answer or one clear line, and a whole file."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import MONDAY
from store.test_old_files import unpack
from store.test_version_1 import dumped
from support.forking import Popen
from support.properties import TORTURE
from support.running import PATIENCE, Answer, Run

pytest_plugins = ("support.running",)

EXAMPLES = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
    + "".join(
        f"BEGIN:VEVENT\r\nUID:{n}@x\r\nDTSTAMP:20270101T000000Z\r\n"
        f"DTSTART:{MONDAY + n * timedelta(hours=2):%Y%m%dT%H%M%SZ}\r\n"
        f"DURATION:PT1H\r\nSUMMARY:x\r\nEND:VEVENT\r\n"
        for n in range(600)
    )
    + "END:VCALENDAR\r\n"
)
BOOKING = (
    *("create", "--event", "demo", "--start", "2027-01-18 10:00"),
    *("--name", "Ada", "--email", "ada@example.com"),
)
COMMANDS = {
    "create": BOOKING,
    "a series": (*BOOKING, "--repeat", "daily", "--count", "300"),
    "an event type": ("event", "add", "long", "--description", "x" * 20_000),
    "busy time": ("busy", "import", "many.ics", "--host", "me"),
    "an import": ("import", "all.jsonl", "--db", "new.db"),
    "an export": ("export", "-o", "copy.jsonl"),
    "a backup": ("db", "backup", "copy.db"),
    "compact": ("db", "compact"),
    "restore": ("db", "restore", "other.db", "--yes"),
    "a migration": ("list", "--db", "old.db"),
    "list": ("list", "--json"),
    "check": ("db", "check"),
}


@pytest.fixture
def files(path: Path, run: Run) -> Path:
    """A directory with the bookings file and what the commands take."""
    always = "mon-sun 00:00-24:00"
    run("schedule", "add", "always", "--tz", "UTC", "--hours", always)
    run("event", "add", "demo", "--schedule", "always", "--host", "me")
    shutil.copy(path, path.with_name("other.db"))
    run("create", *BOOKING[1:4], "2027-01-19 12:00", *BOOKING[5:])
    unpack(path.with_name("old.db"), 4)
    shutil.copy(path.with_name("old.db"), path.with_name("many.db"))
    run(
        *("export", "-o", path.with_name("all.jsonl"), "--db"),
        path.with_name("many.db"),
    )
    run(*("init", "--name", "Me", "--db"), path.with_name("new.db"))
    path.with_name("many.ics").write_text(EXAMPLES)
    return path.parent


def file_of(directory: Path, args: tuple[str, ...]) -> Path:
    """Which a command writes to."""
    named = args[args.index("--db") + 1] if "--db" in args else "bookings.db"
    return directory / named


class Outcome(NamedTuple):
    """What a command left of its file, beside its answer."""

    answer: Answer
    was_changed: bool
    left: set[str]  # beside what was there


def tried(directory: Path, args: tuple[str, ...], limit: int | None = None) -> Outcome:
    """Run a command in a process of its own, which may write files up to a size."""
    file = file_of(directory, args)
    before, names = dumped(file), {p.name for p in directory.iterdir()}
    command = [sys.executable, "-c", LIMITED, str(limit or ""), *args]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Popen(command, cwd=directory, **streams) as child:
        out, err = child.communicate(timeout=PATIENCE)
    with closing(sqlite3.connect(file)) as conn:
        assert conn.execute("pragma integrity_check").fetchall() == [("ok",)]
    return Outcome(
        Answer(child.returncode, out.decode(), err.decode()),
        dumped(file) != before,
        {p.name for p in directory.iterdir()} - names - {"bookings.db.delivering"},
    )


LIMITED = """
import os, resource, signal, sys
limit, *sys.argv[1:] = sys.argv[1:]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
from calbook.__main__ import main
main()
"""


def check_refused(outcome: Outcome) -> None:
    status, out, err = outcome.answer
    assert (status, out) in ((7, ""), (1, "")), outcome
    assert err.startswith("calbook: ")
    assert len(err.splitlines()) <= 2, err  # and a hint
    assert "bug" not in err
    assert not outcome.was_changed
    assert outcome.left <= {"bookings.db.before-restore"}  # which helps, if anything


READS = ("list", "check")
SHARES = (0, 0.3, 1, 1.02)  # of the size of the file


@pytest.mark.torture
@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_that_cannot_grow_is_left_as_it_was(
    files: Path, name: str, environment: Callable[[], dict[str, str]]
) -> None:
    environment()
    args = COMMANDS[name]
    size = file_of(files, args).stat().st_size
    shares = [n / 100 for n in range(130)] if TORTURE > 1 else SHARES
    saved = {p: p.read_bytes() for p in files.iterdir() if p.suffix == ".db"}

    statuses = []
    for share in shares:
        outcome = tried(files, args, max(1, int(size * share)))
        statuses.append(outcome.answer.status)
        if outcome.answer.status:
            check_refused(outcome)
        else:  # a copy needs no more than the file's size
            for file, data in saved.items():
                file.write_bytes(data)
            for file in outcome.left:
                (files / file).unlink()
    assert (statuses[0] != 0) == (name not in READS)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room."""
    directory = tmp_path / "disk"
    directory.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "none", directory],
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield directory
    subprocess.run(["umount", "--lazy", directory], check=True)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("room", [0, 300_000])
def test_a_full_disk_leaves_the_file_as_it_was(
    files: Path,
    full_disk: Path,
    environment: Callable[[], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    room: int,
) -> None:
    for file in files.iterdir():
        if file.is_file():
            shutil.copy(file, full_disk)
    environment()
    monkeypatch.setenv("CALBOOK_DB", str(full_disk / "bookings.db"))
    free = os.statvfs(full_disk).f_bavail * os.statvfs(full_disk).f_bsize
    (full_disk / "filling").write_bytes(bytes(max(0, free - room)))

    outcome = tried(full_disk, COMMANDS[name])

    if outcome.answer.status:
        assert name not in READS
        check_refused(outcome)
    elif room == 0:
        assert name in READS


# -- an answer that nothing takes ------------------------------------------------------


ANSWERS = (
    *("list", "list --json", "list --csv", "ics --feed", "slots --event demo"),
    *("agenda --from 2027-01-18", "week --of 2027-01-18", "stats --from 2027-01-01"),
    *("help", "help booking", "--help", "--version", "db path", "completion bash"),
    *("event list", "explain --event demo --start 2027-01-18T10:00Z"),
    *("config show", "db init --grants --db postgresql://x/y", "demo"),
    *("export", "export --format json", "event add other"),
    *("webhook list --json", "db backup copy.db --json"),
    "db compact --json",
)


@pytest.mark.parametrize("line", ANSWERS)
def test_an_answer_that_cannot_be_written_is_no_success(
    files: Path, environment: Callable[[], dict[str, str]], line: str
) -> None:
    environment()
    command = [sys.executable, "-m", "calbook", *line.split()]
    with (
        open("/dev/full", "wb") as full,
        Popen(command, cwd=files, stdout=full, stderr=subprocess.PIPE) as child,
    ):
        _, err = child.communicate(timeout=PATIENCE)

    said = err.decode().splitlines()
    assert child.returncode == 1
    assert len(said) <= 2
    assert "No space left" in err.decode()


# -- what a command may be started without ---------------------------------------------


CLOSED = ("<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-")


@pytest.mark.parametrize("closed", CLOSED)
def test_closed_descriptors_are_no_files_of_others(
    files: Path, run: Run, environment: Callable[[], dict[str, str]], closed: str
) -> None:
    """What is opened next would get their numbers, and what is printed with it."""
    environment()
    for number, args in enumerate((BOOKING, ("db", "backup", "copy.db"), ("list",))):
        shell = ["sh", "-c", f'"$@" {closed}', "sh", sys.executable, "-m", "calbook"]
        done = subprocess.run(
            [*shell, *args], cwd=files, capture_output=True, timeout=PATIENCE
        )
        assert done.returncode == 0, number

    assert len(run("list", "--all").rows) == 2
    assert run("db", "check", "--json").json == []
    assert dumped(files / "copy.db") == dumped(files / "bookings.db")


ALONE = """
import os, sys
from calbook.cli import app
user, *commands = sys.argv[1:]
def run_all(database):
    os.environ.pop("CALBOOK_DB", None)
    if database:
        os.environ["CALBOOK_DB"] = database
    for command in commands:
        print(">", app.run(command.split()), flush=True)
if int(user) != os.geteuid():
    out = os.dup(1), os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1), os.dup2(1, 2)
    run_all("warm.db")  # imports what that user may not be able to read
    os.dup2(out[0], 1), os.dup2(out[1], 2)
    os.setgroups([])
    os.setgid(int(user))
    os.setuid(int(user))
for name in ("HOME", "USER", "LOGNAME", "LNAME", "USERNAME", "CALBOOK_ACTOR",
             "CALBOOK_CONFIG", *(f"XDG_{n}_HOME" for n in ("DATA", "CONFIG", "STATE"))):
    os.environ.pop(name, None)
run_all(os.environ.pop("DATABASE", None))
"""


def nobody_in_particular() -> int:
    """A number that no account has."""
    if os.geteuid():
        pytest.skip("only root can be somebody else")
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    return next(n for n in range(40_000, 60_000) if n not in taken)


def test_who_has_no_account_and_no_home_names_a_file(
    elsewhere: Path, environment: Callable[[], dict[str, str]]
) -> None:
    elsewhere.chmod(0o777)
    commands = (
        *("event add demo", "list --json", "history nope", "config show --json"),
        *("config set defaults.by host", "db check", "db compact"),
    )

    said = alone(elsewhere, environment(), commands, DATABASE=str(elsewhere / "b.db"))

    statuses = [int(line[2:]) for line in said if line.startswith("> ")]
    assert statuses == [0, 0, 3, 0, 1, 0, 0]
    assert "calbook: there is no home directory for the config file" in said
    assert not (elsewhere / "~").exists()


def test_who_names_no_file_is_told_to(
    elsewhere: Path, environment: Callable[[], dict[str, str]]
) -> None:
    said = alone(elsewhere, environment(), ("list", "event add demo", "help"))

    statuses = [int(line[2:]) for line in said if line.startswith("> ")]
    assert statuses == [7, 7, 0]
    assert said[0].startswith("calbook: there is no data directory to use: ")
    assert said[1] == "hint: name the bookings file with --db or CALBOOK_DB"


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A directory that others can reach, unlike pytest's own."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


def alone(
    directory: Path, env: dict[str, str], commands: tuple[str, ...], **more: str
) -> list[str]:
    """All that is said to somebody without account and home, and each status."""
    user = nobody_in_particular()
    command = [sys.executable, "-c", ALONE, str(user), *commands]
    env = env | {"HOME": str(directory)} | more
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with Popen(command, cwd=directory, env=env, **streams) as child:
        out, _ = child.communicate(timeout=PATIENCE)
    return out.decode().splitlines()


@pytest.mark.parametrize("home", ["", "here"])
def test_a_home_that_is_no_path_is_none(
    files: Path, run: Run, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    """The config file was written to `/.config`, or to where somebody was."""
    monkeypatch.chdir(files)
    for name in ("CALBOOK_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", home)

    shown = run("config", "path")

    account = pwd.getpwuid(os.geteuid()).pw_dir
    assert shown.rows == [[f"{account}/.config/calbook/config.toml"]]


@pytest.mark.parametrize("term", [None, "dumb", "no-such-terminal"])
def test_a_terminal_that_nobody_knows_gets_the_answer(
    files: Path, environment: Callable[[], dict[str, str]], term: str | None
) -> None:
    env = environment()
    env.pop("TERM", None)
    command = [sys.executable, "-m", "calbook", "list", "--json"]
    with Popen(
        command,
        env=env | ({"TERM": term} if term else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        out, err = child.communicate(timeout=PATIENCE)

    assert (child.returncode, err, len(json.loads(out))) == (0, b"", 1)
