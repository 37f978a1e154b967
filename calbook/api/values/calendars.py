"""Calendars elsewhere that are connected, and what they can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from calbook.api.values.value import Parts, Value

if TYPE_CHECKING:
    from typing import Literal

    from calbook.api.values.json_types import CalendarMove, OtherCalendar


class ConnectedCalendar(Value):
    """A calendar on a server, or a directory, that is connected.

    name, host_id: what it is called, and whose it is
    kind: `caldav` on a server, `vdir` for a directory with a file for each event
    source: its URL, or the whole path of its directory
    user, password_from: who logs in, and whether a `command` or `$VARIABLE` gives the
        password; the command itself is never shown
    allow_private: whether it may be in a private network, without TLS too
    busy, push: whether it blocks its host, and whether bookings are written there
    free_busy: whether it is only asked when its owner is busy
    careful: whether what cannot be read blocks its own time all the same
    shows_text: whether its titles are told to whoever is refused
    timezone: the host's, in which times are given
    checked_at, fault: when it was last read as busy time, and why it could not be
    written, pending: how many bookings are written there, and how many changes are
        still to be sent
    conflicts: uids of bookings that were changed there and are left alone
    """

    _parts: ClassVar[Parts] = {"conflicts": tuple}
    name: str
    host_id: str
    kind: Literal["caldav", "vdir"]
    source: str
    user: str | None
    password_from: str | None
    allow_private: bool
    busy: bool
    push: bool
    free_busy: bool
    careful: bool
    shows_text: bool
    timezone: str
    checked_at: str | None
    fault: str | None
    written: int
    pending: int
    conflicts: tuple[str, ...]


class CalendarCheck(Value):
    """What a connected calendar says of itself; None where it does not say.

    name, host_id, kind, source: as of the calendar
    title: what its owner calls it
    objects: how many events are there, a series counted once
    components: what it takes, such as VEVENT; none where it takes all
    timezone: the zone that it is shown in
    can_write, has_free_busy: whether one may write there, and ask when it is busy
    tells_changes: whether it says that something has changed
    schedules: whether the server sends invitations by itself (RFC 6638)
    abilities: the words of the server's DAV header
    others: the user's other calendars there
    """

    name: str
    host_id: str
    kind: Literal["caldav", "vdir"]
    source: str
    title: str | None
    objects: int
    components: list[str]
    timezone: str | None
    can_write: bool | None
    has_free_busy: bool | None
    tells_changes: bool
    schedules: bool
    abilities: list[str]
    others: list[OtherCalendar]


class CalendarFinding(Value):
    """A booking that was not left in a calendar as it was written.

    kind: `deleted`, `moved`, `changed` (its text), `foreign` (another event has its
        name), `stray` (changed there, and no booking of the host's any more) or
        `unknown` (no booking of this file, which is left alone)
    calendar, host_id, uid: in which calendar, whose, and of which booking
    resource: its name there
    title_there: its title there, where it was changed
    moves: the dates that only one side has, each `from` here `to` there
    overwritten: whether it is written again as it was, or taken out
    """

    kind: Literal["deleted", "moved", "changed", "foreign", "stray", "unknown"]
    calendar: str
    host_id: str
    uid: str
    resource: str
    title_there: str | None
    moves: list[CalendarMove]
    overwritten: bool
