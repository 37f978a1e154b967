"""One attempt to bring an event to a webhook: Standard Webhooks over HTTP.

The name is looked up once, every address is checked, and one of those is dialled. No
proxy, no .netrc, no redirect. Slow to import.
"""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from standardwebhooks import Webhook as Signer
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from calbook import __version__
from calbook.core.domain_names import ascii_host
from calbook.core.outgoing import forbidden_addresses
from calbook.core.outgoing.webhooks import Webhook
from calbook.core.text import printable
from calbook.core.time import times
from calbook.delivery.job import Job
from calbook.delivery.masking import mask_secrets
from calbook.delivery.outcome import Outcome, Sender, no_answer, not_reached
from calbook.wire.writing.bookings import complete_stored_booking

CONNECT = 3.0  # seconds
_BODY = 2.0  # seconds for the answer's text, which only the log shows
_MOST = 64 * 1024  # bytes of an answer that are read
_EXCERPT = 200  # characters of it that are kept
_GONE = 410


class Refused(Exception):
    """Nothing may be sent there."""


class WebhookMessage(NamedTuple):
    """What is sent: an event's id and its JSON as bytes."""

    id: str
    body: bytes


def open_sender() -> Sender:
    """Each event goes over a connection of its own."""
    return Sender(send)


def send(job: Job, *, now: datetime, seconds: float) -> Outcome:
    """Make one attempt, within so many seconds but for looking up the name."""
    if job.webhook is None or not job.webhook.active:
        return Outcome("failed", None, "the webhook was switched off")
    return post_message(job.webhook, read_message(job), now=now, seconds=seconds)


def read_message(job: Job) -> WebhookMessage:
    """An event as it is sent, with the same bytes at each attempt."""
    assert job.event_id is not None
    assert job.at is not None
    assert job.booking is not None
    assert job.title is not None
    booking = complete_stored_booking(json.loads(job.booking), job.title)
    at = times.rfc3339(job.at, booking["timezone"])
    return write_message(job.event_id, job.kind, at, booking)


def write_message(
    id: str, type: str, timestamp: str, booking: Mapping[str, object]
) -> WebhookMessage:
    item = {
        "id": id,
        "type": type,
        "timestamp": timestamp,
        "data": {"booking": booking},
    }
    text = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
    return WebhookMessage(id, text.encode())


def post_message(
    webhook: Webhook, message: WebhookMessage, *, now: datetime, seconds: float
) -> Outcome:
    """Send a message to a webhook; how it went, whatever that was."""
    deadline = time.monotonic() + seconds
    try:
        with _connection_until(webhook, deadline) as connection:
            headers = {**_headers(webhook), **signature_headers(webhook, message, now)}
            connection.request(
                "POST",
                _target(webhook.url),
                body=message.body,
                headers=headers,
                preload_content=False,
                decode_content=False,
            )
            response = connection.getresponse()
            if time.monotonic() >= deadline:  # cut off, it would pass for whole
                raise TimeoutError
            return _outcome(webhook, response, deadline, now)
    except (Refused, HTTPError, HTTPException, OSError, ValueError) as error:
        if time.monotonic() >= deadline:
            return no_answer(seconds)
        return not_reached(_excerpt_of(webhook, _why(error, webhook.url)))


def signature_headers(
    webhook: Webhook, message: WebhookMessage, now: datetime
) -> dict[str, str]:
    """The headers that let a receiver know who sent it, and when."""
    at = now.astimezone(UTC)
    signatures = (
        Signer(secret).sign(message.id, at, message.body.decode())
        for secret in webhook.secrets(now)
    )
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(times.epoch(at)),
        "webhook-signature": " ".join(signatures),
    }


def _headers(webhook: Webhook) -> dict[str, str]:
    return {
        "host": _host_and_port(webhook),
        "content-type": "application/json",
        "accept-encoding": "identity",
        "user-agent": f"calbook/{__version__}",
        **webhook.headers,
    }


def _target(url: str) -> str:
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{path}?{query}" if query else path


# -- the connection


@contextmanager
def _connection_until(webhook: Webhook, deadline: float) -> Iterator[HTTPConnection]:
    """A connection that is cut when the time is up, whatever it is busy with."""
    connection = _connect(webhook, deadline)
    left = deadline - time.monotonic()
    connection.timeout = max(0.01, left)
    cut = Timer(max(0.01, left), _interrupt, (connection.sock,))
    cut.daemon = True
    cut.start()
    try:
        yield connection
    finally:
        cut.cancel()
        connection.close()


def _interrupt(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _connect(webhook: Webhook, deadline: float) -> HTTPConnection:
    """To the first address of the name that answers; all of them were checked."""
    parts = urlsplit(webhook.url)
    host = _host(webhook)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = _looked_up(host, port, deadline)
    check_addresses(found, scheme=parts.scheme, allow_http=webhook.allow_http)
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


def _host(webhook: Webhook) -> str:
    try:
        return ascii_host(urlsplit(webhook.url).hostname or "")
    except ValueError:  # kept before such names were refused
        raise Refused("refused: no host can have such a name") from None


def _host_and_port(webhook: Webhook) -> str:
    parts = urlsplit(webhook.url)
    if parts.netloc.isascii():
        return parts.netloc
    return _host(webhook) + (f":{parts.port}" if parts.port else "")


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


def check_addresses(found: tuple[str, ...], *, scheme: str, allow_http: bool) -> None:
    """Refuse a name when any of its addresses may not be sent to."""
    for address in found:
        why = forbidden_addresses.address_refusal(address)
        if why is not None:
            raise Refused(f"refused: {address} is {why}")
        if scheme != "https" and not (
            allow_http or forbidden_addresses.is_loopback(address)
        ):
            raise Refused(f"refused: plain http to {address}, which is not loopback")


# -- the answer


def _outcome(
    webhook: Webhook, response: HTTPResponse, deadline: float, now: datetime
) -> Outcome:
    code, text = response.status, _excerpt_of(webhook, _text(response, deadline))
    if 200 <= code < 300:
        return Outcome("delivered", code, text)
    if code == _GONE:
        return Outcome("gone", code, "the receiver wants nothing more")
    if 300 <= code < 400:
        place = _excerpt_of(webhook, response.headers.get("location", ""))
        text = f"a redirect, not followed: {place}"
    return Outcome("retry", code, text, _retry_after(response, now))


def _excerpt_of(webhook: Webhook, text: str) -> str:
    """The beginning of it on one line, without what it may echo of our secrets."""
    secrets = (webhook.secret, *(old.secret for old in webhook.old_secrets))
    shown = mask_secrets(text, [*webhook.headers.values(), *secrets])
    return printable(" ".join(shown.split())[:_EXCERPT])


def _text(response: HTTPResponse, deadline: float) -> str:
    """The answer, which only the log shows: the status alone decides."""
    deadline, data = min(deadline, time.monotonic() + _BODY), b""
    with suppress(HTTPError, HTTPException, OSError, ValueError):
        while len(data) < _MOST and time.monotonic() < deadline:
            part = response.read1(_MOST - len(data), decode_content=False)
            if not part:
                break
            data += part
    return data.decode("utf-8", "replace")


def _retry_after(response: HTTPResponse, now: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110, 10.2.3); what is neither says nothing."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]))
    from email.utils import parsedate_to_datetime

    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(timedelta(0), at - now)


def _why(error: Exception, url: str) -> str:
    """An error in a few words, without what Python calls its objects."""
    cause = error.__cause__ or error
    if isinstance(cause, Refused):
        return str(cause)
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return _NO_TLS.get(cause.reason or "", f"TLS failed: {_words(cause.reason)}")
    if isinstance(cause, socket.gaierror):
        known = cause.errno == socket.EAI_NONAME
        host = ascii_host(urlsplit(url).hostname or "")
        return f"the name {host} was not found" + f": {cause.strerror}" * (not known)
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    if isinstance(cause, HTTPException | HTTPError):
        return "no proper answer"
    return f"no proper answer: {type(cause).__name__}"


_NO_TLS = dict.fromkeys(
    ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"),
    "the receiver speaks no TLS on this port",
)


def _words(reason: str | None) -> str:
    """`UNSUPPORTED_PROTOCOL` as words."""
    return (reason or "no reason given").lower().replace("_", " ")
