"""A calendar server as a test sees it: collections of objects, over WebDAV.

It speaks the little that tests need, and not by calbook's own client, which is tested
with it. An object is named as in its URL, with `.ics`.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.etree import ElementTree

import urllib3
from urllib3.response import BaseHTTPResponse

_OBJECT = "text/calendar; charset=utf-8"
_XML = "application/xml; charset=utf-8"
_HREF = "{DAV:}response/{DAV:}href"
_LIST = (
    '<propfind xmlns="DAV:"><prop><resourcetype/><getcontenttype/></prop></propfind>'
)


class Account(NamedTuple):
    """Somebody who has calendars on a server; `home` is the URL they are below."""

    user: str
    password: str
    home: str

    @property
    def address(self) -> str:
        return f"{self.user}@example.com"


class Refused(Exception):
    """The server's answer is not what was asked for."""

    def __init__(self, answer: BaseHTTPResponse) -> None:
        super().__init__(answer.status, answer.data.decode(errors="replace")[:500])
        self.status = answer.status


class CalendarServer:
    """A real server, and an account there that no other test has."""

    def __init__(self, directory: Path, url: str, account: Account) -> None:
        self._directory = directory
        self.url = url
        self.account = account
        self.user, self.password, self.home = account
        self._numbers = count(1)
        self._pool = urllib3.PoolManager(retries=False, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.clear()

    def of_another(self) -> Self:
        """The same server, as somebody else sees it."""
        return type(self)(self._directory)  # as every kind is made

    def request(
        self,
        method: str,
        url: str,
        body: bytes | str = b"",
        *,
        account: Account | None = None,
        headers: dict[str, str] | None = None,
    ) -> BaseHTTPResponse:
        """Whatever the server answers; redirects are not followed."""
        who = account or self.account
        login = urllib3.make_headers(basic_auth=f"{who.user}:{who.password}")
        data = body.encode() if isinstance(body, str) else body
        return self._pool.request(
            method, url, body=data, headers=login | (headers or {}), redirect=False
        )

    def collection(self, name: str = "calendar") -> str:
        """The URL of a new calendar of the account, with nothing in it."""
        url = f"{self.home}{quote(name)}{next(self._numbers)}/"
        self._expect(201, self.request("MKCALENDAR", url))
        return url

    def put(self, collection: str, name: str, text: bytes | str) -> str | None:
        """Write an object, new or not; the ETag, if the server tells it.

        Raises:
            Refused: the server does not take it.
        """
        headers = {"Content-Type": _OBJECT}
        url = urljoin(collection, quote(name))
        answer = self.request("PUT", url, text, headers=headers)
        return self._expect(2, answer).headers.get("ETag")

    def names(self, collection: str, *, account: Account | None = None) -> list[str]:
        """The names of its objects, in order."""
        return sorted(
            unquote(url.rpartition("/")[2])
            for url in self._members(collection, account)
        )

    def objects(
        self, collection: str, *, account: Account | None = None
    ) -> dict[str, str]:
        """The text of each object, by its name."""
        return {
            name: self._expect(
                200,
                self.request("GET", urljoin(collection, quote(name)), account=account),
            ).data.decode()
            for name in self.names(collection, account=account)
        }

    def remove(self, collection: str, name: str) -> None:
        """Delete an object, as the host does in a calendar of hers.

        Raises:
            Refused: it is not there.
        """
        url = urljoin(collection, quote(name))
        self._expect(2, self.request("DELETE", url))

    def _members(self, collection: str, account: Account | None) -> list[str]:
        headers = {"Depth": "1", "Content-Type": _XML}
        answer = self.request(
            "PROPFIND", collection, _LIST, account=account, headers=headers
        )
        found = ElementTree.fromstring(self._expect(207, answer).data)
        urls = [urljoin(collection, href.text or "") for href in found.findall(_HREF)]
        return [url for url in urls if urlsplit(url).path != urlsplit(collection).path]

    @staticmethod
    def _expect(status: int, answer: BaseHTTPResponse) -> BaseHTTPResponse:
        """`status` is one, or the hundreds of several."""
        if status not in (answer.status, answer.status // 100):
            raise Refused(answer)
        return answer
