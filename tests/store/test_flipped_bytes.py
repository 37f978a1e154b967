"""One byte of the file is another one: a clear refusal, or the answer all the same.

`CALBOOK_TORTURE=2` and more try every byte.
"""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.properties import TORTURE

from calbook import Client, errors
from calbook.cli import session
from store.test_version_1 import fill

if TYPE_CHECKING:
    from conftest import Clock

pytestmark = pytest.mark.torture

PAGE, HEADER = 4096, 100
SECONDS = 20  # that nothing takes


def list_all(client: Client) -> None:
    client.calendar.bookings.list(count=None)
    client.calendar.bookings.agenda(start_date="2027-01-04", days=90)


def show(client: Client) -> None:
    for booking in client.calendar.bookings.list(count=3):
        client.calendar.bookings.history(booking.uid)
        client.calendar.bookings.get_notes(booking.uid)


def export(client: Client) -> None:
    client.export_to(f"{client.path}.jsonl", force=True)


def create(client: Client) -> None:
    client.calendar.bookings.create(
        event_type_id="demo",
        start_time="2027-06-01 10:00Z",
        attendee={"name": "Zoe", "email": "zoe@example.com"},
    )


def check(client: Client) -> None:
    client.check()


def back_up(client: Client) -> None:
    client.backup(f"{client.path}.copy", force=True)


def compact(client: Client) -> None:
    client.compact()


def restore_it(client: Client) -> None:
    with Client(f"{client.path}.other") as other:
        other.restore(client.path)


def restore_over(client: Client) -> None:
    client.restore(f"{client.path}.good")


READING = (list_all, show)
WRITING = (export, create, check, back_up, compact, restore_it, restore_over)


@pytest.fixture
def directory() -> Iterator[Path]:
    """In memory, where that can be: nothing waits for a disk."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    directory = Path(tempfile.mkdtemp(dir=memory))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def sound(directory: Path, clock: Clock) -> Path:
    path = directory / "bookings.db"
    with Client(path, clock=clock) as client:
        fill(client, clock)
        client.compact()
    shutil.copy(path, f"{path}.good")
    return path


def flipped(data: bytes, places: list[int], chance: random.Random) -> Iterator[bytes]:
    """The file with another byte at each of the places, one after the other."""
    for place in places:
        other = chance.choice((1 << chance.randrange(8), 255, chance.randint(1, 255)))
        yield b"".join((data[:place], bytes([data[place] ^ other]), data[place + 1 :]))


@contextmanager
def no_hanging() -> Iterator[None]:
    def refuse(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, refuse)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(path: Path, act: Callable[[Client], None]) -> str:
    """As the command line has it: done, or the code of the error."""
    try:
        with no_hanging(), session.open_client(str(path)) as client:
            act(client)
    except errors.CalbookError as error:
        return error.code if "\n" not in str(error) else "many lines"
    return "done"


def places(size: int, chance: random.Random) -> dict[str, list[int]]:
    """Which bytes: all of the header, some of each page."""
    if TORTURE > 1:
        return {"reading": [*range(size)], "writing": [*range(0, size, 5)]}
    some = [page + chance.randrange(PAGE) for page in range(0, size, PAGE)]
    heads = [page + chance.randrange(12) for page in range(PAGE, size, PAGE)]
    tables = [100 + chance.randrange(PAGE - 100) for _ in range(40)]
    return {
        "reading": [*range(100), *tables, *heads, *some],
        "writing": [*range(16, 100, 4), *tables[:5], *heads[::4], *some[::4]],
    }


@pytest.mark.parametrize("kind", ["reading", "writing"])
def test_a_flipped_byte_is_refused_or_does_no_harm(sound: Path, kind: str) -> None:
    data = sound.read_bytes()
    with Client(sound) as client:
        uids = [b.uid.encode() for b in client.calendar.bookings.list(count=None)]
    chance = random.Random(1)

    outcomes = []
    for bad in flipped(data, places(len(data), chance)[kind], chance):
        for act in READING if kind == "reading" else WRITING:
            sound.write_bytes(bad)
            outcomes.append(outcome(sound, act))
            now = sound.read_bytes()
            # An older version's file is brought up to date, and kept as it was.
            if kept := [*sound.parent.glob("bookings.db.before-*")]:
                assert kept[0].read_bytes()[HEADER:] == bad[HEADER:]
            elif act in READING or (outcomes[-1] != "done" and act != restore_over):
                assert now == bad
            assert len(now) >= len(bad) - 2 * PAGE
            assert sum(uid in now for uid in uids) >= len(uids) - 1
            for beside in sound.parent.glob("bookings.db.*"):
                if not beside.name.endswith(".good"):
                    beside.unlink()

    assert {"done", "damaged", "not_calbook"} <= set(outcomes)
    assert not {"internal", "many lines"} & set(outcomes)


def test_what_nobody_foresaw_is_blamed_on_the_file_where_it_is_damaged(
    sound: Path,
) -> None:
    """It was called a bug, with a report."""

    def stumble(client: Client) -> None:
        raise IndexError

    with pytest.raises(IndexError):
        outcome(sound, stumble)
    sound.write_bytes(sound.read_bytes().replace(b"CONFIRMED", b"confirmed"))

    assert outcome(sound, stumble) == "damaged"


@pytest.mark.parametrize(
    "spoiling",
    [
        "update bookings set metadata = '{' where rowid = 1",
        "pragma writable_schema = on; update sqlite_master"
        " set sql = replace(sql, 'uid', 'uie') where name = 'attendees'",
    ],
    ids=["json", "a name"],
)
def test_what_only_a_statement_stumbles_on_is_damage(
    sound: Path, spoiling: str
) -> None:
    with closing(sqlite3.connect(sound)) as conn, conn:
        for statement in spoiling.split("; "):
            conn.execute(statement)

    assert outcome(sound, list_all) == "damaged"
