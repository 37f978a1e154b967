"""Sending over SMTP: real servers, good, refusing, slow and broken ones."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from threading import Thread
from urllib.parse import quote

import pytest
from support.mailing import PASSWORD, USER, Configure, Serve, authenticator
from support.ports import free_port
from support.receiving import no_hanging

from calbook.delivery.mail import messages, smtp
from calbook.delivery.mail.messages import Envelope
from calbook.delivery.outcome import Outcome, not_reached
from calbook.settings.mail_server import MailServer
from calbook.wire.writing.outbox import MASK

pytest_plugins = ("support.mailing",)
# aiosmtpd, of servers that ask for a password in the clear
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while:UserWarning")

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
TO = "ada@example.com"


def posted(server: MailServer, to: str = TO, *, seconds: float = 10.0) -> Outcome:
    envelope = Envelope("dl_0123456789abcdef", server.sender, NOW)
    message = messages.test_message(envelope, to)
    with closing(smtp.SmtpSender()) as postman:
        return postman.send_message(
            server, smtp.recipient(message), message, seconds=seconds
        )


def test_a_mail_arrives_as_it_was_written(serve: Serve, configure: Configure) -> None:
    server = serve()

    outcome = posted(configure(server.port))

    assert outcome == Outcome("delivered", 250, "taken")
    [received] = server.received
    assert (received.sender, received.to) == ("bookings@example.org", [TO])
    assert received.message["Subject"] == "A test by calbook"
    assert received.message["From"] == "bookings@example.org"
    assert received.text == "This is a test: calbook can send mail from here.\n"
    assert (received.is_encrypted, received.user) == (False, None)


def test_a_line_with_a_single_dot_is_carried_over(
    serve: Serve, configure: Configure
) -> None:
    server = serve()
    message = "To: <ada@example.com>\nSubject: Dots\n\n.\n..\n.end\n"

    with closing(smtp.SmtpSender()) as postman:
        postman.send_message(configure(server.port), TO, message, seconds=5)

    [received] = server.received
    assert received.data.endswith(b"\r\n\r\n.\r\n..\r\n.end\r\n")


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.usefixtures("trusted")
def test_it_goes_encrypted_and_logged_in(
    serve: Serve,
    configure: Configure,
    tls: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    security: str,
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    asks = {"authenticator": authenticator, "auth_required": True}
    if security == "tls":
        server = serve(over_tls=tls, auth_require_tls=False, **asks)
    else:
        server = serve(tls_context=tls, require_starttls=True, **asks)
    settings = configure(
        server.port, security=security, user=USER, password_env="SMTP_PASSWORD"
    )

    outcome = posted(settings)

    assert outcome.status == "delivered", outcome
    [received] = server.received
    assert received.user == USER
    assert received.is_encrypted or security == "tls"  # which it does not tell


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_trusts_is_not_talked_to(
    serve: Serve, configure: Configure, tls: ssl.SSLContext, security: str
) -> None:
    over_tls = tls if security == "tls" else None
    server = serve(over_tls=over_tls, tls_context=None if over_tls else tls)

    outcome = posted(configure(server.port, security=security))

    assert outcome.status == "retry"
    assert "certificate is not to be trusted" in outcome.text
    assert server.received == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_is_not_talked_to(
    serve: Serve, configure: Configure, tls: ssl.SSLContext
) -> None:
    server = serve(tls_context=tls)

    outcome = posted(configure(server.port, host="localhost", security="starttls"))

    assert outcome.status == "retry"
    assert "certificate is not to be trusted" in outcome.text


def test_a_server_without_starttls_gets_nothing(
    serve: Serve, configure: Configure
) -> None:
    server = serve()

    outcome = posted(configure(server.port, security="starttls"))

    assert outcome == not_reached("the server offers no STARTTLS")
    assert server.received == []


ASKS = {
    "authenticator": authenticator,
    "auth_required": True,
    "auth_require_tls": False,
}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("printf wrong", "log-in refused: "),
        ("false", "the password command ended with status 1"),
        ("true", "the password command gave no password"),
        ("/nowhere/pass", "the password command gave no password"),
        ("sleep 60", "the password command gave no password"),
        ("printf pässword", "user and password must be ASCII"),
    ],
)
def test_a_log_in_that_fails_can_be_mended_and_is_tried_again(
    serve: Serve, configure: Configure, command: str, said: str
) -> None:
    server = serve(**ASKS)
    settings = configure(server.port, user=USER, password_command=command)

    outcome = posted(settings, seconds=2)

    assert outcome.status == "retry"
    assert outcome.text.startswith(said)
    assert server.received == []


def test_a_password_that_is_not_in_the_environment_is_named(
    serve: Serve, configure: Configure
) -> None:
    settings = configure(serve(**ASKS).port, user=USER, password_env="NO_SUCH")

    assert posted(settings) == not_reached(
        "the variable NO_SUCH, for the password, is not set"
    )


def test_the_command_s_first_line_is_the_password(
    serve: Serve, configure: Configure
) -> None:
    server = serve(**ASKS)
    command = f"printf '{PASSWORD}\\nlogin: grace\\n'"

    outcome = posted(configure(server.port, user=USER, password_command=command))

    assert outcome.status == "delivered", outcome
    assert server.received[0].user == USER


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("451 try again later", "retry"),
        ("452 mailbox full", "retry"),
        ("550 no such user", "failed"),
        ("554 spam", "failed"),
    ],
)
@pytest.mark.parametrize("where", ["recipient", "message"])
def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_not(
    serve: Serve, configure: Configure, answer: str, status: str, where: str
) -> None:
    server = serve()
    if where == "message":
        server.answer = answer
    else:
        server.refused[TO] = answer

    outcome = posted(configure(server.port))

    code, _, text = answer.partition(" ")
    assert outcome == Outcome(status, int(code), text)
    assert server.received == []


def test_an_address_that_needs_more_than_ascii_goes_where_that_is_understood(
    serve: Serve, configure: Configure
) -> None:
    old, new = serve(enable_SMTPUTF8=False), serve(enable_SMTPUTF8=True)

    refused = posted(configure(old.port), "jörg@exämple.com")
    taken = posted(configure(new.port), "jörg@exämple.com")

    assert (refused.status, refused.code) == ("failed", None)
    assert "SMTPUTF8" in refused.text
    assert taken.status == "delivered"
    assert new.received[0].to == ["jörg@xn--exmple-cua.com"]


def test_a_server_that_speaks_no_tls_is_told_of_in_words(
    serve: Serve, configure: Configure
) -> None:
    outcome = posted(configure(serve().port, security="tls"))

    assert outcome == not_reached("the server speaks no TLS on this port")


def test_a_server_that_hangs_up_instead_is_told_of_in_words(
    talk: Callable[..., int], configure: Configure
) -> None:
    def hang_up(caller: socket.socket) -> None:
        caller.recv(65536)
        caller.shutdown(socket.SHUT_RDWR)

    outcome = posted(configure(talk(hang_up), security="tls"))

    assert outcome.text == "no encrypted connection with the server: it hung up"


@pytest.mark.parametrize("host", ["no-such.invalid", "a..b"])
def test_a_name_that_leads_nowhere_is_named(configure: Configure, host: str) -> None:
    settings = configure(25, host=host, allow_plain=True)

    outcome = posted(settings)

    assert outcome.status == "retry"
    assert outcome.text.startswith(f"{host} cannot be found: ")


def test_nobody_there_is_tried_again(configure: Configure) -> None:
    outcome = posted(configure(free_port()))

    assert outcome == not_reached("Connection refused")


def said(*lines: bytes) -> Callable[[socket.socket], None]:
    """Says one line after each thing it hears, the first at once; then hangs."""

    def play(caller: socket.socket) -> None:
        for number, line in enumerate(lines):
            if number:
                caller.recv(65536)
            caller.sendall(line + b"\r\n")
        while caller.recv(65536):
            pass

    return play


def dripping(caller: socket.socket) -> None:
    while True:
        caller.sendall(b"2")
        time.sleep(0.05)


def hanging_up(caller: socket.socket) -> None:
    """Hangs up in the middle of the message."""
    for line in (b"220 hi", b"250 me", b"250 OK", b"250 OK", b"354 go"):
        caller.sendall(line + b"\r\n")
        caller.recv(65536)
    caller.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("play", "code", "text"),
    [
        pytest.param(said(), None, "no answer within 1 s", id="silent"),
        pytest.param(dripping, None, "no answer within 1 s", id="dripping"),
        pytest.param(
            said(b"220 hi", b"250 me", b"250 OK", b"250 OK", b"354 go"),
            None,
            "no answer within 1 s",
            id="hanging after the message",
        ),
        pytest.param(
            hanging_up, None, "Connection unexpectedly closed", id="hanging up in it"
        ),
        pytest.param(
            said(b"554 go away"), 554, "greeting refused: go away", id="unwelcoming"
        ),
        pytest.param(
            said(b"220 hi", b"421 busy"), 421, "EHLO refused: busy", id="busy"
        ),
        pytest.param(
            said(b"220 hi", b"250 me", b"530 log in first"),
            530,
            "sender refused: log in first",
            id="asking for a log-in",
        ),
        pytest.param(said(b"hello"), -1, "greeting refused: o", id="no mail server"),
        pytest.param(
            said(b"220 hi", b"250 me", b"250 OK", b"250 OK", b"354 go", b"what?"),
            -1,
            "?",
            id="an answer without a code",
        ),
    ],
)
def test_a_server_that_breaks_off_is_tried_again(
    talk: Callable[..., int],
    configure: Configure,
    play: Callable[[socket.socket], None],
    code: int | None,
    text: str,
) -> None:
    with no_hanging():
        outcome = posted(configure(talk(play)), seconds=1)

    assert outcome[:3] == ("retry", code, text)
    assert outcome.reached == (text == "?")


def test_what_a_server_says_is_shown_harmless_and_in_part(
    talk: Callable[..., int], configure: Configure
) -> None:
    outcome = posted(configure(talk(said(b"554 \x1b[2J" + b"x" * 900))))

    assert outcome.text.startswith("greeting refused: \\u001b[2J")
    assert len(outcome.text) < 230


def test_who_is_written_to_stands_in_the_message() -> None:
    name = '"<eve@example.com>" ' * 9
    line = messages.mailbox(name, TO)

    assert smtp.recipient(f"From: <a@b.c>\nTo: {line}\nSubject: x\n") == TO
    folded = messages._fold_header(f"To: {line}")
    assert smtp.recipient(f"{folded}Subject: <x@y.z>\n\nTo: <b@c.d>\n") == TO


def test_a_server_that_wants_no_more_text_is_called_again(configure: Configure) -> None:
    """One that takes the sender and the person, and then not what is written."""
    taken: list[int] = []

    def converse(caller: socket.socket, number: int) -> None:
        stream = caller.makefile("rwb", buffering=0)
        stream.write(b"220 hi\r\n")
        is_first = True
        while line := stream.readline().strip().upper():
            if line != b"DATA":
                stream.write(b"250 OK\r\n")
            elif not is_first:
                stream.write(b"452 enough\r\n")
            else:
                stream.write(b"354 go\r\n")
                while stream.readline().strip() != b".":
                    pass
                taken.append(number)
                is_first = False
                stream.write(b"250 taken\r\n")

    def serve(listener: socket.socket) -> None:
        for number in range(2):
            caller, _ = listener.accept()
            with caller, suppress(OSError):
                converse(caller, number)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = Thread(target=serve, args=(listener,))
        serving.start()
        settings = configure(listener.getsockname()[1])
        with closing(smtp.SmtpSender()) as postman:
            sent = [
                postman.send_message(settings, TO, "To: x\n\nHi\n", seconds=5)
                for _ in range(2)
            ]
        serving.join()

    assert [outcome.status for outcome in sent] == ["delivered"] * 2
    assert taken == [0, 1]


SECRET = "s3cret/w?rd"


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())


@pytest.mark.parametrize(
    "echo",
    [
        SECRET.encode(),
        b"AUTH PLAIN " + _base64(f"\0{USER}\0{SECRET}"),
        _base64(f"{USER}\0{USER}\0{SECRET}"),
        _base64(USER) + b" " + _base64(SECRET),
        _base64(SECRET).lower(),
        quote(SECRET, safe="").encode(),
        json.dumps(SECRET).replace("/", "\\/").encode(),
        SECRET.encode().hex().encode(),
    ],
)
@pytest.mark.parametrize("when", ["log-in", "sender", "person", "text"])
def test_a_server_that_echoes_the_log_in_tells_the_log_nothing(
    talk: Callable[..., int],
    configure: Configure,
    monkeypatch: pytest.MonkeyPatch,
    echo: bytes,
    when: str,
) -> None:
    """The password stood there in base64, as AUTH has it."""
    monkeypatch.setenv("SMTP_PASSWORD", SECRET)
    steps = [
        "220 hi",
        "250-me\r\n250 AUTH PLAIN",
        "235 in",
        "250 OK",
        "250 OK",
        "354 go",
    ]
    at = {"log-in": 2, "sender": 3, "person": 4, "text": 6}[when]
    answers = [step.encode() for step in steps[:at]]
    refused = b"554-no: " + echo[:-6] + b"\r\n554 " + echo[-6:] + b" :("
    port = talk(said(*answers, refused))

    outcome = posted(configure(port, user=USER, password_env="SMTP_PASSWORD"))

    assert outcome.code == 554
    shown = outcome.text.partition("no: ")[2]
    assert shown.replace("AUTH PLAIN ", "").replace('"', "").strip(f"{MASK} ") == ":("
