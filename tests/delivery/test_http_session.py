"""Requests over a connection that is kept: sizes, times, packed bodies, addresses."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from support.receiving import HANGS, Answer, drip, hang, huge, no_hanging, status

from calbook.delivery.http.address_rules import calendar_rule
from calbook.delivery.http.answers import RequestFailed
from calbook.delivery.http.session import Session

MB = 1024 * 1024


class KeepingServer:
    """Answers several requests on a connection, each as the next of `answers` says."""

    def __init__(self) -> None:
        self.answers: list[Answer | None] = []
        self.requests: list[bytes] = []
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                conn, _ = self._socket.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn: socket.socket) -> None:
        with conn, suppress(OSError):
            while request := self._read(conn):
                self.requests.append(request)
                answer = self.answers.pop(0) if self.answers else status(200)
                if answer is None:
                    return
                answer(conn)

    def _read(self, conn: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            part = conn.recv(65536)
            if not part:
                return b""
            data += part
        return data

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def server() -> Iterator[KeepingServer]:
    server = KeepingServer()
    yield server
    server.close()


Get = Callable[..., bytes]


@pytest.fixture
def get(server: KeepingServer) -> Iterator[Get]:
    session = Session(server.url, calendar_rule("http", allow_private=True))

    def get(*, seconds: float = HANGS, most: int = MB) -> bytes:
        answer = session.request(
            "GET", server.url, headers={}, seconds=seconds, most=most
        )
        return answer.data

    yield get
    session.close()


def test_requests_share_a_connection(server: KeepingServer, get: Get) -> None:
    server.answers = [
        status(200, body=b"one"),
        status(204, body=b""),
        lambda conn: conn.sendall(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3\r\ntwo\r\n0\r\n\r\n"
        ),
        status(404, body=b"three"),
    ]

    assert [get() for _ in range(4)] == [b"one", b"", b"two", b"three"]
    assert server.connections == 1


def test_a_connection_that_the_server_closed_is_opened_anew(
    server: KeepingServer, get: Get
) -> None:
    server.answers = [status(200, body=b"one"), None, status(200, body=b"two")]

    assert [get(), get()] == [b"one", b"two"]
    assert server.connections == 2


def test_a_new_connection_that_is_closed_is_not_tried_again(
    server: KeepingServer, get: Get
) -> None:
    server.answers = [None]

    with pytest.raises(RequestFailed, match="no proper answer") as raised:
        get()

    assert not raised.value.is_reached
    assert len(server.requests) == 1


def test_an_answer_that_says_close_is_the_last_of_its_connection(
    server: KeepingServer, get: Get
) -> None:
    server.answers = [status(200, "Connection: close", body=b"one")]

    assert [get(), get()] == [b"one", b"thanks"]
    assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (huge(64 * MB), "larger than 1 MB"),
        (
            status(200, "Content-Encoding: gzip", body=gzip.compress(bytes(64 * MB))),
            "larger than 1 MB",
        ),
        (
            status(200, "Content-Encoding: gzip", body=gzip.compress(b"x" * 99)[:-9]),
            "ends in the middle",
        ),
        (status(200, "Content-Encoding: gzip", body=b"plain"), "not packed right"),
        (status(200, "Content-Encoding: br"), "packed as nobody asked for"),
        (status(200, *["X-Y: " + "z" * 3000] * 101), "no proper answer"),
        (status(200, "X-Y: " + "z" * 300_000), "no proper answer"),
    ],
    ids=["huge", "bomb", "cut", "not packed", "br", "many headers", "long header"],
)
def test_an_answer_that_cannot_be_used_is_refused(
    server: KeepingServer, get: Get, answer: Answer, said: str
) -> None:
    server.answers = [answer]

    with no_hanging(), pytest.raises(RequestFailed, match=said):
        get()


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b"packed"), gzip.compress(b"pa") + gzip.compress(b"cked")],
    ids=["one", "two in a row"],
)
def test_a_packed_answer_is_unpacked_though_nobody_asked(
    server: KeepingServer, get: Get, body: bytes
) -> None:
    server.answers = [status(200, "Content-Encoding: gzip", body=body)]

    assert get() == b"packed"


@pytest.mark.parametrize(
    "answer",
    [
        hang(),
        hang(b"HTTP/1.1 200 OK\r\n\r\nhalf"),
        drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000, every=0.05),
    ],
    ids=["silent", "half", "dripping"],
)
def test_nothing_takes_longer_than_it_may(
    server: KeepingServer, get: Get, answer: Answer
) -> None:
    server.answers = [answer]

    with (
        no_hanging(),
        pytest.raises(RequestFailed, match="no answer within 1 s") as raised,
    ):
        get(seconds=0.4)

    assert not raised.value.is_reached


@pytest.mark.parametrize(
    ("scheme", "address", "allowed", "said"),
    [
        ("https", "93.184.216.34", False, None),
        ("https", "2606:4700::1111", False, None),
        ("https", "64:ff9b::5db8:d822", False, None),
        ("https", "2002:5db8:d822::1", False, None),
        ("https", "192.168.1.5", True, None),
        ("http", "192.168.1.5", True, None),
        ("http", "fd12::1", True, None),
        ("http", "127.0.0.1", True, None),
        ("http", "93.184.216.34", True, "plain http to 93.184.216.34"),
        ("https", "169.254.169.254", True, "link-local"),
        ("https", "fd00:ec2::254", True, "metadata"),
        ("https", "64:ff9b::c0a8:0105", True, "translated private"),
        ("https", "127.0.0.1", False, "private network"),
        ("https", "::1", False, "private network"),
        ("https", "::ffff:10.0.0.1", False, "private network"),
        ("https", "10.0.0.1", False, "private network"),
        ("https", "172.31.0.1", False, "private network"),
        ("https", "192.168.1.5", False, "private network"),
        ("https", "100.64.0.1", False, "private network"),
        ("https", "fd12::1", False, "private network"),
        ("http", "10.0.0.1", False, "private network"),
    ],
)
def test_a_calendar_is_looked_for_in_private_networks_if_that_is_allowed(
    scheme: str, address: str, allowed: bool, said: str | None
) -> None:
    why = calendar_rule(scheme, allow_private=allowed)(address)

    assert why is said if said is None else said in (why or "")
