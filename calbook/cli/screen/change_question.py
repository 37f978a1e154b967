"""What a change that is asked for once more would take away, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from calbook.cli.output import Json
from calbook.cli.screen import words
from calbook.core.people import label
from calbook.wire.writing.bookings import takes_part

_MOST = 10  # bookings that are named


def booking_lines(bookings: Sequence[Json], tz: str | None) -> list[str]:
    """Each with its time, status and who comes; of many the first."""
    lines = [
        f"  {words.short_uid(each['uid'])}  {words.meeting_time(each, tz)}"
        f"  {words.attendee_text(each)}, {each['title']}"
        + (f" ({each['status']})" if each["status"] != "CONFIRMED" else "")
        for each in bookings[:_MOST]
    ]
    more = len(bookings) - _MOST
    return [*lines, f"  and {more:,} more"] if more > 0 else lines


def dates_text(
    booking: Json, dates: Sequence[str], wanted: Mapping[str, Any], tz: str | None
) -> str:
    """`bk_… on Tue 29 Dec 2026`, or how many dates, and which of them."""
    uid = booking["uid"]
    if not booking["recurring"]:
        return str(uid)
    about = [o for o in booking["occurrences"] if o["date"] in dates]
    first = words.day_text(about[0]["startTime"], tz or booking["timezone"])
    if len(about) == 1:
        return f"{uid} on {first}"
    if wanted.get("all"):
        return f"all {len(about)} dates of {uid} still to come"
    since = f" from {first} on" if wanted.get("from_date") else ""
    return f"{len(about)} dates of {uid}{since}"


def persons_text(booking: Json, dates: Sequence[str]) -> str:
    """` for Dora`, ` for all 3 persons`: who takes part on any of the dates."""
    people = [booking["attendee"], *booking["guests"]]
    there = [p for p in people if any(takes_part(p, date) for date in dates)]
    if len(there) > 1:
        return f" for all {len(there)} persons"
    return f" for {label(there[0])}" if there else ""
