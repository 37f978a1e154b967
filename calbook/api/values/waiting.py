"""Who waits for time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from calbook.api.values.value import Value

if TYPE_CHECKING:
    from calbook.api.values.json_types import WaitingLogLine, WaitingPerson

StateName = Literal["waiting", "offered", "booked", "lapsed", "removed", "ended"]


class WaitingEntry(Value):
    """Somebody in line for time that is taken; times are RFC 3339 text.

    id: `wait_…`
    state: waiting, offered, booked, lapsed (let the offer go), removed or ended (its
        time is past, its group was cancelled, or the person is booked anyway)
    event_type_id: what is waited for
    host_id: with whom; None with anybody
    attendee, guests: who waits
    position: the place among those who wait for the event type; None if not waiting
    start_time: the start that is waited for; None where any of a range would do
    earliest, latest: that range, without its end
    uid: the group whose seat is waited for
    date: the one date of its series, as first booked; None where it is all of them
    offered_uid: the booking that holds the offer, or was made; the group of a seat
    is_seat: whether a seat is offered, which no booking of its own holds
    held_until: how long the offer is
    timezone: the zone of these times
    by: who asked
    created_at, updated_at: when it was put in line, and last changed
    log: what happened, each with its time and, where somebody was passed over, why
    """

    id: str | None
    event_type_id: str
    state: StateName
    position: int | None
    attendee: WaitingPerson
    guests: list[WaitingPerson]
    start_time: str | None
    earliest: str | None
    latest: str | None
    timezone: str
    uid: str | None
    date: str | None
    host_id: str | None
    offered_uid: str | None
    is_seat: bool
    held_until: str | None
    by: Literal["attendee", "host"]
    log: list[WaitingLogLine]
    created_at: str
    updated_at: str
