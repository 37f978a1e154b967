"""Connected calendars that are changed, and places that are connected already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.broken_events import event
from support.lying_calendars import PASSWORD, USER, LyingCalendar

from calbook import Booking, Client, errors

pytest_plugins = ("support.lying_calendars",)

TEN = datetime(2027, 1, 18, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
Book = Callable[..., Booking]


@pytest.fixture(autouse=True)
def zone(client: Client) -> None:
    client.set_up(timezone="UTC", email="grace@example.com", name="Grace")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A directory with an event of an hour, at ten."""
    path = tmp_path / "work"
    path.mkdir()
    (path / "lunch.ics").write_text(event(TEN, HOUR, uid="lunch"))
    return path


def stretches(client: Client) -> int:
    found = client.calendar.busy.times(start_date="2026-01-01", end_date="2030-01-01")
    return len(found)


def test_a_new_password_is_tried_and_what_waits_is_sent(
    client: Client,
    liar: LyingCalendar,
    booking: Book,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OLD", PASSWORD)
    monkeypatch.setenv("NEW", f"{PASSWORD}!")
    liar.login = "Basic"
    connections = client.calendar.connections
    options = {"user": USER, "allow_private": True, "push": True}
    connections.add("work", liar.url, password_env="OLD", **options)
    monkeypatch.setenv("OLD", "wrong")
    made = booking()
    client.deliver()
    assert connections.get("work").pending == 1

    with pytest.raises(errors.CalendarUnreachable) as refused:
        connections.update("work", password_env="NEW")
    assert connections.get("work").password_from == "$OLD"
    monkeypatch.setenv("NEW", PASSWORD)
    after = connections.update("work", password_env="NEW")
    client.deliver()

    assert refused.value.json_hint == (
        "calbook calendar update work --password-command \u2026"
    )
    assert after.password_from == "$NEW"
    assert set(liar.objects) == {f"{made.uid}.ics"}


def test_what_is_not_named_stays(client: Client, work: Path) -> None:
    connections = client.calendar.connections
    before = connections.add("work", work, busy=True, push=True)

    after = connections.update("work", careful=True)

    assert after.to_dict() == before.to_dict() | {
        "careful": True,
        "checkedAt": after.checked_at,
    }
    with pytest.raises(errors.NothingToChange):
        connections.update("work")


def test_without_busy_its_time_is_free_again(client: Client, work: Path) -> None:
    connections = client.calendar.connections
    connections.add("work", work, busy=True, push=True, careful=True)
    assert stretches(client) == 1

    after = connections.update("work", busy=False)
    free = stretches(client)
    connections.update("work", busy=True)

    assert (after.busy, after.careful, after.checked_at) == (False, False, None)
    assert (free, stretches(client)) == (0, 1)


def test_without_push_what_waits_is_dropped_and_with_it_written(
    client: Client, work: Path, booking: Book
) -> None:
    connections = client.calendar.connections
    connections.add("work", work, busy=True, push=True)
    written = booking(start_time=TEN + HOUR)
    client.deliver()
    waiting = booking(start_time=TEN + 2 * HOUR)

    after = connections.update("work", push=False)
    client.calendar.bookings.cancel(written.uid)
    client.deliver()
    before = {file.stem for file in work.iterdir()}
    connections.update("work", push=True)
    client.deliver()

    assert after.pending == 0
    assert before == {"lunch", written.uid}
    assert {file.stem for file in work.iterdir()} == {"lunch", waiting.uid}


def test_into_another_place_all_is_written_anew(
    client: Client, work: Path, tmp_path: Path, booking: Book
) -> None:
    connections = client.calendar.connections
    connections.add("work", work, busy=True, push=True)
    made = booking(start_time=TEN + HOUR)
    client.deliver()
    (tmp_path / "new").mkdir()

    after = connections.update("work", source=tmp_path / "new")
    client.deliver()

    assert after.source == str(tmp_path / "new")
    assert [file.stem for file in (tmp_path / "new").iterdir()] == [made.uid]
    assert {file.stem for file in work.iterdir()} == {"lunch", made.uid}
    assert stretches(client) == 0
    assert connections.sync() == ()


def test_a_use_it_cannot_have_is_refused(client: Client, work: Path) -> None:
    connections = client.calendar.connections
    connections.add("work", work, push=True)

    for fields in ({"push": False}, {"careful": True}, {"user": "me"}):
        with pytest.raises((errors.BadInput, errors.UsageError)):
            connections.update("work", **fields)

    assert connections.get("work").push


def test_a_name_that_is_taken_hints_at_changing_it(client: Client, work: Path) -> None:
    client.calendar.connections.add("work", work, push=True)

    with pytest.raises(errors.Exists) as refused:
        client.calendar.connections.add("work", work, push=True)

    assert refused.value.json_hint == "to change it: calbook calendar update work"


def test_a_directory_is_connected_once_for_each_host(
    client: Client, work: Path, tmp_path: Path
) -> None:
    connections = client.calendar.connections
    (tmp_path / "link").symlink_to(work)
    (work / "below").mkdir()
    connections.add("work", work, push=True)

    for source in (work, tmp_path / "link", f"{work}/below/.."):
        with pytest.raises(errors.Exists, match="work of user_me is that calendar"):
            connections.add("other", source, busy=True)

    connections.add("other", work / "below", push=True)
    with pytest.raises(errors.Exists):
        connections.update("other", source=work)
    client.calendar.hosts.create("bob", name="Bob")
    connections.add("work", work, push=True, host_id="bob")


def test_a_collection_is_connected_once_however_it_is_written(
    client: Client, liar: LyingCalendar
) -> None:
    connections = client.calendar.connections
    connections.add("work", liar.url, push=True, allow_private=True)

    with pytest.raises(errors.Exists):
        connections.add(
            "other", liar.url.replace("http", "HTTP"), busy=True, allow_private=True
        )
