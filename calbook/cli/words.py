"""Bookings and catalog in words for people: one line, one card."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from calbook.core import times
from calbook.core.text import visible

Json = dict[str, Any]

_SHORT = 9  # letters of a uid that people see: bk_ and six


def short(uid: str) -> str:
    """The uid as it is shown in tables; it can be typed like this too."""
    return uid[:_SHORT]


def when(booking: Json, tz: str | None = None, *, with_zone: bool = True) -> str:
    """`Mon 18 Jan 2027, 10:00–10:30 Europe/Lisbon`."""
    zone = tz or booking["timezone"]
    spoken = times.spoken(
        datetime.fromisoformat(booking["startTime"]),
        datetime.fromisoformat(booking["endTime"]),
        zone,
    )
    return f"{spoken} {zone}" if with_zone else spoken


def moment(text: str, tz: str) -> str:
    """`Mon 18 Jan 2027, 10:00`."""
    return times.spoken_moment(datetime.fromisoformat(text), tz)


def status(booking: Json) -> str:
    """`CANCELLED (rejected)`: the status, and how a cancelled one ended."""
    ended = booking["resolution"]
    plain = ended in (None, "cancelled")
    return booking["status"] if plain else f"{booking['status']} ({ended})"


def person(attendee: Json) -> str:
    name, email = attendee["name"], attendee["email"]
    return f"{name} <{email}>" if name else str(email)


def place(location: Mapping[str, str] | None) -> str | None:
    if location is None:
        return None
    kind = location["type"].replace("_", " ").lower()
    detail = [value for key, value in location.items() if key != "type"]
    return ": ".join([kind, *detail])


def change(what: str, booking: Json, tz: str | None) -> str:
    """After a change: what, which, the whole moment with its zone; then who."""
    return (
        f"{' '.join(filter(None, [what, booking['uid']]))}: {when(booking, tz)}\n"
        f"  {person(booking['attendee'])}, {status(booking)}"
    )


def card(facts: Iterable[tuple[str, object]]) -> str:
    """Labels and values under each other; empty ones are left out."""
    shown = [(label, visible_lines(str(value))) for label, value in facts if value]
    margin = max((len(label) for label, _ in shown), default=0) + 2
    return "".join(
        f"{label:<{margin}}{lines[0]}\n"
        + "".join(f"{'':<{margin}}{line}\n" for line in lines[1:])
        for label, lines in shown
    )


def visible_lines(text: str) -> list[str]:
    """Each line harmless to show; the breaks between them are kept."""
    return [visible(line) for line in text.replace("\r\n", "\n").split("\n")]


def pairs(values: Mapping[str, Any]) -> str:
    return "\n".join(
        f"{key}: {value if isinstance(value, str) else json.dumps(value)}"
        for key, value in values.items()
    )


def details(event: Json, tz: str) -> str:
    """What differs after an event: `Mon 18 Jan 2027, 10:00 → …; a reason`."""
    facts = dict(event["change"])
    move = [moment(facts.pop(key), tz) for key in ("from", "to") if key in facts]
    reason = facts.pop("reason", None)
    rest = [
        f"{key}: {', '.join(value) if isinstance(value, list) else value}"
        for key, value in facts.items()
        if value not in (None, "cancelled")
    ]
    return "; ".join(filter(None, [" → ".join(move), *rest, reason]))


def booking_card(booking: Json, tz: str | None = None) -> str:
    return card(
        [
            ("Booking", booking["uid"]),
            ("When", when(booking, tz)),
            ("Status", status(booking)),
            ("Cancelled by", booking["cancelledBy"]),
            ("Reason", booking["reason"]),
            ("Event type", booking["eventTypeId"]),
            ("Host", ", ".join(booking["hostIds"])),
            ("Attendee", person(booking["attendee"])),
            ("Phone", booking["attendee"]["phone"]),
            ("Their zone", booking["attendee"]["timezone"]),
            ("Guests", "\n".join(person(guest) for guest in booking["guests"])),
            ("Location", place(booking["location"])),
            ("Meeting link", booking["meetingUrl"]),
            ("Notes", booking["notes"]),
            ("Answers", pairs(booking["responses"])),
            ("Metadata", pairs(booking["metadata"])),
            ("Overridden", ", ".join(booking["overrides"])),
            ("Booked", moment(booking["createdAt"], tz or booking["timezone"])),
            ("Version", f"{booking['version']} (sequence {booking['sequence']})"),
        ]
    )


def hours(availability: Sequence[Mapping[str, str]]) -> str:
    """`Mon–Fri 09:00–17:00; Sat 10:00–13:00`."""
    by_day: dict[str, list[str]] = {}
    for window in availability:
        by_day.setdefault(window["day"], []).append(_window(window))
    runs: list[tuple[list[str], str]] = []
    for day, windows in by_day.items():
        text = ", ".join(windows)
        if runs and runs[-1][1] == text and _follows(runs[-1][0][-1], day):
            runs[-1][0].append(day)
        else:
            runs.append(([day], text))
    return "; ".join(f"{_days(days)} {text}" for days, text in runs) or "closed"


def _window(window: Mapping[str, str]) -> str:
    return f"{window['startTime']}–{window['endTime']}"


def _follows(day: str, next_day: str) -> bool:
    return times.WEEKDAYS.index(next_day) == times.WEEKDAYS.index(day) + 1


def _days(days: Sequence[str]) -> str:
    names = [day[:3].capitalize() for day in days]
    return names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}"


def override(item: Json) -> str:
    open_time = ", ".join(_window(window) for window in item["availability"])
    reason = f" ({item['reason']})" if item["reason"] else ""
    return f"{item['date']} {open_time or 'closed'}{reason}"


def schedule_card(schedule: Json) -> str:
    return card(
        [
            ("Schedule", schedule["id"]),
            ("Name", schedule["name"]),
            ("Zone", schedule["timezone"]),
            ("Hours", hours(schedule["availability"]).replace("; ", "\n")),
            ("Overrides", "\n".join(override(o) for o in schedule["overrides"])),
        ]
    )


def host_card(host: Json) -> str:
    return card(
        [
            ("Host", host["id"]),
            ("Name", host["name"]),
            ("E-mail", host["email"]),
            ("Zone", host["timezone"]),
            ("Schedule", host["scheduleId"]),
        ]
    )


def event_type_card(item: Json) -> str:
    return card(
        [
            ("Event type", item["id"]),
            ("Title", item["title"]),
            ("Description", item["description"]),
            ("Duration", minutes(item["duration"])),
            ("Hosts", "\n".join(_assignment(host) for host in item["hosts"])),
            ("Sharing", item["schedulingType"] != "SINGLE" and item["schedulingType"]),
            ("Schedule", item["scheduleId"] or "each host's own"),
            ("Location", place(item["location"])),
            ("Meeting link", item["meetingUrlTemplate"]),
            ("Buffers", _buffers(item)),
            ("Notice", item["minimumNotice"] and minutes(item["minimumNotice"])),
            ("Advance", item["maximumAdvance"] and f"{item['maximumAdvance']} days"),
            ("Starts every", minutes(item["slotInterval"])),
            ("A day", item["slotsPerDay"] and f"{item['slotsPerDay']} bookings"),
            ("Confirmation", item["requiresConfirmation"] and "by the host"),
            ("Cancellation", _cancellation(item)),
            ("Seats", item["seats"]),
            ("Questions", "\n".join(_question(q) for q in item["questions"])),
            ("Metadata", pairs(item["metadata"])),
            ("Active", "yes" if item["active"] else "no"),
        ]
    )


def minutes(count: int) -> str:
    """`45 min`, `2 h`, `1 h 30 min`, `2 d`."""
    days, rest = divmod(count, 1440)
    hours, left = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (left, "min")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 min"


def _assignment(host: Json) -> str:
    extra = [
        f"weight {host['weight']}" if host["weight"] != 1 else "",
        "fixed" if host["isFixed"] else "",
        f"priority {host['priority']}" if host["priority"] else "",
    ]
    return " ".join([host["userId"], *filter(None, extra)])


def _buffers(item: Json) -> str | None:
    before, after = item["bufferBefore"], item["bufferAfter"]
    if not before and not after:
        return None
    return f"{minutes(before)} before, {minutes(after)} after"


def _cancellation(item: Json) -> str:
    if not item["allowCancellation"]:
        return "by the host only"
    if item["cancellationDeadline"] is None:
        return "any time"
    return f"until {minutes(item['cancellationDeadline'])} before"


def _question(question: Json) -> str:
    options = f" ({', '.join(question['options'])})" if question["options"] else ""
    needed = ", required" if question["required"] else ""
    return (
        f"{question['key']}: {question['label']}"
        f" [{question['type'].lower()}{needed}]{options}"
    )
