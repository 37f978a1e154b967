"""A directory with a file for each event: what else is in it, and what goes wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calbook import whole_files
from calbook.core.model import Span
from calbook.delivery.calendars import vdir
from calbook.delivery.calendars.collection import (
    Collection,
    CollectionError,
    HasChanged,
)

NOW = datetime(2027, 1, 18, tzinfo=UTC)
WINDOW = Span(NOW, NOW + timedelta(days=1))
unless_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    (tmp_path / "work").mkdir()
    opened = vdir.open_collection(str(tmp_path / "work"))
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "work"


def test_what_is_no_event_is_not_listed(collection: Collection, folder: Path) -> None:
    for name in (".a.ics", "b.tmp", ".c.tmp", "color", "displayname", "d.ICS~"):
        (folder / name).write_bytes(b"x")
    (folder / "inner.ics").mkdir()
    (folder / "away.ics").symlink_to(folder / "color")
    os.mkfifo(folder / "pipe.ics")
    (folder / "a.ics").write_bytes(b"x")

    assert list(collection.list_etags()) == ["a.ics"]
    assert [r.name for r in collection.read_between(WINDOW)] == ["a.ics"]


@pytest.mark.parametrize("kind", ["link", "dangling link", "pipe", "directory"])
def test_what_is_no_file_is_neither_read_nor_written_over(
    collection: Collection, folder: Path, tmp_path: Path, kind: str
) -> None:
    secret, path = tmp_path / "secret", folder / "a.ics"
    if kind == "link":
        secret.write_bytes(b"secret")
    if kind.endswith("link"):
        path.symlink_to(secret)
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()

    with pytest.raises(CollectionError) as raised:
        collection.read("a.ics")
    assert raised.value.is_final
    for etag in (None, "1-2-3"):
        with pytest.raises(CollectionError, match="left alone"):
            collection.replace("a.ics", b"mine", etag=etag)
        with pytest.raises(CollectionError, match="left alone"):
            collection.remove("a.ics", etag=etag)
    with pytest.raises(HasChanged):
        collection.create("a.ics", b"mine")
    assert os.path.lexists(path)
    assert secret.exists() is (kind == "link")


@pytest.mark.parametrize("name", ["../a.ics", "/etc/a.ics", ".a.ics", "", "a\0b", ".."])
def test_a_name_does_not_lead_out(collection: Collection, name: str) -> None:
    for change in (
        lambda: collection.create(name, b"x"),
        lambda: collection.replace(name, b"x", etag=None),
        lambda: collection.remove(name, etag=None),
        lambda: collection.read(name),
    ):
        with pytest.raises(CollectionError, match="can be no file"):
            change()


def test_a_new_file_is_whole_at_once_and_leaves_nothing_beside_it(
    collection: Collection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """khal would read what is half written, and show no event."""
    seen: list[tuple[list[str], bytes]] = []
    link = os.link

    def look(source: str, target: str) -> None:
        link(source, target)
        seen.append((sorted(os.listdir(folder)), Path(target).read_bytes()))

    monkeypatch.setattr(os, "link", look)

    collection.create("a.ics", b"whole")

    ((names, data),) = seen
    assert data == b"whole"
    assert names[0].startswith(".")
    assert names[0].endswith(".tmp")
    assert os.listdir(folder) == ["a.ics"]


def test_a_file_is_created_where_it_can_have_one_name_only(
    collection: Collection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)

    etag = collection.create("a.ics", b"first")

    assert collection.list_etags() == {"a.ics": etag}
    with pytest.raises(HasChanged):
        collection.create("a.ics", b"second")
    assert (folder / "a.ics").read_bytes() == b"first"
    assert os.listdir(folder) == ["a.ics"]


def test_a_full_disk_leaves_what_was_there(
    collection: Collection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    etag = collection.create("a.ics", b"first")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(CollectionError, match="No space left") as raised:
        collection.replace("a.ics", b"second", etag=etag)
    with pytest.raises(CollectionError, match="No space left"):
        collection.create("b.ics", b"second")

    assert not raised.value.is_final
    assert os.listdir(folder) == ["a.ics"]
    assert (folder / "a.ics").read_bytes() == b"first"


def test_who_may_read_a_file_stays_as_it_was(
    collection: Collection, folder: Path
) -> None:
    etag = collection.create("a.ics", b"first")
    assert (folder / "a.ics").stat().st_mode & 0o777 == 0o600

    (folder / "a.ics").chmod(0o640)
    collection.replace("a.ics", b"second", etag=etag)

    assert (folder / "a.ics").stat().st_mode & 0o777 == 0o640


def test_a_change_in_place_is_another_etag(
    collection: Collection, folder: Path
) -> None:
    etag = collection.create("a.ics", b"first")
    (folder / "a.ics").write_bytes(b"other")  # the same size

    with pytest.raises(HasChanged):
        collection.replace("a.ics", b"mine", etag=etag)
    with pytest.raises(HasChanged):
        collection.remove("a.ics", etag=etag)
    assert (folder / "a.ics").read_bytes() == b"other"


def test_a_directory_that_is_gone_is_no_empty_one(
    collection: Collection, folder: Path
) -> None:
    """A disk that is not mounted would have emptied the calendar."""
    etag = collection.create("a.ics", b"first")
    shutil.rmtree(folder)

    for ask in (
        collection.read_mark,
        collection.list_etags,
        lambda: collection.read("a.ics"),
        lambda: list(collection.read_between(WINDOW)),
        lambda: collection.create("a.ics", b"x"),
        lambda: collection.replace("a.ics", b"x", etag=etag),
        lambda: collection.remove("a.ics", etag=etag),
    ):
        with pytest.raises(CollectionError, match="No such file") as raised:
            ask()
        assert not raised.value.is_reached
        assert not raised.value.is_final


def test_a_file_that_is_too_large_spoils_no_other(
    collection: Collection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vdir, "LARGEST_FILE", 100)
    (folder / "large.ics").write_bytes(b"x" * 101)
    (folder / "a.ics").write_bytes(b"x")

    found = {r.name: r.data for r in collection.read_between(WINDOW)}

    assert found == {"a.ics": b"x", "large.ics": b""}
    with pytest.raises(CollectionError, match="File too large"):
        collection.read("large.ics")


def test_a_file_that_is_written_while_it_is_read_is_read_again(
    collection: Collection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.ics").write_bytes(b"first")
    read, times = whole_files.read, []

    def meddle(path: str, *, most: int | None = None) -> object:
        found = read(path, most=most)
        if not times:
            (folder / "a.ics").write_bytes(b"second one")
        times.append(path)
        return found

    monkeypatch.setattr(whole_files, "read", meddle)

    found = collection.read("a.ics")

    assert found is not None
    assert found.data == b"second one"
    assert len(times) == 2


def test_free_busy_times_of_a_directory_are_refused(collection: Collection) -> None:
    with pytest.raises(CollectionError, match="no free-busy times") as raised:
        collection.read_free_busy(WINDOW)

    assert raised.value.is_final


@unless_root
def test_a_directory_that_may_not_be_read_is_an_error(
    collection: Collection, folder: Path
) -> None:
    folder.chmod(0)
    try:
        with pytest.raises(CollectionError, match="Permission denied"):
            collection.list_etags()
    finally:
        folder.chmod(0o700)


def test_a_directory_needs_nothing_of_the_network() -> None:
    code = (
        "import sys; import calbook.delivery.calendars.vdir\n"
        "net = {'socket', 'ssl', 'http.client', 'urllib3', 'xml', 'icalendar'}\n"
        "print(*sorted(net & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout == "\n"
