"""The event types and hosts that bookings of elsewhere come to; made where missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core.catalog import EventType
from calbook.core.checks import fold_email
from calbook.core.errors import CalbookError, UsageError
from calbook.core.imports import Content, ForeignBooking, ForeignEventType, Remark
from calbook.core.model import MINUTE, Status
from calbook.core.people import fold_name
from calbook.services.catalog.event_types import add_event_type
from calbook.wire.reading.foreign.event_types import fields_of, make_slug

if TYPE_CHECKING:
    from calbook.store.reader import Reader
    from calbook.store.transaction import Transaction

_MOST_MADE = 1_000  # event types of one import


class HostsHere:
    """The hosts by the e-mail addresses and names that others know them by."""

    def __init__(self, reader: Reader) -> None:
        rows = reader.host_rows()
        self._by_email = {
            fold_email(row["email"]): row["id"] for row in rows if row["email"]
        }
        self._by_name: dict[str, str] = {}
        for row in rows:
            self._by_name.setdefault(fold_name(row["name"]), row["id"])
            self._by_name.setdefault(row["id"], row["id"])
            self._by_name.setdefault(row["id"].removeprefix("user_"), row["id"])

    @property
    def emails(self) -> frozenset[str]:
        return frozenset(self._by_email)

    def find(self, names: Iterable[str]) -> tuple[str, ...]:
        """Who some addresses and names are; an address is surer than a name."""
        names = tuple(names)
        by_email = [self._by_email.get(fold_email(n)) for n in names if "@" in n]
        found = [id for id in by_email if id]
        if not found:
            found = [
                id for n in names if (id := self._by_name.get(fold_name(n))) is not None
            ]
        return tuple(dict.fromkeys(found))


class Wanted(NamedTuple):
    """To which event type all go, if to one; and what is asked of people."""

    event_type_id: str | None = None
    names_nobody: bool = False  # who has no address may come all the same


class EventTypes:
    """Finds the event type of each booking, and makes those that are missing."""

    def __init__(
        self,
        tx: Transaction,
        content: Content,
        hosts: HostsHere,
        wanted: Wanted,
        now: datetime,
    ) -> None:
        self._tx, self._hosts, self._wanted, self._now = tx, hosts, wanted, now
        self._found: dict[str, EventType] = {}
        self._by_title: dict[str, str] = {}
        for row in tx.event_type_rows():
            self._by_title.setdefault(fold_name(row["title"]), row["id"])
        self.made: list[EventType] = []
        self.remarks: list[Remark] = []
        if wanted.event_type_id is None:
            self._settle(content)

    def ids(self) -> list[str]:
        """All that bookings come to, in the order in which they are locked."""
        key = self._wanted.event_type_id
        found = [self._tx.event_type(key)] if key else self._found.values()
        return sorted({event_type.id for event_type in found})

    def find(self, booking: ForeignBooking) -> EventType:
        """Raises UsageError where it names none."""
        key = self._wanted.event_type_id
        if key is not None:
            if key not in self._found:
                self._found[key] = self._tx.event_type(key)
            return self._found[key]
        found = self._found.get(fold_name(booking.event))
        if found is None:
            raise UsageError(
                "it does not say what it books",
                hint="name an event type: event",
                command_hint="say what all of them book: --event",
            )
        return found

    def _settle(self, content: Content) -> None:
        by_event: dict[str, list[ForeignBooking]] = {}
        for booking in content.bookings:
            if booking.event:
                by_event.setdefault(fold_name(booking.event), []).append(booking)
        for described in content.event_types:
            names = {fold_name(name) for name in (described.key, described.title)}
            bookings = [b for name in names for b in by_event.get(name, ())]
            event_type = self._existing(described.title, described.fields["slug"])
            event_type = event_type or self._make(described, bookings)
            for name in names:
                self._found.setdefault(name, event_type)
        for name, bookings in by_event.items():
            if name not in self._found:
                title = bookings[0].event
                found = self._existing(title, make_slug(title))
                self._found[name] = found or self._make(_describe(bookings), bookings)

    def _existing(self, title: str, slug: str) -> EventType | None:
        row = self._tx.event_type_row(f"evt_{slug}") if slug else None
        id = row["id"] if row is not None else self._by_title.get(fold_name(title))
        return None if id is None else self._tx.event_type(id)

    def _make(
        self, described: ForeignEventType, bookings: Sequence[ForeignBooking]
    ) -> EventType:
        if len(self.made) >= _MOST_MADE:
            raise UsageError(
                f"there are more than {_MOST_MADE:,} kinds of bookings",
                hint="name one event type for all: event",
                command_hint="name one event type for all: --event",
            )
        fields = dict(described.fields) | self._own_fields(described, bookings)
        plain = {k: v for k, v in fields.items() if k in ("title", "slug", "duration")}
        try:
            made = add_event_type(self._tx, None, fields, now=self._now)
        except CalbookError as error:
            said = f"{described.title}: {error.json_message}: made without its details"
            self.remarks.append(Remark(said))
            made = add_event_type(self._tx, None, plain, now=self._now)
        self._by_title.setdefault(fold_name(made.title), made.id)
        self.made.append(made)
        return made

    def _own_fields(
        self, described: ForeignEventType, bookings: Sequence[ForeignBooking]
    ) -> dict[str, Any]:
        named = dict.fromkeys([described.hosts, *(b.hosts for b in bookings)])
        found_hosts = (id for names in named for id in self._hosts.find(names))
        hosts = tuple(dict.fromkeys(found_hosts))
        found: dict[str, Any] = {}
        if hosts:
            found["hosts"] = list(hosts)
        if len(hosts) > 1:
            found["scheduling_type"] = "ROUND_ROBIN"
        if "seats" not in described.fields and any(b.is_group for b in bookings):
            found["seats"] = max(2, *(len(b.people) for b in bookings))
            said = f"{described.title} has {found['seats']} seats, as many as ever came"
            self.remarks.append(Remark(said))
        if not described.is_known and any(
            _is_request(booking, self._now) for booking in bookings
        ):
            found["requires_confirmation"] = True
            said = f"{described.title} asks its host for a word on each booking"
            self.remarks.append(Remark(f"{said}, as a request waits for one"))
        if self._wanted.names_nobody:
            found["contact"] = "NONE"
        return found


def _is_request(booking: ForeignBooking, now: datetime) -> bool:
    """That somebody waits for; one of the past has expired."""
    is_open = any(date.start > now for date in booking.dates)
    return is_open and booking.status is Status.PENDING


def _describe(bookings: Sequence[ForeignBooking]) -> ForeignEventType:
    """An event type of which only its bookings are known."""
    lengths = Counter(
        (date.end - date.start) // MINUTE
        for booking in bookings
        for date in booking.dates
        if date.end > date.start
    )
    usual = lengths.most_common(1)[0][0] if lengths else None
    title = bookings[0].event
    fields = fields_of(title, minutes=usual)
    return ForeignEventType(title, title, fields, is_known=False)
