"""What `deliver` writes on servers, read by other programs.

The instants that a reader finds are those of `list --occurrences`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.calendar_readers import Instant, Reader, save
from support.dav import CalendarServer
from support.round_trips import FROM, UNTIL, Folder, listed

from calbook import Client

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = (
    "support.running",
    "support.calendar_readers",
    "support.round_trips",
)
HOSTS = ("me", "alan")
Calendar = tuple[CalendarServer | Folder, str]


@pytest.fixture
def database(path: Path) -> str:
    return str(path)


@pytest.fixture
def theirs(calendars: CalendarServer | Folder) -> Iterator[list[Calendar]]:
    """A calendar for each host, with an account of their own."""
    with ExitStack() as stack:
        other = calendars
        if isinstance(calendars, CalendarServer):
            other = stack.enter_context(calendars.of_another())
        yield [
            (each, each.collection(host))
            for host, each in zip(HOSTS, (calendars, other), strict=True)
        ]


@pytest.fixture
def connected(
    client: Client,
    book: object,  # makes the hosts
    theirs: list[Calendar],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Their bookings are written into them."""
    for host, (server, source) in zip(HOSTS, theirs, strict=True):
        fields: dict[str, Any] = {}
        if isinstance(server, CalendarServer):
            name = f"{host.upper()}_PASSWORD"
            monkeypatch.setenv(name, server.password)
            login = {"user": server.user, "password_env": name}
            fields = {"allow_private": True, **login}
        client.calendar.connections.add(host, source, host_id=host, push=True, **fields)


def test_all_readers_find_the_instants_of_what_is_delivered(
    client: Client,
    run: Run,
    connected: None,  # before what is booked
    uids: list[str],
    theirs: list[Calendar],
    readers: tuple[Reader, ...],
    tmp_path: Path,
) -> None:
    def deliver() -> list[dict[str, str]]:
        """What each host's calendar has afterwards."""
        sent = run("deliver")
        assert sent.status == 0, sent
        return [server.objects(collection) for server, collection in theirs]

    def check(step: str) -> list[Instant]:
        graces, alans = deliver()
        assert not graces.keys() & alans.keys()
        folder, instants = save(tmp_path / step, graces | alans), listed(run)
        for read in readers:
            assert read(folder, FROM, UNTIL) == instants, read.__name__
        return instants

    bookings, (single, handed_over, moved, *_, course) = client.calendar.bookings, uids
    before = check("before")
    assert len(before) == 1 + 1 + 6 + 4 + 5 + 1 + 5

    bookings.cancel(single, cancelled_by="host")
    bookings.reassign(handed_over)
    bookings.reschedule(moved, date="2027-03-16", start_time="2027-03-18 09:00")
    bookings.cancel(course, from_date="2027-11-11", cancelled_by="host")
    assert len(check("after")) == len(before) - 1 - 3

    for uid in uids[1:]:
        bookings.cancel(uid, all=True, cancelled_by="host")
    assert deliver() == [{}, {}]
