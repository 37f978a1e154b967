"""What every kind of calendar elsewhere does: directories and servers alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.broken_events import event
from support.lying_calendars import LyingCalendar

from calbook.core.model import Span
from calbook.delivery.calendars import caldav, vdir
from calbook.delivery.calendars.collection import (
    Collection,
    CollectionError,
    HasChanged,
)

pytest_plugins = ("support.lying_calendars",)

DAY = datetime(2027, 1, 18, tzinfo=UTC)
WINDOW = Span(DAY, DAY + timedelta(days=1))
KINDS = ("vdir", "liar", "radicale", "xandikos", "cyrus")
SERVERS = KINDS[1:]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def collection(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Collection]:
    opened = _open(kind, request, tmp_path)
    yield opened
    opened.close()


def _open(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Collection:
    if kind == "vdir":
        return vdir.open_collection(str(tmp_path))
    server = request.getfixturevalue(kind)
    is_real = not isinstance(server, LyingCalendar)
    return caldav.open_collection(
        server.collection() if is_real else server.url,
        user=server.user if is_real else None,
        password=server.password if is_real else None,
        allow_private=True,
        seconds=20.0,
    )


def calendar(uid: str, hour: int = 10, text: str = "Elsewhere") -> bytes:
    start = DAY + timedelta(hours=hour)
    written = event(start, timedelta(minutes=30), uid=uid)
    return written.replace("SUMMARY:Elsewhere", f"SUMMARY:{text}").encode()


def test_what_is_created_is_read_and_listed(collection: Collection) -> None:
    etag = collection.create("bk_1@calbook.ics", calendar("bk_1@calbook"))

    found = collection.read("bk_1@calbook.ics")
    assert found is not None
    assert found.name == "bk_1@calbook.ics"
    assert b"UID:bk_1@calbook\r\n" in found.data
    assert etag is not None
    assert etag == found.etag
    assert collection.list_etags() == {"bk_1@calbook.ics": etag}


def test_an_empty_calendar_has_nothing(collection: Collection) -> None:
    assert collection.list_etags() == {}
    assert list(collection.read_between(WINDOW)) == []
    assert list(collection.read_some(["none.ics"])) == []
    assert collection.read("none.ics") is None


@pytest.mark.parametrize(
    "name", ["a b.ics", "ünï.ics", "100%.ics", "a+b;c=d.ics", "it(1).ics"]
)
def test_a_name_is_the_same_wherever_it_is_said(
    collection: Collection, name: str
) -> None:
    collection.create(name, calendar("a"))

    assert list(collection.list_etags()) == [name]
    assert [r.name for r in collection.read_between(WINDOW)] == [name]
    assert [r.name for r in collection.read_some([name])] == [name]
    assert collection.read(name) is not None


def test_nothing_is_created_over_another(collection: Collection) -> None:
    collection.create("a.ics", calendar("a", text="First"))

    with pytest.raises(HasChanged) as raised:
        collection.create("a.ics", calendar("a", text="Second"))

    assert raised.value.code == 412
    found = collection.read("a.ics")
    assert found is not None
    assert b"SUMMARY:First" in found.data


def test_one_is_replaced_as_it_was_known(collection: Collection) -> None:
    first = collection.create("a.ics", calendar("a", text="First"))

    second = collection.replace("a.ics", calendar("a", text="Second"), etag=first)

    assert second != first
    assert collection.list_etags() == {"a.ics": second}
    with pytest.raises(HasChanged):
        collection.replace("a.ics", calendar("a", text="Third"), etag=first)
    found = collection.read("a.ics")
    assert found is not None
    assert b"SUMMARY:Second" in found.data


def test_one_is_replaced_whatever_it_was(collection: Collection) -> None:
    collection.create("a.ics", calendar("a", text="First"))

    collection.replace("a.ics", calendar("a", text="Second"), etag=None)

    found = collection.read("a.ics")
    assert found is not None
    assert b"SUMMARY:Second" in found.data


@pytest.mark.parametrize("is_known", [True, False])
def test_what_is_gone_is_not_replaced(collection: Collection, is_known: bool) -> None:
    etag = collection.create("a.ics", calendar("a"))
    collection.remove("a.ics", etag=etag)

    with pytest.raises(HasChanged):
        collection.replace("a.ics", calendar("a"), etag=etag if is_known else None)

    assert collection.list_etags() == {}


def test_one_is_removed_as_it_was_known(collection: Collection) -> None:
    first = collection.create("a.ics", calendar("a", text="First"))
    second = collection.replace("a.ics", calendar("a", text="Second"), etag=first)

    with pytest.raises(HasChanged):
        collection.remove("a.ics", etag=first)
    assert collection.list_etags() == {"a.ics": second}

    collection.remove("a.ics", etag=second)
    assert collection.list_etags() == {}


def test_removing_what_is_gone_is_no_fault(collection: Collection) -> None:
    etag = collection.create("a.ics", calendar("a"))
    collection.remove("a.ics", etag=etag)

    collection.remove("a.ics", etag=etag)
    collection.remove("a.ics", etag=None)


def test_events_in_a_window_are_read_with_their_etags(collection: Collection) -> None:
    for hour in (9, 15):
        collection.create(f"{hour}.ics", calendar(str(hour), hour))

    found = {r.name: r for r in collection.read_between(WINDOW)}

    assert {name: r.etag for name, r in found.items()} == collection.list_etags()
    assert b"UID:9\r\n" in found["9.ics"].data


@pytest.mark.parametrize("kind", SERVERS, indirect=True)
def test_a_server_gives_none_of_another_time(collection: Collection) -> None:
    collection.create("late.ics", calendar("late", hour=24))

    assert list(collection.read_between(WINDOW)) == []


def test_many_are_read_at_once(collection: Collection) -> None:
    names = [f"{number}.ics" for number in range(130)]
    for number, name in enumerate(names):
        collection.create(name, calendar(str(number), number % 20))

    found = {r.name for r in collection.read_some([*names, "none.ics", names[0]])}

    assert found == set(names)
    assert {r.name for r in collection.read_between(WINDOW)} == set(names)


def test_the_mark_is_another_after_each_change(collection: Collection) -> None:
    marks = [collection.read_mark(), collection.read_mark()]
    assert marks[0] == marks[1]

    etag = collection.create("a.ics", calendar("a", text="First"))
    marks.append(collection.read_mark())
    etag = collection.replace("a.ics", calendar("a", text="Second"), etag=etag)
    marks.append(collection.read_mark())
    collection.remove("a.ics", etag=etag)

    assert None not in marks
    assert len(set(marks)) == 3


@pytest.mark.parametrize("kind", SERVERS, indirect=True)
def test_free_busy_times_are_of_a_window(collection: Collection, kind: str) -> None:
    if kind == "xandikos":
        pytest.skip("it fails at every free-busy-query")
    collection.create("a.ics", calendar("a", hour=10))

    data = collection.read_free_busy(WINDOW)

    assert b"BEGIN:VFREEBUSY" in data
    assert b"20270118T100000Z/" in data


def test_a_calendar_that_is_not_there_is_an_error(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Nothing there must not look like a calendar that was emptied."""
    if kind == "vdir":
        missing = vdir.open_collection(str(tmp_path / "none"))
    else:
        server = request.getfixturevalue(kind)
        home = f"http://{server.host}/cal/ada/" if kind == "liar" else server.home
        is_liar = kind == "liar"
        missing = caldav.open_collection(
            f"{home}none/",
            user=None if is_liar else server.user,
            password=None if is_liar else server.password,
            allow_private=True,
            seconds=20.0,
        )

    with closing(missing):
        for ask in (missing.list_etags, lambda: list(missing.read_between(WINDOW))):
            with pytest.raises(CollectionError):
                ask()
        with pytest.raises(CollectionError):
            missing.create("a.ics", calendar("a"))
