"""Bookings as busy time alone, for who asks when somebody is free."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from calbook.core.model import Span, Status
from calbook.core.time import open_hours
from calbook.ical.writing import values
from calbook.ical.writing.components import Component
from calbook.ical.writing.event_text import Invite
from calbook.ical.writing.head import calendar_head

_BUSY_TYPES = {
    **dict.fromkeys((Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW), "BUSY"),
    Status.PENDING: "BUSY-TENTATIVE",
}


def write_free_busy(
    invites: Iterable[Invite], within: Span, *, owner: str, at: datetime
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
    spans: dict[str, list[Span]] = {kind: [] for kind in _BUSY_TYPES.values()}
    for invite in invites:
        for start, end, status in ((*o.span, o.status) for o in invite.occurrences):
            if status in _BUSY_TYPES and start < within.end and within.start < end:
                span = Span(max(start, within.start), min(end, within.end))
                spans[_BUSY_TYPES[status]].append(span)
    for kind, found in spans.items():
        for span in open_hours.merge_spans(found):
            period = "/".join(map(values.utc, span))
            busy.add("FREEBUSY", period, f";FBTYPE={kind}")
    written = calendar_head(None, None)
    written.parts.append(busy)
    return written.to_ical()
