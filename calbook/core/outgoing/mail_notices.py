"""Who is told of an event by e-mail, and by which method (RFC 5546, 1.4).

One date of a series that changed is told of alone. Several, but not all, are told of
with the series as it is now: calendars take no more than one date out at a time. So is
one of a series that has moved as a whole, as calendars then know it by a new date.
Who has no date left is told that all is off: a request is for what is to take place
(RFC 5546, 3.2.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from calbook.core.booking import effective_status, participation, series
from calbook.core.model import (
    Attendee,
    Booking,
    Event,
    Occurrence,
    Resolution,
    Status,
)
from calbook.core.people import person_key


class Notice(NamedTuple):
    """What one event means to the persons who are told of it.

    `kind` is request or cancel; `only` the one date that it is about; `dates` those
    that it is about. Who left is told alone, of the booking as it was.
    """

    kind: str
    what: str
    persons: tuple[Attendee, ...]
    dates: tuple[Occurrence, ...]
    only: date | None = None
    has_left: bool = False


def notices_for(
    before: Booking | None,
    after: Booking,
    event: Event,
    now: datetime,
) -> tuple[Notice, ...]:
    """What is to be told of an event; nothing of one that concerns nobody's calendar.

    `after` is the booking as the clock sees it. Of a hold there is nobody to be told.
    """
    if after.is_hold:
        return ()
    if event.type == "booking.updated":
        return tuple(_update_notices(before or after, after, now))
    about = _NOTICES.get(event.type)
    return () if about is None else tuple(about(before or after, after, event, now))


def _request_notices(
    before: Booking, after: Booking, event: Event, now: datetime
) -> Iterator[Notice]:
    """All who take part are asked, or told of a change."""
    said = next((_OTHER_MOVES[key] for key in _OTHER_MOVES if key in event.change), "")
    said = "handed over" if _is_handed_over(event) else said or _WORDS[event.type]
    what = _wording(said, after, now)
    is_alone = _is_told_alone(before, after, event)
    if event.about and not is_alone:
        what = _SOME.get(what, what)
    touched = _occurrences_touched(after, event)
    only = touched[0].date if is_alone else None
    dates = touched if event.about else _occurrences_to_come(after, now)
    persons = participation.persons_of(after, dates)
    yield Notice("request", what, persons, dates, only)


def _is_handed_over(event: Event) -> bool:
    """Whether others give what stays where it is."""
    change = event.change
    return "hostIds" in change and change.get("from") == change.get("to")


def _cancellation_notices(
    before: Booking, after: Booking, event: Event, now: datetime
) -> Iterator[Notice]:
    """Of some dates the series as it is now; drop-ins have none, but dates alone."""
    what = _ENDS[event.change["resolution"]]
    touched = _occurrences_touched(after, event)
    persons = participation.persons_of(after, touched)
    staying = tuple(p for p in persons if participation.has_dates(after, p))
    if done := tuple(p for p in persons if p not in staying):
        yield Notice("cancel", what, done, touched)
    if _is_told_alone(before, after, event):
        yield Notice("cancel", what, staying, touched, touched[0].date)
        return
    regulars = tuple(p for p in staying if not participation.is_drop_in(p))
    yield Notice("request", _SOME.get(what, what), regulars, touched)
    for meeting in touched:
        there = (p for p in staying if participation.takes_part(p, meeting.date))
        if drop_ins := tuple(p for p in there if participation.is_drop_in(p)):
            yield Notice("cancel", what, drop_ins, (meeting,), meeting.date)


def _restored_notices(
    before: Booking, after: Booking, event: Event, now: datetime
) -> Iterator[Notice]:
    """All who take part are asked anew; one date alone of those who have others."""
    touched = _occurrences_touched(after, event)
    persons = participation.persons_of(after, touched)
    what = _restored_wording(before, touched)
    if event.about and not _is_told_alone(before, after, event):
        yield Notice("request", f"some {what}", persons, touched)
        return
    only = touched[0].date if event.about else None
    for has_others in (True, False):
        told = (p for p in persons if participation.has_dates(before, p) is has_others)
        if chosen := tuple(told):
            one = only if has_others else None
            yield Notice("request", what, chosen, touched, one)


def _restored_wording(before: Booking, touched: Sequence[Occurrence]) -> str:
    was = {o.recurrence_id: o.status for o in before.occurrences}
    if all(was[o.recurrence_id] is Status.CONFIRMED for o in touched):
        return "asked again"
    is_request = any(o.status is Status.PENDING for o in touched)
    return "restored request" if is_request else "restored"


def _is_told_alone(before: Booking, after: Booking, event: Event) -> bool:
    is_one = len(event.about) == 1 and event.change.keys().isdisjoint(_OF_ALL)
    return is_one and not any(map(series.has_moved, (before, after)))


def _joined_notices(
    before: Booking, after: Booking, event: Event, now: datetime
) -> Iterator[Notice]:
    """Who joins is asked to all of their dates, however many are new.

    Who is in it again, and absent from all of it, is asked to none.
    """
    every = _attendees_named(after, event)
    persons = tuple(p for p in every if participation.has_dates(after, p))
    dates = (
        _occurrences_touched(after, event)
        if event.about
        else _occurrences_to_come(after, now)
    )
    yield Notice("request", _wording("booked", after, now), persons, dates)


def _left_notices(
    before: Booking, after: Booking, event: Event, now: datetime
) -> Iterator[Notice]:
    """Who leaves for good is told that all is off; else of each date by itself.

    A drop-in is asked by single dates, and so is told of those that are off.
    """
    persons = _attendees_named(after, event)
    if not persons:
        gone = _attendees_named(before, event)
        yield from (_leaver_notice((person,), after, now) for person in gone)
        return
    touched = _occurrences_touched(after, event)
    is_regular = not any(map(participation.is_drop_in, persons))
    if is_regular and not any(participation.has_dates(after, p) for p in persons):
        yield Notice("cancel", "removed", persons, touched)
        return
    if is_regular and series.has_moved(after):
        yield Notice("request", "dates removed", persons, touched)
        return
    for meeting in touched:
        yield Notice("cancel", "date removed", persons, (meeting,), meeting.date)


def _leaver_notice(
    persons: tuple[Attendee, ...], after: Booking, now: datetime
) -> Notice:
    dates = _occurrences_to_come(after, now)
    return Notice("cancel", "removed", persons, dates, has_left=True)


def _update_notices(before: Booking, after: Booking, now: datetime) -> Iterator[Notice]:
    """Who has another address leaves and joins; the others are told of what shows.

    Who had none cannot have been told, and so is not told to leave. Nobody is told who
    has nothing to come.
    """
    dates = tuple(o for o in after.occurrences if o.status in _LIVE)
    old, new = _by_key(before, dates), _by_key(after, dates)
    if gone := tuple(old[key] for key in old if key not in new and old[key].email):
        yield _leaver_notice(gone, after, now)
    if come := tuple(new[key] for key in new if key not in old):
        yield Notice("request", _wording("booked", after, now), come, dates)
    stayed = [key for key in new if key in old]
    renamed = [key for key in stayed if old[key].name != new[key].name]
    has_new_name = _names(before) != _names(after)
    is_for_all = _shown(before) != _shown(after) or (
        has_new_name and not after.is_group
    )
    if told := tuple(new[key] for key in (stayed if is_for_all else renamed)):
        yield Notice("request", "changed", told, dates)


def _by_key(booking: Booking, dates: Sequence[Occurrence]) -> dict[str, Attendee]:
    """Who takes part in any of these dates."""
    persons = participation.persons_of(booking, dates)
    return {person_key(person): person for person in persons}


def _names(booking: Booking) -> list[str | None]:
    return [person.name for person in booking.attendees]


def _shown(booking: Booking) -> tuple[object, ...]:
    """What and where it is, as far as anybody is told: a phone number is in no mail."""
    place = {k: v for k, v in (booking.location or {}).items() if k != "phone"}
    return place, booking.meeting_url, booking.title, booking.description


def _wording(what: str, after: Booking, now: datetime) -> str:
    is_pending = effective_status.effective_status(after, now) is Status.PENDING
    return _PENDING.get(what, what) if is_pending else what


def _attendees_named(booking: Booking, event: Event) -> tuple[Attendee, ...]:
    """The person that an event is about."""
    key = person_key(event.change["attendee"])
    return tuple(p for p in booking.attendees if person_key(p) == key)


def _occurrences_touched(booking: Booking, event: Event) -> tuple[Occurrence, ...]:
    """The occurrences that an event is about, without dates that were never free."""
    return tuple(
        o
        for o in booking.occurrences
        if o.resolution is not Resolution.CONFLICT
        and (not event.about or o.recurrence_id in event.about)
    )


def _occurrences_to_come(booking: Booking, now: datetime) -> tuple[Occurrence, ...]:
    """What is still to take place; all that was booked where nothing is."""
    ahead = tuple(o for o in booking.occurrences if o.status in _LIVE)
    return ahead or booking.occurrences


_LIVE = frozenset({Status.PENDING, Status.CONFIRMED})
_WORDS = {
    "booking.created": "booked",
    "booking.confirmed": "confirmed",
    "booking.rescheduled": "moved",
}
# What a move is told as when it says so, and what concerns all dates.
_OTHER_MOVES = {"extendedBy": "extended", "duration": "changed"}
_OF_ALL = ("extendedBy", "fields")
_ENDS = {
    Resolution.CANCELLED: "cancelled",
    Resolution.REJECTED: "declined",
    Resolution.EXPIRED: "expired",
}
_PENDING = {
    **{"booked": "requested", "moved": "moved again"},
    "extended": "extended request",
}
_SOME = {
    what: f"some {what}"
    for what in ("moved", "moved again", "handed over", "cancelled", "declined")
}
_About = Callable[[Booking, Booking, Event, datetime], Iterator[Notice]]
_NOTICES: dict[str, _About] = {
    **dict.fromkeys(_WORDS, _request_notices),
    "booking.attendee_added": _joined_notices,
    "booking.attendee_removed": _left_notices,
    "booking.cancelled": _cancellation_notices,
    "booking.restored": _restored_notices,
}
