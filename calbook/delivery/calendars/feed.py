"""A calendar fetched from its address: within a time and a size, each redirect checked.

Slow to import.
"""

from __future__ import annotations

import time
from base64 import b64encode
from contextlib import closing
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from calbook.core.busy import LARGEST_FILE
from calbook.core.feeds import FeedMark
from calbook.delivery.calendars.collection import CollectionError
from calbook.delivery.http.address_rules import calendar_rule
from calbook.delivery.http.answers import Answer, RequestFailed
from calbook.delivery.http.session import Session

SECONDS = 30.0  # for all of it, redirects too
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WORDS = {
    401: "it asks for a log-in (401)",
    403: "it does not let calbook in (403)",
    404: "there is no calendar at that address (404)",
    410: "there is no calendar at that address any more (410)",
    429: "it was asked too often (429)",
}
_FINAL = frozenset({401, 403, 404, 410})


class Feed(NamedTuple):
    """Where a calendar is, and who asks for it."""

    url: str
    user: str | None = None
    password: str | None = None
    allows_private: bool = False


class FetchedFeed(NamedTuple):
    """What was there, and its mark."""

    data: bytes
    mark: FeedMark


def fetch_feed(feed: Feed, *, known: FeedMark | None = None) -> FetchedFeed | None:
    """What is there; None where it is as it was when it had a mark that is known.

    Raises:
        CollectionError: it is not there, or not whole in time.
    """
    deadline = time.monotonic() + SECONDS
    url = feed.url
    for _ in range(_MOST_REDIRECTS + 1):
        answer = _get(feed, url, known, deadline - time.monotonic())
        if answer.status not in _REDIRECTS:
            return _read(answer, is_known=known is not None)
        url = _next(url, answer.headers.get("location", ""))
    raise CollectionError(f"it redirects more than {_MOST_REDIRECTS} times")


def _get(feed: Feed, url: str, known: FeedMark | None, seconds: float) -> Answer:
    if seconds <= 0:
        raise CollectionError("no answer in time", is_reached=False)
    rule = calendar_rule(urlsplit(url).scheme, allow_private=feed.allows_private)
    with closing(Session(url, rule)) as session:
        try:
            return session.request(
                "GET",
                url,
                headers=_headers(feed, url, known),
                seconds=seconds,
                most=LARGEST_FILE,
            )
        except RequestFailed as error:
            raise CollectionError(str(error), is_reached=error.is_reached) from None


def _headers(feed: Feed, url: str, known: FeedMark | None) -> dict[str, str]:
    found = {"accept": "text/calendar, */*;q=0.5", "accept-encoding": "gzip"}
    if known is not None and known.etag:
        found["if-none-match"] = known.etag
    if known is not None and known.modified:
        found["if-modified-since"] = known.modified
    if feed.user is not None and _origin(url) == _origin(feed.url):
        pair = f"{feed.user}:{feed.password or ''}".encode()
        found["authorization"] = f"Basic {b64encode(pair).decode()}"
    return found


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Whoever may be told the password."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def _next(url: str, location: str) -> str:
    """Where a redirect leads; never from https to http."""
    try:
        place = urljoin(url, location.strip())
        parts = urlsplit(place)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        is_web = False
    if not location or not is_web:
        raise CollectionError("it redirects to what is no address")
    if parts.scheme == "http" and urlsplit(url).scheme == "https":
        raise CollectionError("it redirects from https to http, for anybody to read")
    return place.partition("#")[0]


def _read(answer: Answer, *, is_known: bool) -> FetchedFeed | None:
    status = answer.status
    if status == 304 and is_known:
        return None
    if status != 200:
        said = _WORDS.get(status, f"it answered {status}")
        raise CollectionError(said, code=status, is_final=status in _FINAL)
    if answer.data.lstrip(b" \t\r\n\xef\xbb\xbf")[:1] == b"<":
        said = "it answered a web page, not a calendar"
        raise CollectionError(said, code=status, is_final=True)
    mark = FeedMark.of(answer.headers.get("etag"), answer.headers.get("last-modified"))
    return FetchedFeed(answer.data, mark)
