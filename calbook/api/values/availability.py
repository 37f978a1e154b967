"""Time that is open, free, busy or blocked, and why."""

from __future__ import annotations

from calbook.api.values.value import Meeting, Parts, Value, many_of
from calbook.core.typing_names import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from calbook.api.inputs import RuleName
    from calbook.api.values.json_types import SkippedEvent


class BusyTime(Meeting):
    """A stretch in which a host is busy with other things than bookings.

    start_time, end_time: RFC 3339 text; the end is not included
    host_id: whose it is
    calendar: where it is known from: a calendar's name, or the busy time's id
    is_all_day: whether it is whole days by the host's own clock
    reason: the event's title or what the host wrote; None where it is not to be told
    """

    host_id: str
    calendar: str
    is_all_day: bool
    reason: str | None


class OpenTime(Meeting):
    """A stretch in which a schedule is open.

    host_ids: whose schedule it is
    start_time, end_time: RFC 3339 text; the end is not included
    """

    _parts: ClassVar[Parts] = {"host_ids": tuple}
    host_ids: tuple[str, ...]


class Slot(Meeting):
    """A start that can be booked.

    start_time, end_time: RFC 3339 text in the asked zone, else the schedule's
    host_id: whose turn it would be now
    seats_left: how many more persons fit; None where the event type has no seats
    """

    host_id: str
    seats_left: int | None

    __slots__ = ("_made_of", "_make")

    @classmethod
    def made_by(cls, make: Callable[[Any], dict[str, Any]], of: object) -> Slot:
        """One whose JSON is made once it is asked for: there may be thousands."""
        slot = cls.__new__(cls)
        _set(slot, "_make", make)
        _set(slot, "_made_of", of)
        return slot

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name != "_json":
                return super().__getattr__(name)
            _set(self, "_json", self._make(self._made_of))
            return self._json

        def to_dict(self) -> dict[str, Any]:
            """Of one that nothing was asked of, without keeping it."""
            make = getattr(self, "_make", None)
            return super().to_dict() if make is None else make(self._made_of)


_set = object.__setattr__


class Rule(Value):
    """What one rule says of a start, and the facts that it compared.

    rule: the code of its refusal
    host_id, resource_id: whom it was asked of, where there are several; else None
    passed: whether it lets the start be booked
    message: its word, and advice, in the command line's terms
    override: the name with which the host passes it; None where nobody may
    details: the facts, keys as in the JSON
    """

    rule: str
    host_id: str | None
    resource_id: str | None
    passed: bool
    message: str
    override: RuleName | None
    details: dict[str, Any]


class ExplainedNeed(Value):
    """A set of which so many are needed, and who of it is free.

    count, of, rule: how many, of whom, and by which rule it is whose turn
    free: who is
    others: who is not, with the code and message of what refuses each
    """

    _parts: ClassVar[Parts] = {"of": tuple, "free": tuple}
    count: int
    of: tuple[str, ...]
    rule: str
    free: tuple[str, ...]
    others: list[dict[str, str]]


class Explanation(Meeting):
    """Whether a start can be booked, and every rule's word on it.

    start_time, end_time: the meeting, RFC 3339 text
    timezone: the zone of these times
    event_type_id: of which event type
    bookable: whether `create` would book it for one attendee
    code, exit_code, message: those of the refusal; None, 0 and None without one
    host_id, host_ids: who would take it, the first and all; None where nobody would
    resource_ids: the rooms and things that it would take
    joins: the uid of the group in which it would take a seat
    rules: each rule's word, in the order in which they decide
    needs: who is free of each set that is needed, where the event type has `needs`
    """

    _parts: ClassVar[Parts] = {
        **{"rules": many_of(Rule), "needs": many_of(ExplainedNeed)},
        **{"host_ids": tuple, "resource_ids": tuple},
    }
    event_type_id: str
    timezone: str
    bookable: bool
    code: str | None
    exit_code: int
    message: str | None
    host_id: str | None
    host_ids: tuple[str, ...]
    resource_ids: tuple[str, ...]
    joins: str | None
    rules: tuple[Rule, ...]
    needs: tuple[ExplainedNeed, ...]


class Block(Meeting):
    """Time in which nothing can be booked, and why.

    start_time, end_time: RFC 3339 text; the end is not included
    host_id, resource_id: whose time it is; None where it is no single one's matter
    code, message: the refusal that a meeting in it meets, and why
    details: the facts, keys as in the JSON
    """

    host_id: str | None
    resource_id: str | None
    code: str
    message: str
    details: dict[str, Any]


class OutdatedCalendar(Value):
    """A calendar that was not looked at for long.

    name, host_id: what it is called, and whose it is
    checked_at: when it was last seen to be as it is here; None: never
    fault: why it could not be read the last time
    """

    name: str
    host_id: str
    checked_at: str | None
    fault: str | None


class BusyCalendar(Value):
    """Busy time that came in together: a calendar file's, or a host's own.

    name: the calendar's name, or the id of own busy time
    kind: `ics` for a file or an address, `caldav` and `vdir` for one that is connected,
        `own` for what the host said
    host_id: whose it is
    start_time, end_time: from its first to its last stretch; None without any
    timezone: the host's, in which the times are given
    stretches: how many stretches of busy time it holds
    reason: what the host wrote about own busy time
    shows_text: whether titles and reasons are told to whoever is refused
    source: the file that it was read from, or an address without its path; None for
        bytes and own time
    imported_at: when it was read
    horizon: how far ahead events were looked for
    checked_at: when it was last seen to be as it is here
    fault: why it could not be read the last time
    events: how many events the file holds
    free, bookings: how many of them take no time, or are calbook's own bookings
    skipped_count, skipped: how many, or parts of them, came to nothing, and the first
    remark_count, remarks: how many were read by a guess, and the first of them
    strict: whether events in a zone that is not known are skipped, and not guessed
    careful: whether what is skipped blocks its own time all the same
    overlapping: uids of bookings still to come that lie in it
    """

    _parts: ClassVar[Parts] = {"overlapping": tuple}
    name: str
    kind: Literal["ics", "caldav", "vdir", "own"]
    host_id: str
    start_time: str | None
    end_time: str | None
    timezone: str
    stretches: int
    reason: str | None
    shows_text: bool
    source: str | None
    imported_at: str
    checked_at: str | None
    fault: str | None
    horizon: str | None
    events: int
    free: int
    bookings: int
    skipped_count: int
    skipped: list[SkippedEvent]
    strict: bool
    careful: bool
    remark_count: int
    remarks: list[SkippedEvent]
    overlapping: tuple[str, ...]
