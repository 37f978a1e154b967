"""What came of attendees' answers, and the times that they propose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from calbook.api.values.value import Value

if TYPE_CHECKING:
    from calbook.api.values.json_types import PartstatName, Proposer

OutcomeName = (
    Literal["recorded", "sent", "replayed", "out_of_date", "cancelled", "over"]
    | Literal["not_sent", "no_answer", "unknown_booking", "unknown_attendee"]
    | Literal["unknown_date", "unclear_attendee", "unclear_sender", "other_sender"]
)
CounterState = Literal["open", "accepted", "declined", "replaced", "ended"]


class Answer(Value):
    """What came of one answer to an invitation.

    method: REPLY, COUNTER (another time is proposed) or REFRESH (it is asked for)
    outcome: what came of it; only `recorded` and `sent` have changed anything
    is_understood: False of what somebody has to look at
    uid, dates: the booking, and of a series the dates if it is not about all of them
    attendee: the address of who answers, if that is clear
    partstat: what was recorded
    start_time, end_time, counter_id: of a time that is proposed, RFC 3339 text
    is_cancelled: whether the booking was cancelled, or the person left it
    note: why not, where it was to be
    message: all of it in a sentence
    file: in which file of a Maildir it came; else None
    """

    method: Literal["REPLY", "COUNTER", "REFRESH"]
    outcome: OutcomeName
    is_understood: bool
    uid: str | None
    dates: list[str]
    attendee: str | None
    partstat: PartstatName | None
    start_time: str | None
    end_time: str | None
    counter_id: str | None
    is_cancelled: bool
    note: str | None
    message: str
    file: str | None


class Counter(Value):
    """Another time that an attendee proposes.

    id: `ctr_…`
    uid, date: the booking, and of a series the date; None of all of it
    attendee: who proposes it
    from_time: when it is now; None where it is not any more
    start_time, end_time: RFC 3339 text in the booking's zone
    timezone: the booking's zone
    created_at, updated_at: when it was read, and last changed
    comment: what the attendee wrote
    state: open, accepted, declined, replaced (by a newer one) or ended (the booking
        moved, was cancelled, or the person left)
    """

    id: str
    uid: str
    date: str | None
    attendee: Proposer
    from_time: str | None
    start_time: str
    end_time: str
    timezone: str
    comment: str | None
    state: CounterState
    created_at: str
    updated_at: str
