"""Delivering: at least once and in order, whatever receivers do, whoever is killed."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MONDAY
from store.test_steps import steps
from support.properties import TORTURE
from support.receiving import (
    HANGS,
    Answer,
    Receiver,
    close,
    drip,
    hang,
    huge,
    no_hanging,
    slow,
    status,
    when,
)
from support.running import PATIENCE, wait_until
from support.stores import ask, change, locked, opened

from calbook import Client, Delivery, errors
from calbook.delivery import channel_queues, first_attempt, lock, worker
from calbook.delivery.http import connection
from calbook.delivery.webhook import http, sample
from calbook.store.outbox import OutboxReader
from calbook.store.sqlite import file_access

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Spawn

    from calbook import Booking, EventType

pytest_plugins = ("support.receiving", "support.running")

Book = Callable[..., "Booking"]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def hook(client: Client, receiver: Receiver) -> str:
    """The id of a webhook that hears of everything."""
    return client.calendar.webhooks.create(receiver.url()).id


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts end after a second instead of ten."""
    monkeypatch.setattr(worker, "ATTEMPT_SECONDS", 1.0)


def statuses(client: Client, **filters: Any) -> list[str]:
    """Of all deliveries, the oldest first."""
    found = client.calendar.webhooks.log(count=1_000, **filters)
    return [delivery.status for delivery in reversed(found)]


# -- what is queued


def test_an_event_is_queued_with_its_change_and_sent_by_deliver(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    made = booking()

    (waiting,) = client.calendar.webhooks.log()
    (sent,) = client.deliver()

    assert (waiting.status, waiting.attempts, waiting.log) == ("pending", 0, [])
    assert (sent.id, sent.status, sent.code) == (waiting.id, "delivered", 200)
    assert (sent.target, sent.type, sent.uid) == (hook, "booking.created", made.uid)
    (request,) = receiver.requests
    (event,) = client.calendar.bookings.history(made.uid)
    assert request.json == {
        "id": event.id,
        "type": "booking.created",
        "apiVersion": "1",
        "timestamp": "2027-01-04T09:00:00+00:00",
        "data": {"booking": made.to_dict()},
    }
    assert request.headers["webhook-id"] == event.id == sent.event_id
    assert request.headers["content-type"] == "application/json"


def test_the_body_is_compact_utf_8(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    booking(attendee={"name": "Ada Ångström", "email": "ada@example.com"})

    client.deliver()

    (request,) = receiver.requests
    assert "Ångström".encode() in request.body
    assert b'": ' not in request.body


def test_every_kind_of_event_is_sent_in_its_order(
    client: Client, clock: Clock, receiver: Receiver, hook: str, booking: Book
) -> None:
    bookings = client.calendar.bookings
    client.calendar.event_types.create("ask", requires_confirmation=True, seats=3)
    client.calendar.event_types.update("ask", schedule_id="work")
    uid = booking(event_type_id="ask", start_time="2027-01-18 10:00").uid
    bookings.confirm(uid)
    bookings.add_attendee(uid, name="Bob", email="bob@example.com")
    bookings.remove_attendee(uid, email="bob@example.com")
    bookings.reschedule(uid, start_time="2027-01-18 11:00", by="host")
    bookings.update(uid, notes="Tea")
    clock.move(days=15)
    client.tick()
    bookings.mark_no_show(uid)
    bookings.cancel(booking(start_time="2027-02-01 10:00").uid)

    client.deliver()

    assert receiver.types == [
        "booking.created",
        "booking.confirmed",
        "booking.attendee_added",
        "booking.attendee_removed",
        "booking.rescheduled",
        "booking.updated",
        "booking.completed",
        "booking.no_show",
        "booking.created",
        "booking.cancelled",
    ]


def test_private_notes_are_never_sent(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    uid = booking().uid
    client.calendar.bookings.add_note(uid, content="Called back")
    client.calendar.bookings.add_note(uid, content="In a hurry", is_private=True)
    client.calendar.bookings.update(uid, notes="Tea")

    client.deliver()

    assert receiver.types == ["booking.created", *["booking.updated"] * 2]
    assert not any(b"hurry" in request.body for request in receiver.requests)


def test_only_the_types_that_were_asked_for_are_queued(
    client: Client, receiver: Receiver, booking: Book
) -> None:
    client.calendar.webhooks.create(receiver.url("/a"), events=["booking.cancelled"])
    client.calendar.webhooks.create(receiver.url("/b"), events=["created", "updated"])
    client.calendar.bookings.cancel(booking().uid)

    client.deliver()

    heard = {(request.path, request.type) for request in receiver.requests}
    assert heard == {("/a", "booking.cancelled"), ("/b", "booking.created")}


def test_a_webhook_hears_only_of_what_comes_after_it(
    client: Client, receiver: Receiver, booking: Book
) -> None:
    uid = booking().uid
    client.calendar.webhooks.create(receiver.url())
    client.calendar.bookings.cancel(uid)

    client.deliver()

    assert receiver.types == ["booking.cancelled"]


def test_a_refusal_and_a_dry_run_queue_nothing(
    client: Client, hook: str, booking: Book
) -> None:
    start = booking().start_time
    with pytest.raises(errors.SlotTaken):
        booking(start_time=start)
    booking(dry_run=True)

    assert len(client.calendar.webhooks.log()) == 1
    assert client.queued == 1


def test_delivering_tells_of_what_time_has_done(
    client: Client, clock: Clock, receiver: Receiver, hook: str, booking: Book
) -> None:
    booking()
    clock.move(days=15)

    client.deliver()

    assert receiver.types == ["booking.created", "booking.completed"]


# -- what a receiver may do


def hurry(data: bytes) -> Answer:
    return drip(data, every=0.05)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
FAULTS: dict[str, tuple[Answer, str]] = {
    "an error": (status(500, body=b"out of order"), "out of order"),
    "unavailable": (status(503), "thanks"),
    "not found": (status(404), "thanks"),
    "a redirect": (
        status(302, "Location: http://169.254.169.254/"),
        "a redirect, not followed: http://169.254.169.254/",
    ),
    "silence": (hang(), "no answer within 1 s"),
    "half a status line": (hang(b"HTTP/1.1 2"), "no answer within 1 s"),
    "half the headers": (hang(b"HTTP/1.1 200 OK\r\nA: "), "no answer within 1 s"),
    "closing at once": (close(), "no proper answer"),
    "closing early": (close(b"HTTP/1."), "no proper answer"),
    "another protocol": (close(b"SSH-2.0-x\r\n"), "no proper answer"),
    "dripping headers": (hurry(b"HTTP/1.1 200 OK\r\n" * 9), "no answer within 1 s"),
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("answer", "said"), FAULTS.values(), ids=FAULTS)
def test_after_a_fault_and_a_restart_everything_arrives_in_order(
    client: Client,
    clock: Clock,
    receiver: Receiver,
    hook: str,
    booking: Book,
    place: str,
    answer: Answer,
    said: str,
) -> None:
    uid = booking().uid
    client.calendar.bookings.cancel(uid)
    receiver.answers["/"] = [answer]

    with no_hanging():
        (failed,) = client.deliver()

    assert (failed.status, failed.response) == ("pending", said)
    assert failed.next_at == "2027-01-04T09:00:30+00:00"
    clock.move(seconds=31)
    with Client(place, clock=clock) as another:
        assert [d.status for d in another.deliver()] == ["delivered", "delivered"]
    assert receiver.types[-2:] == ["booking.created", "booking.cancelled"]
    first, again = (r for r in receiver.requests if r.type == "booking.created")
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert first.body == again.body


def test_a_refused_connection_is_tried_again(
    client: Client, clock: Clock, receiver: Receiver, hook: str, booking: Book
) -> None:
    booking()
    receiver.stop()
    (refused,) = client.deliver()
    receiver.start()
    clock.move(seconds=31)

    (sent,) = client.deliver()

    assert (refused.code, refused.response) == (None, "Connection refused")
    assert sent.status == "delivered"


def test_who_cannot_be_reached_is_left_for_the_next_round(
    client: Client, clock: Clock, receiver: Receiver, hook: str, booking: Book
) -> None:
    """A thousand deliveries to a dead host would hold up all others for hours."""
    for _ in range(5):
        booking()
    receiver.stop()
    tried = client.deliver()
    receiver.start()

    others = client.deliver()
    clock.move(seconds=31)
    rest = client.deliver()

    assert [d.status for d in tried] == ["pending"] * 3
    assert [d.status for d in others] == ["delivered"] * 2
    assert [d.id for d in rest] == [d.id for d in tried]


def test_who_answers_is_asked_again_whatever_it_says(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    receiver.answers["/"] = [close(), close(), status(500), close(), close()]
    for _ in range(6):
        booking()

    sent = client.deliver()

    assert [d.status for d in sent] == ["pending"] * 5 + ["delivered"]


def test_a_watcher_tries_again_whom_it_could_not_reach(
    client: Client,
    receiver: Receiver,
    hook: str,
    booking: Book,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channel_queues, "_REST", 0.3)
    for _ in range(6):
        booking()
    receiver.stop()
    watched = client.delivering(watch=True, limit=6)

    tried = [next(watched) for _ in range(4)]
    receiver.start()
    others = list(watched)

    assert [d.response for d in tried] == ["Connection refused"] * 4
    assert len({d.id for d in tried}) == 4
    assert [d.status for d in others] == ["delivered"] * 2


def test_a_webhook_that_is_mended_need_not_rest(
    client: Client, receiver: Receiver, hook: str, booking: Book, spawn: Spawn
) -> None:
    for _ in range(5):
        booking()
    receiver.stop()
    spawn("deliver", "--watch")
    wait_until(lambda: sum(d.attempts for d in client.calendar.webhooks.log()) == 3)

    receiver.start()
    with no_hanging():  # else it rests for half a minute
        client.calendar.webhooks.update(hook, url=receiver.url("/mended"))
        wait_until(lambda: len(receiver.requests) == 2)


def test_a_watcher_looks_at_a_long_queue_once(
    client: Client,
    receiver: Receiver,
    hook: str,
    booking: Book,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After each of its own deliveries it went through all the others again."""
    for _ in range(30):
        booking()
    looks = []
    due = OutboxReader.due_rows
    monkeypatch.setattr(
        OutboxReader,
        "due_rows",
        lambda *args, **kw: looks.append(1) or due(*args, **kw),
    )

    sent = list(client.delivering(watch=True, limit=30))

    assert [d.status for d in sent] == ["delivered"] * 30
    assert len(looks) < 4


def test_a_round_sends_what_becomes_due_while_somebody_is_slow(
    client: Client,
    receiver: Receiver,
    booking: Book,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "_STALE", 0.1)
    client.calendar.webhooks.create(receiver.url("/slow"))
    quick = client.calendar.webhooks.create(receiver.url("/quick")).id
    receiver.answers["/slow"] = [slow(2)]
    booking()
    sent = client.delivering()
    first = next(sent)

    booking()

    assert (first.target, next(sent).target) == (quick, quick)
    assert [d.status for d in sent] == ["delivered"] * 2


ACCEPTED: dict[str, tuple[Answer, str]] = {
    "a slow answer": (slow(0.3), "thanks"),
    "created": (status(201), "thanks"),
    "no content": (close(b"HTTP/1.1 204 No Content\r\n\r\n"), ""),
    "a body that hangs": (hang(OK, b"than"), "than"),
    "a body cut short": (close(OK, b"than"), "than"),
    "a dripping body": (drip(OK + b"thank you", every=0.003), "thank you"),
    "a huge answer": (huge(64 * 2**20), "x" * 200),
    "control characters": (
        status(200, body=b"\x1b[2J\xff\r\n ok"),
        "\\u001b[2J\N{REPLACEMENT CHARACTER} ok",
    ),
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("answer", "said"), ACCEPTED.values(), ids=ACCEPTED)
def test_the_status_alone_decides_whether_it_has_arrived(
    client: Client,
    receiver: Receiver,
    hook: str,
    booking: Book,
    answer: Answer,
    said: str,
) -> None:
    booking()
    receiver.answers["/"] = [answer]

    with no_hanging():
        (sent,) = client.deliver()

    assert (sent.status, sent.response) == ("delivered", said)


def test_the_schedule_ends_in_failure_and_later_events_go_on(
    client: Client, clock: Clock, receiver: Receiver, hook: str, booking: Book
) -> None:
    uid = booking().uid
    receiver.answers["/"] = [status(500)] * 8
    waits = [timedelta(0)]
    sent: tuple[Delivery, ...] = ()
    client.calendar.bookings.cancel(uid)

    while not sent or sent[0].status == "pending":
        clock.now = datetime.fromisoformat(sent[0].next_at) if sent else clock.now
        before = clock.now
        sent = client.deliver()
        if sent[0].next_at:
            waits.append(datetime.fromisoformat(sent[0].next_at) - before)

    assert [wait.total_seconds() for wait in waits] == [
        *(0, 30, 120, 900, 3600, 14400, 43200, 86400)
    ]
    assert [(d.type, d.status) for d in sent] == [
        ("booking.created", "failed"),
        ("booking.cancelled", "delivered"),
    ]
    assert (sent[0].attempts, len(sent[0].log)) == (8, 8)


def test_a_later_event_waits_for_an_earlier_one_of_its_booking_alone(
    client: Client, clock: Clock, receiver: Receiver, hook: str, booking: Book
) -> None:
    first = booking().uid
    client.calendar.bookings.cancel(first)
    second = booking().uid
    receiver.answers["/"] = [status(500)]

    client.deliver()

    assert [(r.uid, r.type) for r in receiver.requests] == [
        (first, "booking.created"),
        (second, "booking.created"),
    ]
    assert client.deliver() == ()


def test_one_endpoint_does_not_wait_for_another(
    client: Client, receiver: Receiver, booking: Book
) -> None:
    together = threading.Barrier(4)
    for n in range(4):
        client.calendar.webhooks.create(receiver.url(f"/{n}"))
        receiver.answers[f"/{n}"] = [when(together.wait)] * 2
    booking()
    booking()

    sent = client.deliver()

    assert [d.status for d in sent] == ["delivered"] * 8
    assert receiver.most_at_once == 4


def test_a_slow_endpoint_does_not_hold_up_another_ones_order(
    client: Client, receiver: Receiver, booking: Book
) -> None:
    """While one endpoint is slow, another gets all of its own."""
    client.calendar.webhooks.create(receiver.url("/slow"))
    client.calendar.webhooks.create(receiver.url("/quick"))
    receiver.answers["/slow"] = [slow(0.6)]
    for _ in range(5):
        booking()

    client.deliver()

    paths = [request.path for request in receiver.requests]
    assert paths[:6].count("/quick") == 5


@pytest.mark.parametrize(
    ("header", "next_at"),
    [
        ("3600", "10:00:00"),
        ("5", "09:00:30"),
        ("99999999999999999999", "09:00:00"),  # a day at most
        ("soon", "09:00:30"),
        ("-5", "09:00:30"),
        (format_datetime(datetime(2027, 1, 4, 9, 20, tzinfo=UTC)), "09:20:00"),
        (format_datetime(datetime(2027, 1, 4, 8, tzinfo=UTC)), "09:00:30"),
    ],
    ids=["seconds", "too few", "too many", "words", "negative", "a date", "the past"],
)
def test_retry_after_is_honoured(
    client: Client,
    receiver: Receiver,
    hook: str,
    booking: Book,
    header: str,
    next_at: str,
) -> None:
    booking()
    receiver.answers["/"] = [status(429, f"Retry-After: {header}")]

    (sent,) = client.deliver()

    assert (sent.code, sent.next_at[11:19]) == (429, next_at)


def test_gone_switches_the_webhook_off_and_drops_what_waits(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    uid = booking().uid
    client.calendar.bookings.cancel(uid)
    booking()
    receiver.answers["/"] = [status(410)]

    (sent,) = client.deliver()
    booking()

    found = client.calendar.webhooks.get(hook)
    assert (sent.status, sent.code) == ("dropped", 410)
    assert (found.active, found.disabled_reason) == (
        False,
        "410: the receiver wants nothing more",
    )
    assert statuses(client) == ["dropped"] * 3
    assert client.deliver() == ()
    assert len(receiver.requests) == 1


def test_a_limit_counts_attempts(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    for _ in range(3):
        booking()

    assert len(client.deliver(limit=2)) == 2
    assert client.count_due() == 1
    assert len(client.deliver(limit=2)) == 1


# -- where it must not go


def resolving(
    monkeypatch: pytest.MonkeyPatch, *found: str, seconds: float = 0
) -> list[str]:
    """Let every name stand for these addresses; the names that were asked for.

    An answer that takes seconds is late for an attempt of a second or less.
    """
    asked = []
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if host in found:  # dialled: an address already
            return real(host, port, *args, **kwargs)
        asked.append(host)
        time.sleep(seconds)
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize(
    ("url", "found", "said"),
    [
        ("https://a.example/", ["169.254.169.254"], "link-local"),
        ("https://a.example/", ["93.184.216.34", "169.254.169.254"], "link-local"),
        ("https://a.example/", ["::ffff:169.254.169.254"], "link-local"),
        ("https://a.example/", ["fd00:ec2::254"], "metadata"),
        ("https://a.example/", ["0.0.0.0"], "unspecified"),
        ("http://a.example/", ["127.0.0.1", "10.0.0.1"], "plain http to 10.0.0.1"),
    ],
    ids=["metadata", "one of two", "mapped", "IPv6", "unspecified", "http"],
)
def test_a_name_that_stands_for_a_forbidden_address_is_refused(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    booking: Book,
    url: str,
    found: list[str],
    said: str,
) -> None:
    made = client.calendar.webhooks.create(url, allow_http=True)
    client.calendar.webhooks.update(made.id, url="https://a.example/")
    with opened(client.path) as conn:
        conn.execute("update webhooks set url = ?, allow_http = false", (url,))
    booking()
    resolving(monkeypatch, *found)

    (sent,) = client.deliver()

    assert sent.status == "pending"
    assert sent.response.startswith("refused: ")
    assert said in sent.response


def test_the_address_that_was_checked_is_the_one_dialled(
    client: Client,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    booking: Book,
) -> None:
    """A name that is looked up twice could stand for another address then."""
    url = f"http://rebound.example:{receiver.port}/"
    client.calendar.webhooks.create(url, allow_http=True)
    booking()
    asked = resolving(monkeypatch, "127.0.0.1")

    client.deliver()

    (request,) = receiver.requests
    assert asked == ["rebound.example"]
    assert request.headers["host"] == f"rebound.example:{receiver.port}"


def test_no_proxy_and_no_netrc_of_the_environment_is_used(
    client: Client,
    receiver: Receiver,
    hook: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    booking: Book,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    booking()

    (sent,) = client.deliver()

    assert sent.status == "delivered"
    assert "authorization" not in receiver.requests[0].headers


@pytest.mark.usefixtures("quick")
def test_a_slow_name_server_takes_no_longer_than_an_attempt(
    client: Client, monkeypatch: pytest.MonkeyPatch, booking: Book
) -> None:
    client.calendar.webhooks.create("https://slow.example/")
    booking()
    resolving(monkeypatch, "127.0.0.1", seconds=HANGS)

    with no_hanging():
        (sent,) = client.deliver()

    assert (sent.status, sent.response) == ("pending", "no answer within 1 s")


def test_a_sample_waits_no_longer_for_a_slow_name_server(
    client: Client, hook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "ATTEMPT_SECONDS", 0.4)
    client.calendar.webhooks.update(hook, url="https://slow.example/")
    resolving(monkeypatch, "127.0.0.1", seconds=HANGS)

    with no_hanging():
        attempt = client.calendar.webhooks.test(hook)

    assert (attempt.status, attempt.response) == ("retry", "no answer within 1 s")


def test_a_name_that_nobody_knows_is_tried_again(client: Client, booking: Book) -> None:
    client.calendar.webhooks.create("https://nobody.invalid/")
    booking()

    (sent,) = client.deliver()

    assert sent.status == "pending"
    assert sent.response


def certificate(directory: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate and its key."""
    cert, key = directory / "cert.pem", directory / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9"),
            *("-keyout", key, "-out", cert, "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name}"),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate")
@pytest.mark.parametrize(
    ("name", "trusted", "said"),
    [
        ("good.example", True, None),
        ("good.example", False, "its certificate is not to be trusted"),
        ("other.example", True, "its certificate is not to be trusted"),
    ],
    ids=["trusted", "unknown", "another's"],
)
def test_the_certificate_is_verified_under_the_name(
    client: Client,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    booking: Book,
    name: str,
    trusted: bool,
    said: str | None,
) -> None:
    import ssl

    cert, key = certificate(tmp_path, "good.example")
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(cert, key)
    receiver.use_tls(served)
    if trusted:
        trust = ssl.create_default_context(cafile=str(cert))
        monkeypatch.setattr(connection, "_context", lambda: trust)
    client.calendar.webhooks.create(f"https://{name}:{receiver.port}/")
    booking()
    resolving(monkeypatch, "127.0.0.1")

    (sent,) = client.deliver()

    if said is None:
        assert sent.status == "delivered"
    else:
        assert sent.response.startswith(said)


# -- two at once, and killed


def test_while_one_delivers_another_says_so_and_sends_nothing(
    client: Client, receiver: Receiver, hook: str, booking: Book, path: Path
) -> None:
    booking()

    with lock.hold_lock(str(path)), pytest.raises(errors.DeliveryUnderWay) as caught:
        client.deliver()

    assert caught.value.code == "busy"
    assert receiver.requests == []
    assert client.deliver()[0].status == "delivered"


def test_a_link_to_the_file_shares_its_lock(client: Client, path: Path) -> None:
    client.calendar.hosts.update("me", name="Ada")
    link = path.with_name("link.db")
    link.symlink_to(path)

    with (
        lock.hold_lock(str(path)),
        Client(link) as another,
        pytest.raises(errors.DeliveryUnderWay),
    ):
        another.deliver()


def test_the_lock_is_a_file_of_its_owner_alone(client: Client, path: Path) -> None:
    client.deliver()

    file = path.with_name(f"{path.name}{lock.SUFFIX}")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes() == b""


def test_the_lock_of_a_shared_file_is_shared(client: Client, path: Path) -> None:
    client.calendar.hosts.update("me", name="Ada")
    path.chmod(0o660)

    client.deliver()

    file = path.with_name(f"{path.name}{lock.SUFFIX}")
    assert file.stat().st_mode & 0o777 == 0o660


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_roots_deliver_does_not_stop_the_users(client: Client, path: Path) -> None:
    """It left a lock file that only root could open."""
    client.calendar.hosts.update("me", name="Ada")
    os.chown(path, 65534, 65534)

    client.deliver()

    made = path.with_name(f"{path.name}{lock.SUFFIX}").stat()
    assert (made.st_uid, made.st_gid, made.st_mode & 0o777) == (65534, 65534, 0o600)


def test_a_second_name_of_another_file_is_no_lock(client: Client, path: Path) -> None:
    """It was emptied, whosever it was."""
    client.calendar.hosts.update("me", name="Ada")
    other = path.with_name("other")
    other.write_text("mine")
    path.with_name(f"{path.name}{lock.SUFFIX}").hardlink_to(other)

    with pytest.raises(errors.OutputError, match="another name"):
        client.deliver()

    assert other.read_text() == "mine"


def test_two_processes_send_nothing_twice(
    client: Client, receiver: Receiver, hook: str, booking: Book, spawn: Spawn
) -> None:
    for _ in range(30):
        booking()
    receiver.answer = slow(0.01)

    processes = [spawn("deliver") for _ in range(3)]
    ended = [process.communicate(timeout=PATIENCE) for process in processes]

    assert [process.returncode for process in processes] == [0, 0, 0], ended
    ids = Counter(request.headers["webhook-id"] for request in receiver.requests)
    assert (len(ids), set(ids.values())) == (30, {1})


def test_no_lock_is_held_on_the_file_while_the_network_is_used(
    client: Client, receiver: Receiver, hook: str, booking: Book, place: str
) -> None:
    booking()

    def write() -> None:
        with Client(place) as another:
            another.calendar.hosts.update("me", name="Ada")

    receiver.answers["/"] = [when(write)]

    (sent,) = client.deliver()

    assert sent.status == "delivered"
    assert client.calendar.hosts.get("me").name == "Ada"


def restoring(place: str, copy: Path, act: Callable[[Client], object]) -> Answer:
    """A receiver that takes its time: meanwhile the file is restored and used."""

    def answer(conn: socket.socket) -> None:
        with Client(place, clock=lambda: MONDAY) as other:
            other.restore(copy)
            act(other)
        status(200)(conn)

    return answer


def book_another(client: Client) -> object:
    return client.calendar.bookings.create(
        event_type_id="demo",
        start_time="2027-01-20T10:00Z",
        attendee={"name": "Bob", "email": "bob@example.com"},
    )


def test_a_delivery_under_way_during_a_restore_is_nobody_elses(
    client: Client,
    receiver: Receiver,
    hook: str,
    booking: Book,
    event_type: Callable[..., EventType],
    path: Path,
) -> None:
    """It was "a bug in calbook: IntegrityError"; the delivery that has its number now
    was taken as sent.
    """
    event_type()
    copy = path.with_name("copy.db")
    client.backup(copy)
    booking()
    receiver.answers["/"] = [restoring(path, copy, book_another)]

    assert client.deliver() == ()

    assert statuses(client) == ["pending"]
    (sent,) = client.deliver()
    assert (sent.status, receiver.requests[-1].uid) == ("delivered", sent.uid)
    assert client.check() == ()


def test_a_delivery_that_a_restored_file_knows_is_recorded(
    client: Client, receiver: Receiver, hook: str, booking: Book, path: Path
) -> None:
    booking()
    copy = path.with_name("copy.db")
    client.backup(copy)
    receiver.answers["/"] = [restoring(path, copy, Client.check)]

    (sent,) = client.deliver()

    assert (sent.status, statuses(client)) == ("delivered", ["delivered"])


def test_a_watcher_goes_on_after_a_restore(
    client: Client,
    receiver: Receiver,
    hook: str,
    booking: Book,
    event_type: Callable[..., EventType],
    path: Path,
    spawn: Spawn,
) -> None:
    event_type()
    copy = path.with_name("copy.db")
    client.backup(copy)
    receiver.answers["/"] = [restoring(path, copy, Client.check)]
    watcher = spawn("deliver", "--watch")
    booking()
    wait_until(lambda: not receiver.answers["/"] and not statuses(client))

    book_another(client)

    wait_until(lambda: statuses(client) == ["delivered"])
    assert watcher.poll() is None


def test_a_watcher_sends_what_has_the_number_of_one_under_way(
    client: Client,
    receiver: Receiver,
    hook: str,
    booking: Book,
    event_type: Callable[..., EventType],
    path: Path,
    spawn: Spawn,
) -> None:
    """It was passed over, and waited for the next change of the file."""
    event_type()
    copy = path.with_name("copy.db")
    client.backup(copy)

    def book_and_let_it_look(other: Client) -> None:
        book_another(other)
        time.sleep(2)

    receiver.answers["/"] = [restoring(path, copy, book_and_let_it_look)]
    spawn("deliver", "--watch")
    booking()

    wait_until(lambda: statuses(client) == ["delivered"])

    assert receiver.requests[-1].json["data"]["booking"]["attendee"]["name"] == "Bob"


def test_a_kill_loses_nothing_and_repeats_at_most_the_one_in_flight(
    client: Client, receiver: Receiver, booking: Book, spawn: Spawn
) -> None:
    """`CALBOOK_TORTURE=5` kills fifty times over two hundred deliveries."""
    client.calendar.webhooks.create(receiver.url("/a"))
    client.calendar.webhooks.create(receiver.url("/b"))
    for _ in range(10 * TORTURE):
        uid = booking().uid
        client.calendar.bookings.cancel(uid)
    wanted = 40 * TORTURE
    receiver.answer = slow(0.01)
    chance = random.Random(5)
    kills = 0

    while kills < 10 * TORTURE:
        process = spawn("deliver", "--limit", 8)
        before = len(receiver.requests)
        while len(receiver.requests) == before and process.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.06))
        process.kill()
        process.communicate(timeout=PATIENCE)
        kills += 1
    change(client, "update deliveries set leased_until = null")  # as in a minute
    client.deliver()

    by_delivery = Counter((r.path, r.headers["webhook-id"]) for r in receiver.requests)
    assert len(by_delivery) == wanted
    assert set(statuses(client)) == {"delivered"}
    repeated = sum(by_delivery.values()) - wanted
    assert repeated <= 2 * kills  # endpoints, for each kill
    firsts = {}
    for request in receiver.requests:
        key = (request.path, request.uid)
        firsts.setdefault(key, []).append(request.type)
    for types in firsts.values():
        assert types == sorted(
            types, key=["booking.created", "booking.cancelled"].index
        )


# -- watching


def test_a_watcher_sends_what_others_queue_and_ends_at_once(
    client: Client, receiver: Receiver, hook: str, booking: Book, spawn: Spawn
) -> None:
    watcher = spawn("deliver", "--watch", "--jsonl")
    booking()
    wait_until(lambda: len(receiver.requests) == 1)
    booking()
    wait_until(lambda: len(receiver.requests) == 2)
    assert watcher.stdout
    printed = [json.loads(watcher.stdout.readline()) for _ in range(2)]
    assert statuses(client) == ["delivered"] * 2

    with no_hanging():
        watcher.send_signal(signal.SIGTERM)
        out, err = watcher.communicate(timeout=PATIENCE)

    assert [delivery["status"] for delivery in printed] == ["delivered"] * 2
    assert (watcher.returncode, out) == (-signal.SIGTERM, b"")
    assert b"Traceback" not in err


def test_a_watcher_misses_nothing_that_is_written_while_it_looks(
    client: Client, receiver: Receiver, hook: str, booking: Book, spawn: Spawn
) -> None:
    """What came between its look at the outbox and at the file would wait for ever."""
    spawn("deliver", "--watch")

    for _ in range(40):
        booking()

    wait_until(lambda: statuses(client) == ["delivered"] * 40)
    assert len(receiver.requests) == 40


def test_a_watcher_answers_ctrl_c_while_a_receiver_hangs(
    client: Client, receiver: Receiver, hook: str, booking: Book, spawn: Spawn
) -> None:
    booking()
    receiver.answers["/"] = [hang()]
    watcher = spawn("deliver", "--watch")
    wait_until(lambda: bool(receiver.requests))

    with no_hanging():
        watcher.send_signal(signal.SIGINT)
        watcher.communicate(timeout=PATIENCE)

    assert watcher.returncode == -signal.SIGINT
    assert statuses(client) == ["pending"]


def test_a_watcher_waits_for_the_next_attempt(
    client: Client, clock: Clock, receiver: Receiver, hook: str, booking: Book
) -> None:
    booking()
    receiver.answers["/"] = [status(500)]
    watched = client.delivering(watch=True, limit=2)

    first = next(watched)
    clock.move(seconds=31)
    second = next(watched)

    assert (first.status, second.status) == ("pending", "delivered")
    assert list(watched) == []


def test_a_watcher_waits_for_what_it_has_begun(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    booking()
    receiver.answers["/"] = [slow(0.8)]

    (sent,) = client.delivering(watch=True, limit=1)

    assert sent.status == "delivered"


# -- redelivered, dropped, forgotten


def test_a_delivery_can_be_sent_again(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    booking()
    (sent,) = client.deliver()

    queued = client.calendar.webhooks.redeliver(sent.id)
    (again,) = client.deliver()

    assert (queued.status, queued.attempts) == ("pending", 0)
    assert (again.id, again.status, again.attempts) == (sent.id, "delivered", 1)
    assert [attempt["number"] for attempt in again.log] == [1, 2]
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_nothing_is_redelivered_to_a_webhook_that_is_off_or_gone(
    client: Client, hook: str, booking: Book
) -> None:
    booking()
    (queued,) = client.calendar.webhooks.log()
    client.calendar.webhooks.update(hook, active=False)

    with pytest.raises(errors.Inactive, match="switched off"):
        client.calendar.webhooks.redeliver(queued.id)
    client.calendar.webhooks.delete(hook)
    with pytest.raises(errors.Inactive, match="removed"):
        client.calendar.webhooks.redeliver(queued.id)
    with pytest.raises(errors.NotFound):
        client.calendar.webhooks.redeliver("dl_nothing")


def test_removing_a_webhook_drops_what_waits_and_keeps_the_log(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    booking()
    client.deliver()
    booking()
    booking()

    assert client.calendar.webhooks.delete(hook) == 2

    assert client.deliver() == ()
    assert statuses(client, id=hook) == ["delivered", "dropped", "dropped"]


def test_switching_a_webhook_off_drops_what_waits(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    booking()
    client.calendar.webhooks.update(hook, active=False)
    booking()
    client.calendar.webhooks.update(hook, active=True)
    booking()

    assert [sent.status for sent in client.deliver()] == ["delivered"]
    assert statuses(client) == ["dropped", "delivered"]


def test_what_has_arrived_is_forgotten_after_ninety_days(
    client: Client, clock: Clock, receiver: Receiver, hook: str, booking: Book
) -> None:
    first = booking(start_time="2027-07-01 10:00").uid
    client.deliver()
    receiver.answers["/"] = [status(500)] * 8
    second = booking(start_time="2027-07-02 10:00").uid
    for _ in range(8):
        client.deliver()
        clock.move(days=1)
    assert statuses(client) == ["delivered", "failed"]

    clock.move(days=90)
    client.deliver()
    assert statuses(client) == ["delivered", "failed"]  # the clock may be wrong
    client.calendar.webhooks.update(hook, active=False)
    for n in range(20):
        booking(start_time=f"2027-07-05 {n:02}:00")
    whole = "select uid from events where booking is not null order by seq"
    assert [row["uid"] for row in ask(client, whole)] == [first, second]
    client.deliver()

    assert statuses(client) == ["failed"]
    assert [row["uid"] for row in ask(client, whole)] == [second]
    assert client.check() == ()


@pytest.mark.sqlite
def test_what_has_been_sent_costs_the_next_delivery_nothing(
    client: Client, hook: str, booking: Book
) -> None:
    def delivering() -> int:
        with client._context.store.read(OutboxReader) as reading:
            (row,) = reading.due_rows(10**10)
            conn = reading.connection
            work = steps(conn, lambda: reading.due_rows(10**10))
            work += steps(conn, lambda: reading.sendable_row(row["seq"]))
            return work + steps(conn, lambda: reading.next_due(10**10))

    booking()
    few = delivering()
    with opened(client.path) as conn:
        conn.execute(
            """
            with recursive n (n) as (select 1 union all select n + 1 from n limit 5000)
            insert into deliveries (id, channel, target, uid, kind, status, due_at,
                created_at, finished_at)
            select n, 'webhook', target, uid, kind, 'delivered', 0, 0, 0
            from n join deliveries
            """
        )

    assert delivering() == pytest.approx(few, rel=0.1)


# -- the first attempt after a change


@pytest.fixture
def brief() -> Callable[[Client], list[str]]:
    """The first attempt, in less than a second: what has become of what is left."""
    return lambda client: [d.status for d in client.first_attempt(seconds=0.8)]


def test_the_first_attempt_sends_what_this_client_has_queued(
    client: Client, receiver: Receiver, hook: str, booking: Book, place: str
) -> None:
    booking()
    with Client(place, clock=client.now) as another:
        another.calendar.bookings.create(
            event_type_id="demo",
            start_time="2027-02-01 10:00",
            attendee={"name": "Bob", "email": "bob@example.com"},
        )
        left = another.first_attempt()

    assert left == ()
    assert statuses(client) == ["pending", "delivered"]


def test_the_first_attempt_keeps_the_order_of_a_booking(
    client: Client, receiver: Receiver, hook: str, booking: Book, place: str
) -> None:
    uid = booking().uid
    with Client(place, clock=client.now) as another:
        another.calendar.bookings.cancel(uid)
        (left,) = another.first_attempt()

    assert (left.status, left.type) == ("pending", "booking.cancelled")
    assert receiver.requests == []


@pytest.mark.parametrize(
    "answer",
    [hang(), hang(b"HTTP/1.1 200 O"), drip(b"HTTP/1.1 200 OK" * 9, every=0.05)],
    ids=["hanging", "half-way", "dripping"],
)
def test_the_first_attempt_ends_in_its_time(
    client: Client,
    receiver: Receiver,
    hook: str,
    booking: Book,
    brief: Callable[[Client], list[str]],
    answer: Answer,
) -> None:
    receiver.answer = answer
    for _ in range(3):
        booking()

    with no_hanging():
        left = brief(client)

    assert left == ["pending"] * 3
    (tried, *others) = reversed(client.calendar.webhooks.log())
    assert (tried.attempts, tried.next_at) == (1, "2027-01-04T09:00:30+00:00")
    assert [other.attempts for other in others] == [0, 0]


def test_the_first_attempt_begins_nothing_that_it_has_no_time_for(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    """What began in the last moment was cut off, and waited for its next attempt."""
    receiver.answer = slow(0.9)
    for _ in range(2):
        booking()

    (left,) = client.first_attempt(seconds=2.0)

    assert (left.status, left.attempts) == ("pending", 0)


def test_the_first_attempt_counts_looking_up_the_name(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    booking: Book,
    brief: Callable[[Client], list[str]],
) -> None:
    client.calendar.webhooks.create("https://slow.example/")
    booking()
    resolving(monkeypatch, "127.0.0.1", seconds=HANGS)

    with no_hanging():
        assert brief(client) == ["pending"]


def test_the_first_attempt_waits_for_no_lock_on_the_file(
    client: Client,
    receiver: Receiver,
    hook: str,
    booking: Book,
    place: str,
    brief: Callable[[Client], list[str]],
) -> None:
    booking()
    waits = file_access.LOCK_WAIT_SECONDS
    with locked(place), no_hanging(waits), pytest.raises(errors.Busy):
        brief(client)


def test_what_another_one_sends_just_now_is_waited_for(
    client: Client,
    receiver: Receiver,
    hook: str,
    booking: Book,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two changes at once, the second one's delivery was left for nobody."""
    booking()
    begun, other = threading.Event(), threading.Event()

    def send() -> None:
        with lock.hold_lock(str(path)):
            begun.set()
            other.wait(PATIENCE)

    sending = threading.Thread(target=send)
    sending.start()
    assert begun.wait(PATIENCE)
    monkeypatch.setattr(first_attempt, "_TURN", PATIENCE)
    threading.Timer(0.3, other.set).start()

    assert client.first_attempt() == ()
    assert other.is_set()
    assert receiver.types == ["booking.created"]
    sending.join()


def test_who_sends_for_long_is_not_waited_for(
    client: Client,
    receiver: Receiver,
    hook: str,
    booking: Book,
    path: Path,
    brief: Callable[[Client], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(first_attempt, "_TURN", 0.2)
    booking()

    with no_hanging(), lock.hold_lock(str(path)):
        assert brief(client) == ["pending"]

    assert receiver.requests == []


def test_what_a_watcher_will_send_is_left_to_it(
    client: Client,
    receiver: Receiver,
    hook: str,
    booking: Book,
    path: Path,
    brief: Callable[[Client], list[str]],
) -> None:
    booking()
    with lock.hold_lock(str(path), stays=True), no_hanging():
        assert brief(client) == []
    booking()

    assert brief(client) == []
    assert receiver.types == ["booking.created"]


@pytest.mark.sqlite
def test_what_nobody_could_write_down_is_not_sent(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    """On a full disk the same went out at every run."""
    booking()
    with client._context.store.transaction() as tx:
        tx.connection.execute("pragma max_page_count = 1")  # no more than there are

    with pytest.raises(errors.StoreError, match="full"):
        client.deliver()

    assert receiver.requests == []


def test_what_waits_for_its_next_attempt_can_be_sent_now(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    uid = booking().uid
    client.calendar.bookings.cancel(uid)
    receiver.answers["/"] = [status(500)]
    client.deliver()
    assert client.count_retries() == (1, client.now() + timedelta(seconds=30))

    sent = client.deliver(retry_now=True)

    assert [(d.type, d.status) for d in sent] == [
        ("booking.created", "delivered"),
        ("booking.cancelled", "delivered"),
    ]
    assert client.count_retries() == (0, None)


def test_what_is_hurried_does_not_count(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    """Eight impatient runs in a second, and it had failed for good."""
    booking()
    receiver.answer = status(500)
    client.deliver()

    for _ in range(9):
        (tried,) = client.deliver(retry_now=True)

    assert (tried.status, tried.attempts, len(tried.log)) == ("pending", 1, 10)
    assert tried.next_at == "2027-01-04T09:00:30+00:00"


def test_a_watcher_is_hurried_too(
    client: Client, receiver: Receiver, hook: str, booking: Book, path: Path
) -> None:
    booking()
    receiver.answers["/"] = [status(500)]
    client.deliver()

    with lock.hold_lock(str(path), stays=True), pytest.raises(errors.DeliveryUnderWay):
        client.deliver(retry_now=True)

    assert client.count_due() == 1


def test_a_watcher_outlasts_a_lock_on_the_file(
    client: Client, receiver: Receiver, hook: str, booking: Book, place: str
) -> None:
    booking()
    booking()
    receiver.answers["/"] = [slow(0.5)]
    sent: list[Delivery] = []

    def watch() -> None:
        with Client(place, clock=client.now) as another:
            another._context.store._patience = 0.1
            sent.extend(another.delivering(watch=True, limit=2))

    watching = threading.Thread(target=watch)
    watching.start()
    wait_until(lambda: receiver.busy == 1)
    with locked(place):
        time.sleep(1.5)
        assert sent == []
    watching.join(PATIENCE)

    assert [d.status for d in sent] == ["delivered"] * 2
    assert len(receiver.requests) == 2


def test_a_channel_that_breaks_is_tried_again(
    client: Client, hook: str, booking: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise KeyError("secret")

    monkeypatch.setattr(http, "post_message", broken)
    booking()

    (sent,) = client.deliver()

    assert (sent.status, sent.response) == ("pending", "a bug in calbook: KeyError")


def test_a_round_that_is_left_half_way_gives_the_lock_back(
    client: Client, receiver: Receiver, hook: str, booking: Book
) -> None:
    booking()
    booking()
    sending = client.delivering()
    next(sending)
    sending.close()

    assert len(client.deliver()) == 1
