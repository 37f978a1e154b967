"""Feeds in a directory of a web server: named so that nobody guesses, and kept up."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from calbook import Client, errors
from calbook.services.calendars import feed_files

if TYPE_CHECKING:
    from conftest import Clock

Make = Callable[..., Any]
DAY = timedelta(days=1)
TEN = "2027-01-18T10:00Z"


@pytest.fixture
def bob(client: Client, event_type: Make) -> None:
    """A second host, beside the first one."""
    event_type("demo", hosts=["me"])
    client.calendar.hosts.create("bob", name="Bob", schedule_id="always")
    client.calendar.event_types.create("bobs", hosts=["bob"], schedule_id="always")


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    return Path(os.path.realpath(tmp_path)) / "feeds"


def texts(folder: Path) -> str:
    return "".join(file.read_text() for file in sorted(folder.iterdir()))


def test_each_host_has_a_file_that_others_can_read(
    client: Client, bob: None, booking: Make, shown: Path
) -> None:
    made = booking(start_time=TEN)

    found = client.calendar.feeds.publish(shown)

    assert [feed.host_id for feed in found] == ["user_bob", "user_me"]
    assert {file.name for file in shown.iterdir()} == {feed.name for feed in found}
    for feed in found:
        stem, _, end = feed.name.partition(".")
        assert (len(stem) * 5 >= 128, stem.isalnum(), end) == (True, True, "ics")
        assert (shown / feed.name).samefile(feed.path)
        assert stat.S_IMODE(os.stat(feed.path).st_mode) == 0o644
        assert feed.written_at is not None
    mine, others = Path(found[1].path).read_text(), Path(found[0].path).read_text()
    assert (made.uid in mine, made.uid in others) == (True, False)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT15M" in mine
    assert client.calendar.feeds.list() == found


def test_a_feed_keeps_its_name_and_takes_another_form(
    client: Client, booking: Make, shown: Path
) -> None:
    booking(start_time=TEN)

    [first] = client.calendar.feeds.publish(shown)
    [again] = client.calendar.feeds.publish(shown, busy_only=True)

    assert (again.name, first.busy_only, again.busy_only) == (first.name, False, True)
    assert "SUMMARY:Busy" in texts(shown)
    [redacted] = client.calendar.feeds.publish(shown, redact=True, host_id="me")
    assert (redacted.name, redacted.busy_only) == (first.name, False)
    assert "Ada" not in texts(shown)


@pytest.mark.parametrize("form", [{"busy_only": True}, {"redact": True}])
def test_a_feed_says_more_only_where_that_is_asked_for(
    client: Client, booking: Make, shown: Path, form: dict[str, bool]
) -> None:
    """Strangers know the address: to write it again is no wish to tell them more."""
    booking(start_time=TEN)
    [first] = client.calendar.feeds.publish(shown, **form)
    before = texts(shown)

    assert client.calendar.feeds.publish(shown) == (first,)
    assert texts(shown) == before
    [full] = client.calendar.feeds.publish(shown, full=True)

    assert (full.name, full.busy_only, full.redacted) == (first.name, False, False)
    assert "Ada" in texts(shown)


def test_the_feed_of_a_new_host_says_no_more_than_the_others(
    client: Client, bob: None, shown: Path
) -> None:
    client.calendar.feeds.publish(shown, busy_only=True)
    client.calendar.hosts.create("eve", name="Eve")

    assert [feed.busy_only for feed in client.calendar.feeds.publish(shown)] == [
        True
    ] * 3
    client.calendar.feeds.publish(shown, host_id="eve", redact=True)
    client.calendar.hosts.create("zoe", name="Zoe")
    [zoe] = client.calendar.feeds.publish(shown, host_id="zoe")
    assert (zoe.busy_only, zoe.redacted) == (True, False)  # what says least


@pytest.mark.parametrize(
    "form",
    [
        {"busy_only": True, "redact": True},
        {"full": True, "busy_only": True},
        {"full": True, "redact": True},
    ],
)
def test_a_feed_has_one_form(
    client: Client, shown: Path, form: dict[str, bool]
) -> None:
    with pytest.raises(errors.UsageError, match="exclude each other"):
        client.calendar.feeds.publish(shown, **form)

    assert not shown.exists()


def test_a_change_is_written_for_its_host_alone(
    client: Client, bob: None, booking: Make, shown: Path
) -> None:
    others, mine = client.calendar.feeds.publish(shown)
    before = os.stat(others.path).st_ino

    made = booking(start_time=TEN)
    assert made.uid not in texts(shown)
    client.deliver()
    assert made.uid in Path(mine.path).read_text()
    assert os.stat(others.path).st_ino == before
    client.calendar.bookings.cancel(made.uid)
    client.tick()
    assert made.uid not in texts(shown)


def test_what_another_host_takes_over_is_no_longer_there(
    client: Client, bob: None, event_type: Make, booking: Make, shown: Path
) -> None:
    event_type("both", hosts=["me", "bob"], scheduling_type="ROUND_ROBIN")
    made = booking(event_type_id="both", start_time=TEN, host_id="me")
    others, mine = client.calendar.feeds.publish(shown)

    client.calendar.bookings.reassign(made.uid, host_id="bob")
    client.tick()

    assert made.uid not in Path(mine.path).read_text()
    assert made.uid in Path(others.path).read_text()


def test_what_did_not_change_is_left_alone(
    client: Client, booking: Make, shown: Path
) -> None:
    booking(start_time=TEN)
    [feed] = client.calendar.feeds.publish(shown)
    before = os.stat(feed.path)

    client.tick()
    client.deliver()

    after = os.stat(feed.path)
    assert (after.st_ino, after.st_mtime) == (before.st_ino, before.st_mtime)


def test_a_day_later_it_begins_a_day_later(
    client: Client, booking: Make, shown: Path, clock: Clock
) -> None:
    made, later = booking(start_time=TEN), booking(start_time="2027-02-18T10:00Z")
    [feed] = client.calendar.feeds.publish(shown)
    clock.now += 44 * DAY
    client.tick()
    assert made.uid in texts(shown)

    clock.now += 2 * DAY
    client.tick()

    assert (made.uid in texts(shown), later.uid in texts(shown)) == (False, True)
    [again] = client.calendar.feeds.list()
    assert again.name == feed.name
    assert again.written_at != feed.written_at


def test_a_file_that_was_deleted_comes_back(client: Client, shown: Path) -> None:
    [feed] = client.calendar.feeds.publish(shown)
    os.unlink(feed.path)
    assert client.calendar.feeds.list()[0].written_at is None

    client.tick()

    assert os.path.isfile(feed.path)


def test_a_link_is_never_followed(
    client: Client, bob: None, booking: Make, shown: Path, tmp_path: Path
) -> None:
    others, mine = client.calendar.feeds.publish(shown)
    target = tmp_path / "target"
    target.write_text("as it was")
    os.unlink(mine.path)
    os.symlink(target, mine.path)
    booking(start_time=TEN)
    booking(event_type_id="bobs", start_time=TEN)
    refused: list[errors.CalbookError] = []

    client.tick(refused=refused.append)

    assert [str(error) for error in refused] == [f"{mine.path} is not a regular file"]
    assert target.read_text() == "as it was"
    assert "BEGIN:VEVENT" in Path(others.path).read_text()
    with pytest.raises(errors.OutputError, match="is not a regular file"):
        client.calendar.feeds.publish(shown)


def test_a_directory_that_leads_elsewhere_is_left_alone(
    client: Client, booking: Make, shown: Path
) -> None:
    client.calendar.feeds.publish(shown)
    elsewhere = shown.rename(shown.with_name("elsewhere"))
    shown.symlink_to(elsewhere)
    made, refused = booking(start_time=TEN), list[errors.CalbookError]()

    client.tick(refused=refused.append)

    assert [str(error) for error in refused] == [
        f"{shown} leads elsewhere than when its feeds were published"
    ]
    assert made.uid not in texts(elsewhere)


def test_a_directory_of_another_machine_is_skipped(
    client: Client, booking: Make, shown: Path
) -> None:
    """It is told where something has changed, and not whenever it is looked at."""
    client.calendar.feeds.publish(shown)
    away, refused = shown.rename(shown.with_name("away")), list[errors.CalbookError]()
    client.deliver(refused=refused.append)
    assert refused == []

    made = booking(start_time=TEN)
    client.deliver(refused=refused.append)
    client.deliver()

    said = f"the directory {shown} of published feeds is not here"
    assert [str(error) for error in refused] == [said]
    away.rename(shown)
    client.deliver()
    assert made.uid in texts(shown)


def test_new_names_end_the_old_ones(client: Client, bob: None, shown: Path) -> None:
    others, mine = client.calendar.feeds.publish(shown)

    [again] = client.calendar.feeds.rotate(shown, host_id="me")

    assert again.name != mine.name
    assert {file.name for file in shown.iterdir()} == {others.name, again.name}


def test_a_feed_that_is_removed_is_deleted(
    client: Client, bob: None, shown: Path
) -> None:
    others, mine = client.calendar.feeds.publish(shown)

    assert client.calendar.feeds.remove(shown, host_id="me") == (mine,)
    assert [file.name for file in shown.iterdir()] == [others.name]
    client.calendar.feeds.remove(shown)
    assert (list(shown.iterdir()), client.calendar.feeds.list()) == ([], ())
    for change in (client.calendar.feeds.remove, client.calendar.feeds.rotate):
        with pytest.raises(errors.NotFound, match="no such published feed"):
            change(shown)


@pytest.mark.parametrize("form", [{"busy_only": True}, {"redact": True}])
def test_what_says_little_says_no_more_by_itself(
    client: Client, booking: Make, shown: Path, form: Any
) -> None:
    """To write all files now had shown everybody everything."""
    booking(start_time=TEN)
    [first] = client.calendar.feeds.publish(shown, **form)
    client.calendar.hosts.create("bob", name="Bob", schedule_id="always")

    found = client.calendar.feeds.publish(shown)

    assert [(feed.busy_only, feed.redacted) for feed in found] == [
        (first.busy_only, first.redacted)
    ] * 2
    assert "Ada" not in texts(shown)
    [_, whole] = client.calendar.feeds.publish(shown, full=True)
    assert (whole.name, whole.busy_only, whole.redacted) == (first.name, False, False)
    assert "Ada" in texts(shown)


@pytest.mark.parametrize("form", [{"busy_only": True}, {"redact": True}])
def test_what_hides_persons_hides_the_host_in_its_name(
    client: Client, booking: Make, shown: Path, form: Any
) -> None:
    booking(start_time=TEN)
    client.calendar.hosts.update("me", name="Grace Hopper")

    client.calendar.feeds.publish(shown, **form)

    assert "Hopper" not in texts(shown)
    assert "Demo" not in client.calendar.bookings.get_feed(
        event_type_id="demo", busy_only=True
    )


@pytest.mark.parametrize("change", ["rotate", "remove"])
def test_what_is_written_meanwhile_does_not_stay(
    client: Client, shown: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file was written under a name that was given up a moment before."""
    client.calendar.feeds.publish(shown)
    write = feed_files.write_file

    def write_late(*args: Any, **more: Any) -> None:
        monkeypatch.setattr(feed_files, "write_file", write)
        getattr(client.calendar.feeds, change)(shown)
        write(*args, **more)

    monkeypatch.setattr(feed_files, "write_file", write_late)
    client.calendar.feeds.publish(shown)

    names = {feed.name for feed in client.calendar.feeds.list()}
    assert {file.name for file in shown.iterdir()} == names


@pytest.mark.parametrize("change", ["rotate", "remove"])
def test_a_name_that_is_given_meanwhile_does_not_stay(
    client: Client, shown: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.calendar.feeds.publish(shown)
    remove = feed_files.remove_file

    def rotate_before(directory: str, name: str) -> None:
        monkeypatch.setattr(feed_files, "remove_file", remove)
        client.calendar.feeds.rotate(shown)
        remove(directory, name)

    monkeypatch.setattr(feed_files, "remove_file", rotate_before)
    getattr(client.calendar.feeds, change)(shown)

    names = {feed.name for feed in client.calendar.feeds.list()}
    assert {file.name for file in shown.iterdir()} == names
    assert len(names) == (1 if change == "rotate" else 0)


def test_what_is_written_meanwhile_says_what_was_chosen_last(
    client: Client, booking: Make, shown: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking(start_time=TEN)
    client.calendar.feeds.publish(shown)
    write = feed_files.write_file

    def write_late(*args: Any, **more: Any) -> None:
        monkeypatch.setattr(feed_files, "write_file", write)
        client.calendar.feeds.publish(shown, busy_only=True)
        write(*args, **more)

    monkeypatch.setattr(feed_files, "write_file", write_late)
    client.calendar.feeds.publish(shown)

    assert "Ada" not in texts(shown)


def test_what_a_killed_writer_left_is_removed(client: Client, shown: Path) -> None:
    shown.mkdir()
    for name, age in (("old", 1), ("new", 4_000_000_000)):
        file = shown / f".calbook-{name}.tmp"
        file.write_text("Ada")
        os.utime(file, (age, age))

    [feed] = client.calendar.feeds.publish(shown)

    assert {file.name for file in shown.iterdir()} == {feed.name, ".calbook-new.tmp"}


def test_a_new_directory_is_open_to_a_web_server_and_not_listed(
    client: Client, shown: Path
) -> None:
    mask = os.umask(0o077)
    try:
        client.calendar.feeds.publish(shown)
    finally:
        os.umask(mask)

    assert stat.S_IMODE(os.stat(shown).st_mode) == 0o711


def test_a_feed_whose_directory_is_not_here_is_not_forgotten(
    client: Client, shown: Path
) -> None:
    """Its file would have stayed, on another machine or under another name."""
    [feed] = client.calendar.feeds.publish(shown)
    shown.rename(shown.with_name("away"))

    with pytest.raises(errors.OutputError, match="is not here"):
        client.calendar.feeds.remove(shown)

    assert [each.name for each in client.calendar.feeds.list()] == [feed.name]
    shown.mkdir()
    client.calendar.feeds.remove(shown)
    assert client.calendar.feeds.list() == ()


def test_a_host_is_not_removed_before_the_feed(client: Client, shown: Path) -> None:
    """The file would have stayed, for everybody to read."""
    client.calendar.hosts.create("eve", name="Eve")
    client.calendar.feeds.publish(shown, host_id="eve")

    with pytest.raises(errors.InUse, match=f"its feed in {shown}"):
        client.calendar.hosts.delete("eve")
    client.calendar.feeds.remove(shown)
    client.calendar.hosts.delete("eve")

    assert list(shown.iterdir()) == []


def test_a_directory_is_known_by_where_it_is(
    client: Client, shown: Path, tmp_path: Path
) -> None:
    shown.mkdir()
    link = tmp_path / "link"
    link.symlink_to(shown)

    [feed] = client.calendar.feeds.publish(link)

    assert feed.path == str(shown / feed.name)
    assert client.calendar.feeds.list(directory=shown) == (feed,)


@pytest.mark.parametrize("place", ["", "a\0b", 7])
def test_a_place_that_is_none_is_refused(client: Client, place: Any) -> None:
    with pytest.raises(errors.BadInput, match="directory"):
        client.calendar.feeds.publish(place)


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    ways = [letter * 300_000 for letter in (b"a", b"b")]
    feed_files.write_file(str(tmp_path), "x.ics", [ways[0]], at=1)
    seen, ended = set[bytes](), threading.Event()

    def read() -> None:
        while not ended.is_set():
            seen.add((tmp_path / "x.ics").read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(60):
        feed_files.write_file(str(tmp_path), "x.ics", [ways[number % 2]], at=1)
    ended.set()
    reader.join()

    assert seen <= set(ways)
    assert [file.name for file in tmp_path.iterdir()] == ["x.ics"]
