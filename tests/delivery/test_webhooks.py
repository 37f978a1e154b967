"""Webhooks: added, changed, signed for; secrets are shown once and nowhere else."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks import Webhook as Outside
from standardwebhooks.webhooks import WebhookVerificationError
from support.receiving import HANGS, Receiver, close, hang, slow, status
from support.running import PATIENCE, golden, wait_until
from support.stores import locked, opened

from calbook import Client, errors
from calbook.delivery import first_attempt, lock
from calbook.delivery.webhook import sample
from calbook.wire.writing.outbox import MASK

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Look, Run, Spawn, Terminal

    from calbook import Booking

pytest_plugins = ("support.receiving", "support.running")

Book = Callable[..., "Booking"]
MINE = "whsec_" + base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def now(place: str) -> Client:
    """A client by the system's clock, as an outside receiver goes by it."""
    client = Client(place, clock=lambda: datetime.now(UTC))
    client.calendar.event_types.create("soon")
    return client


def booked(client: Client) -> str:
    (slot,) = client.calendar.availability.get(event_type_id="soon", count=1)
    return client.calendar.bookings.create(
        event_type_id="soon",
        start_time=slot.start_time,
        attendee={"name": "Ada", "email": "ada@example.com"},
    ).uid


# -- the catalog


def test_a_webhook_is_added_shown_changed_and_removed(client: Client) -> None:
    webhooks = client.calendar.webhooks

    added = webhooks.create(
        "https://example.com/hook?a=1",
        events=["created", "booking.cancelled", "created"],
        headers={"Authorization": "Bearer x"},
    )

    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{32}", added.secret)
    shown = webhooks.get(added.id)
    assert shown.to_dict() == {
        "id": added.id,
        "url": "https://example.com/hook?a=1",
        "events": ["booking.created", "booking.cancelled"],
        "headers": {"authorization": MASK},
        "active": True,
        "disabledReason": None,
        "allowHttp": False,
        "oldSecretsUntil": [],
        "createdAt": "2027-01-04T09:00:00+00:00",
        "updatedAt": "2027-01-04T09:00:00+00:00",
    }
    assert webhooks.list() == (shown,)
    assert webhooks.get(added.id.removeprefix("wh_")) == shown
    changed = webhooks.update(added.id, events=[], active=False)
    assert (changed.events, changed.active) == ([], False)
    assert webhooks.delete(added.id) == 0
    with pytest.raises(errors.NotFound):
        webhooks.get(added.id)


def test_headers_are_sent_and_changed_one_by_one(
    client: Client, receiver: Receiver
) -> None:
    webhooks = client.calendar.webhooks
    hook = webhooks.create(receiver.url(), headers={"X-One": "1", "X-Two": "2"})

    webhooks.update(hook.id, headers={"x-two": None, "X-Three": "a b"})
    webhooks.test(hook.id)

    headers = receiver.requests[0].headers
    assert (headers["x-one"], headers["x-three"]) == ("1", "a b")
    assert "x-two" not in headers


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("ftp://example.com/", "neither https nor http"),
        ("example.com/hook", "neither https nor http"),
        ("https://", "names no host"),
        ("https:///path", "names no host"),
        ("https://u:p@example.com/", "user name or password"),
        ("https://u@example.com/", "user name or password"),
        ("https://@example.com/", "user name or password"),
        ("https://example.com/#top", "fragment"),
        ("https://example.com/#", "fragment"),
        ("https://exam ple.com/", "blanks"),
        ("https://example.com/\u202ea", "control characters"),
        ("https://example.com\\@evil.example/", "user name or password"),
        ("https://example.com/\\a", "backslash"),
        ("https://example.com:99999/", "cannot be read"),
        ("https://example.com:port/", "cannot be read"),
        ("https://[::1/", "cannot be read"),
        (f"https://{'a' * 64}.example/", "cannot be read"),
        ("http://example.com/", "plain http"),
        ("http://10.0.0.1/", "plain http"),
        ("http://localhost.example.com/", "plain http"),
        ("https://169.254.169.254/", "link-local"),
        ("http://169.254.169.254/", "link-local"),
        ("https://2852039166/", "169.254.169.254"),
        ("https://0xa9fea9fe/", "169.254.169.254"),
        ("https://0251.0376.0251.0376/", "169.254.169.254"),
        ("https://169.254.43518/", "169.254.169.254"),
        ("https://[::ffff:169.254.169.254]/", "link-local"),
        ("https://[64:ff9b::a9fe:a9fe]/", "link-local"),
        ("https://[fe80::1%25eth0]/", "link-local"),
        ("https://[fd00:ec2::254]/", "metadata"),
        ("https://[fd00:ec2::23]/", "metadata"),
        ("https://[fd00:42::42]/", "metadata"),
        ("https://[fd00:a9fe:a9fe::1]/", "metadata"),
        ("https://[fd00:c1::a9fe:a9fe]/", "metadata"),
        ("https://[64:ff9b:1::a9fe:a9fe]/", "link-local"),
        ("https://[64:ff9b:1:a9fe:a9:fe00::]/", "link-local"),
        ("https://[64:ff9b:1:a9fe:a9:fe00:808:808]/", "link-local"),
        ("https://[64:ff9b:1:12a9:fe:a9fe::]/", "link-local"),
        ("https://[64:ff9b:1:1212:a9:fea9:fe00:0]/", "link-local"),
        ("https://[64:ff9b:1::a00:5]/", "private"),
        ("https://[64:ff9b:1:a00:0:500::]/", "private"),
        ("https://[64:ff9b:1::]/", "unspecified"),
        ("https://0/", "unspecified"),
        ("https://[::]/", "unspecified"),
        ("https://224.0.0.1/", "multicast"),
        ("https://255.255.255.255/", "reserved"),
    ],
)
def test_an_address_that_must_not_be_reached_is_refused(
    client: Client, url: str, word: str
) -> None:
    with pytest.raises(errors.BadUrl, match=re.escape(word)) as caught:
        client.calendar.webhooks.create(url)

    assert caught.value.exit_code == 2
    assert client.calendar.webhooks.list() == ()


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://bücher.example/straße?q=ä",
        "https://192.168.1.5:5678/webhook",
        "https://[fd12:3456::1]/",
        "https://[64:ff9b:1::808:808]/",
        "https://[64:ff9b:1:808:8:800::]/",
        "http://localhost:5678/",
        "http://n8n.localhost/",
        "http://127.0.0.1/",
        "http://[::1]:8080/",
        "http://0x7f.1/",
        "HTTPS://EXAMPLE.COM/",
    ],
)
def test_these_addresses_are_taken(client: Client, url: str) -> None:
    assert client.calendar.webhooks.create(url).url == url


def test_plain_http_needs_to_be_allowed_and_can_be_forbidden_again(
    client: Client,
) -> None:
    webhooks = client.calendar.webhooks
    hook = webhooks.create("http://10.0.0.5/", allow_http=True)

    with pytest.raises(errors.BadUrl, match="plain http"):
        webhooks.update(hook.id, allow_http=False)
    with pytest.raises(errors.BadUrl, match="link-local"):
        webhooks.update(hook.id, url="http://169.254.169.254/")
    webhooks.update(hook.id, allow_http=False, url="https://10.0.0.5/")

    assert webhooks.get(hook.id).url == "https://10.0.0.5/"


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"events": ["made"]}, "events cannot be booking.made"),
        ({"events": "created"}, "must be a list"),
        ({"headers": {"Host": "a"}}, "calbook's own"),
        ({"headers": {"webhook-id": "a"}}, "calbook's own"),
        ({"headers": {"Content-Length": "3"}}, "calbook's own"),
        ({"headers": {"Transfer-Encoding": "a"}}, "calbook's own"),
        ({"headers": {"A B": "a"}}, "no name of a header"),
        ({"headers": {"A:": "a"}}, "no name of a header"),
        ({"headers": {"A": "a\r\nB: b"}}, "must be one line"),
        ({"headers": {"A": "ä"}}, "printable ASCII"),
        ({"headers": {"A": " a"}}, "printable ASCII"),
        ({"headers": {"A": "a\x00"}}, "NUL"),
        ({"headers": {"A": "x" * 2001}}, "at most 2,000"),
        ({"headers": {f"A{n}": "a" for n in range(21)}}, "more than 20"),
        ({"headers": ["A"]}, "must be an object"),
        ({"secret": "password"}, "24 to 64 bytes"),
        ({"secret": "whsec_" + "A" * 28}, "24 to 64 bytes"),
        ({"secret": "whsec_" + "A" * 88}, "24 to 64 bytes"),
        ({"secret": "whsec_!!!!"}, "24 to 64 bytes"),
        ({"secret": 5}, "24 to 64 bytes"),
        ({"allow_http": "yes"}, "must be true or false"),
        ({"timeout": 5}, "knows no timeout"),
    ],
)
def test_what_a_webhook_cannot_have_is_refused(
    client: Client, fields: dict[str, Any], word: str
) -> None:
    with pytest.raises(errors.BadInput, match=re.escape(word)):
        client.calendar.webhooks.create("https://example.com/", **fields)

    assert client.calendar.webhooks.list() == ()


def test_a_header_that_cannot_be_sent_is_not_repeated(client: Client) -> None:
    with pytest.raises(errors.BadInput) as caught:
        client.calendar.webhooks.create(
            "https://a.example/", headers={"A": "tópsecret"}
        )

    assert "psecret" not in json.dumps(caught.value.to_dict())


# -- signatures


def verified(request: Any, secret: str) -> Any:
    return Outside(secret).verify(request.body, request.headers)


def test_the_signature_verifies_as_an_outside_receiver_does_it(
    now: Client, receiver: Receiver
) -> None:
    hook = now.calendar.webhooks.create(receiver.url(), secret=MINE)
    uid = booked(now)

    now.deliver()

    (request,) = receiver.requests
    assert hook.secret == MINE
    assert verified(request, MINE)["data"]["booking"]["uid"] == uid


def test_a_changed_byte_an_old_time_and_another_secret_do_not_verify(
    now: Client, receiver: Receiver
) -> None:
    secret = now.calendar.webhooks.create(receiver.url()).secret
    booked(now)
    now.deliver()
    (request,) = receiver.requests
    old = str(int(time.time()) - 600)
    other = "whsec_" + base64.b64encode(bytes(32)).decode()

    for changed, using in (
        (request._replace(body=request.body.replace(b"Ada", b"Eve")), secret),
        (request._replace(headers=request.headers | {"webhook-id": "ev_x"}), secret),
        (
            request._replace(headers=request.headers | {"webhook-timestamp": old}),
            secret,
        ),
        (request, other),
    ):
        with pytest.raises(WebhookVerificationError):
            verified(changed, using)


def test_for_a_day_after_a_rotation_both_secrets_sign(
    client: Client, clock: Clock, receiver: Receiver
) -> None:
    clock.now = datetime.now(UTC).replace(microsecond=0)
    hook = client.calendar.webhooks.create(receiver.url())
    rotated = client.calendar.webhooks.rotate(hook.id)
    client.calendar.webhooks.test(hook.id)
    clock.move(days=1)
    client.calendar.webhooks.test(hook.id)

    first, second = receiver.requests
    verified(first, hook.secret)
    verified(first, rotated.secret)
    assert len(second.headers["webhook-signature"].split()) == 1
    assert hook.secret != rotated.secret


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"body": b"{}"}, "no signature fits"),
        ({"webhook-signature": "v1,AAAA"}, "no signature fits"),
        ({"webhook-signature": "v1,ä"}, "no signature fits"),
        ({"webhook-signature": "v1a,AAAA v1"}, "no signature fits"),
        ({"webhook-id": "ev_other"}, "no signature fits"),
        ({"webhook-id": ""}, "header webhook-id is missing"),
        ({"webhook-timestamp": "soon"}, "no time: soon"),
        ({"webhook-timestamp": "9" * 30}, "no time"),
        ({"webhook-timestamp": "1799052899"}, "too old"),
        ({"webhook-timestamp": "1799053501"}, "too new"),
        ({"body": b"\xff"}, "not UTF-8"),
    ],
)
def test_verify_says_what_does_not_fit(
    client: Client, receiver: Receiver, change: dict[str, Any], word: str
) -> None:
    hook = client.calendar.webhooks.create(receiver.url())
    client.calendar.webhooks.test(hook.id)
    (request,) = receiver.requests
    headers = request.headers | change
    body = headers.pop("body", request.body)

    with pytest.raises(errors.BadInput, match=word):
        client.calendar.webhooks.verify(headers, body, id=hook.id)


def test_verify_takes_a_stored_or_a_given_secret(
    client: Client, receiver: Receiver
) -> None:
    webhooks = client.calendar.webhooks
    hook = webhooks.create(receiver.url())
    webhooks.test(hook.id)
    (request,) = receiver.requests

    stored = webhooks.verify(request.headers, request.body, id=hook.id)
    given = webhooks.verify(request.headers, request.body, secret=hook.secret)

    assert stored == given
    assert stored == {
        "valid": True,
        "id": request.headers["webhook-id"],
        "type": "webhook.test",
        "timestamp": "2027-01-04T09:00:00+00:00",
    }
    with pytest.raises(errors.UsageError):
        webhooks.verify(request.headers, request.body)


def test_the_sample_is_a_booking_like_any_other(
    client: Client, booking: Book, receiver: Receiver
) -> None:
    hook = client.calendar.webhooks.create(receiver.url())

    attempt = client.calendar.webhooks.test(hook.id)

    real = booking().to_dict()
    (request,) = receiver.requests
    sent = request.json["data"]["booking"]
    assert (attempt.status, attempt.code, attempt.response) == (
        "delivered",
        200,
        "thanks",
    )
    assert sent == sample.BOOKING
    assert sent.keys() == real.keys()
    assert sent["attendee"].keys() == real["attendee"].keys()
    assert sent["occurrences"][0].keys() == real["occurrences"][0].keys()
    assert client.calendar.webhooks.log() != ()  # the booking's; no sample's
    assert len(client.calendar.webhooks.log()) == 1


# -- where a secret must not be


def test_secrets_are_in_no_listing_log_error_or_history(
    client: Client, receiver: Receiver, booking: Book, run: Run
) -> None:
    added = run(
        "webhook", "add", receiver.url(), "--header", "X-Key=topsecret", "--json"
    )
    hook = json.loads(added.out)
    uid = booking().uid
    receiver.answers["/"] = [status(500)]
    rotated = run("webhook", "rotate", hook["id"], "--json").json
    said = [
        run("webhook", "list", "--json"),
        run("webhook", "list"),
        run("webhook", "show", hook["id"], "--json"),
        run("webhook", "update", hook["id"], "--type", "created", "--json"),
        run("deliver", "--json"),
        run("webhook", "log", "--json"),
        run("webhook", "test", hook["id"]),
        run("webhook", "remove", hook["id"], "--json", "--yes"),
        run("history", uid, "--json"),
        run("show", uid, "--json"),
    ]

    text = "".join(answer.out + answer.err for answer in said)
    assert "whsec_" not in text
    assert hook["secret"][6:] not in text
    assert rotated["secret"][6:] not in text
    assert "topsecret" not in text
    assert MASK in text
    assert "topsecret" not in added.out


def test_a_header_without_its_sign_is_not_repeated(run: Run) -> None:
    answer = run("webhook", "add", "https://a.example/", "--header", "topsecret")

    assert answer.status == 2
    assert "topsecret" not in answer.err


def test_the_file_that_holds_the_secrets_is_its_owner_s_alone(
    client: Client, path: Path
) -> None:
    client.calendar.webhooks.create("https://example.com/")

    assert path.stat().st_mode & 0o777 == 0o600


# -- the command line


def booking_args(start: str = "2027-01-18 10:00", *more: object) -> tuple[object, ...]:
    person = ("--name", "Ada", "--email", "ada@example.com")
    return ("create", "--event", "demo", "--start", start, *person, *more)


@pytest.fixture
def hook(client: Client, receiver: Receiver) -> str:
    client.set_up(timezone="America/New_York")
    client.calendar.event_types.create("demo")
    return client.calendar.webhooks.create(receiver.url()).id


def test_a_change_makes_the_first_attempt_itself(
    run: Run, hook: str, receiver: Receiver
) -> None:
    answer = run(*booking_args())

    assert (answer.status, answer.err) == (0, "")
    assert receiver.types == ["booking.created"]
    (row,) = run("webhook", "log").rows
    assert row[5:9] == ["delivered", "200", "1", ""]


def test_a_failed_first_attempt_is_said_and_changes_nothing_else(
    run: Run, hook: str, receiver: Receiver
) -> None:
    receiver.answers["/"] = [status(500)]

    answer = run(*booking_args(), "--json")

    assert answer.status == 0
    assert json.loads(answer.out)["status"] == "CONFIRMED"
    assert answer.err == (
        f"1 delivery is left for later, for calbook deliver ({hook[:9]}: 500: thanks)\n"
    )


def test_a_webhook_that_is_switched_off_at_once_is_said(
    run: Run, hook: str, receiver: Receiver
) -> None:
    receiver.answers["/"] = [status(410)]

    answer = run(*booking_args())

    assert answer.status == 0
    assert answer.err == (
        f"calbook: {hook} is switched off: the receiver wants nothing more\n"
    )


def test_switching_off_says_what_it_drops(
    run: Run, hook: str, receiver: Receiver
) -> None:
    run(*booking_args(), "--no-deliver")

    off = run("webhook", "update", hook, "--inactive")
    on = run("webhook", "update", hook, "--active")

    assert off.err == "Dropped 1 delivery that was still to be sent\n"
    assert on.err == ""


def test_while_another_one_delivers_nothing_else_is_said(
    run: Run,
    hook: str,
    receiver: Receiver,
    path: Path,
    terminal: Callable[..., Terminal],
) -> None:
    """It went on to recommend what had just been asked for."""
    receiver.answers["/"] = [status(500)]
    run(*booking_args())

    with lock.hold_lock(str(path), stays=True):
        shown = terminal("deliver", "--retry-now")
        shown.end()

    assert shown.shown.strip() == (
        "calbook: another calbook is delivering: what is due is left to it"
    )


def test_a_file_that_is_locked_again_is_said(
    run: Run,
    hook: str,
    place: str,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attempt = first_attempt.send_queued

    def attempt_late(*args: Any, **kwargs: Any) -> Any:
        with locked(place):
            return attempt(*args, **kwargs)

    monkeypatch.setattr(first_attempt, "send_queued", attempt_late)
    answer = run(*booking_args())

    is_file = "://" not in place
    assert (answer.status, receiver.requests) == (0, [])
    assert answer.err == (
        "1 delivery is left for later, for calbook deliver"
        f" ({place} is locked by {'another program' if is_file else 'others'})\n"
    )


def test_what_waits_for_its_next_attempt_is_said_and_need_not(
    run: Run, hook: str, receiver: Receiver, terminal: Callable[..., Terminal]
) -> None:
    receiver.answers["/"] = [status(500)]
    run(*booking_args())

    shown = terminal("deliver")
    shown.end()
    sent = run("deliver", "--retry-now")

    assert shown.shown.strip() == (
        "nothing is due; 1 to be tried again in 30 s (or --retry-now)"
    )
    assert (sent.status, sent.rows[0][5]) == (0, "delivered")


@pytest.mark.parametrize("how", ["--no-deliver", "CALBOOK_DELIVER"])
def test_the_first_attempt_can_be_left_out(
    run: Run, hook: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "CALBOOK_DELIVER":
        monkeypatch.setenv("CALBOOK_DELIVER", "off")

    answer = run(*booking_args(), *[how] * how.startswith("--"))

    assert (answer.status, answer.err, receiver.requests) == (0, "", [])
    assert [row[5] for row in run("webhook", "log").rows] == ["pending"]


def test_an_input_of_many_lines_makes_one_attempt(
    run: Run, hook: str, receiver: Receiver
) -> None:
    receiver.answer = status(500)
    lines = "\n".join(
        json.dumps(
            {
                "eventTypeId": "demo",
                "startTime": f"2027-01-18 {hour}:00",
                "attendee": {"name": "Ada", "email": "ada@example.com"},
            }
        )
        for hour in (10, 11, 11, 12)
    )

    answer = run("create", "--input", "-", "--jsonl", input=lines)

    assert answer.status == 4  # the one line that is taken
    assert len(answer.out.splitlines()) == 3
    said = f"for calbook deliver ({hook[:9]}: 500: thanks)"
    assert f"3 deliveries are left for later, {said}\n" in answer.err
    assert len(receiver.requests) == 3


def test_a_hanging_receiver_delays_a_change_by_three_seconds(
    hook: str, receiver: Receiver, spawn: Spawn
) -> None:
    receiver.answer = hang(b"HTTP/1.1 2")

    began = time.monotonic()
    process = spawn(*booking_args())
    assert process.stdout
    assert b"bk_" in process.stdout.readline()
    _, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0
    assert b"1 delivery is left for later" in err
    assert 2 < time.monotonic() - began < HANGS / 2


def test_deliver_prints_a_line_for_each_attempt(
    run: Run, hook: str, receiver: Receiver
) -> None:
    run(*booking_args(), "--no-deliver")
    run(*booking_args("2027-01-18 11:00"), "--no-deliver")
    receiver.answers["/"] = [status(500)]

    answer = run("deliver")

    assert answer.status == 8
    assert answer.err == (
        "calbook: 1 of 2 not delivered\n"
        "hint: 1 will be tried again; see calbook webhook log\n"
    )
    rows = [line.split("\t")[1:] for line in answer.out.splitlines()]
    uids = [row.pop(3) for row in rows]
    again = "2027-01-04T09:00:30+00:00"
    assert rows == [
        ["webhook", hook, "booking.created", "pending", "500", "1", again, "thanks"],
        ["webhook", hook, "booking.created", "delivered", "200", "1", "", "thanks"],
    ]
    assert uids == [request.uid for request in receiver.requests]


def test_deliver_makes_one_attempt_at_what_it_tells_itself(
    run: Run, hook: str, receiver: Receiver, clock: Clock
) -> None:
    run(*booking_args())
    clock.move(days=15)
    receiver.answers["/"] = [status(500)]

    answer = run("deliver")

    assert receiver.types == ["booking.created", "booking.completed"]
    assert "left for later" not in answer.err


@pytest.mark.parametrize(("form", "empty"), [("--json", "[]\n"), ("--jsonl", "")])
def test_nothing_to_deliver_is_fine(run: Run, hook: str, form: str, empty: str) -> None:
    answer = run("deliver", form)

    assert (answer.status, answer.out, answer.err) == (0, empty, "")


def test_a_second_deliver_says_so_and_exits_0(run: Run, hook: str, path: Path) -> None:
    run(*booking_args(), "--no-deliver")

    with lock.hold_lock(str(path)):
        answer = run("deliver", "--json")

    assert (answer.status, answer.out) == (0, "[]\n")
    assert answer.err == (
        "calbook: another calbook is delivering: what is due is left to it\n"
    )


def test_a_watcher_cannot_end_a_list(run: Run, hook: str) -> None:
    error = run("deliver", "--watch", "--json").error

    assert (error["code"], error["hint"]) == ("usage", "use --jsonl")


def test_what_is_over_is_said(run: Run, hook: str, receiver: Receiver) -> None:
    run(*booking_args(), "--no-deliver")
    receiver.answers["/"] = [status(410)]

    answer = run("deliver")

    assert answer.status == 8
    assert f"{hook} is switched off: the receiver wants nothing more" in answer.err


def test_one_s_own_secret_is_read_from_stdin(run: Run, receiver: Receiver) -> None:
    added = run(
        *("webhook", "add", receiver.url(), "--secret-stdin", "--json"),
        input=f"{MINE}\n",
    ).json

    assert added["secret"] == MINE
    refused = run("webhook", "rotate", added["id"], "--secret-stdin", input=b"\xff\n")
    assert (refused.status, "not UTF-8" in refused.err) == (2, True)


def test_headers_are_read_from_stdin(run: Run, receiver: Receiver) -> None:
    typed = "Authorization: Bearer hush\r\n\nX-Shop=12\n"
    hook = run(
        *("webhook", "add", receiver.url(), "--header-stdin", "--json"), input=typed
    ).json["id"]

    run("webhook", "test", hook)
    run("webhook", "update", hook, "--header-stdin", input="X-Shop: 13")
    run("webhook", "test", hook)

    first, second = (request.headers for request in receiver.requests)
    assert (first["authorization"], first["x-shop"]) == ("Bearer hush", "12")
    assert (second["authorization"], second["x-shop"]) == ("Bearer hush", "13")


@pytest.mark.parametrize(
    ("options", "typed", "said"),
    [
        (["--header-stdin"], b"Bearer\xff", "stdin is not UTF-8"),
        (["--header-stdin"], b"Bearer hush", "a header needs a name and a value"),
        (["--header-stdin"], b"A: " + b"x" * 100_000, "more than 100,000 characters"),
        (["--header-stdin", "--secret-stdin"], b"", "both read stdin"),
    ],
    ids=["bytes", "nameless", "long", "twice"],
)
def test_headers_that_cannot_be_read_are_not_repeated(
    run: Run, receiver: Receiver, options: list[str], typed: bytes, said: str
) -> None:
    refused = run("webhook", "add", receiver.url(), *options, input=typed)

    assert (refused.status, said in refused.err) == (2, True)
    assert "hush" not in refused.err
    assert run("webhook", "list", "--json").json == []


def raw(request: Any, line_break: str) -> bytes:
    lines = ["POST / HTTP/1.1", *(f"{n}: {v}" for n, v in request.headers.items())]
    return line_break.join([*lines, "", ""]).encode() + request.body


@pytest.mark.parametrize("line_break", ["\r\n", "\n"], ids=["CRLF", "LF"])
def test_verify_works_against_a_real_delivery(
    run: Run,
    hook: str,
    receiver: Receiver,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    line_break: str,
) -> None:
    secret = client.calendar.webhooks.rotate(hook).secret
    run(*booking_args())
    data = raw(receiver.requests[0], line_break)
    monkeypatch.setenv("MY_SECRET", secret)
    (tmp_path / "secret").write_text(f"{secret}\n")

    for source in (
        (hook,),
        ("--secret-env", "MY_SECRET"),
        ("--secret-file", tmp_path / "secret"),
    ):
        row = run("webhook", "verify", *source, input=data).rows[0]
        assert row[:2] == ["true", "booking.created"]
    changed = data.replace(b"Ada", b"Eve")
    refused = run("webhook", "verify", hook, "--json", input=changed).error
    assert (refused["code"], refused["exitCode"]) == ("bad_input", 2)


def test_verify_allows_more_time_when_asked(
    run: Run, hook: str, receiver: Receiver, clock: Clock
) -> None:
    run(*booking_args())
    data = raw(receiver.requests[0], "\n")
    clock.move(minutes=6)

    late = run("webhook", "verify", hook, input=data)
    allowed = run("webhook", "verify", hook, "--tolerance", "1h", input=data)

    assert (late.status, allowed.status) == (2, 0)
    assert "allow more with --tolerance" in late.err


@pytest.mark.parametrize(
    ("args", "data", "word"),
    [
        (("HOOK",), b"no blank line", "no blank line"),
        (("HOOK",), b"a: b\n\n{}", "webhook-id is missing"),
        (("--secret-env", "UNSET_SECRET"), b"", "UNSET_SECRET is not set"),
        (("--secret-file", "/nowhere"), b"", "cannot read /nowhere"),
        (("--secret-file", "a", "--secret-env", "B"), b"", "contradict"),
        ((), b"a: b\n\n{}", "needs a webhook or a secret"),
        (("wh_nobody",), b"a: b\n\n{}", "no such webhook"),
    ],
)
def test_verify_refuses_what_it_cannot_check(
    run: Run, hook: str, args: tuple[str, ...], data: bytes, word: str
) -> None:
    given = [hook if arg == "HOOK" else arg for arg in args]

    answer = run("webhook", "verify", *given, input=data)

    assert answer.status in (2, 3)
    assert word in answer.err


def test_redeliver_sends_at_once(run: Run, hook: str, receiver: Receiver) -> None:
    run(*booking_args())
    id = run("webhook", "log").rows[0][0]

    run("webhook", "redeliver", id)

    assert receiver.types == ["booking.created"] * 2


def test_the_log_is_filtered(run: Run, hook: str, receiver: Receiver) -> None:
    receiver.answers["/"] = [status(500)]
    first = run(*booking_args()).out.split("\t")[0]
    second = run(*booking_args("2027-01-18 11:00")).out.split("\t")[0]

    assert [r[5] for r in run("webhook", "log", "--uid", first).rows] == ["pending"]
    (row,) = run("webhook", "log", hook, "--uid", second).rows
    assert row[4:6] == [second, "delivered"]
    assert len(run("webhook", "log", "--limit", 1).rows) == 1
    assert len(run("webhook", "log", "--status", "delivered", "--json").json) == 1
    unknown = run("webhook", "log", "wh_other", "--json").error
    assert (unknown["code"], unknown["hint"]) == (
        "not_found",
        "see calbook webhook list",
    )
    assert run("webhook", "log", "--status", "lost").status == 2


def anonymous(text: str, receiver: Receiver) -> str:
    """Without what differs each time: ids, secret, port."""
    text = text.replace(str(receiver.port), "54321")
    for prefix, letter, letters in (("wh", "a", 12), ("dl", "b", 16), ("bk", "c", 12)):
        whole, short = (rf"\b{prefix}_[0-9a-z]{{{n}}}\b" for n in (letters, 6))
        text = re.sub(whole, f"{prefix}_{letter * letters}", text)
        text = re.sub(short, f"{prefix}_{letter * 6}", text)
    return re.sub(r"whsec_[\w+/]{32}", "whsec_" + "d" * 32, text)


def test_a_terminal_shows_it_so(
    hook: str,
    receiver: Receiver,
    look: Look,
    look_at_all_widths: Look,
) -> None:
    receiver.answers["/"] = [status(500, body=b"out of order")]
    receiver.answers["/gone"] = [slow(0.3, close(b"HTTP/1.1 410 Gone\r\n\r\n"))]
    screens = []
    for args in (
        ("webhook", "add", receiver.url("/gone"), "--type", "created"),
        (*booking_args(), "--no-deliver"),
        ("deliver",),
    ):
        said = args[:2] if args[0] == "webhook" else args[:1]
        screens.append(f"$ calbook {' '.join(map(str, said))}\n{look(*args)}")

    for args in (("webhook", "list"), ("webhook", "log"), ("webhook", "show", hook)):
        screens.append(look_at_all_widths(*args))

    text = anonymous("\n".join(screens), receiver)
    assert text == golden("webhooks.txt", text)


# -- what it costs when there is none

LOADED = """
import atexit, sys
def tell():
    net = {"socket", "ssl", "http.client", "urllib3", "standardwebhooks", "smtplib",
           "email", "queue", "calbook.delivery"}
    print(*sorted(net & set(sys.modules)), file=sys.stderr)
atexit.register(tell)
from calbook.__main__ import main
main()
"""


def test_without_webhooks_a_change_loads_no_network_and_touches_no_file(
    client: Client, environment: Callable[[], dict[str, str]], path: Path
) -> None:
    client.set_up(timezone="America/New_York")
    client.calendar.event_types.create("demo")
    client.close()
    before = sorted(file.name for file in path.parent.iterdir())

    done = subprocess.run(
        [sys.executable, "-c", LOADED, *map(str, booking_args())],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr.split() == []
    assert sorted(file.name for file in path.parent.iterdir()) == before


@pytest.mark.sqlite
def test_without_webhooks_an_event_costs_one_look(
    client: Client, booking: Book
) -> None:
    from store.test_steps import steps

    uid = booking().uid
    conn = client._context.store.connection
    client.calendar.bookings.update(uid, notes="One")

    looks = """
        select id from webhooks where active and (events = '[]' or exists (
            select 1 from json_each(events) where value = 'booking.created'))
        order by rowid
    """

    assert steps(conn, lambda: conn.execute(looks).fetchall()) < 20


def test_a_file_without_webhooks_has_an_empty_outbox(
    client: Client, booking: Book, place: str
) -> None:
    booking()

    with opened(place) as conn:
        counts = [
            conn.execute(f"select count(*) from {table}").fetchone()[0]
            for table in ("webhooks", "deliveries", "attempts")
        ]
    assert counts == [0, 0, 0]
    assert client.deliver() == ()


# -- the manual's receiver

PAGE = (
    Path(__file__).parents[2].joinpath("calbook/manual/webhooks.md").read_text("utf-8")
)
[RECEIVER] = re.findall(r"```python\n(import os\n.*?)```", PAGE, flags=re.DOTALL)


def test_the_manual_s_receiver_works_against_a_real_delivery(
    now: Client, receiver: Receiver
) -> None:
    receiver.stop()  # the port is free
    hook = now.calendar.webhooks.create(receiver.url())
    env = {"SECRET": hook.secret, "PORT": str(receiver.port), "PATH": ""}
    command = [sys.executable, "-c", RECEIVER]
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(
                lambda: now.calendar.webhooks.test(hook.id).status == "delivered"
            )
            uid = booked(now)
            (sent,) = now.deliver()
            stranger = now.calendar.webhooks.create(receiver.url())
            refused = now.calendar.webhooks.test(stranger.id)
        finally:
            process.kill()
        assert process.stdout
        lines = process.stdout.read().decode().splitlines()

    assert (sent.status, refused.code) == ("delivered", 400)
    assert lines == [
        "webhook.test bk_000000000000",
        f"booking.created {uid}",
        "refused: No matching signature found",
    ]


def test_an_international_host_is_looked_up_by_its_name_of_today(
    client: Client,
) -> None:
    """By the names of 2003, which Python has, straße was strasse."""
    hook = client.calendar.webhooks.create("https://straße.invalid:8443/x")

    attempt = client.calendar.webhooks.test(hook.id)

    assert "xn--strae-oqa.invalid" in attempt.response


@pytest.mark.parametrize(
    "host",
    ["\U0001f600.example", "a..example", "x" * 64 + ".example", "ü" * 60 + ".de"],
)
def test_a_host_that_can_be_none_is_refused(client: Client, host: str) -> None:
    with pytest.raises(errors.BadUrl, match="host or port cannot be read"):
        client.calendar.webhooks.create(f"https://{host}/")
