"""Requests to a WebDAV server: who asks, where it has moved to, what it refuses.

Slow to import.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from calbook.core.busy import LARGEST_FILE
from calbook.core.text import printable
from calbook.delivery.calendars.authentication import Login
from calbook.delivery.calendars.collection import CollectionError, TooMuch
from calbook.delivery.calendars.dav_xml import (
    BadXml,
    DavResponse,
    propfind_body,
    read_multistatus,
)
from calbook.delivery.calendars.hrefs import parts_of
from calbook.delivery.calendars.status_words import describe_refusal
from calbook.delivery.http.address_rules import calendar_rule
from calbook.delivery.http.answers import Answer, RequestFailed, TooLarge
from calbook.delivery.http.connection import target_of
from calbook.delivery.http.session import Session

MULTISTATUS = 207
_MOVED = frozenset({301, 302, 303, 307, 308})
_MOST_MOVES = 5
_MOST_LOGINS = 3  # what was asked for, a nonce that is too old, and its new one
_PORTS = {"http": 80, "https": 443}


class Reply(NamedTuple):
    """An answer, and the URL that gave it."""

    url: str
    status: int
    headers: Mapping[str, str]
    data: bytes


class _Peer(NamedTuple):
    session: Session
    login: Login


class DavServer:
    """A server as a user; each request takes `seconds` at most."""

    def __init__(
        self,
        *,
        user: str | None,
        password: str | None,
        allow_private: bool,
        seconds: float,
    ) -> None:
        self._user, self._password = user, password
        self._allow_private = allow_private
        self.seconds = seconds
        self.end_by = math.inf  # of all requests, on the monotonic clock
        self._peers: dict[tuple[str, str, int], _Peer] = {}

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = {},
        body: bytes | None = None,
    ) -> Reply:
        """What a URL answers, whatever its status; reading follows where it moved to.

        Raises:
            CollectionError: no answer, or it has moved to where nobody is followed.
        """
        now = time.monotonic()
        deadline = min(now + self.seconds, self.end_by)
        if now >= deadline:
            raise CollectionError("there was no time left for it", is_reached=False)
        for _ in range(_MOST_MOVES):
            answer = self._answer(method, url, headers, body, deadline)
            if answer.status not in _MOVED:
                return Reply(url, *answer)
            place = _join(url, answer.headers.get("location", ""))
            if method in ("PUT", "DELETE") or not is_same_site(url, place):
                raise _moved(place, answer.status)
            url = place
        raise CollectionError("the server sends from one address to the next", code=302)

    def propfind(self, url: str, names: Iterable[str], *, depth: int) -> DavList:
        """Properties of a resource, and of what is in it with a depth of 1.

        Raises:
            CollectionError: it does not say.
        """
        reply = self.ask(
            "PROPFIND", url, headers=xml_headers(depth), body=propfind_body(names)
        )
        responses = self.read_list(reply)
        for response in responses:
            is_itself = parts_of(response.href) == parts_of(reply.url)
            if is_itself and response.status is not None and response.status >= 400:
                raise self.refusal(reply._replace(status=response.status))
        return DavList(reply.url, reply.headers, responses)

    def read_list(self, reply: Reply) -> list[DavResponse]:
        """What a list says, whole.

        Raises:
            CollectionError: it is no list, or one that was cut short.
        """
        if reply.status != MULTISTATUS:
            raise self.refusal(reply)
        try:
            found = read_multistatus(reply.data)
        except BadXml as error:
            raise CollectionError(
                f"the server's answer cannot be read: {error}", code=reply.status
            ) from None
        if any(response.status == 507 for response in found):
            raise TooMuch("the server does not give all of it", code=507)
        return found

    def refusal(self, reply: Reply) -> CollectionError:
        """The error that an answer means which is not what was asked for."""
        return describe_refusal(
            reply.status, reply.headers, reply.data, has_user=self._user is not None
        )

    def close(self) -> None:
        for peer in self._peers.values():
            peer.session.close()
        self._peers.clear()

    def _answer(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: float,
    ) -> Answer:
        peer = self._peer(url)
        for _ in range(_MOST_LOGINS):
            said = peer.login.header(method, target_of(url))
            try:
                answer = peer.session.request(
                    method,
                    url,
                    headers={**headers, **({"authorization": said} if said else {})},
                    body=body,
                    seconds=max(0.01, deadline - time.monotonic()),
                    most=LARGEST_FILE,
                )
            except TooLarge as error:
                raise TooMuch(str(error)) from None
            except RequestFailed as error:
                whose = "" if error.is_reached else f"{_shown_origin(url)}: "
                raise CollectionError(
                    f"{whose}{error}", is_reached=error.is_reached
                ) from None
            if answer.status != 401 or not peer.login.take_challenge(
                answer.headers.get("www-authenticate", "")
            ):
                break
        return answer

    def _peer(self, url: str) -> _Peer:
        key = _origin(urlsplit(url))
        if key not in self._peers:
            rule = calendar_rule(key[0], allow_private=self._allow_private)
            login = Login(self._user, self._password, is_safe=key[0] == "https")
            self._peers[key] = _Peer(Session(url, rule), login)
        return self._peers[key]


class DavList(NamedTuple):
    """A list that was answered, and the URL that gave it."""

    url: str
    headers: Mapping[str, str]
    responses: list[DavResponse]


def xml_headers(depth: int) -> dict[str, str]:
    return {
        "content-type": "application/xml; charset=utf-8",
        "depth": str(depth),
        "accept-encoding": "gzip",
    }


def check_url(url: str) -> None:
    """Refuse what is no URL of a server.

    Raises:
        CollectionError: it has no host, or a password in it.
    """
    try:
        parts = urlsplit(url)
        is_plain = parts.port is None or parts.port > 0
    except ValueError:
        is_plain = False
    if not is_plain or parts.scheme not in _PORTS or not parts.hostname:
        raise CollectionError(
            "the address is not https://server/path", is_final=True, is_reached=False
        )
    if "@" in parts.netloc:
        raise CollectionError(
            "the address has a user in it", is_final=True, is_reached=False
        )


def is_same_site(url: str, other: str) -> bool:
    """Whether what one says of another is followed, with user and password.

    The same server; or by https another one of its domain, as iCloud has them.
    """
    try:
        here, there = urlsplit(url), urlsplit(other)
        if _origin(here) == _origin(there):
            return "@" not in there.netloc
        is_safe = here.scheme == there.scheme == "https" and there.port in (None, 443)
    except ValueError:
        return False
    domain = _domain(here.hostname or "")
    named = there.hostname or ""
    return (
        is_safe
        and "@" not in there.netloc
        and domain is not None
        and (named == domain or named.endswith(f".{domain}"))
    )


def _domain(host: str) -> str | None:
    """What a name's owner has: `icloud.com`, `example.co.uk`; None for an address."""
    labels = host.lower().rstrip(".").split(".")
    if len(labels) < 2 or labels[-1].isdigit() or ":" in host:
        return None
    is_country = len(labels[-1]) == 2 and len(labels[-2]) <= 3
    count = 3 if is_country else 2
    return ".".join(labels[-count:]) if len(labels) >= count else None


def _shown_origin(url: str) -> str:
    """A server without what may be secret in a URL: https://dav.example.com:8443."""
    scheme, host, port = _origin(urlsplit(url))
    bare = f"[{host}]" if ":" in host else host
    said = "" if port == _PORTS.get(scheme) else f":{port}"
    return printable(f"{scheme}://{bare}{said}")


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    host = (parts.hostname or "").lower()
    return parts.scheme, host, parts.port or _PORTS.get(parts.scheme, 0)


def _join(url: str, place: str) -> str:
    try:
        return urljoin(url, place)
    except ValueError:
        return ""


def _moved(place: str, status: int) -> CollectionError:
    """In words that name where to, without a user and password."""
    try:
        parts = urlsplit(place)
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="")
        named = printable(shown.geturl()[:300])
    except ValueError:
        named = ""
    where = f"to {named}" if named else "elsewhere"
    return CollectionError(
        f"the calendar has moved {where}", code=status, is_final=True
    )
