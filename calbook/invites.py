"""A booking with what its calendar entry needs, read from the file."""

from __future__ import annotations

from calbook import ical
from calbook.core import fields, lifecycle
from calbook.core.model import MINUTE
from calbook.desk import Desk
from calbook.ical import Invite, Method
from calbook.store.facts import Facts


def calendar(
    desk: Desk, uid: str, *, method: str | None, alarm: int | None = None
) -> bytes:
    """One booking as an iCalendar file.

    Raises:
        BadInput: the method is none of publish, request, cancel.
    """
    invite = read(desk, uid)
    chosen = (
        ical.method_for(invite)
        if method is None
        else Method(fields.choice(method, "method", tuple(Method)))
    )
    minutes = (
        None
        if alarm is None
        else fields.whole(alarm, "alarm", least=0, most=525_600) * MINUTE
    )
    return ical.calendar([invite], method=chosen, alarm=minutes)


def read(desk: Desk, uid: str) -> Invite:
    now = desk.clock()
    with desk.store.read(Facts) as facts:
        booking = lifecycle.seen_booking(facts.booking(facts.found(uid)), now)
        return Invite(
            booking,
            facts.event_type(booking.event_type_id),
            tuple(facts.host(host_id) for host_id in booking.host_ids),
        )
