"""Sends mail over the configured server, each within the time it is given.

What a server says of a message is about that message: 4xx is tried again, 5xx is the
end. What it says of us (greeting, STARTTLS, log-in, sender) can be mended, and is
tried again.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import TYPE_CHECKING

from calbook.core.errors import CalbookError
from calbook.core.text import printable
from calbook.delivery.masking import mask_secrets
from calbook.delivery.outcome import Outcome, Sender, no_answer, not_reached
from calbook.delivery.passwords import NoPassword, read_password
from calbook.settings.mail_server import mail_server

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.delivery.job import Job
    from calbook.settings.mail_server import MailServer

Reply = tuple[int, bytes | str]

ATTEMPT_SECONDS = 10.0  # seconds
_CONNECT = 3.0
_OURSELVES = "[127.0.0.1]"  # to the server; what it is called concerns nobody
_EXCERPT = 200  # characters
_NO_TLS = ("wrong version number", "record layer failure", "packet length too long")


def open_sender() -> Sender:
    """Sends one queued mail after another."""
    postman = SmtpSender()
    return Sender(postman.send, postman.close)


class _Smtp(smtplib.SMTP):
    """A connection whose other side says nothing of our secrets, whatever it says."""

    secrets: tuple[str, ...] = ()

    def getreply(self) -> tuple[int, bytes]:
        code, said = super().getreply()
        if not self.secrets:
            return code, said
        return code, mask_secrets(
            said.decode("utf-8", "replace"), self.secrets
        ).encode()


class SmtpSender:
    """Hands mail after mail to the server, over one connection while it is kept."""

    def __init__(self) -> None:
        self._kept: tuple[MailServer, smtplib.SMTP] | None = None

    def send(self, job: Job, *, now: datetime, seconds: float) -> Outcome:
        """Send a queued mail; raises nothing for what a server or a network does."""
        assert job.payload is not None
        try:
            server = mail_server()
        except CalbookError as error:
            return not_reached(error.json_message)
        if server is None:
            return not_reached("no mail server is configured")
        return self.send_message(
            server, recipient(job.payload), job.payload, seconds=seconds
        )

    def send_message(
        self, server: MailServer, to: str, message: str, *, seconds: float
    ) -> Outcome:
        """Hand a message to the server for one person."""
        data = message.replace("\n", "\r\n").encode()
        return _attempt(
            lambda end: self._send_over_connection(server, to, data, end),
            seconds=seconds,
        )

    def close(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            _quit(kept[1])

    def _send_over_connection(
        self, server: MailServer, to: str, data: bytes, end: float
    ) -> Reply:
        """Over a connection that was kept, which may be stale or have had its share.

        Then, and when the server refuses for now, over a new one.
        """
        smtp = self._reuse_connection(server, data, end)
        if smtp is not None:
            reply = self._hand_over(smtp, server, to, data, end)
            if not _is_for_now(reply):
                return reply
        smtp = connect(server, end)
        with _limit_time(smtp, end):
            _begin(smtp, server, data)
        return self._hand_over(smtp, server, to, data, end)

    def _reuse_connection(
        self, server: MailServer, data: bytes, end: float
    ) -> smtplib.SMTP | None:
        kept, self._kept = self._kept, None
        if kept is None:
            return None
        if kept[0] == server and _continues(kept[1], server, data, end):
            return kept[1]
        _quit(kept[1])
        return None

    def _hand_over(
        self, smtp: smtplib.SMTP, server: MailServer, to: str, data: bytes, end: float
    ) -> Reply:
        """What the server said to the message, or to the person if it refused that."""
        with _limit_time(smtp, end):
            reply: Reply = smtp.rcpt(to)
            if 200 <= reply[0] < 400:
                try:
                    reply = smtp.data(data)
                except smtplib.SMTPDataError as error:
                    reply = error.smtp_code, error.smtp_error
        if _is_for_now(reply):
            _quit(smtp)
        else:
            self._kept = server, smtp
        return reply


def recipient(message: str) -> str:
    """The address in the To line, as it was given."""
    found = re.search(r"^To: .*(?:\n .*)*", message, re.MULTILINE)
    assert found is not None
    return found[0].rpartition("<")[2].removesuffix(">")


def check_login(server: MailServer, *, seconds: float) -> Outcome:
    """Only log in."""

    def step(end: float) -> Reply:
        smtp = connect(server, end)
        with _limit_time(smtp, end):
            reply = smtp.noop()
        _quit(smtp)
        return reply

    return _attempt(step, seconds=seconds)


def _attempt(step: Callable[[float], Reply], *, seconds: float) -> Outcome:
    """How an attempt ended that has until then, on the monotonic clock."""
    end = time.monotonic() + seconds
    said: bytes | str
    try:
        code, said = step(end)
    except Unreached as error:
        return not_reached(error.text, error.code)
    except smtplib.SMTPResponseException as error:
        code, said = error.smtp_code, error.smtp_error
    except smtplib.SMTPNotSupportedError:
        text = "the server takes no address that is not ASCII (SMTPUTF8)"
        return Outcome("failed", None, text)
    except (OSError, smtplib.SMTPException) as error:
        if time.monotonic() >= end:
            return no_answer(seconds)
        return not_reached(_why(error))
    return Outcome(_status(code), code, _excerpt(said))


def _status(code: int) -> str:
    """A reply that has no code is no promise."""
    if 200 <= code < 400:
        return "delivered"
    return "failed" if code >= 500 else "retry"


def _is_for_now(reply: Reply) -> bool:
    return 400 <= reply[0] < 500


def _begin(smtp: smtplib.SMTP, server: MailServer, data: bytes) -> None:
    """Say that a message comes.

    Raises:
        SMTPNotSupportedError: an address in it is not ASCII, and the server is.
    """
    options = () if data.isascii() else ("SMTPUTF8", "BODY=8BITMIME")
    _check_accepted("sender", smtp.mail(server.sender, options))


def _continues(smtp: smtplib.SMTP, server: MailServer, data: bytes, end: float) -> bool:
    """Whether a server that was handed a message takes another one now."""
    try:
        with _limit_time(smtp, min(end, time.monotonic() + _CONNECT)):
            _check_accepted("RSET", smtp.rset())
            _begin(smtp, server, data)
    except (OSError, smtplib.SMTPException, Unreached):
        return False
    return True


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not to be trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return _why_not_encrypted(error)
    said = error.strerror if isinstance(error, OSError) else None
    return _excerpt(said or str(error) or type(error).__name__)


def _why_not_encrypted(error: ssl.SSLError) -> str:
    """In words, for `[SSL: WRONG_VERSION_NUMBER] wrong version number`."""
    reason = (error.reason or "").replace("_", " ").lower()
    if isinstance(error, ssl.SSLEOFError):
        reason = "it hung up"
    if reason in _NO_TLS:
        return "the server speaks no TLS on this port"
    return _excerpt(f"no encrypted connection with the server: {reason or error}")


def _excerpt(said: bytes | str) -> str:
    text = said if isinstance(said, str) else said.decode("utf-8", "replace")
    return printable(" ".join(text.split())[:_EXCERPT])


# -- the way to the server -------------------------------------------------------------


class Unreached(Exception):
    """No server was reached that would take mail; what it said, if it did."""

    def __init__(self, text: str, code: int | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


def connect(server: MailServer, end: float) -> _Smtp:
    """A connection to the server, logged in.

    Raises:
        Unreached: it is not who it should be, or wants nothing from us.
        OSError: there is none.
    """
    smtp = _Smtp(local_hostname=_OURSELVES)
    with _limit_time(smtp, end):
        _connect(smtp, server, end)
        _log_in(smtp, server, seconds=end - time.monotonic())
    return smtp


@contextmanager
def _limit_time(smtp: smtplib.SMTP, end: float) -> Iterator[None]:
    """Cut off when the time is up; closed after anything that went wrong."""
    alarm = Timer(max(0.01, end - time.monotonic()), _interrupt, [smtp])
    alarm.daemon = True
    alarm.start()
    try:
        yield
    except BaseException:
        smtp.close()
        raise
    finally:
        alarm.cancel()


def _quit(smtp: smtplib.SMTP) -> None:
    """Take leave without waiting for an answer: all is said."""
    with suppress(OSError, smtplib.SMTPException):
        smtp.putcmd("quit")
    smtp.close()


def _interrupt(smtp: smtplib.SMTP) -> None:
    """Wake whoever waits for the server; a slow drip would go on for hours."""
    if smtp.sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)


def _connect(smtp: smtplib.SMTP, server: MailServer, end: float) -> None:
    """Up to where the log-in goes, encrypted and to whom it should be."""
    seconds = max(0.01, end - time.monotonic())
    place = (server.host.strip("[]"), server.port)
    try:
        smtp.sock = socket.create_connection(place, min(_CONNECT, seconds))
    except (socket.gaierror, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no name"
        raise Unreached(f"{place[0]} cannot be found: {why}") from None
    if time.monotonic() >= end:  # with nobody left to cut it off
        raise TimeoutError
    smtp.sock.settimeout(seconds)
    if server.security == "tls":
        _encrypt(smtp, place[0])
    _check_accepted("greeting", smtp.getreply())
    _check_accepted("EHLO", smtp.ehlo())
    if server.security == "starttls":
        if not smtp.has_extn("starttls"):
            raise Unreached("the server offers no STARTTLS")
        _check_accepted("STARTTLS", smtp.docmd("STARTTLS"))
        _encrypt(smtp, place[0])
        _check_accepted("EHLO", smtp.ehlo())


def _encrypt(smtp: smtplib.SMTP, host: str) -> None:
    """What came before in the clear is not read after (RFC 3207, 6)."""
    assert smtp.sock is not None
    context = ssl.create_default_context()
    smtp.sock = context.wrap_socket(smtp.sock, server_hostname=host)
    smtp.file = None


def _check_accepted(step: str, reply: tuple[int, bytes]) -> None:
    code, said = reply
    if not 200 <= code < 400:
        raise Unreached(f"{step} refused: {_excerpt(said)}", code)


def _log_in(smtp: _Smtp, server: MailServer, *, seconds: float) -> None:
    if server.user is None:
        return
    secret = password(server, seconds=seconds)
    smtp.secrets = _what_login_sends(server.user, secret)
    try:
        smtp.login(server.user, secret)
    except smtplib.SMTPAuthenticationError as error:
        text = f"log-in refused: {_excerpt(error.smtp_error)}"
        raise Unreached(text, error.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        raise Unreached("the server offers no log-in") from None
    except UnicodeError:
        raise Unreached("user and password must be ASCII") from None


def _what_login_sends(user: str, secret: str) -> tuple[str, ...]:
    """The password, and what it stands in (RFC 4616, 2); the user in base64 alone."""
    lines = (f"\0{user}\0{secret}", f"{user}\0{user}\0{secret}", f"{user}:{secret}")
    return secret, *lines, b64encode(user.encode()).decode()


def password(server: MailServer, *, seconds: float) -> str:
    """From the environment, or the first line that the command prints."""
    try:
        return read_password(
            server.password_command, server.password_env, seconds=seconds
        )
    except NoPassword as error:
        raise Unreached(str(error)) from None
