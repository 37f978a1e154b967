"""Which calendars a server has for a user, and what it can do (RFC 6764, 6).

Slow to import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from calbook.core.text import printable
from calbook.delivery.calendars.collection import CollectionError
from calbook.delivery.calendars.dav_server import (
    DavList,
    DavServer,
    check_url,
    is_same_site,
)
from calbook.delivery.calendars.dav_xml import CALDAV, DAV, SERVER, DavResponse

_KIND = f"{DAV}resourcetype"
_NAME = f"{DAV}displayname"
_PRINCIPAL = f"{DAV}current-user-principal"
_HOME = f"{CALDAV}calendar-home-set"
_COMPONENTS = f"{CALDAV}supported-calendar-component-set"
_ZONE = f"{CALDAV}calendar-timezone"
_RIGHTS = f"{DAV}current-user-privilege-set"
_REPORTS = f"{DAV}supported-report-set"
_SYNC = f"{DAV}sync-token"
_TAG = f"{SERVER}getctag"
_ASKED = (
    *(_KIND, _NAME, _PRINCIPAL, _HOME, _COMPONENTS, _ZONE, _RIGHTS, _REPORTS),
    *(_SYNC, _TAG),
)
_WRITING = frozenset({"all", "write", "write-content", "bind"})
_TZID = re.compile(r"^TZID(?:;[^:]*)?:(.{1,100})$", re.MULTILINE)
_LONGEST = 200  # characters of a name that are kept


class FoundCalendar(NamedTuple):
    """A calendar as its server describes it; None where it does not say.

    `components` are what it takes, such as VEVENT; without any, all.
    """

    url: str
    name: str | None
    components: tuple[str, ...]
    timezone: str | None
    can_write: bool | None
    has_free_busy: bool | None  # answers free-busy-query
    has_mark: bool  # says when something has changed


class Discovery(NamedTuple):
    """What was found: calendars by name, and the words of the server's DAV header.

    `is_calendar`: the URL that was asked is the one calendar.
    """

    calendars: tuple[FoundCalendar, ...]
    abilities: tuple[str, ...]
    is_calendar: bool


def discover(
    url: str,
    *,
    user: str | None,
    password: str | None,
    allow_private: bool,
    seconds: float,
) -> Discovery:
    """What a URL is, or leads to: a calendar, a user, a server.

    Each request takes `seconds` at most.

    Raises:
        CollectionError: it leads to no calendar server.
    """
    check_url(url)
    server = DavServer(
        user=user, password=password, allow_private=allow_private, seconds=seconds
    )
    try:
        return _Search(server).search(url)
    finally:
        server.close()


class _Search:
    def __init__(self, server: DavServer) -> None:
        self._server = server
        self._abilities: dict[str, None] = {}

    def search(self, url: str) -> Discovery:
        try:
            here = self._look(url)
        except CollectionError as error:
            if error.code not in (301, 302, 307, 308, 400, 403, 404, 405, 501):
                raise  # 2xx too: what is no calendar server
            return self._search_well_known(url, error)
        own = [found for r in here.responses if (found := _calendar(here.url, r))]
        if own:
            return self._discovery(here.url, own, is_calendar=True)
        if home := self._home(here):
            return self._list(home)
        if listed := self._calendars_in(here.url):
            return self._discovery(here.url, listed, is_calendar=False)
        nothing = CollectionError("there is no calendar at this address", code=404)
        return self._search_well_known(url, nothing)

    def _search_well_known(self, url: str, error: CollectionError) -> Discovery:
        try:
            here = self._look(urljoin(url, "/.well-known/caldav"))
            home = self._home(here)
        except CollectionError as other:
            if other.code in (401, None) or 300 <= other.code < 400:
                raise
            raise error from None
        if home is None:
            raise error
        return self._list(home)

    def _list(self, home: str) -> Discovery:
        return self._discovery(home, self._calendars_in(home), is_calendar=False)

    def _discovery(
        self, url: str, calendars: list[FoundCalendar], *, is_calendar: bool
    ) -> Discovery:
        if not self._abilities:  # some say so only when they are asked
            with suppress(CollectionError):
                self._note(self._server.ask("OPTIONS", url).headers)
        calendars.sort(key=lambda found: (found.name or "", found.url))
        return Discovery(tuple(calendars), tuple(self._abilities), is_calendar)

    def _home(self, here: DavList) -> str | None:
        """Where the user's calendars are, as it is said there or by the user's own."""
        if (home := _href(here, _HOME)) is not None:
            return home
        principal = _href(here, _PRINCIPAL)
        return None if principal is None else _href(self._look(principal), _HOME)

    def _calendars_in(self, url: str) -> list[FoundCalendar]:
        found = self._server.propfind(url, _ASKED, depth=1)
        self._note(found.headers)
        every = (_calendar(found.url, response) for response in found.responses)
        return [calendar for calendar in every if calendar is not None]

    def _look(self, url: str) -> DavList:
        found = self._server.propfind(url, _ASKED, depth=0)
        self._note(found.headers)
        return found

    def _note(self, headers: Mapping[str, str]) -> None:
        """What a server can do, as it says with an answer."""
        for word in headers.get("dav", "").split(","):
            if word.strip():
                self._abilities.setdefault(printable(word.strip()[:_LONGEST]))


def _calendar(base: str, response: DavResponse) -> FoundCalendar | None:
    """None where it is none, or is on a server to which nobody is followed."""
    kind = response.properties.get(_KIND)
    url = _absolute(base, response.href)
    if kind is None or kind.find(f"{CALDAV}calendar") is None or url is None:
        return None
    rights = set(_children(response, _RIGHTS, f"{DAV}privilege"))
    reports = set(_children(response, _REPORTS, f"{DAV}supported-report/{DAV}report"))
    name = response.text(_NAME)
    return FoundCalendar(
        url=url,
        name=None if name is None else printable(" ".join(name.split())[:_LONGEST]),
        components=tuple(_components(response)),
        timezone=_timezone(response),
        can_write=bool(rights & _WRITING) if rights else None,
        has_free_busy="free-busy-query" in reports if reports else None,
        has_mark=bool(response.text(_TAG) or response.text(_SYNC)),
    )


def _children(response: DavResponse, name: str, path: str) -> Iterator[str]:
    """The names of what is in each element of a path."""
    element = response.properties.get(name)
    if element is not None:
        for found in element.iterfind(path):
            yield from (child.tag.rpartition("}")[2] for child in found)


def _components(response: DavResponse) -> Iterator[str]:
    element = response.properties.get(_COMPONENTS)
    if element is not None:
        for found in element.iterfind(f"{CALDAV}comp"):
            yield printable(found.get("name", "")[:_LONGEST]).upper()


def _timezone(response: DavResponse) -> str | None:
    """The name of the zone that it gives as a calendar with a VTIMEZONE."""
    text = (response.text(_ZONE) or "").replace("\r", "")
    named = _TZID.search(text)
    return None if named is None else printable(named[1].strip())


def _href(here: DavList, name: str) -> str | None:
    """An address that a property gives.

    Raises:
        CollectionError: it is on a server to which nobody is followed.
    """
    for response in here.responses:
        element = response.properties.get(name)
        text = None if element is None else element.findtext(f"{DAV}href")
        if text and text.strip():
            url = _absolute(here.url, text.strip())
            if url is None:
                where = printable((urlsplit(text.strip()).hostname or "")[:_LONGEST])
                raise CollectionError(
                    f"the user's calendars are on another server, {where}",
                    code=302,
                    is_final=True,
                )
            return url
    return None


def _absolute(base: str, href: str) -> str | None:
    """An address that was answered; None where nobody is followed to."""
    try:
        url = urljoin(base, href)
    except ValueError:
        return None
    return url if is_same_site(base, url) else None
