"""A CalDAV server on loopback that tells the truth until it is told to lie.

A plugin: a module says `pytest_plugins = ("support.lying_calendars",)` and has the
fixture. PYTEST_DONT_REWRITE, as tests import it first.
"""

from __future__ import annotations

import gzip
import re
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import md5, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import NamedTuple
from urllib.parse import quote, unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest

from support.receiving import Answer

_DAV, _CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
_FREE_BUSY = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//liar//EN\r\n"
    b"BEGIN:VFREEBUSY\r\nUID:fb\r\nDTSTAMP:20270101T000000Z\r\n"
    b"FREEBUSY:20270118T100000Z/20270118T103000Z\r\nEND:VFREEBUSY\r\n"
    b"END:VCALENDAR\r\n"
)
PATH = "/cal/ada/work/"
USER, PASSWORD = "ada", "a secret: wörd"


class Request(NamedTuple):
    """What came; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Stored(NamedTuple):
    data: bytes
    version: int


class LyingCalendar:
    """One calendar at `PATH`, of one user, and how its server behaves."""

    def __init__(self) -> None:
        self.objects: dict[str, Stored] = {}
        self.requests: list[Request] = []
        self.etags = "strong"  # weak, odd, none, or flaky: another each time
        self.answers_etag = True  # to a PUT
        self.hidden: set[str] = set()  # left out of lists
        self.failing: set[str] = set()  # 500, in lists and alone
        self.refuses = 0  # how many writes are answered by 412
        self.loses = 0  # how many writes get no answer
        self.gives_data = True  # in the answer to a query
        self.knows_multiget = True
        self.heeds_conditions = True
        self.is_full = False  # lists have a 507 in them
        self.cuts: int | None = None  # lists end after so many bytes
        self.packs = False  # by gzip, asked or not
        self.login: str | None = None  # Basic, Digest, Digest SHA-256
        self.nonce_lasts = 1_000  # requests
        self.href: Callable[[str], str] = lambda name: PATH + quote(name)
        self.raw: dict[str, list[Answer]] = {}  # by method; the next answers
        self.properties: dict[str, str] = {}  # XML of others than the calendar, by path
        self._versions, self._flaky = count(1), count(1)
        self._nonces: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}{PATH}"
        threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        ).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def store(self, name: str, data: bytes) -> None:
        self.objects[name] = Stored(data, next(self._versions))

    def methods(self) -> list[str]:
        return [request.method for request in self.requests]

    def etag(self, name: str) -> str | None:
        if self.etags == "none":
            return None
        text = f'"v{self.objects[name].version}"'
        if self.etags == "flaky":
            return f'"f{next(self._flaky)}"'
        if self.etags == "odd":
            return f"é{text}"
        return f"W/{text}" if self.etags == "weak" else text

    # -- answering

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        calendar = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:
                """Tests look at what came, not at a log."""

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, self.path, headers, body)
                calendar.requests.append(request)
                with suppress(OSError):
                    calendar._answer(self, request)

            do_GET = do_PUT = do_DELETE = handle_any
            do_PROPFIND = do_REPORT = do_OPTIONS = handle_any

        return Handler

    def _answer(self, handler: BaseHTTPRequestHandler, request: Request) -> None:
        if planned := self.raw.get(request.method):
            planned.pop(0)(handler.connection)
            handler.close_connection = True
            return
        if self.login and not self._is_login(request):
            _say(handler, 401, {"WWW-Authenticate": self._challenge()})
            return
        with self._lock:
            status, headers, data = getattr(self, f"_{request.method.lower()}")(request)
        if request.method in ("PUT", "DELETE") and self.loses and status < 300:
            self.loses -= 1
            handler.close_connection = True
            return
        if self.packs:
            data, headers = gzip.compress(data), {**headers, "Content-Encoding": "gzip"}
        _say(handler, status, headers, data)

    _Said = tuple[int, dict[str, str], bytes]

    def _get(self, request: Request) -> _Said:
        name = unquote(request.path.removeprefix(PATH))
        if name in self.failing:
            return 500, {}, b"broken"
        if name not in self.objects:
            return 404, {}, b"none"
        return 200, self._etag_header(name), self.objects[name].data

    def _put(self, request: Request) -> _Said:
        name = unquote(request.path.removeprefix(PATH))
        if not request.path.startswith(PATH):
            return 409, {}, b""
        if self._is_refused(name, request.headers):
            return 412, {}, b""
        is_new = name not in self.objects
        self.store(name, request.body)
        told = self._etag_header(name) if self.answers_etag else {}
        return 201 if is_new else 204, told, b""

    def _delete(self, request: Request) -> _Said:
        name = unquote(request.path.removeprefix(PATH))
        if name not in self.objects:
            return 404, {}, b""
        if self._is_refused(name, request.headers):
            return 412, {}, b""
        del self.objects[name]
        return 204, {}, b""

    def _propfind(self, request: Request) -> _Said:
        if request.path in self.properties:
            found = _response(request.path, self.properties[request.path])
            return self._list([found])
        if request.path != PATH:
            return 404, {}, b""
        token = max((each.version for each in self.objects.values()), default=0)
        found = [
            _response(
                PATH,
                "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
                f"<D:sync-token>data:,{token}-{len(self.objects)}</D:sync-token>",
            )
        ]
        if request.headers.get("depth") == "1":
            found += [self._object(name, has_data=False) for name in self._listed()]
        return self._list(found)

    def _report(self, request: Request) -> _Said:
        assert b"expand" not in request.body.lower()  # it would be a 500
        if request.path != PATH:
            return 404, {}, b""
        root = ElementTree.fromstring(request.body)
        if root.tag == f"{_CALDAV}free-busy-query":
            return 200, {"Content-Type": "text/calendar"}, _FREE_BUSY
        if root.tag == f"{_CALDAV}calendar-multiget":
            return self._multiget(root)
        window = next(root.iter(f"{_CALDAV}time-range")).attrib
        inside = [
            name
            for name in self._listed()
            if window["start"] <= _start(self.objects[name].data) < window["end"]
        ]
        return self._list(
            [self._object(name, has_data=self.gives_data) for name in inside]
        )

    def _multiget(self, root: ElementTree.Element) -> _Said:
        if not self.knows_multiget:
            return 501, {}, b""
        hrefs = (found.text or "" for found in root.iter(f"{_DAV}href"))
        names = [unquote(href.removeprefix(PATH)) for href in hrefs]
        return self._list([self._object(name, has_data=True) for name in names])

    def _listed(self) -> list[str]:
        return [name for name in self.objects if name not in self.hidden]

    def _object(self, name: str, *, has_data: bool) -> str:
        href = escape(self.href(name))
        if name not in self.objects or name in self.failing:
            status = "404 Not Found" if name not in self.objects else "500 Broken"
            return (
                f"<D:response><D:href>{href}</D:href>"
                f"<D:status>HTTP/1.1 {status}</D:status></D:response>"
            )
        etag = self.etag(name)
        said = "" if etag is None else f"<D:getetag>{escape(etag)}</D:getetag>"
        if has_data:
            text = self.objects[name].data.decode("utf-8", "surrogateescape")
            said += f"<C:calendar-data>{escape(text)}</C:calendar-data>"
        return _response(href, said)

    def _list(self, found: list[str]) -> _Said:
        if self.is_full:
            found = [*found[:2], _status(PATH, "507 Insufficient Storage")]
        text = (
            '<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" '
            f'xmlns:C="urn:ietf:params:xml:ns:caldav">{"".join(found)}</D:multistatus>'
        )
        data = text.encode("utf-8", "surrogateescape")
        headers = {"DAV": "1, 3, calendar-access", "Content-Type": "application/xml"}
        return 207, headers, data[: self.cuts]

    def _etag_header(self, name: str) -> dict[str, str]:
        etag = self.etag(name)
        return {} if etag is None else {"ETag": etag}

    def _is_refused(self, name: str, headers: dict[str, str]) -> bool:
        if self.refuses:
            self.refuses -= 1
            return True
        if not self.heeds_conditions:
            return False
        there = f'"v{self.objects[name].version}"' if name in self.objects else None
        wanted = headers.get("if-match")
        if wanted is not None and (there is None or wanted not in ("*", there)):
            return True
        return headers.get("if-none-match") == "*" and there is not None

    # -- who asks

    def _challenge(self) -> str:
        if self.login == "Basic":
            return 'Basic realm="a, b"'
        nonce = secrets.token_hex(8)
        self._nonces[nonce] = self.nonce_lasts
        said = f'Digest realm="a \\"b\\"", qop="auth,auth-int", nonce="{nonce}"'
        is_new = self.login == "Digest SHA-256"
        return f'{said}, opaque="o", algorithm=SHA-256, {said}' if is_new else said

    def _is_login(self, request: Request) -> bool:
        said = request.headers.get("authorization", "").encode("latin-1").decode()
        if self.login == "Basic":
            from base64 import b64encode

            expected = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            return said == f"Basic {expected}"
        found = dict(re.findall(r'(\w+)="?((?:[^",\\]|\\.)*)', said))
        nonce = found.get("nonce", "")
        if not said.startswith("Digest ") or self._nonces[nonce] <= 0:
            return False
        self._nonces[nonce] -= 1
        hashed = sha256 if self.login == "Digest SHA-256" else md5

        def digest(text: str) -> str:
            return hashed(text.encode()).hexdigest()

        mine = digest(f'{USER}:a "b":{PASSWORD}')
        asked = digest(f"{request.method}:{request.path}")
        middle = f"{nonce}:{found['nc']}:{found['cnonce']}:auth"
        return found["response"] == digest(f"{mine}:{middle}:{asked}")


def _say(
    handler: BaseHTTPRequestHandler,
    status: int,
    headers: dict[str, str],
    data: bytes = b"",
) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if status != 204:
        handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    if status != 204:
        handler.wfile.write(data)


def _response(href: str, properties: str) -> str:
    return (
        f"<D:response><D:href>{href}</D:href><D:propstat><D:prop>{properties}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat><D:propstat><D:prop>"
        "<D:quota/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>"
        "</D:response>"
    )


def _status(href: str, status: str) -> str:
    return (
        f"<D:response><D:href>{href}</D:href><D:status>HTTP/1.1 {status}</D:status>"
        "</D:response>"
    )


def _start(data: bytes) -> str:
    found = re.search(rb"DTSTART:(\d{8}T\d{6}Z)", data)
    return found[1].decode() if found else ""


@pytest.fixture
def liar() -> Iterator[LyingCalendar]:
    calendar = LyingCalendar()
    yield calendar
    calendar.close()
