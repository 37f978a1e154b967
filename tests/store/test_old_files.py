"""A file of every earlier version, made by the calbook of that time.

`tests/data/files` has them, and what that calbook printed.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.running import Run, Terminal

from calbook import Client, errors
from calbook.cli import session
from calbook.store.sqlite.file_access import SCHEMA_VERSION
from store.test_kills import rows
from store.test_version_1 import dumped

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.running",)

FILES = Path(__file__).parents[1] / "data" / "files"
VERSIONS = range(1, SCHEMA_VERSION)


@pytest.fixture(params=VERSIONS, ids=str)
def version(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.fixture
def old(path: Path, version: int) -> Path:
    """The file under the name that commands use."""
    return unpack(path, version)


def unpack(path: Path, version: int) -> Path:
    data = (FILES / f"version_{version}.db.gz").read_bytes()
    path.write_bytes(gzip.decompress(data))
    return path


def printed(version: int) -> dict[str, Any]:
    """What the calbook of that version printed, by command."""
    data = (FILES / f"version_{version}.json.gz").read_bytes()
    found: dict[str, Any] = json.loads(gzip.decompress(data))
    return found


def with_keys_of(answer: Any, old: Any) -> Any:
    """The answer, with those keys alone that the old one has too."""
    if isinstance(answer, dict) and isinstance(old, dict):
        return {k: with_keys_of(v, old[k]) for k, v in answer.items() if k in old}
    if isinstance(answer, list) and isinstance(old, list):
        pairs = zip(answer, old, strict=False)
        return [with_keys_of(*pair) for pair in pairs] + answer[len(old) :]
    return answer


def test_it_shows_what_its_own_calbook_printed(
    old: Path, version: int, run: Run, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dumped(old)
    clock.move(hours=6, minutes=1)
    said = printed(version)

    first = run("list", "--all", "--json")
    monkeypatch.setenv("CALBOOK_TZ", "UTC")
    answers = {command: run(*command.split(), "--json").json for command in said}

    kept = f"{old}.before-{version + 1}"
    assert re.fullmatch(
        rf"Brought {old} from version {version} to {SCHEMA_VERSION} in \d+\.\d s;"
        rf" the file as it was: {kept}\n",
        first.err,
    )
    assert json.loads(first.out) == answers["list --all"]
    for command, answer in answers.items():
        assert with_keys_of(answer, said[command]) == said[command]
    assert run("db", "check", "--json").json == []
    assert dumped(Path(kept)) == before
    assert rows(Path(kept), "pragma user_version") == [(version,)]


def test_doctor_looks_at_it_and_leaves_it_as_it_is(
    old: Path, version: int, run: Run
) -> None:
    """It was brought up to date, and nobody was told."""
    before = old.read_bytes()

    answer = run("doctor", "--json")

    facts = json.loads(answer.out)["facts"]
    codes = {f["code"] for f in json.loads(answer.out)["findings"]}
    assert (answer.status, answer.err) == (1, "")
    assert (facts["file"]["schema"], facts["outbox"]["bookings"] > 0) == (version, True)
    assert "older_tables" in codes
    assert not {"inconsistent", "not_checked", "unusable"} & codes
    assert [*old.parent.iterdir()] == [old]
    assert old.read_bytes() == before


def test_a_check_and_a_monitor_leave_it_as_it_is(path: Path, run: Run) -> None:
    before = unpack(path, 6).read_bytes()
    path.chmod(0o600)

    checked = run("db", "check", "--json")
    watched = run("doctor", "--monitor")

    assert checked == (0, "[]\n", "")
    assert (watched.status, watched.err) == (1, "")
    assert watched.out.startswith(
        "CALBOOK WARNING - the tables are of version 6: the next command that uses"
        f" them brings them to {SCHEMA_VERSION} | size="
    )
    assert [*path.parent.iterdir()] == [path]
    assert path.read_bytes() == before


def test_it_is_booked_changed_and_told_about(
    old: Path, version: int, clock: Clock
) -> None:
    clock.move(hours=7)
    with Client(old, clock=clock) as client:
        bookings = client.calendar.bookings
        new = bookings.create(
            event_type_id="demo",
            start_time=clock.now + timedelta(days=200),
            attendee={"name": "Eve", "email": "eve@example.com"},
        )
        coming = bookings.list(start_date=clock.now, status="CONFIRMED", count=None)
        for booking in coming:
            if booking.uid != new.uid:
                bookings.cancel(booking.uid, cancelled_by="host", all=True)
        clock.move(days=365)
        client.tick()

        assert client.check() == ()
        assert [e.type for e in bookings.history(new.uid)][-1] == "booking.completed"


def test_what_was_done_in_it_is_taken_back(old: Path, clock: Clock) -> None:
    """The state before a change is read from events as each version wrote them."""
    clock.now = clock.now.replace(year=2026)  # before all that is booked
    found = set()
    with Client(old, clock=clock) as client:
        bookings = client.calendar.bookings
        for booking in bookings.list(count=None):
            last = bookings.last_change(booking.uid)
            if last.type in ("booking.created", "booking.held"):
                with pytest.raises(errors.CannotUndo):
                    bookings.undo(booking.uid)
                continue
            bookings.undo(booking.uid, by="host", notify_attendee=False)
            found.add(last.type)

        assert found > {"booking.cancelled", "booking.rescheduled", "booking.updated"}
        assert client.check() == ()


def test_every_version_has_its_file() -> None:
    assert {f"version_{n}" for n in VERSIONS} <= {
        file.name.split(".")[0] for file in FILES.glob("*.db.gz")
    }


# -- being told ------------------------------------------------------------------------


def test_only_who_brought_it_up_to_date_says_so(path: Path, run: Run) -> None:
    unpack(path, 4)

    first, second = run("list"), run("list")

    assert "Brought" in first.err
    assert second.err == ""


def test_the_command_that_migrates_says_it_once(path: Path, run: Run) -> None:
    unpack(path, 4)

    migrated = run("db", "migrate")

    assert migrated.out == ""
    assert migrated.err.count("Brought") == len(migrated.err.splitlines()) == 1
    assert run("db", "migrate").err == f"{path} is up to date\n"


def test_a_large_file_is_announced_on_a_terminal(
    path: Path,
    terminal: Callable[..., Terminal],
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    large = path.with_name("large.db")
    unpack(large, 4)
    with large.open("ab") as file:  # pages that nothing is in, and that belong to it
        file.write(bytes(session._LARGE // 4096 * 4096))
    head = bytearray(large.read_bytes()[:100])
    head[28:32] = (large.stat().st_size // 4096).to_bytes(4, "big")
    with large.open("r+b") as file:
        file.write(head)

    screen = terminal("list", "--db", large)

    screen.expect("which may take a minute")
    screen.expect("Brought")
    assert screen.end() == 0


def test_a_library_is_told_before_and_after(path: Path) -> None:
    unpack(path, 4)
    told = []

    with Client(path, on_upgrade=told.append) as client:
        client.calendar.hosts.list()
        client.calendar.hosts.list()

    before, after = told
    assert (before.before, before.now, before.seconds) == (4, SCHEMA_VERSION, None)
    assert after.seconds > 0
    assert after.kept == f"{path}.before-5"


# -- going back ------------------------------------------------------------------------


def make_newer(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(60)
        file.write((SCHEMA_VERSION + 1).to_bytes(4, "big"))


def test_a_newer_file_names_the_copies_that_can_be_read(path: Path, run: Run) -> None:
    for version in (3, 4):
        unpack(path, version)
        run("list")
    newer = path.with_name(f"{path.name}.before-{SCHEMA_VERSION + 2}")
    newer.write_bytes(path.read_bytes())
    make_newer(newer)
    path.with_name(f"{path.name}.before-else").write_bytes(b"no calbook file")
    make_newer(path)

    refused = run("list", "--json").error
    back = run("db", "restore", refused["details"]["copies"][0], "--yes")

    assert refused["code"] == "newer"
    assert refused["details"]["copies"] == [f"{path}.before-5", f"{path}.before-4"]
    assert refused["hint"] == (
        f"update calbook to use it, or go back with calbook db restore {path}.before-5"
    )
    assert back.status == 0
    assert len(run("list", "--all", "--json").json) == len(printed(4)["list --all"])


def test_a_newer_file_without_copies_names_none(path: Path) -> None:
    unpack(path, 4)
    make_newer(path)

    with Client(path) as client, pytest.raises(errors.Newer) as refused:
        client.calendar.hosts.list()

    assert refused.value.hint == "update calbook to use it"
    assert refused.value.details["copies"] == []
