"""A mail server on this machine, and what it was sent.

A plugin: a module says `pytest_plugins = ("support.mailing",)` and has the fixtures
(PYTEST_DONT_REWRITE, as tests import it first).
"""

from __future__ import annotations

import email
import shutil
import socket
import ssl
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from email import policy
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from calbook.settings.editing import with_mail_server
from calbook.settings.mail_server import MailServer, mail_server
from support.ports import free_port

USER, PASSWORD = "grace", "s3cret word"


class Received(NamedTuple):
    """A mail as it came, and how."""

    sender: str
    to: list[str]
    data: bytes
    is_encrypted: bool
    user: str | None
    peer: Any  # another one for each connection

    @property
    def message(self) -> EmailMessage:
        found = email.message_from_bytes(self.data, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return part.get_content().replace("\r\n", "\n")

    @property
    def calendar(self) -> bytes:
        [part] = self.parts("text/calendar")
        return part.get_payload(decode=True)

    @property
    def method(self) -> str:
        [part] = self.parts("text/calendar")
        return part["Content-Type"].params["method"]

    def parts(self, kind: str) -> list[Any]:
        return [p for p in self.message.walk() if p.get_content_type() == kind]


class Server:
    """An SMTP server that takes everything but what it was told to refuse."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.refused: dict[str, str] = {}  # answers, by recipient
        self.answer = "250 taken"  # to the message
        self.share = 1_000  # messages that one connection may bring
        self.enough = ("MAIL", "421 that was your share")  # said to what, and how
        self._brought: Counter[Any] = Counter()
        self.port = free_port()

    def _has_enough(self, session: Any, command: str) -> bool:
        return self.enough[0] == command and self._brought[session.peer] > self.share

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        self._brought[session.peer] += 1
        if self._has_enough(session, "MAIL"):
            return self.enough[1]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self._has_enough(session, "RCPT"):
            return self.enough[1]
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self._has_enough(session, "DATA"):
            return self.enough[1]
        if self.answer.startswith("250"):
            user = session.auth_data and session.auth_data.login.decode()
            self.received.append(
                Received(
                    envelope.mail_from,
                    envelope.rcpt_tos,
                    envelope.original_content,
                    session.ssl is not None,
                    user,
                    session.peer,
                )
            )
        return self.answer


Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a mail server; the options are aiosmtpd's."""
    running = []

    def serve(*, over_tls: ssl.SSLContext | None = None, **options: Any) -> Server:
        server = Server()
        controller = Controller(
            server,
            hostname="127.0.0.1",
            port=server.port,
            ssl_context=over_tls,
            **options,
        )
        controller.start()
        running.append(controller)
        return server

    yield serve
    for controller in running:
        controller.stop()


def authenticator(*args: Any) -> AuthResult:
    data = args[-1]
    assert isinstance(data, LoginPassword)
    right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False, auth_data=data)


Configure = Callable[..., MailServer]


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Names a mail server in a config file of the test's own."""
    file = tmp_path / "config.toml"
    monkeypatch.setenv("CALBOOK_CONFIG", str(file))

    def configure(port: int, **settings_: Any) -> MailServer:
        plain = {"host": "127.0.0.1", "port": port, "security": "none"}
        wanted = plain | {"from": "bookings@example.org"} | settings_
        file.write_bytes(with_mail_server(wanted))
        server = mail_server()
        assert server is not None
        return server

    return configure


@pytest.fixture
def post(serve: Serve, configure: Configure) -> Server:
    """A mail server that is configured."""
    server = serve()
    configure(server.port)
    return server


@pytest.fixture
def talk() -> Iterator[Callable[[Callable[[socket.socket], None]], int]]:
    """Starts a server that does to its one caller what a function says; its port."""
    opened = []

    def talk(play: Callable[[socket.socket], None]) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        opened.append(listener)

        def run() -> None:
            with suppress(OSError):
                caller, _ = listener.accept()
                opened.append(caller)
                play(caller)

        Thread(target=run, daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    yield talk
    for each in opened:
        each.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine and its key in one file, trusted by nobody."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "30"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(file), "-out", f"{file}.crt"),
        ],
        check=True,
        capture_output=True,
    )
    with file.open("ab") as both:
        both.write(Path(f"{file}.crt").read_bytes())
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """What a server shows its callers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
