"""Feeds of any length: what is written of them waits in a file.

The head of a feed says what is known only at its end: which zones it describes, and
whether everybody who asks has an address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta
from heapq import merge
from struct import Struct
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from calbook.core.errors import OutputError
from calbook.core.time import times
from calbook.ical.writing.event_text import Invite
from calbook.ical.writing.events import Manner, write_events
from calbook.ical.writing.head import calendar_head
from calbook.ical.writing.vcalendar import UsedZones
from calbook.services.calendars.feed_bookings import read_portions

if TYPE_CHECKING:
    from calbook.core.progress import Progress
    from calbook.ical.writing.method import Method
    from calbook.store.context import Context

_IN_MEMORY = 1_000_000  # bytes
_PART = 65_536
BUSY = "Busy"


class FeedForm(NamedTuple):
    """What a feed says: all of it, the titles of event types, or that time is busy.

    `refresh` is how often who subscribes to it is to look again.
    """

    is_busy_only: bool = False
    is_redacted: bool = False
    refresh: timedelta | None = None

    @property
    def is_hiding(self) -> bool:
        return self.is_busy_only or self.is_redacted


class Feed(NamedTuple):
    """What a feed holds, how it says it, and what calendar programs list it under.

    `chosen` are filters as `filters.read_filters` gives them.
    """

    chosen: Mapping[str, Any]
    form: FeedForm
    method: Method | None
    name: str
    now: datetime


def write_feed(
    context: Context, feed: Feed, progress: Progress | None = None
) -> Iterator[bytes]:
    """The whole file in parts; everything is read before the first of them.

    Raises:
        OutputError: there is no room for what is written meanwhile.
    """
    try:
        with (
            SpooledTemporaryFile(_IN_MEMORY) as index,
            SpooledTemporaryFile(_IN_MEMORY) as texts,
        ):
            draft = _write_draft(context, feed, (index, texts), progress)
            yield from draft.parts()
    except OSError as error:
        raise OutputError(f"cannot write a temporary file: {error.strerror}") from None


def _write_draft(
    context: Context,
    feed: Feed,
    files: tuple[IO[bytes], IO[bytes]],
    progress: Progress | None,
) -> _Draft:
    """What hides persons has no METHOD, and so no ORGANIZER either."""
    method = None if feed.form.is_hiding else feed.method
    draft = _Draft(feed, method, {}, files)
    while not draft.write(context, progress):
        draft = _Draft(feed, draft.method, draft.described, files)
    return draft


class _Entry(NamedTuple):
    """The events of a booking, with its place in the file."""

    start: int
    uid: str
    text: str


class _Draft:
    """A feed that takes for granted which zones it describes, and the METHOD.

    What turns out to be otherwise is known to the next one.
    """

    def __init__(
        self,
        feed: Feed,
        method: Method | None,
        described: Mapping[str, bool],
        files: tuple[IO[bytes], IO[bytes]],
    ) -> None:
        self.method, self.described = method, {**described}
        self._feed, self._used, self._entries = feed, UsedZones(), _Entries(files)
        zones = {zone for zone, is_so in described.items() if is_so}
        self._zones, self._manner = zones, Manner(method, zones)
        self._late: list[_Entry] = []
        self._replaced: frozenset[str] = frozenset()

    def write(self, context: Context, progress: Progress | None) -> bool:
        """Whether all that was taken for granted is so."""
        for portion in read_portions(context, self._feed.chosen, self._feed.now):
            live = [*self._live(portion.invites)]
            late = [*self._live(portion.instead)]
            if not self._is_method_right([*live, *late]):
                return False
            self._entries.add(map(self._entry, live))
            self._late = sorted(map(self._entry, late))
            self._replaced = portion.replaced
            if progress is not None:
                progress(portion.done, portion.total)
        zones = self._used.described().keys()
        is_right = zones == self._zones
        self.described = dict.fromkeys(self.described, False) | dict.fromkeys(
            zones, True
        )
        return is_right

    def _is_method_right(self, invites: Iterable[Invite]) -> bool:
        if self.method and not all(invite.organizer.email for invite in invites):
            self.method = None
            return False
        return True

    def _live(self, invites: Iterable[Invite]) -> Iterator[Invite]:
        """What is not cancelled, with no more than the feed says."""
        form = self._feed.form
        for invite in invites:
            if invite.is_cancelled:
                continue
            if form.is_hiding:
                title = BUSY if form.is_busy_only else invite.booking.title
                yield invite._replace(only_title=title)
            else:
                yield invite

    def _entry(self, invite: Invite) -> _Entry:
        booking = invite.booking
        self._used.add(invite)
        if booking.timezone not in self.described:
            self.described[booking.timezone] = self._used.is_described(booking.timezone)
            if self.described[booking.timezone]:
                self._zones.add(booking.timezone)
        events = write_events(invite, self._manner)
        start = times.epoch(invite.occurrences[0].span.start)
        return _Entry(start, booking.uid, "".join(event.text() for event in events))

    def parts(self) -> Iterator[bytes]:
        """What is written again stands in the place of what was replaced."""
        feed = self._feed
        head = calendar_head(self.method, feed.name, feed.form.refresh)
        head.parts += self._used.described().values()
        yield head.opening().encode()
        yield from self._entries.merged(self._late, but=self._replaced)
        yield head.tail().encode()


class _Entries:
    """Entries in a file, in the order in which they are added; another says where."""

    _SIZES = Struct(">qHI")

    def __init__(self, files: tuple[IO[bytes], IO[bytes]]) -> None:
        self._index, self._texts = files
        for file in files:
            file.seek(0)
            file.truncate()

    def add(self, entries: Iterable[_Entry]) -> None:
        index, texts = [], []
        for start, uid, text in entries:
            data = text.encode()
            index.append(self._SIZES.pack(start, len(uid), len(data)) + uid.encode())
            texts.append(data)
        self._index.write(b"".join(index))
        self._texts.write(b"".join(texts))

    def merged(self, late: Sequence[_Entry], *, but: Set[str]) -> Iterator[bytes]:
        """All but some, with others in between."""
        self._texts.seek(0)
        if not (late or but):
            while part := self._texts.read(_PART):
                yield part
            return
        kept = (entry for entry in self._all() if entry.uid not in but)
        for entry in merge(kept, late):
            yield entry.text.encode()

    def _all(self) -> Iterator[_Entry]:
        self._index.seek(0)
        while sizes := self._index.read(self._SIZES.size):
            start, key, data = self._SIZES.unpack(sizes)
            uid = self._index.read(key).decode()
            yield _Entry(start, uid, self._texts.read(data).decode())
