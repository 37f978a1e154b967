"""A calendar on a CalDAV server (RFC 4791), asked by as few kinds of request as do.

Nothing is expanded by the server, and what it answers is taken by the last part of each
address. Slow to import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from calbook.core.model import Span
from calbook.delivery.calendars.collection import (
    Collection,
    CollectionError,
    HasChanged,
    Resource,
    TooMuch,
)
from calbook.delivery.calendars.dav_server import (
    MULTISTATUS,
    DavServer,
    Reply,
    check_url,
    xml_headers,
)
from calbook.delivery.calendars.dav_xml import (
    CALDAV,
    DAV,
    SERVER,
    DavResponse,
    free_busy_body,
    multiget_body,
    query_body,
)
from calbook.delivery.calendars.hrefs import as_collection, parts_of

_ETAG = f"{DAV}getetag"
_DATA = f"{CALDAV}calendar-data"
_AT_ONCE = 100  # resources that one request asks for
_GONE = (404, 410)
_MOST_HALVINGS = 6  # of a window


def open_collection(
    url: str,
    *,
    user: str | None,
    password: str | None,
    allow_private: bool,
    seconds: float,
) -> Collection:
    """A calendar at a URL; nothing is asked yet. Each request takes `seconds` at most.

    Raises:
        CollectionError: it is no URL of a server.
    """
    check_url(url)
    server = DavServer(
        user=user, password=password, allow_private=allow_private, seconds=seconds
    )
    return CalDavCollection(server, url)


class CalDavCollection:
    """See `Collection`."""

    def __init__(self, server: DavServer, url: str) -> None:
        self._server = server
        self._url = as_collection(url)

    def read_mark(self) -> str | None:
        ctag, token = f"{SERVER}getctag", f"{DAV}sync-token"
        found = self._server.propfind(self._url, (ctag, token), depth=0)
        self._url = as_collection(found.url)
        for response in found.responses:
            if mark := response.text(ctag) or response.text(token):
                return mark
        return None

    def list_etags(self) -> dict[str, str | None]:
        names = (_ETAG, f"{DAV}resourcetype")
        found = self._server.propfind(self._url, names, depth=1)
        self._url = as_collection(found.url)
        if not any(parts_of(r.href) == parts_of(self._url) for r in found.responses):
            raise CollectionError("the server's list is not of this calendar")
        return {
            name: response.text(_ETAG)
            for name, response in self._members(found.responses)
            if not _is_collection(response) and response.status not in _GONE
        }

    def read(self, name: str) -> Resource | None:
        reply = self._server.ask("GET", self._address(name))
        if reply.status in _GONE:
            return None
        if reply.status != 200:
            raise self._server.refusal(reply)
        if "html" in reply.headers.get("content-type", "").lower():
            raise CollectionError("the answer is not a calendar server's", code=200)
        return Resource(name, reply.data, reply.headers.get("etag"))

    def read_some(self, names: Iterable[str]) -> Iterator[Resource]:
        yield from self._read_all(names, is_any_read=False)

    def read_between(self, window: Span) -> Iterator[Resource]:
        seen = set[str]()
        for resource in self._read_window(window, _MOST_HALVINGS):
            if resource.name not in seen:
                seen.add(resource.name)
                yield resource

    def _read_window(self, window: Span, halvings: int) -> Iterator[Resource]:
        """In halves what is too much for one answer, so often at most."""
        try:
            reply = self._report(query_body(*_range(window)))
            is_broken = reply.status == 500
            responses = [] if is_broken else self._server.read_list(reply)
        except TooMuch:
            if halvings == 0:
                raise
            middle = window.start + (window.end - window.start) / 2
            for half in (Span(window.start, middle), Span(middle, window.end)):
                yield from self._read_window(half, halvings - 1)
            return
        if is_broken:  # to some, one event that they cannot read is enough
            yield from self._read_all(self.list_etags(), is_any_read=False)
            return
        members = list(self._members(responses))
        if not members and any(
            parts_of(r.href) != parts_of(self._url) for r in responses
        ):
            raise CollectionError("the server's list is not of this calendar")
        if not responses:
            self._check_calendar()
        left = []
        for name, response in members:
            if (resource := _resource(name, response)) is not None:
                yield resource
            elif response.status not in _GONE and not _is_collection(response):
                left.append(name)
        yield from self._read_all(left, is_any_read=len(left) < len(members))

    def read_free_busy(self, window: Span) -> bytes:
        reply = self._report(free_busy_body(*_range(window)))
        if reply.status != 200:
            raise self._server.refusal(reply)
        if b"BEGIN:VCALENDAR" not in reply.data[:1000].upper():
            raise CollectionError("the answer is not a calendar server's", code=200)
        return reply.data

    def create(self, name: str, data: bytes) -> str | None:
        reply = self._put(name, data, {"if-none-match": "*"})
        if reply.status == 412:
            raise HasChanged("there is another event of that name", code=412)
        return self._etag_of(name, reply)

    def replace(self, name: str, data: bytes, *, etag: str | None) -> str | None:
        if (condition := self._condition(name, etag)) is None:
            raise HasChanged("it is no longer there", code=404)
        reply = self._put(name, data, condition or {"if-match": "*"})
        if reply.status in (*_GONE, 412):
            raise HasChanged("it is not as it was there", code=reply.status)
        return self._etag_of(name, reply)

    def remove(self, name: str, *, etag: str | None) -> None:
        if (condition := self._condition(name, etag)) is None:
            return
        reply = self._server.ask("DELETE", self._address(name), headers=condition)
        if reply.status in (200, 202, 204, *_GONE):
            return
        if reply.status != 412:
            raise self._server.refusal(reply)
        if self.read(name) is not None:  # some say so of what is gone
            raise HasChanged("it is not as it was there", code=412)

    def end_by(self, moment: float) -> None:
        self._server.end_by = moment

    def close(self) -> None:
        self._server.close()

    # -- reading

    def _check_calendar(self) -> None:
        """Refuse what is no calendar: nothing in it is no answer then."""
        kind = f"{DAV}resourcetype"
        found = self._server.propfind(self._url, (kind,), depth=0)
        for response in found.responses:
            element = response.properties.get(kind)
            if element is not None and element.find(f"{CALDAV}calendar") is not None:
                return
        raise CollectionError("there is no calendar at this address", code=404)

    def _read_all(
        self, names: Iterable[str], *, is_any_read: bool
    ) -> Iterator[Resource]:
        """Those that are there; what the server fails at has no data, if others have.

        Where it fails at all of them, that is its fault and not theirs.
        """
        wanted = list(dict.fromkeys(names))
        failed: dict[str, CollectionError] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            for resource in self._read_portion(
                wanted[start : start + _AT_ONCE], failed
            ):
                is_any_read = True
                yield resource
        for name, error in failed.items():
            if not is_any_read:
                raise error
            yield Resource(name, b"")

    def _read_portion(
        self, names: list[str], failed: dict[str, CollectionError]
    ) -> Iterator[Resource]:
        """By one request; each alone that it does not give."""
        hrefs = [urlsplit(self._address(name)).path for name in names]
        reply = self._report(multiget_body(hrefs))
        found: dict[str, DavResponse] = {}
        if reply.status == MULTISTATUS:
            found = dict(self._members(self._server.read_list(reply)))
        elif reply.status not in (400, 403, 405, 501):  # else it knows no such report
            raise self._server.refusal(reply)
        for name in names:
            response = found.get(name)
            if response is not None and response.status in _GONE:
                continue
            resource = None if response is None else _resource(name, response)
            try:
                resource = resource or self.read(name)
            except CollectionError as error:
                if error.code is None or error.code in (401, 429, 503):
                    raise
                failed[name] = error
            if resource is not None:
                yield resource

    def _report(self, body: bytes) -> Reply:
        reply = self._server.ask("REPORT", self._url, headers=xml_headers(1), body=body)
        self._url = as_collection(reply.url)
        return reply

    def _members(
        self, responses: Iterable[DavResponse]
    ) -> Iterator[tuple[str, DavResponse]]:
        """Those that lie in this calendar, by name."""
        collection = parts_of(self._url)
        for response in responses:
            *folder, name = parts_of(response.href) or [""]
            if folder == collection and name not in ("", ".", ".."):
                yield name, response

    # -- writing

    def _put(self, name: str, data: bytes, condition: Mapping[str, str]) -> Reply:
        reply = self._server.ask(
            "PUT",
            self._address(name),
            headers={"content-type": "text/calendar; charset=utf-8", **condition},
            body=data,
        )
        if reply.status not in (200, 201, 204, *_GONE, 412):
            raise self._server.refusal(reply)
        return reply

    def _condition(self, name: str, etag: str | None) -> dict[str, str] | None:
        """What it must be to be changed; None where it is gone.

        A weak etag is no condition to a server (RFC 9110, 13.1.1): it is compared
        here, as is one that no header can have.
        """
        if etag is None:
            return {}
        if etag.isascii() and etag.isprintable() and not etag.startswith("W/"):
            return {"if-match": etag}
        there = self.read(name)
        if there is None:
            return None
        if there.etag != etag:
            raise HasChanged("it is not as it was there", code=412)
        return {}

    def _etag_of(self, name: str, reply: Reply) -> str | None:
        """Of what was just written; it is so, whatever becomes of asking for this."""
        if reply.status in _GONE:
            raise self._server.refusal(reply)
        if etag := reply.headers.get("etag"):
            return etag
        try:
            there = self.read(name)
        except CollectionError:
            return None
        if there is None:
            raise CollectionError(
                "the server keeps the event under another name", is_final=True
            )
        return there.etag

    def _address(self, name: str) -> str:
        return self._url + quote(name, safe="@")


def _is_collection(response: DavResponse) -> bool:
    kind = response.properties.get(f"{DAV}resourcetype")
    return kind is not None and kind.find(f"{DAV}collection") is not None


def _resource(name: str, response: DavResponse) -> Resource | None:
    """With the ends of lines that XML takes away; None without data."""
    element = response.properties.get(_DATA)
    text = "" if element is None else "".join(element.itertext())
    if not text.strip():
        return None
    text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return Resource(name, text.encode(), response.text(_ETAG))


def _range(window: Span) -> tuple[str, str]:
    return _utc(window.start), _utc(window.end)


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
