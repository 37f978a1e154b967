"""Logs of webhooks and mail for people: which row is which, and what comes next."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from delivery.test_webhooks import anonymous, raw
from support.mailing import Server
from support.receiving import Receiver, status
from support.running import golden

from calbook import Client, errors

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Look, Run, Terminal

    from calbook import Booking

pytest_plugins = ("support.receiving", "support.running", "support.mailing")

Book = Callable[..., "Booking"]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def host(client: Client) -> Client:
    """Grace in New York, who gives a demo; the same client."""
    client.set_up(name="Grace", email="grace@example.com", timezone="America/New_York")
    client.calendar.event_types.create("demo")
    return client


def book(client: Client, start: str = "2027-01-18 10:00", **fields: Any) -> Booking:
    ada = {"name": "Ada", "email": "ada@example.com"}
    wanted = {"event_type_id": "demo", "attendee": ada, **fields}
    return client.calendar.bookings.create(start_time=start, **wanted)


def shown(terminal: Callable[..., Terminal], *args: object, columns: int = 80) -> str:
    screen = terminal(*args, columns=columns)
    screen.end()
    return screen.shown


# -- rows


def test_rows_are_told_apart_and_say_what_comes_next(
    host: Client,
    clock: Clock,
    receiver: Receiver,
    post: Server,
    look_at_all_widths: Look,
) -> None:
    webhooks = host.calendar.webhooks
    webhooks.create(receiver.url("/one"))
    two = webhooks.create(
        receiver.url("/calbook/with/a/long/path/that/goes/on/for/ever/and/ever/410"),
        events=["created", "attendee_added", "cancelled", "rescheduled", "updated"],
    )
    answer = b"the database is down for maintenance until tomorrow, " * 2
    receiver.answers["/one"] = [status(500, body=answer)] * 2
    long = {"name": "Bob", "email": f"{'b' * 40}@example.com"}
    booked = book(host, attendee=long, notify_attendee=True)
    host.calendar.bookings.cancel(booked.uid)
    host.deliver()
    clock.move(minutes=5)
    id = next(d.id for d in webhooks.log(two.id) if d.type == "booking.created")

    screens = [
        f"$ calbook {' '.join(args[:2])}\n{look_at_all_widths(*args)}"
        for args in (
            ("webhook", "log"),
            ("webhook", "log", two.id, "--tz", "Asia/Tokyo"),
            ("webhook", "log", "--id", id),
            ("webhook", "list"),
            ("mail", "log"),
        )
    ]

    text = anonymous("\n".join(screens), receiver)
    text = re.sub(r"\d+ ms", "5 ms", text)
    text = re.sub(r"ev_\w{16}", f"ev_{'d' * 16}", text)
    assert text == golden("outbox.txt", text)


def test_times_are_the_reader_s(
    host: Client,
    receiver: Receiver,
    run: Run,
    terminal: Callable[..., Terminal],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host.calendar.webhooks.create(receiver.url())
    receiver.answer = status(500)
    book(host)
    host.deliver()

    hosts = shown(terminal, "webhook", "log", columns=66)
    monkeypatch.setenv("CALBOOK_TZ", "Asia/Kolkata")
    readers = shown(terminal, "webhook", "log", columns=66)
    asked = shown(terminal, "webhook", "log", "--tz", "UTC", columns=66)
    piped = run("webhook", "log", "--fields", "nextAt").rows

    assert "Next: Mon 4 Jan 2027, 04:00:30\ntimes in America/New_York" in hosts
    assert "Next: Mon 4 Jan 2027, 14:30:30\ntimes in Asia/Kolkata" in readers
    assert "Next: Mon 4 Jan 2027, 09:00:30\ntimes in UTC" in asked
    assert piped == [["2027-01-04T14:30:30+05:30"]]
    assert run("webhook", "log", "--json").json[0]["nextAt"].endswith("+00:00")


def test_what_waits_for_an_earlier_one_names_it(
    host: Client, clock: Clock, receiver: Receiver, terminal: Callable[..., Terminal]
) -> None:
    """It showed a next attempt that lay in the past."""
    host.calendar.webhooks.create(receiver.url())
    receiver.answer = status(500)
    uid = book(host).uid
    host.deliver()
    host.calendar.bookings.cancel(uid)
    clock.move(seconds=1)

    later, earlier = host.calendar.webhooks.log()
    text = shown(terminal, "webhook", "log", columns=66)

    assert (later.waits_for, earlier.waits_for) == (earlier.id, None)
    assert f"  Next: after {earlier.id[:9]}\n" in text
    host.calendar.webhooks.redeliver(earlier.id)
    assert "Next: due now\n" in shown(terminal, "webhook", "log", columns=66)


def test_a_watcher_s_line_names_the_delivery_and_the_reader_s_time(
    host: Client, receiver: Receiver, terminal: Callable[..., Terminal]
) -> None:
    hook = host.calendar.webhooks.create(receiver.url())
    receiver.answer = status(500)
    uid = book(host).uid
    (waiting,) = host.calendar.webhooks.log()

    text = shown(terminal, "deliver", "--watch", "--limit", "1", columns=200)

    assert text.partition("\n")[2].startswith(
        f"pending {waiting.id[:9]} created {uid[:9]} to {hook.id[:9]}: 500: thanks; "
        "next Mon 4 Jan 2027, 04:00:30\n"
    )


def test_an_address_that_is_cut_is_whole_in_its_card(
    client: Client, terminal: Callable[..., Terminal]
) -> None:
    url = "https://example.com/" + "a" * 75 + "/410"
    id = client.calendar.webhooks.create(url).id

    assert f"{url[:75]}…\n" in shown(terminal, "webhook", "list")
    assert f"\n  {url}\n" in shown(terminal, "webhook", "show", id)


# -- one delivery


def test_one_delivery_is_shown_with_every_attempt(
    host: Client, clock: Clock, receiver: Receiver, run: Run
) -> None:
    hook = host.calendar.webhooks.create(receiver.url())
    receiver.answers["/"] = [status(500, body=b"out of order"), status(503, body=b"")]
    book(host)
    for _ in range(3):
        host.deliver()
        clock.move(minutes=3)
    (sent,) = host.calendar.webhooks.log()

    one = run("webhook", "log", "--id", sent.id[:8], "--json").json

    assert one == sent.to_dict()
    assert host.calendar.webhooks.get_delivery(sent.id[3:]) == sent
    assert [each["code"] for each in one["log"]] == [500, 503, 200]
    assert one["target"] == hook.id
    refused = run("webhook", "log", hook.id, "--id", sent.id)
    assert (refused.status, "nothing else goes with it" in refused.err) == (2, True)


# -- shortened ids


@pytest.fixture
def alike(host: Client, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Two webhooks whose ids begin alike."""
    from calbook.core import ids

    made = ("wh_abcd00000000", "wh_abcd11111111")
    names = iter(made)
    monkeypatch.setattr(ids, "webhook", lambda: next(names))
    for _ in made:
        host.calendar.webhooks.create("https://a.example/")
    return made


@pytest.mark.parametrize(
    "typed", ["wh_abcd00", "abcd00", " WH_ABCD00 ", "wh_abcd00000000"]
)
def test_a_beginning_that_fits_one_is_enough(
    run: Run, alike: tuple[str, str], typed: str
) -> None:
    assert run("webhook", "show", typed, "--json").json["id"] == alike[0]
    assert run("webhook", "log", typed, "--json").json == []
    updated = run("webhook", "update", typed, "--inactive", "--json").json
    assert (updated["id"], updated["active"]) == (alike[0], False)


def test_one_that_fits_several_names_them(run: Run, alike: tuple[str, str]) -> None:
    error = run("webhook", "show", "wh_abcd", "--json").error

    assert (error["code"], error["exitCode"]) == ("ambiguous_uid", 6)
    assert error["message"] == f"wh_abcd fits more than one webhook: {', '.join(alike)}"


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (("webhook", "show", "wh_zzzz"), "no such webhook", "calbook webhook list"),
        (("webhook", "show", "wh_abc"), "no such webhook", "4 letters"),
        (("webhook", "remove", ""), "no such webhook", "calbook webhook list"),
        (
            ("webhook", "redeliver", "dl_zzzz"),
            "no such delivery",
            "calbook webhook log",
        ),
        (("webhook", "log", "--id", "zzzz"), "no such delivery", "calbook webhook log"),
        (("mail", "redeliver", "dl_zzzz"), "no such mail", "calbook mail log"),
    ],
)
def test_one_that_fits_none_says_where_they_are_listed(
    run: Run,
    alike: tuple[str, str],
    args: tuple[str, ...],
    message: str,
    hint: str,
) -> None:
    error = run(*args, "--json").error

    assert error["exitCode"] == 3
    assert message in error["message"]
    assert hint in error["hint"]


def test_a_removed_webhook_s_log_is_found_by_a_beginning_too(
    host: Client, receiver: Receiver, run: Run
) -> None:
    hook = host.calendar.webhooks.create(receiver.url())
    book(host)
    host.calendar.webhooks.delete(hook.id)

    assert len(run("webhook", "log", hook.id[:9], "--json").json) == 1


# -- again


def test_sending_again_says_what_is_true_before_and_after(
    host: Client, receiver: Receiver, terminal: Callable[..., Terminal]
) -> None:
    host.calendar.webhooks.create(receiver.url())
    book(host)
    (sent,) = host.deliver()

    text = shown(terminal, "webhook", "redeliver", sent.id[:9])

    assert text == f"Will be sent again: {sent.id} (created)\n"
    assert len(receiver.requests) == 2


def test_a_mail_is_sent_again_by_either_command(
    host: Client, post: Server, receiver: Receiver, run: Run
) -> None:
    host.calendar.webhooks.create(receiver.url())
    book(host, notify_attendee=True)
    host.deliver()
    (mail,), (event,) = host.calendar.mails.log(), host.calendar.webhooks.log()

    run("mail", "redeliver", mail.id[:9])
    run("webhook", "redeliver", mail.id)
    refused = run("mail", "redeliver", event.id)

    assert len(post.received) == 3
    assert (refused.status, "no such mail" in refused.err) == (3, True)
    with pytest.raises(errors.NotFound):
        host.calendar.mails.get(event.id)


# -- verify


def test_verify_takes_what_curl_shows(
    host: Client, receiver: Receiver, run: Run
) -> None:
    hook = host.calendar.webhooks.create(receiver.url())
    host.calendar.webhooks.test(hook.id)
    head, body = raw(receiver.requests[0], "\r\n").split(b"\r\n\r\n")
    saved = b"* Connected\n" + b"\n".join(b"> " + h for h in head.split(b"\r\n"))

    for blank in (b"\n> \n", b"\n>\n", b"\r\n> \r\n"):
        row = run("webhook", "verify", hook.id, input=saved + blank + body).rows[0]
        assert row[:2] == ["true", "webhook.test"]


def test_verify_without_a_secret_says_how_to_name_one(
    terminal: Callable[..., Terminal],
) -> None:
    screen = terminal("webhook", "verify")

    assert screen.end() == 2  # at once, without waiting for a request
    assert "hint: name one of calbook webhook list, or use --secret-env" in screen.shown


def test_verify_on_a_terminal_says_what_it_waits_for(
    alike: tuple[str, str], terminal: Callable[..., Terminal]
) -> None:
    screen = terminal("webhook", "verify", alike[0])

    screen.expect("Waiting for a request: headers, a blank line, the body")
    screen.type("a: b\n\n\x04")
    assert screen.end() == 2
    assert "the header webhook-id is missing" in screen.shown


@pytest.mark.parametrize(
    ("tolerance", "result"),
    [("59s", 2), ("60s", 0), ("1m", 0), ("1", 0), ("1 week", 0), ("1M", 2)],
)
def test_the_tolerance_may_be_in_seconds(
    host: Client,
    clock: Clock,
    receiver: Receiver,
    run: Run,
    tolerance: str,
    result: int,
) -> None:
    hook = host.calendar.webhooks.create(receiver.url())
    host.calendar.webhooks.test(hook.id)
    clock.move(seconds=60)
    data = raw(receiver.requests[0], "\n")

    answer = run("webhook", "verify", hook.id, "--tolerance", tolerance, input=data)

    assert answer.status == result


# -- in words


def test_a_receiver_without_tls_is_said_to_be_one(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        hook = client.calendar.webhooks.create(f"https://127.0.0.1:{port}/")

        def answer() -> None:
            conn, _ = server.accept()
            with conn:
                conn.recv(65_536)
                conn.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        Thread(target=answer).start()
        attempt = client.calendar.webhooks.test(hook.id)

    assert attempt.response == "the server speaks no TLS on this port"


def test_a_name_that_is_not_found_is_named(client: Client) -> None:
    hook = client.calendar.webhooks.create("https://nobody.invalid/")

    attempt = client.calendar.webhooks.test(hook.id)

    assert "nobody.invalid was not found" in attempt.response


# -- which events


def test_all_events_can_be_asked_for_again(
    run: Run, client: Client, terminal: Callable[..., Terminal]
) -> None:
    hook = client.calendar.webhooks.create("https://a.example/", events=["created"])

    assert "Events   created\n" in shown(terminal, "webhook", "show", hook.id)
    both = run("webhook", "update", hook.id, "--type", "all", "--type", "created")
    updated = run("webhook", "update", hook.id, "--type", "all", "--json").json

    assert (both.status, updated["events"]) == (2, [])
    added = run("webhook", "add", "https://b.example/", "--type", "all", "--json")
    assert json.loads(added.out)["events"] == []


@pytest.mark.parametrize("command", ["add", "update"])
def test_the_help_names_every_type_of_event(run: Run, command: str) -> None:
    from calbook.core.outgoing.webhooks import EVENT_NAMES

    text = run("webhook", command, "--help").out

    names = set(re.findall(r"\w+", text))
    assert {name.removeprefix("booking.") for name in EVENT_NAMES} <= names


def test_every_option_of_a_webhook_has_help(run: Run) -> None:
    """`--status`, `--url` and `--unset-header` had none."""
    for command in ("add", "update", "log", "rotate", "verify", "redeliver"):
        text = run("webhook", command, "--help").out.partition("\nExamples:")[0]
        options = re.findall(r"^(?: {6}--|  -\w, ).*(?:\n {8,}.*)*", text, re.MULTILINE)
        assert len(options) > 10
        for option in options:
            assert len(re.split(r"\s{2,}", option.strip())) > 1, option
    assert text.count("[50]") == run("mail", "log", "--help").out.count("[50]") == 0
