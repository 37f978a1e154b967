"""Calendars from addresses: read, read again, and all that servers do instead."""

from __future__ import annotations

import gzip
import socket
import ssl
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.receiving import (
    HANGS,
    Answer,
    Receiver,
    close,
    drip,
    hang,
    huge,
    no_hanging,
    status,
)

from calbook import BusyCalendar, Client, errors
from calbook.core.model import DAY
from calbook.core.time import times
from calbook.delivery.calendars import feed
from calbook.services.calendars import files
from calbook.store.reading_again import ReadingAgain, take_turn

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.receiving", "support.mailing")

SECRET = "private-3f9a8c1d"
PATH = f"/calendar/{SECRET}/basic.ics"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture(autouse=True)
def zone(client: Client) -> None:
    client.set_up(timezone="America/New_York", email="Grace@example.com")


def ics(*days: int, uid: str = "lunch") -> bytes:
    """An hour from ten on some days of January."""
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{uid}-{day}\r\nDTSTAMP:20270101T000000Z\r\n"
        f"DTSTART:202701{day}T150000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
        for day in days
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n".encode()


def answers(data: bytes, *headers: str) -> Answer:
    return status(200, "Content-Type: text/calendar", *headers, body=data)


def moved(place: str, code: int = 302) -> Answer:
    return status(code, f"Location: {place}", body=b"")


@pytest.fixture
def add(client: Client, receiver: Receiver) -> Callable[..., BusyCalendar]:
    """Import what the receiver answers."""

    def add(*planned: Answer, **fields: Any) -> BusyCalendar:
        receiver.answers[PATH] = list(planned)
        return client.calendar.busy.import_ics(
            receiver.url(PATH), name="work", **{"allow_private": True, **fields}
        )

    return add


def starts(client: Client) -> list[str]:
    found = client.calendar.busy.times(start_date="2026-01-01", end_date="2030-01-01")
    return [each.start_time[:16] for each in found]


def refused(client: Client, **fields: Any) -> errors.CalbookError:
    """What a refresh says; the busy time is as it was."""
    before, said = starts(client), list[errors.CalbookError]()
    client.calendar.busy.refresh(refused=said.append, **fields)
    assert starts(client) == before
    [error] = said
    return error


Add = Callable[..., BusyCalendar]


def test_a_calendar_from_an_address_blocks_and_hides_its_path(
    client: Client, receiver: Receiver, add: Add
) -> None:
    added = add(answers(ics(18, 19)))

    assert starts(client) == ["2027-01-18T10:00", "2027-01-19T10:00"]
    assert added.source == f"http://127.0.0.1:{receiver.port}/…"
    assert SECRET not in str(added.to_dict())
    assert added.checked_at == added.imported_at
    [request] = receiver.requests
    assert request.headers["accept-encoding"] == "gzip"


def test_a_refresh_reads_it_again(client: Client, receiver: Receiver, add: Add) -> None:
    add(answers(ics(18)))
    receiver.answers[PATH] = [answers(ics(20))]

    [again] = client.calendar.busy.refresh()

    assert again.stretches == 1
    assert starts(client) == ["2027-01-20T10:00"]


def test_what_has_not_changed_is_only_looked_at(
    client: Client, receiver: Receiver, add: Add, clock: Clock
) -> None:
    modified = "Sat, 02 Jan 2027 03:04:05 GMT"
    added = add(answers(ics(18), 'ETag: "one"', f"Last-Modified: {modified}"))
    receiver.answers[PATH] = [status(304, body=b"")]
    clock.now += timedelta(hours=1)

    [again] = client.calendar.busy.refresh()

    asked = receiver.requests[-1].headers
    assert asked["if-none-match"] == '"one"'
    assert asked["if-modified-since"] == modified
    assert again.imported_at == added.imported_at
    assert again.checked_at is not None
    assert again.checked_at > added.imported_at
    assert starts(client) == ["2027-01-18T10:00"]


def test_what_comes_to_the_same_is_not_written_again(
    client: Client, receiver: Receiver, add: Add, clock: Clock
) -> None:
    """Google's has no mark, and another DTSTAMP each time."""
    added = add(answers(ics(18)))
    stamped = ics(18).replace(b"DTSTAMP:20270101", b"DTSTAMP:20270102")
    receiver.answers[PATH] = [answers(stamped), answers(ics(19))]
    clock.now += timedelta(hours=1)

    [same] = client.calendar.busy.refresh()
    [changed] = client.calendar.busy.refresh()

    assert same.imported_at == added.imported_at
    assert same.checked_at == changed.imported_at
    assert starts(client) == ["2027-01-19T10:00"]


def test_it_is_read_whole_when_it_would_come_to_something_else(
    client: Client, receiver: Receiver, add: Add, clock: Clock
) -> None:
    add(answers(ics(18), 'ETag: "one"'))
    client.set_up(timezone="Europe/Lisbon")
    receiver.answers[PATH] = [answers(ics(18), 'ETag: "one"')] * 2

    client.calendar.busy.refresh()
    in_other_zone = receiver.requests[-1].headers
    clock.now += 60 * DAY
    client.calendar.busy.refresh()
    later = receiver.requests[-1].headers

    assert "if-none-match" not in in_other_zone
    assert "if-none-match" not in later


@pytest.mark.parametrize("scheme", ["webcal", "webcals", "WEBCAL"])
def test_webcal_is_https(client: Client, receiver: Receiver, scheme: str) -> None:
    receiver.stop()
    place = f"127.0.0.1:{receiver.port}"

    with pytest.raises(errors.CalendarUnreachable) as caught:
        client.calendar.busy.import_ics(
            f"{scheme}://{place}{PATH}", name="work", allow_private=True
        )

    assert str(caught.value) == f"https://{place}/…: Connection refused"


REFUSED = {
    "not allowed": ("http://127.0.0.1:1/a.ics", {}, "plain http"),
    "private": ("https://127.0.0.1:1/a.ics", {}, "private network"),
    "metadata": (
        "http://169.254.169.254/a.ics",
        {"allow_private": True},
        "link-local",
    ),
    "another scheme": ("ftp://example.com/a.ics", {}, "not read from"),
    "a password": (f"https://me:{SECRET}@example.com/a.ics", {}, "password in it"),
    "no host": ("https:///a.ics", {}, "names no host"),
}


@pytest.mark.parametrize(("url", "fields", "why"), REFUSED.values(), ids=REFUSED)
def test_some_addresses_are_not_asked(
    client: Client, url: str, fields: dict[str, Any], why: str
) -> None:
    with pytest.raises(errors.CalbookError, match=why) as caught:
        client.calendar.busy.import_ics(url, name="work", **fields)

    assert SECRET not in f"{caught.value!r} {caught.value.to_dict()}"
    assert client.calendar.busy.list() == ()


WRONG: dict[str, tuple[Answer, str]] = {
    "gone": (status(404), "no calendar at that address"),
    "gone for good": (status(410), "any more"),
    "a log-in": (status(401), "asks for a log-in"),
    "no right": (status(403), "does not let calbook in"),
    "too often": (status(429), "asked too often"),
    "a fault there": (status(503), "answered 503"),
    "unasked": (status(304, body=b""), "answered 304"),
    "a web page": (
        answers(b"\n<!DOCTYPE html><html>Sign in</html>"),
        "a web page, not a calendar",
    ),
    "no calendar": (answers(b"hello"), "not a calendar file"),
    "nothing": (answers(b""), "not a calendar file"),
    "cut short": (answers(ics(19, 20)[:-30]), "cut short"),
    "hung up": (
        close(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", ics(19)),
        "answer",
    ),
    "no HTTP": (close(b"hello\r\n\r\n"), "no proper answer"),
    "hung up at once": (close(), "answer"),
    "to nowhere": (status(302), "redirects to what is no address"),
    "to a file": (moved("file:///etc/passwd"), "redirects to what is no address"),
    "to the cloud's secrets": (moved("http://169.254.169.254/x"), "link-local"),
    "in a circle": (moved(PATH), "redirects more than 5 times"),
    "larger than said": (huge(300 * 1024 * 1024), "larger than 32 MB"),
    "a bomb on its way": (
        answers(gzip.compress(bytes(64 * 1024**2)), "Content-Encoding: gzip"),
        "larger than 32 MB",
    ),
    "a bomb": (answers(gzip.compress(bytes(64 * 1024**2))), "at most 33,554,432 fit"),
    "packed badly": (answers(gzip.compress(ics(19))[:-9]), "not packed right"),
    "packed by something else": (
        answers(ics(19), "Content-Encoding: br"),
        "packed as nobody asked",
    ),
}


@pytest.mark.parametrize(("answer", "why"), WRONG.values(), ids=WRONG)
def test_what_is_no_calendar_leaves_the_busy_time(
    client: Client, receiver: Receiver, add: Add, answer: Answer, why: str
) -> None:
    add(answers(ics(18)))
    receiver.answers[PATH] = [answer] * 6

    with no_hanging():
        error = refused(client)

    assert why in error.message
    [calendar] = client.calendar.busy.list()
    assert calendar.fault is not None
    assert why in calendar.fault
    assert SECRET not in f"{error.to_dict()} {calendar.to_dict()}"
    assert calendar.checked_at == calendar.imported_at


@pytest.mark.parametrize("what", ["cut short", "a web page"])
def test_what_to_do_fits_an_address(
    client: Client, receiver: Receiver, add: Add, what: str
) -> None:
    add(answers(ics(18)))
    receiver.answers[PATH] = [WRONG[what][0]]

    hint = refused(client).to_dict()["error"]["hint"]

    assert (
        hint
        == {
            "cut short": "read it again later: calbook busy refresh work",
            "a web page": "whoever opens the address must need no log-in",
        }[what]
    )


def test_a_page_at_no_ics_is_another_address(
    client: Client, receiver: Receiver
) -> None:
    receiver.answers["/calendar"] = [WRONG["a web page"][0]]

    with pytest.raises(errors.CalendarUnreachable) as caught:
        client.calendar.busy.import_ics(
            receiver.url("/calendar"), name="work", allow_private=True
        )

    assert "take the address that ends in .ics" in str(caught.value.hint)


SLOW: dict[str, Answer] = {
    "silent": hang(),
    "without end": hang(b"HTTP/1.1 200 OK\r\n\r\n", ics(19)),
    "dripping": drip(b"HTTP/1.1 200 OK\r\n\r\n" + ics(19) * 9, every=0.01),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_nobody_is_waited_for_longer_than_said(
    client: Client,
    receiver: Receiver,
    add: Add,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add(answers(ics(18)))
    receiver.answers[PATH] = [answer]
    monkeypatch.setattr(feed, "SECONDS", 0.3)

    with no_hanging(HANGS):
        error = refused(client)

    assert "no answer within" in error.message


READABLE: dict[str, Answer] = {
    "as text": status(200, "Content-Type: text/plain", body=ics(18)),
    "as a web page": status(200, "Content-Type: text/html", body=ics(18)),
    "in UTF-16": answers(ics(18).decode().encode("utf-16")),
    "with a mark": answers(b"\xef\xbb\xbf" + ics(18)),
    "packed on its way": answers(gzip.compress(ics(18)), "Content-Encoding: gzip"),
    "as a packed file": answers(gzip.compress(ics(18))),
    "packed in two": answers(gzip.compress(ics(18)[:50]) + gzip.compress(ics(18)[50:])),
}


@pytest.mark.parametrize("answer", READABLE.values(), ids=READABLE)
def test_a_calendar_is_read_however_it_comes(
    client: Client, add: Add, answer: Answer
) -> None:
    add(answer)

    assert starts(client) == ["2027-01-18T10:00"]


def test_redirects_are_followed_and_nobody_else_gets_the_password(
    client: Client, receiver: Receiver, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_PASSWORD", "s3cret")
    other = Receiver()
    receiver.answers["/calendar/private-3f9a8c1d/two"] = [
        moved(other.url("/three"), 307)
    ]
    other.answers["/three"] = [answers(ics(18))]

    add(moved("two", 301), user="grace", password_env="FEED_PASSWORD")
    other.stop()

    sent = [each.headers.get("authorization") for each in receiver.requests]
    assert sent == ["Basic Z3JhY2U6czNjcmV0"] * 2
    assert "authorization" not in other.requests[-1].headers


@pytest.mark.usefixtures("trusted")
def test_from_https_nothing_leads_to_http(
    client: Client, receiver: Receiver, tls: ssl.SSLContext
) -> None:
    receiver.use_tls(tls)
    receiver.answers[PATH] = [moved(receiver.url("/two"))]
    address = receiver.url(PATH).replace("http:", "https:")

    with pytest.raises(errors.CalendarUnreachable, match="from https to http"):
        client.calendar.busy.import_ics(address, name="work", allow_private=True)

    assert len(receiver.requests) == 1


def test_a_fault_is_gone_when_it_is_read_again(
    client: Client, receiver: Receiver, add: Add
) -> None:
    add(answers(ics(18)))
    receiver.answers[PATH] = [status(503), answers(ics(18))]
    refused(client)

    [again] = client.calendar.busy.refresh()

    assert again.fault is None


def test_a_calendar_that_is_suddenly_empty_is_not_taken_unasked(
    client: Client, receiver: Receiver, add: Add
) -> None:
    add(answers(ics(18)))
    receiver.answers[PATH] = [answers(ics())] * 2

    error = refused(client)
    client.calendar.busy.refresh(confirmed=True)

    assert isinstance(error, errors.CalendarEmpty)
    assert error.json_hint == "if that is right: calbook busy refresh work --yes"
    assert starts(client) == []


def test_a_calendar_whose_events_are_over_may_be_empty(
    client: Client, receiver: Receiver, add: Add, clock: Clock
) -> None:
    add(answers(ics(18)))
    clock.now += 30 * DAY
    receiver.answers[PATH] = [answers(ics())]

    [again] = client.calendar.busy.refresh()

    assert (again.fault, again.stretches) == (None, 0)


def test_a_calendar_that_is_removed_while_it_is_fetched_stays_removed(
    client: Client, receiver: Receiver, add: Add, place: str, clock: Clock
) -> None:
    add(answers(ics(18)))

    def remove_first(conn: socket.socket) -> None:
        with Client(place, clock=clock) as other:
            other.calendar.busy.remove("work")
        answers(ics(19))(conn)

    receiver.answers[PATH] = [remove_first]
    with pytest.raises(errors.Busy, match="or removed, meanwhile"):
        client.calendar.busy.refresh("work")

    assert client.calendar.busy.list() == ()


# -- read again by themselves ----------------------------------------------------------

EVERY = timedelta(minutes=15)


def due(client: Client, said: list[errors.CalbookError] | None = None) -> int:
    found = [] if said is None else said
    return len(
        client.calendar.busy.refresh(older_than=EVERY, refused=found.append),
    )


def test_only_what_is_old_and_can_be_reached_is_read_by_itself(
    client: Client, receiver: Receiver, add: Add, clock: Clock, tmp_path: Path
) -> None:
    add(answers(ics(18)))
    file = tmp_path / "file.ics"
    file.write_bytes(ics(20))
    client.calendar.busy.import_ics(file, name="file")
    client.calendar.busy.import_ics(ics(21), name="bytes")
    receiver.answers[PATH] = [answers(ics(19))] * 2

    young = due(client)
    clock.now += EVERY
    old = due(client)

    assert (young, old) == (0, 1)
    assert starts(client)[0] == "2027-01-19T10:00"


def test_what_fails_rests_ever_longer_and_is_told_once(
    client: Client, receiver: Receiver, add: Add, clock: Clock
) -> None:
    add(answers(ics(18)))
    receiver.answers[PATH] = [status(503)] * 99
    said: list[errors.CalbookError] = []
    tried = []

    for minute in range(0, 600, 15):
        clock.now += EVERY
        before = len(receiver.requests)
        due(client, said)
        if len(receiver.requests) > before:
            tried.append(minute + 15)

    assert tried == [15, 30, 60, 120, 240, 480]
    assert len(said) == 1
    assert "work of user_me" in said[0].message


def test_it_is_read_at_once_when_the_clock_was_put_back(
    client: Client, receiver: Receiver, add: Add, clock: Clock
) -> None:
    add(answers(ics(18)))
    receiver.answers[PATH] = [answers(ics(19))]
    clock.now -= DAY

    assert due(client) == 1


def test_of_several_one_reads_it(client: Client, add: Add, clock: Clock) -> None:
    """They find it due at the same moment."""
    add(answers(ics(18)))
    clock.now += EVERY
    store, now = client._context.store, times.epoch(clock.now)
    with store.read(ReadingAgain) as reader:
        [found] = reader.due_calendars(now, 900)
    take = partial(take_turn, id=found["id"], seen=found["tried_at"], now=now)

    assert [store.write(take) for _ in range(3)] == [True, False, False]
    assert due(client) == 0


def test_one_after_another_reads_it_once(
    client: Client, receiver: Receiver, add: Add, clock: Clock, place: str
) -> None:
    add(answers(ics(18)))
    clock.now += EVERY

    def look_too(conn: socket.socket) -> None:
        with Client(place, clock=clock) as other:
            due(other)
        answers(ics(19))(conn)

    receiver.answers[PATH] = [look_too]
    due(client)

    assert len(receiver.requests) == 2


# -- files -----------------------------------------------------------------------------


def test_a_packed_file_is_read(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "work.ics.gz"
    file.write_bytes(gzip.compress(ics(18)))

    client.calendar.busy.import_ics(file, name="work")
    [again] = client.calendar.busy.refresh()

    assert again.source == str(file)
    assert starts(client) == ["2027-01-18T10:00"]


def test_a_packed_bomb_takes_no_memory() -> None:
    bomb = gzip.compress(bytes(10 * 1024**2)) * 40

    assert len(files.unpack(bomb)) == files.LARGEST_FILE + 1


def test_nobody_logs_in_to_a_file(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "work.ics"
    file.write_bytes(ics(18))

    with pytest.raises(errors.BadInput, match="is for an address"):
        client.calendar.busy.import_ics(file, name="work", allow_private=True)
