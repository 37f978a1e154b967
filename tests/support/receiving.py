"""A receiver on loopback that behaves as it is told, also badly.

A plugin: a module says `pytest_plugins = ("support.receiving",)` and has the fixture.
PYTEST_DONT_REWRITE, as tests import it first.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import pytest


class Request(NamedTuple):
    """What came, when, and over which path."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def type(self) -> str:
        return self.json["type"]

    @property
    def uid(self) -> str:
        return self.json["data"]["booking"]["uid"]


Answer = Callable[[socket.socket], None]

HANGS = 60.0  # seconds: nothing that a test waits for takes as long


@contextmanager
def no_hanging(seconds: float = HANGS) -> Iterator[None]:
    """What is done here waits for nobody who hangs for so long, half of it at most."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds / 2


def status(code: int, *headers: str, body: bytes = b"thanks") -> Answer:
    """A plain answer."""

    def answer(conn: socket.socket) -> None:
        lines = [f"HTTP/1.1 {code} Whatever", f"Content-Length: {len(body)}", *headers]
        conn.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    return answer


def hang(*first: bytes) -> Answer:
    """Say this much and nothing more, until the other side gives up."""

    def answer(conn: socket.socket) -> None:
        conn.sendall(b"".join(first))
        conn.settimeout(HANGS)
        with suppress(OSError):
            conn.recv(1)

    return answer


def close(*first: bytes) -> Answer:
    """Say this much and hang up."""
    return lambda conn: conn.sendall(b"".join(first))


def drip(data: bytes, *, every: float) -> Answer:
    """A byte at a time, so that no single wait is long."""

    def answer(conn: socket.socket) -> None:
        for byte in data:
            conn.sendall(bytes([byte]))
            time.sleep(every)

    return answer


def huge(size: int) -> Answer:
    def answer(conn: socket.socket) -> None:
        conn.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        for _ in range(size // 65536):
            conn.sendall(b"x" * 65536)

    return answer


def slow(seconds: float, then: Answer | None = None) -> Answer:
    def answer(conn: socket.socket) -> None:
        time.sleep(seconds)
        (then or status(200))(conn)

    return answer


def when(step: Callable[[], object]) -> Answer:
    """Answer after something was done."""

    def answer(conn: socket.socket) -> None:
        step()
        status(200)(conn)

    return answer


class Receiver:
    """Takes down what comes; answers by path, then as `answer` says (200)."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: dict[str, list[Answer]] = {}
        self.answer: Answer = status(200)
        self.busy = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        self._listen(0)

    def _listen(self, port: int) -> None:
        self._socket = socket.create_server(("127.0.0.1", port), backlog=64)
        self.port = self._socket.getsockname()[1]
        self._tls: ssl.SSLContext | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self) -> None:
        """Refuse connections."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def start(self) -> None:
        """Take them again, at the same address."""
        self._listen(self.port)

    def use_tls(self, context: ssl.SSLContext) -> None:
        self._tls = context

    @property
    def types(self) -> list[str]:
        return [request.type for request in self.requests]

    def _accept(self) -> None:
        listening = self._socket
        while True:
            try:
                conn, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with plain, suppress(OSError), self._secured(plain) as conn:
            request = _read(conn)
            if request is None:
                return
            with self._lock:
                self.requests.append(request)
                self.busy += 1
                self.most_at_once = max(self.most_at_once, self.busy)
                planned = self.answers.get(request.path) or []
                answer = planned.pop(0) if planned else self.answer
            try:
                answer(conn)
            finally:
                with self._lock:
                    self.busy -= 1

    def _secured(self, conn: socket.socket) -> socket.socket:
        if self._tls is None:
            return conn
        return self._tls.wrap_socket(conn, server_side=True)


def _read(conn: socket.socket) -> Request | None:
    """None where the sender was killed before it had said all."""
    stream = conn.makefile("rb")
    first = stream.readline().decode().split()
    if len(first) < 2:
        return None
    headers = {}
    while line := stream.readline().decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    size = int(headers.get("content-length", 0))
    body = stream.read(size)
    if len(body) < size:
        return None
    return Request(first[1], headers, body, time.monotonic())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()
