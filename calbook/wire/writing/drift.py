"""A date that is not at its wall time any more, as public JSON."""

from __future__ import annotations

from calbook.core.doctor.drift import Drift
from calbook.core.errors import CalbookError
from calbook.core.model import SECOND
from calbook.core.time import times
from calbook.wire.json_objects import Json


def drift_to_json(drift: Drift, error: CalbookError | None = None) -> Json:
    """Where it was and where it belongs, without whoever comes."""
    booking, zone = drift.booking, drift.booking.timezone
    taken_by = None
    if error is not None:
        taken_by = error.details.get("uid") or error.details.get("calendar")
    return {
        "uid": booking.uid,
        "date": drift.occurrence.date.isoformat(),
        "eventTypeId": booking.event_type_id,
        "title": booking.title,
        "hostIds": list(drift.host_ids),
        "fromTime": times.rfc3339(drift.occurrence.span.start, zone),
        "startTime": times.rfc3339(drift.meeting.start, zone),
        "endTime": times.rfc3339(drift.meeting.end, zone),
        "timezone": zone,
        "seconds": drift.shift // SECOND,
        "code": error and error.code,
        "message": error and error.json_message,
        "takenBy": taken_by,
    }
