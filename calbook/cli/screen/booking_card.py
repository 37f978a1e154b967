"""A booking as a card: its facts, a line each."""

from collections.abc import Sequence

from calbook.cli.output import Json
from calbook.cli.screen.counters import counter_text
from calbook.cli.screen.replies import reply_text
from calbook.cli.screen.words import (
    attendance_text,
    card_text,
    location_text,
    meeting_time,
    moment_text,
    own_dates_text,
    pairs_text,
    person_text,
    series_text,
    short_host,
    status_and_attendance,
    status_text,
)


def _occurrences(items: Sequence[Json], tz: str) -> list[str]:
    """`2024-01-15  Mon 15 Jan 2024, 10:00–11:00  CONFIRMED`, in columns."""
    times = [meeting_time(item, tz, with_zone=False) for item in items]
    width = max(map(len, times))
    several = len({tuple(item["hostIds"]) for item in items}) > 1
    return [
        f"{item['date']}  {time:<{width}}  {status_and_attendance(item)}"
        + _replies(item)
        + (f", with {', '.join(item['hostIds'])}" if several else "")
        for item, time in zip(items, times, strict=True)
    ]


def _replies(occurrence: Json) -> str:
    """`, ada@example.com declined`: what was answered to this date alone."""
    said = occurrence["replies"].items()
    words = [f"{who} {reply_text(reply)}" for who, reply in said if reply["partstat"]]
    return "".join(f", {text}" for text in words[:3]) + ", …" * (len(words) > 3)


def _attendee(booking: Json) -> str:
    """In a group each person came or did not; else the status says it."""
    attendee = booking["attendee"]
    if booking["guests"]:
        return _person(attendee)
    answer = reply_text(attendee)
    return f"{person_text(attendee)}: {answer}" if answer else person_text(attendee)


def _person(attendee: Json) -> str:
    """Who, whether they came, and what they brought to a group."""
    brought = [pairs_text(attendee.get(key) or {}) for key in ("responses", "metadata")]
    dates = own_dates_text(attendee)
    came, answer = attendance_text(attendee), reply_text(attendee)
    facts = [dates, answer, came, *brought, attendee.get("notes")]
    more = "; ".join(filter(None, facts)).replace("\n", "; ")
    return f"{person_text(attendee)}: {more}" if more else person_text(attendee)


def _outcome(booking: Json) -> str:
    """A booking's status; of a single meeting also who came."""
    single = [] if booking["recurring"] else booking["occurrences"]
    return status_and_attendance(single[0]) if single else status_text(booking)


_LISTED = 12  # dates of a series that a card lists


def _dates(booking: Json, tz: str | None) -> str:
    """The first dates of a series, and where the others are listed."""
    if not booking["recurring"]:
        return ""
    zone = tz or booking["timezone"]
    items = booking["occurrences"]
    lines = _occurrences(items[:_LISTED], zone)
    if more := len(items) - len(lines):
        lines.append(f"and {more} more: calbook occurrences {booking['uid']}")
    return "\n".join(lines)


def _held_until(booking: Json, tz: str | None) -> str | None:
    until = booking["heldUntil"]
    return until and moment_text(until, tz or booking["timezone"])


def booking_card(
    booking: Json,
    tz: str | None = None,
    *,
    counters: Sequence[Json] = (),
    calendars: Sequence[Json] = (),
) -> str:
    """With the other times that attendees propose, and where it was written."""
    written = [f"{each['name']} of {short_host(each['hostId'])}" for each in calendars]
    return card_text(
        [
            ("Booking", booking["uid"]),
            ("When", meeting_time(booking, tz)),
            ("Status", _outcome(booking)),
            ("Held until", _held_until(booking, tz)),
            ("Repeats", booking["recurring"] and series_text(booking)),
            ("Dates", _dates(booking, tz)),
            ("Cancelled by", booking["cancelledBy"]),
            ("Reason", booking["reason"]),
            ("Event type", booking["eventTypeId"]),
            ("Host", ", ".join(booking["hostIds"])),
            ("Resources", ", ".join(booking["resourceIds"])),
            ("Attendee", _attendee(booking)),
            ("Phone", booking["attendee"]["phone"]),
            ("Number", booking["attendee"]["ref"]),
            ("Their zone", booking["attendee"]["timezone"]),
            ("Language", booking["attendee"]["language"]),
            ("Proposed", "\n".join(counter_text(each, tz) for each in counters)),
            ("Guests", "\n".join(_person(guest) for guest in booking["guests"])),
            ("Location", location_text(booking["location"])),
            ("Meeting link", booking["meetingUrl"]),
            ("Notes", booking["notes"]),
            ("Answers", pairs_text(booking["responses"])),
            ("Metadata", pairs_text(booking["metadata"])),
            ("Overridden", ", ".join(booking["overrides"])),
            ("Written in", ", ".join(written)),
            ("Booked", moment_text(booking["createdAt"], tz or booking["timezone"])),
            ("Version", f"{booking['version']} (sequence {booking['sequence']})"),
        ]
    )
