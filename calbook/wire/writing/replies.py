"""What came of an attendee's answer, and the times they propose, as public JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from calbook.core.booking import counters
from calbook.core.booking.replies import FOUND, Method, Outcome
from calbook.core.people import label
from calbook.core.text import excerpt
from calbook.core.time.times import format_meeting, local_date, rfc3339

if TYPE_CHECKING:
    from datetime import date

    from calbook.core.booking.counters import Counter
    from calbook.core.model import Attendee, Booking, Span
    from calbook.wire.json_objects import Json

_SAID = {
    "ACCEPTED": "{who} accepted {what}",
    "DECLINED": "{who} declined {what}",
    "TENTATIVE": "{who} may come to {what}",
}
_SENTENCES = {
    Outcome.SENT: "{who} asked for {what}: the invitation is sent once more",
    Outcome.NOT_SENT: "{who} asked for {what}, which is not sent",
    Outcome.REPLAYED: "{who} said so before, of {what}",
    Outcome.OUT_OF_DATE: "{who} answered to {what} as it was before",
    Outcome.CANCELLED: "{who} answered to {what}, which is cancelled",
    Outcome.OVER: "{who} answered to {what}, which is over",
    Outcome.NO_ANSWER: "{who} says neither yes nor no to {what}",
    Outcome.UNKNOWN_BOOKING: "there is no {uid} here",
    Outcome.UNKNOWN_ATTENDEE: "somebody answered who is not in {what}",
    Outcome.UNKNOWN_DATE: "{who} answered to a date that is none of theirs in {what}",
    Outcome.UNCLEAR_ATTENDEE: "nobody can tell who answered to {what}",
    Outcome.UNCLEAR_SENDER: "nobody can tell who sent the answer of {who} to {what}",
    Outcome.OTHER_SENDER: "the answer of {who} to {what} was sent by {sender}",
}
_OF_NOBODY = (Outcome.UNCLEAR_ATTENDEE, Outcome.UNKNOWN_ATTENDEE)
_NO_UID = "the answer names no booking"
_CUT_SHORT = "the answer to {what} is cut short and does not say whose"
_COUNTER = "{who} proposes {time} for {what}"


def answer_to_json(
    method: Method,
    outcome: Outcome,
    *,
    uid: str,
    booking: Booking | None = None,
    person: Attendee | None = None,
    sender: str | None = None,
    days: Sequence[date] = (),
    partstat: str | None = None,
    proposed: Span | None = None,
    counter_id: str | None = None,
    is_cancelled: bool = False,
    note: str | None = None,
    is_cut_short: bool = False,
) -> Json:
    """Nothing from a mail but what is the booking's; `message` has it made harmless."""
    is_kept = outcome is Outcome.RECORDED
    dates = [day.isoformat() for day in days]
    zone = booking.timezone if booking else "UTC"
    sentence = _SENTENCES.get(outcome) or _SAID.get(partstat or "", _COUNTER)
    if outcome is Outcome.UNKNOWN_BOOKING and not uid:
        sentence = _NO_UID
    elif outcome in _OF_NOBODY and is_cut_short:
        sentence = _CUT_SHORT
    on = f" on {', '.join(dates[:3])}{' …' * (len(dates) > 3)}" if dates else ""
    message = sentence.format(
        who=label(person) if person else "somebody",
        what=f"{uid}{on}",
        uid=excerpt(uid),
        sender=excerpt(sender or "somebody"),
        time=proposed and f"{format_meeting(*proposed, zone)} {zone}",
    )
    more = "cancelled" if is_cancelled else note and f"not cancelled, {note}"
    if outcome is Outcome.NOT_SENT:
        more = note
    return {
        "method": method.value,
        "outcome": outcome.value,
        "isUnderstood": outcome not in FOUND,
        "uid": uid if booking else None,
        "dates": dates,
        "attendee": person.email if person else None,
        "partstat": partstat if is_kept else None,
        "startTime": rfc3339(proposed.start, zone) if is_kept and proposed else None,
        "endTime": rfc3339(proposed.end, zone) if is_kept and proposed else None,
        "counterId": counter_id,
        "isCancelled": is_cancelled,
        "note": note,
        "message": f"{message}: {more}" if more else message,
        "file": None,
    }


def counter_to_json(counter: Counter, booking: Booking) -> Json:
    """A time that somebody proposes, in the booking's zone."""
    zone = booking.timezone
    person = counters.proposer(booking, counter)
    about = counters.occurrence_of(booking, counter)
    is_of_date = counter.recurrence_id is not None
    return {
        "id": counter.id,
        "uid": counter.uid,
        "date": about.date.isoformat() if is_of_date and about else _day(counter, zone),
        "attendee": {
            "name": person and person.name,
            "email": person.email if person else counter.person_key,
        },
        "fromTime": rfc3339(about.span.start, zone) if about else None,
        "startTime": rfc3339(counter.span.start, zone),
        "endTime": rfc3339(counter.span.end, zone),
        "timezone": zone,
        "comment": counter.comment,
        "state": counter.state.value,
        "createdAt": rfc3339(counter.created_at, zone),
        "updatedAt": rfc3339(counter.updated_at, zone),
    }


def _day(counter: Counter, zone: str) -> str | None:
    """Of a date that is the booking's no more."""
    if counter.recurrence_id is None:
        return None
    return local_date(counter.recurrence_id, zone).isoformat()
