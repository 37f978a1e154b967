"""Bookings as busy time alone, for who asks when somebody is free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from calbook.core.model import Span, Status
from calbook.core.time import open_hours
from calbook.ical.writing import values
from calbook.ical.writing.components import Component
from calbook.ical.writing.event_text import Invite
from calbook.ical.writing.head import calendar_head

_BUSY_TYPES = {
    "BUSY": (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW),
    "BUSY-TENTATIVE": (Status.PENDING,),
}


def write_free_busy(
    invites: Sequence[Invite], within: Span, *, owner: str, at: datetime
) -> bytes:
    """When somebody is busy with bookings within a span, and nothing else of them.

    One VFREEBUSY (RFC 5545, 3.6.4) as of `at`; requests are tentative. The `owner` is
    known by a digest.
    """
    busy = Component("VFREEBUSY")
    digest = sha256(owner.encode()).hexdigest()[:40]
    busy.add("UID", f"{digest}@feed.calbook")
    busy.add("DTSTAMP", values.utc(at))
    busy.add("DTSTART", values.utc(within.start))
    busy.add("DTEND", values.utc(within.end))
    for kind, statuses in _BUSY_TYPES.items():
        spans = open_hours.merge_spans(
            Span(max(o.span.start, within.start), min(o.span.end, within.end))
            for invite in invites
            for o in invite.occurrences
            if o.status in statuses
            and o.span.start < within.end
            and within.start < o.span.end
        )
        for span in spans:
            period = "/".join(map(values.utc, span))
            busy.add("FREEBUSY", period, f";FBTYPE={kind}")
    written = calendar_head(None, None)
    written.parts.append(busy)
    return written.to_ical()
