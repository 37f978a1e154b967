"""What a change of a booking replaced, as its event keeps it.

The values of before alone, and only those that differ: with the booking as it is after
the change they are enough to tell what it was, see `reading.history`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calbook.core.time.times import epoch, rfc3339
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.core.model import Attendee, Booking, Occurrence
    from calbook.core.time.recurrence import Recurrence


DETAILS = {
    **{"hostIds": "host_ids", "location": "location", "meetingUrl": "meeting_url"},
    **{"notes": "notes", "responses": "responses", "metadata": "metadata"},
    **{"recurring": "recurring", "overrides": "overrides"},
}


def replaced_to_json(before: Booking, after: Booking) -> Json | None:
    """None where the two are the same, but for the revision."""
    found: Json = {}
    for key, name in DETAILS.items():
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            found[key] = _rule_to_json(was) if key == "recurring" else was
    found |= _persons(before.attendees, after.attendees)
    dates = [*_occurrences(before, after)]
    new = [] if after.recurring is None else _new_dates(before, after)
    return {
        **found,
        **({"occurrences": dates} if dates else {}),
        **({"newDates": new} if new else {}),
    } or None


def _rule_to_json(rule: Recurrence | None) -> Json | None:
    from calbook.core.time import recurrence  # slow to import

    return None if rule is None else recurrence.to_json(rule)


# -- persons ---------------------------------------------------------------------------


def _persons(before: Sequence[Attendee], after: Sequence[Attendee]) -> Json:
    """Who stood between those who are the same in front and behind.

    They are `attendees` where the primary is among them, and `guests` otherwise.
    """
    front = _count_same(before, after)
    if front == len(before) == len(after):
        return {}
    back = _count_same(before[front:][::-1], after[front:][::-1])
    stood = before[front : len(before) - back]
    return {
        "guests" if front else "attendees": [_person_to_json(each) for each in stood],
        "kept": [front, back],
    }


def _count_same(some: Sequence[Attendee], others: Sequence[Attendee]) -> int:
    """How many are in both alike, from the first one on."""
    pairs = zip(some, others, strict=False)
    different = (n for n, pair in enumerate(pairs) if not _are_same(*pair))
    return next(different, min(len(some), len(others)))


def _are_same(one: Attendee, other: Attendee) -> bool:
    """What they answered to invitations, and who they are in the book, is not said."""
    return (
        one == other
        or one._replace(person_id=other.person_id, replies=other.replies) == other
    )


def _person_to_json(person: Attendee) -> Json:
    said: Json = {
        **{name: getattr(person, name) for name in PERSON_NAMES},
        "personId": person.person_id,
        "onlyOn": [day.isoformat() for day in person.only_on],
        "absentOn": [day.isoformat() for day in person.absent_on],
    }
    return {key: value for key, value in said.items() if value or value == ""}


PERSON_NAMES = (
    *("email", "name", "phone", "timezone", "ref", "language"),
    *("responses", "notes", "metadata"),
)


# -- dates -----------------------------------------------------------------------------


def _occurrences(before: Booking, after: Booking) -> Iterator[Json]:
    """What differs in each date, by the date that it had."""
    now = {o.recurrence_id: o for o in after.occurrences}
    is_single = before.recurring is None and after.recurring is None
    for old in before.occurrences:
        new = after.single if is_single else now.get(old.recurrence_id)
        if old == new:
            continue
        was = _occurrence_facts(old)
        if new is not None:
            is_now = _occurrence_facts(new)
            was = {key: value for key, value in was.items() if value != is_now[key]}
        if was:
            yield {"date": old.date.isoformat(), **_with_texts(was, before.timezone)}


def _new_dates(before: Booking, after: Booking) -> list[str]:
    known = {o.recurrence_id for o in before.occurrences}
    return [
        o.date.isoformat() for o in after.occurrences if o.recurrence_id not in known
    ]


_UNDECIDED = ("PENDING", "CONFIRMED")  # of which time has something to tell


def occurrence_to_json(o: Occurrence, timezone: str) -> dict[str, Any]:
    """What a change may take back of a date; what is not said, is None."""
    return _with_texts(_occurrence_facts(o), timezone)


def _occurrence_facts(o: Occurrence) -> dict[str, Any]:
    """As values: most are compared and not told."""
    return {
        "date": o.date,
        "startTime": o.span.start,
        "endTime": o.span.end,
        "status": o.status,
        "resolution": o.resolution,
        "cancelledBy": o.cancelled_by,
        "reason": o.reason,
        "attendance": o.attendance,
        "attendances": {**o.attendances},
        "isRecorded": o.is_recorded and o.status in _UNDECIDED,
        "hostIds": [*o.host_ids],
        "heldUntil": o.held_until,
    }


def _with_texts(facts: dict[str, Any], timezone: str) -> dict[str, Any]:
    for key in ("startTime", "endTime", "heldUntil"):
        if facts.get(key) is not None:
            facts[key] = rfc3339(epoch(facts[key]), timezone)
    if "date" in facts:
        facts["date"] = facts["date"].isoformat()
    return facts
