"""A date that a host was to give, as public JSON."""

from __future__ import annotations

from calbook.core.booking import participation
from calbook.core.errors import CalbookError
from calbook.core.members import hosts_among, resources_among
from calbook.core.model import Attendee, Booking, Occurrence
from calbook.core.time import times
from calbook.wire.json_objects import Json


def host_date_to_json(
    booking: Booking, occurrence: Occurrence, error: CalbookError | None = None
) -> Json:
    """Which date, with whom, and why nobody else gives it."""
    there = participation.persons_on(booking, occurrence)
    first, *others = there or (booking.attendee,)
    return {
        "uid": booking.uid,
        "date": occurrence.date.isoformat(),
        "startTime": times.rfc3339(occurrence.span.start, booking.timezone),
        "endTime": times.rfc3339(occurrence.span.end, booking.timezone),
        "timezone": booking.timezone,
        "eventTypeId": booking.event_type_id,
        "title": booking.title,
        "hostIds": list(hosts_among(booking.hosts_of(occurrence))),
        "resourceIds": list(resources_among(booking.hosts_of(occurrence))),
        "attendee": _person(first),
        "guests": [_person(person) for person in others],
        "persons": len(there),
        "isSeries": booking.recurring is not None,
        "code": error and error.code,
        "message": error and error.json_message,
    }


def _person(person: Attendee) -> Json:
    return {
        "email": person.email,
        "name": person.name,
        "phone": person.phone,
        "ref": person.ref,
    }
