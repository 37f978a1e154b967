"""What a calendar says of itself, before what is in it."""

from __future__ import annotations

from datetime import timedelta

from calbook.ical.writing import values
from calbook.ical.writing.components import Component

_PRODID = "-//calbook//calbook//EN"  # no version: an upgrade changes no bytes


def calendar_head(
    method: str | None, name: str | None, refresh: timedelta | None = None
) -> Component:
    """`refresh` is how often to look again; programs know one or the other of both."""
    head = Component("VCALENDAR")
    head.add("PRODID", _PRODID)
    head.add("VERSION", "2.0")
    head.add("METHOD", method and method.upper())
    head.add("NAME", values.line(name))
    head.add("X-WR-CALNAME", values.line(name))
    if refresh is not None:
        head.add("REFRESH-INTERVAL", values.duration(refresh), ";VALUE=DURATION")
        head.add("X-PUBLISHED-TTL", f"PT{refresh // timedelta(minutes=1)}M")
    return head
