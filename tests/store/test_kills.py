"""A process killed at any moment leaves a change with its event, or neither.

Twenty times for each command; `CALBOOK_TORTURE=10` kills two hundred times.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.forking import Popen
from support.places import Place
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.properties import TORTURE
from support.running import wait_until

from calbook import Client, EventType
from store.test_version_1 import downgrade, dumped, fill

if TYPE_CHECKING:
    from conftest import Clock

pytestmark = pytest.mark.torture

ROUNDS = 20 * TORTURE

ACTING = """
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from calbook import Client, errors

DAY = datetime(2027, 1, 18, tzinfo=UTC)
ADA = {"name": "Ada", "email": "ada@example.com"}
SERIES = {"frequency": "DAILY", "count": 20}

def create(client, n):
    yield client.calendar.bookings.create(
        event_type_id="demo",
        start_time=DAY + n * timedelta(hours=1),
        attendee=ADA,
        guests=["bob@example.com"],
    )

def cancel(client, n):
    [booking] = create(client, n)
    yield booking
    yield client.calendar.bookings.cancel(booking.uid)

def undo(client, n):
    for booking in cancel(client, n):
        yield booking
    for _ in range(2):
        yield client.calendar.bookings.undo(booking.uid)

def create_series(client, n):
    days, part = divmod(n, 48)
    start = DAY + days * timedelta(days=20) + part * timedelta(minutes=30)
    bookings = client.calendar.bookings
    booking = bookings.create(
        event_type_id="class", start_time=start, attendee=ADA, recurring=SERIES
    )
    yield booking
    yield bookings.add_attendee(booking.uid, email="bob@example.com")
    if n % 2:
        yield bookings.cancel_all_future(
            booking.uid, from_date=(start + timedelta(days=10)).date()
        )

def reschedule(client, n):
    [booking] = client.calendar.bookings.list()
    start = DAY + n * timedelta(hours=1) + booking.version % 2 * timedelta(minutes=15)
    yield client.calendar.bookings.reschedule(booking.uid, start_time=start)

def reassign(client, n):
    [booking] = client.calendar.bookings.list()
    host = "me" if booking.host_id == "user_ann" else "ann"
    yield client.calendar.bookings.reassign(booking.uid, host_id=host)

def erase(client, n):
    email = f"p{n}@example.com"
    booking = client.calendar.bookings.create(
        event_type_id="demo",
        start_time=DAY + n * timedelta(hours=1),
        attendee={"name": f"Person {n} of many", "email": email},
    )
    yield booking
    client.calendar.people.erase(email, cancel=True)
    yield booking

def compact(client, n):
    yield from create(client, n)
    client.compact()

act, path, first = sys.argv[1:]
with Client(path, clock=lambda: datetime(2027, 1, 4, tzinfo=UTC)) as client:
    for n in count(int(first)):
        try:
            for booking in globals()[act](client, n):
                print(booking.uid, booking.version, flush=True)
        except errors.SlotTaken:  # by who was killed just now, after all
            continue
"""

REPLACING = """
import sys
from calbook import Client
from calbook.store.sqlite import maintenance
path, act, *files = sys.argv[1:]
print("ready", flush=True)
while True:
    for file in files:
        with Client(path) as client:
            if act == "restore":
                client.restore(file)
            elif act == "import_from":
                client.import_from(file)
            else:
                client.backup(file, force=True)
        print(file, flush=True)
"""

LOOKING = """
import sys
from calbook import Client
for path in (":memory:", *sys.argv[1:]):
    with Client(path) as client:
        client.calendar.hosts.list()
    print("read", flush=True)
"""

MAKING = """
import sys
from calbook import Client
for path in (":memory:", *sys.argv[1:]):
    with Client(path) as client:
        client.calendar.event_types.create("demo")
    print("made", flush=True)
"""


@pytest.fixture
def database(place: Place) -> str:
    return place.url


def killed(code: str, *args: object, lines: int, after: float) -> list[str]:
    """Kill a child so many seconds after so many lines; all that it has printed."""
    command = [sys.executable, "-c", code, *map(str, args)]
    with Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout
        printed = [child.stdout.readline() for _ in range(lines)]
        assert all(printed)
        time.sleep(after)
        child.kill()
        text = b"".join([*printed, *child.stdout]).decode()
    return text[: text.rfind("\n") + 1].splitlines()


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(query).fetchall()


def check_whole(path: Path) -> None:
    assert rows(path, "pragma integrity_check") == [("ok",)]
    assert rows(path, "pragma foreign_key_check") == []


def check_last_events(place: Place, client: Client) -> None:
    """What the last event of each booking tells is what is stored, of its dates."""
    told = place.rows("select uid, booking from events order by seq")
    last = {uid: json.loads(str(text)) for uid, text in told}
    stored = {b.uid: b.to_dict() for b in client.calendar.bookings.list(count=None)}
    assert last.keys() == stored.keys()
    for uid, booking in stored.items():
        dates = {o["date"] for o in last[uid]["occurrences"]}
        changed = [o for o in booking["occurrences"] if o["date"] in dates]
        if len(changed) < len(booking["occurrences"]):  # others are as they were
            booking |= {k: last[uid][k] for k in ("resolution", "cancelledBy")}
        assert last[uid] == booking | {"occurrences": changed}


def wait_for_the_killed(place: Place) -> None:
    """A server may end what it had been told before it sees that nobody is there."""
    if place.is_file:
        return
    schema = place.url.rpartition("=")[2]
    busy = (
        "select count(*) from pg_stat_activity where pid <> pg_backend_pid()"
        f" and state <> 'idle' and query like '%search_path = {schema}%'"
    )
    wait_until(lambda: place.rows(busy) == [(0,)])


ACTS = (
    *("create", "cancel", "undo", "create_series", "reschedule", "reassign"),
    "compact",
)


@pytest.mark.parametrize("act", ACTS)
def test_a_kill_loses_nothing_that_was_said_and_leaves_nothing_half_done(
    place: Place, client: Client, event_type: Callable[..., EventType], act: str
) -> None:
    """At most what was under way is there as well, as a whole with its event."""
    client.calendar.webhooks.create("https://hooks.example/told")
    make_booked(client, event_type, once=act.startswith("re"))
    chance = random.Random(1)
    known = versions(place)

    for _ in range(ROUNDS if place.is_file else ROUNDS // 4):
        first = sum(known.values()) + len(known)
        lines, after = chance.randint(1, 3), chance.uniform(0, 0.03)
        said = killed(ACTING, act, place.url, first, lines=lines, after=after)
        known |= {uid: int(n) for uid, n in map(str.split, said)}

        wait_for_the_killed(place)
        place.check_whole()
        found = versions(place)
        assert known.keys() <= found.keys()
        ahead = [n - known.get(uid, -1) for uid, n in found.items()]
        assert min(ahead) == 0 or ahead == [1]
        assert sum(ahead) <= 1
        check_last_events(place, client)
        known = found
    assert client.check() == ()


def test_a_kill_while_somebody_is_erased_leaves_all_of_them_or_nothing(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    """What is still to come is cancelled first, in a transaction of its own."""
    client.calendar.webhooks.create("https://hooks.example/told")
    make_booked(client, event_type, once=False)
    chance = random.Random(8)

    for _ in range(ROUNDS if place.is_file else ROUNDS // 4):
        first = len(versions(place))
        lines, after = chance.randint(1, 3), chance.uniform(0, 0.1)
        said = killed(ACTING, "erase", place.url, first, lines=lines, after=after)

        wait_for_the_killed(place)
        place.check_whole()
        for number in range(first, len(versions(place))):
            left = named(place, f"p{number}@example.com", f"Person {number} of many")
            is_erased = len(said) >= 2 * (number - first + 1)
            assert left in ((0, 0),) if is_erased else ((0, 0), (2, 2), (3, 3)), left
    assert client.check() == ()


def named(place: Place, email: str, name: str) -> tuple[int, int]:
    """In how many attendees and events somebody is, by address and by name."""
    texts = [
        *place.rows("select email || ' ' || name from attendees"),
        *place.rows("select cast(booking as text) from events"),
    ]
    found = [text for (text,) in texts if text]
    return sum(email in t for t in found), sum(name in t for t in found)


def make_booked(
    client: Client, event_type: Callable[..., EventType], *, once: bool
) -> None:
    """Event types of two hosts and of a group; a booking that is changed again."""
    event_type("class", seats=2, hosts=["me"])
    client.calendar.hosts.create("ann", schedule_id="always")
    event_type(hosts=["me", "ann"], scheduling_type="ROUND_ROBIN")
    if once:
        client.calendar.bookings.create(
            event_type_id="demo",
            start_time="2027-01-17 10:00",
            attendee={"name": "Ada", "email": "ada@example.com"},
        )


def versions(place: Place) -> dict[str, int]:
    return dict(place.rows("select uid, version from bookings"))


@pytest.fixture
def contents(path: Path, clock: Clock) -> dict[str, Path]:
    """Two files with other content, by what it is."""
    few, many = path.with_name("few.db"), path.with_name("many.db")
    with Client(few, clock=clock) as client:
        fill(client, clock)
    shutil.copy(few, many)
    with Client(many, clock=clock) as client:
        for number in range(20):
            client.calendar.schedules.create(f"s{number}", timezone="UTC")
    return {dumped(file): file for file in (few, many)}


def nearer(took: float, said: list[str]) -> float:
    """Half of the kills come before the end, however busy the machine is just now."""
    return took * (0.85 if said else 1.15)


def seconds_for(act: str, path: Path, files: list[Path], *, times: int = 4) -> float:
    """How long a child takes for each file."""
    command = [sys.executable, "-c", REPLACING, path, act, *files]
    with Popen([*map(str, command)], stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"ready\n"
        began = time.monotonic()
        for _ in range(times):
            assert child.stdout.readline()
        took = (time.monotonic() - began) / times
        child.kill()
    for file in path.parent.glob(f"{path.name}.before-restore*"):
        file.unlink()
    return took


def test_a_kill_while_a_copy_is_restored_leaves_the_old_or_the_new(
    path: Path, contents: dict[str, Path]
) -> None:
    """What it held before is in the file still, or in the one beside it."""
    chance = random.Random(5)
    shutil.copy(next(iter(contents.values())), path)
    files = [*reversed(contents.values())]
    took = seconds_for("restore", path, files)

    for _ in range(ROUNDS):
        before = dumped(path)
        if contents[before] == files[0]:
            files.reverse()
        after = chance.uniform(0, 2 * took)
        _, *said = killed(REPLACING, path, "restore", *files, lines=1, after=after)

        check_whole(path)
        now = contents[dumped(path)]
        restored = [contents[before], *map(Path, said)]
        assert now in (restored[-1], files[len(said) % 2])
        beside = list(path.parent.glob(f"{path.name}.before-restore*"))
        kept = [
            dumped(file)
            for file in beside
            if re.fullmatch(r"\.before-restore(-\d+)?", file.suffix)
        ]
        took = nearer(took, said)
        assert len(kept) >= len(said)
        assert now == contents[before] or before in kept
        for file in beside:
            file.unlink()


def test_a_kill_while_an_export_comes_in_leaves_all_of_it_or_nothing(
    place: Place, contents: dict[str, Path], tmp_path: Path
) -> None:
    chance = random.Random(7)
    export = tmp_path / "all.jsonl"
    with Client([*contents.values()][1]) as client:
        client.export_to(export)
        expected = {b.uid for b in client.calendar.bookings.list(count=None)}
    blank, scratch = tmp_path / "blank.db", tmp_path / "scratch.db"
    with Client(blank) as client:
        client.init()
    shutil.copy(blank, scratch)
    took = seconds_for("import_from", scratch, [export], times=1)

    for _ in range(ROUNDS if place.is_file else ROUNDS // 4):
        if place.is_file:
            shutil.copy(blank, place.url)
        after = chance.uniform(0, 2 * took)
        _, *said = killed(
            REPLACING, place.url, "import_from", export, lines=1, after=after
        )

        wait_for_the_killed(place)
        place.check_whole()
        found = {uid for (uid,) in place.rows("select uid from bookings")}
        assert found == expected or not (found or said)
        [schedules] = place.rows("select count(*) from schedules")
        assert (schedules == (22,)) == bool(found)
        took = nearer(took, said)


def test_a_kill_while_a_backup_is_made_leaves_it_whole(
    path: Path, contents: dict[str, Path]
) -> None:
    chance = random.Random(6)
    few, many = contents.values()
    shutil.copy(many, path)
    copy = path.with_name("copy.db")
    took = seconds_for("backup", path, [copy])

    for _ in range(ROUNDS):
        copy.unlink(missing_ok=True)
        if chance.random() < 0.7:
            shutil.copy(few, copy)
        was_there = copy.exists()
        after = chance.uniform(0, 2 * took)
        _, *said = killed(REPLACING, path, "backup", copy, lines=1, after=after)
        took = nearer(took, said)

        assert dumped(path) == dumped(many)
        if said or was_there or copy.exists():
            check_whole(copy)
            assert contents[dumped(copy)] in ((many,) if said else (few, many))


def test_a_kill_while_a_file_is_migrated_leaves_the_old_or_the_new(
    path: Path, clock: Clock
) -> None:
    today, old = path.with_name("today.db"), path.with_name("old.db")
    with Client(today, clock=clock) as client:
        fill(client, clock)
    downgrade(today, old)
    chance = random.Random(4)
    began = time.monotonic()
    shutil.copy(old, path)
    with Client(path) as client:
        client.calendar.hosts.list()
    took, new = time.monotonic() - began, undated(path)

    for _ in range(ROUNDS):
        shutil.copy(old, path)
        killed(LOOKING, path, lines=1, after=chance.uniform(0, took))

        check_whole(path)
        assert undated(path) in (undated(old), new)
        with Client(path) as client:
            client.calendar.hosts.list()
        assert undated(path) == new
        assert dumped(path.with_name(f"{path.name}.before-2")) == dumped(old)


def undated(path: Path) -> str:
    """All but when each migration was applied, and what people's ids are by chance."""
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+00:00"
    text = re.sub(rf"'{stamp}'|per_\w{{12}}", "", dumped(path))
    return "\n".join(sorted(text.split("\n")))


def test_a_kill_while_the_file_is_made_leaves_one_that_can_be_made(path: Path) -> None:
    chance = random.Random(2)
    took = seconds_to_make(path)

    for _ in range(ROUNDS):
        path.unlink()
        killed(MAKING, path, lines=1, after=chance.uniform(0, took))

        with Client(path) as client:
            client.calendar.hosts.update("me", name="Ada")
            hosts = [host.id for host in client.calendar.hosts.list()]
        assert hosts == ["user_me"]
        check_whole(path)


def seconds_to_make(path: Path) -> float:
    with Client(":memory:") as client:
        client.calendar.event_types.create("demo")
    began = time.monotonic()
    with Client(path) as client:
        client.calendar.event_types.create("demo")
    return time.monotonic() - began
