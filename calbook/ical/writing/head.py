"""What a calendar says of itself, before what is in it."""

from __future__ import annotations

from datetime import timedelta

import icalendar

from calbook.ical.writing import event_text, values

_PRODID = "-//calbook//calbook//EN"  # no version: an upgrade changes no bytes


def calendar_head(
    method: str | None, name: str | None, refresh: timedelta | None = None
) -> icalendar.Calendar:
    """`refresh` is how often to look again; programs know one or the other of both."""
    head = icalendar.Calendar()
    values.add(head, "PRODID", _PRODID)
    values.add(head, "VERSION", "2.0")
    values.add(head, "METHOD", method and method.upper())
    values.add(head, "NAME", values.text(event_text.clean_line(name)))
    values.add(head, "X-WR-CALNAME", values.text(event_text.clean_line(name)))
    if refresh is not None:
        again = icalendar.vDuration(refresh)
        again.params["VALUE"] = "DURATION"
        values.add(head, "REFRESH-INTERVAL", again)
        minutes = refresh // timedelta(minutes=1)
        values.add(head, "X-PUBLISHED-TTL", values.text(f"PT{minutes}M"))
    return head
