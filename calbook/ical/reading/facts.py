"""What the components of a calendar say of themselves: whose, whether they are free."""

from __future__ import annotations

from collections.abc import Iterable

from calbook.core.busy import SkippedEvent
from calbook.core.checks import NAME_LENGTH, fold_email
from calbook.ical.reading.components import Component
from calbook.ical.reading.properties import Properties, text_of


def is_one_event(found: Properties) -> bool:
    """Whether a VFREEBUSY is Radicale's of an event that is busy."""
    kind = text_of(found, "FBTYPE").strip().upper() or "FREE"
    return kind != "FREE" and "FREEBUSY" not in found


def group_by_uid(blocks: Iterable[Component]) -> Iterable[list[Component]]:
    """The components of one UID together; those without one each alone."""
    found: dict[object, list[Component]] = {}
    for number, block in enumerate(blocks):
        uid = block.first("UID") if block.kind == "VEVENT" else None
        found.setdefault(number if uid is None else uid, []).append(block)
    return found.values()


def count_events(group: list[Component]) -> int:
    """How many events they are: those that change one of them are none."""
    return sum("RECURRENCE-ID" not in block.names for block in group) or 1


def name_event(block: Component, reason: str) -> SkippedEvent:
    uid = block.first("UID")
    return SkippedEvent(None if uid is None else uid[:NAME_LENGTH], block.line, reason)


def name_object(skipped: SkippedEvent, name: str) -> SkippedEvent:
    """What belongs to no event is named by the object that it stands in."""
    stem = name.removesuffix(".ics")[:NAME_LENGTH]
    return skipped if skipped.uid else skipped._replace(uid=stem)


def is_free(found: Properties, email: str | None) -> bool:
    """Whether its host can be booked all the same.

    Without TRANSP an event is opaque, whole days too (RFC 5545, 3.8.2.7).
    """
    status, transparency, outlook = (
        text_of(found, name).strip().upper()
        for name in ("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS")
    )
    if (
        status in {"CANCELLED", "CANCELED"}
        or transparency == "TRANSPARENT"
        or outlook == "FREE"
    ):
        return True
    if not transparency and outlook == "WORKINGELSEWHERE":
        return True
    return email is not None and any(
        attendee.about == "DECLINED" and fold_email(attendee.value) == email
        for attendee in found.get("ATTENDEE", ())
    )


def title_of(found: Properties) -> str | None:
    """The event's title as one line that fits, if it has one."""
    words = text_of(found, "SUMMARY").replace("\0", "").split()
    return " ".join(words)[:NAME_LENGTH] or None
