"""A connection: the name is looked up once, every address is checked, one is dialled.

Slow to import.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from urllib.parse import quote, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from calbook.core.domain_names import ascii_host
from calbook.delivery.http.address_rules import AddressRule

CONNECT = 3.0  # seconds for each address


class Refused(Exception):
    """Nothing may be sent there."""


def open_connection(url: str, rule: AddressRule, deadline: float) -> HTTPConnection:
    """To the first address of the name that answers; all of them were checked.

    `deadline` is on the monotonic clock.
    """
    parts = urlsplit(url)
    host = host_of(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = _looked_up(host, port, deadline)
    check_addresses(found, rule)
    error: Exception = Refused("the name has no address")
    for address in found:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        connection = _connection(parts.scheme, host, address, port)
        connection.timeout = min(CONNECT, left)
        try:
            connection.connect()
        except (HTTPError, OSError) as failed:
            error = failed
            connection.close()
        else:
            return connection
    raise error


def check_addresses(found: Iterable[str], rule: AddressRule) -> None:
    """Refuse a name when any of its addresses may not be sent to."""
    for address in found:
        if why := rule(address):
            raise Refused(f"refused: {why}")


@contextmanager
def cut_at(deadline: float, connection: HTTPConnection) -> Iterator[None]:
    """Cut a connection when the time is up, whatever it is busy with."""
    left = max(0.01, deadline - time.monotonic())
    connection.timeout = left
    cut = Timer(left, _interrupt, (connection.sock,))
    cut.daemon = True
    cut.start()
    try:
        yield
    finally:
        cut.cancel()


def _interrupt(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


# -- what a URL says


def host_of(url: str) -> str:
    """What to look up, and the name that a certificate is for."""
    try:
        return ascii_host(urlsplit(url).hostname or "")
    except ValueError:
        raise Refused("refused: no host can have such a name") from None


def host_header(url: str) -> str:
    parts = urlsplit(url)
    if parts.netloc.isascii():
        return parts.netloc.rpartition("@")[2]
    return host_of(url) + (f":{parts.port}" if parts.port else "")


def target_of(url: str) -> str:
    """Its path and query, as a request names them."""
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{path}?{query}" if query else path


# -- dialling


def _connection(scheme: str, host: str, address: str, port: int) -> HTTPConnection:
    """To an address, and for TLS under the name."""
    if scheme != "https":
        return HTTPConnection(address, port)
    # Without `assert_hostname` the context checks the name itself.
    return HTTPSConnection(address, port, ssl_context=_context(), server_hostname=host)


def _context() -> ssl.SSLContext:
    """Trusting whom the system trusts; certifi's list where it has none."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"] and not _has_store():
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _has_store() -> bool:
    """A directory of certificates, which is read as they are needed."""
    paths = ssl.get_default_verify_paths()
    return paths.cafile is not None or paths.capath is not None


def _looked_up(host: str, port: int, deadline: float) -> tuple[str, ...]:
    """All addresses of a name; in a thread, as nothing else can stop a slow look-up."""
    found: SimpleQueue[tuple[str, ...] | OSError] = SimpleQueue()
    Thread(target=_look_up, args=(host, port, found), daemon=True).start()
    try:
        answer = found.get(timeout=max(0.001, deadline - time.monotonic()))
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _look_up(
    host: str, port: int, found: SimpleQueue[tuple[str, ...] | OSError]
) -> None:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        found.put(error)
        return
    found.put(tuple(dict.fromkeys(str(row[4][0]) for row in rows)))
