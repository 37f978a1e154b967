"""Bookings in words for people: one line, one card."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from calbook.cli import output
from calbook.cli.defaults import read_default
from calbook.cli.output import Json
from calbook.cli.screen import cells, replies
from calbook.core.model import DAY, Span
from calbook.core.people import label, label_with_contact
from calbook.core.text import close, printable
from calbook.core.time import times
from calbook.core.typing_names import Any
from calbook.wire.writing.bookings import takes_part

_SHORT = 6  # letters of an id that people see, behind bk_
_LEAST_ROOM = 20  # cells of a card beside its labels
_LOCAL = len("2024-01-15T10:00:00")  # where a time's offset begins


# What a mail is, by its `type`.
MAILS = {
    **{"request": "invitation", "cancel": "cancellation"},
    **{"reminder": "reminder", "offer": "offer"},
    "declinecounter": "no to another time",
}


def short_host(id: str) -> str:
    """As people type it, without `user_`; a resource without `res_`."""
    return id.removeprefix("user_").removeprefix("res_")


def short_uid(id: str) -> str:
    """A uid, or another id, as tables show it; it can be typed like this too."""
    return output.short_ids.get(id) or id[: id.find("_") + 1 + _SHORT]


def meeting_time(
    booking: Json, tz: str | None = None, *, with_zone: bool = True
) -> str:
    """`Mon 18 Jan 2027, 10:00–10:30 Europe/Lisbon`."""
    zone = tz or booking["timezone"]
    text = span_text(time_span(booking), zone)
    return f"{text} {zone}" if with_zone else text


def span_text(span: Span, tz: str) -> str:
    """`Mon 18 Jan 2027, 10:00–10:30`."""
    return times.format_meeting(*span, tz, clock)


def clock(wall: datetime) -> str:
    """`14:30`, or `2:30 pm` where the settings say so: of all times on a screen."""
    twelve = read_default("time_format") == "12"
    return times.clock_12(wall) if twelve else times.clock_24(wall)


def time_span(item: Json) -> Span:
    start, end = (datetime.fromisoformat(item[k]) for k in ("startTime", "endTime"))
    return Span(start.astimezone(UTC), end.astimezone(UTC))


def utc_offset(text: str, tz: str) -> str:
    """`-05:00`, of a moment in the zone."""
    return times.rfc3339(datetime.fromisoformat(text), tz)[_LOCAL:]


def moment_text(text: str, tz: str) -> str:
    """`Mon 18 Jan 2027, 10:00`."""
    return times.format_moment(datetime.fromisoformat(text), tz, clock)


def second_text(text: str, tz: str) -> str:
    """`Mon 18 Jan 2027, 10:00:30`, for what happens seconds apart."""

    def with_seconds(wall: datetime) -> str:
        hour, colon, minute = clock(wall).partition(":")
        return f"{hour}{colon}{minute[:2]}:{wall:%S}{minute[2:]}"

    return times.format_moment(datetime.fromisoformat(text), tz, with_seconds)


def day_text(text: str, tz: str) -> str:
    """`Mon 18 Jan 2027`: the local date of a moment."""
    return moment_text(text, tz).split(",")[0]


def clock_times(span: Span, day: date, tz: str) -> str:
    """`09:00–24:00` up to midnight; `22:00–Tue 02:00` into another day."""
    start, end = (times.wall_time(at, tz) for at in span)
    is_midnight = end == times.midnight(day + DAY)
    last = "24:00" if clock(end) == "00:00" else "midnight"
    until = last if is_midnight else clock_time(end, day)
    return f"{clock_time(start, day)}–{until}"


def clock_time(wall: datetime, day: date) -> str:
    return clock(wall) if wall.date() == day else f"{wall:%a} {clock(wall)}"


def status_text(booking: Json, tz: str | None = None) -> str:
    """`CANCELLED (rejected)`: the status, and how a cancelled one ended.

    Of what is held, until when: `held until 10:10`.
    """
    status, resolution = booking["status"], booking["resolution"]
    if is_held(booking):
        zone = tz or booking["timezone"]
        until, made = (
            times.wall_time(datetime.fromisoformat(booking[key]), zone)
            for key in ("heldUntil", "createdAt")
        )
        return f"held until {clock_time(until, made.date())}"
    return status if resolution in (None, "cancelled") else f"{status} ({resolution})"


def is_held(booking: Json) -> bool:
    """Whether it ends by itself unless somebody takes it."""
    return booking["status"] == "PENDING" and booking.get("heldUntil") is not None


def bookable_text(answer: Json, tz: str | None = None) -> str:
    """`Mon 18 Jan 2027, 10:00–10:30 Europe/Lisbon: can be booked, with user_me`."""
    if not answer["bookable"]:
        return f"{meeting_time(answer, tz)}: cannot be booked ({answer['code']})"
    how = f"can be booked, with {_members_text(answer)}"
    if answer["joins"]:
        how = f"joins {answer['joins']}"
    return f"{meeting_time(answer, tz)}: {how}"


def _members_text(item: Json) -> str:
    return ", ".join([*item["hostIds"], *item["resourceIds"]])


def person_text(attendee: Json) -> str:
    """`Ada <ada@example.com>`; without an address `Ada (+351 912 345 678)`."""
    return label_with_contact({**attendee, "name": close(attendee.get("name") or "")})


def attendee_text(booking: Json) -> str:
    """`Ada +2`: whom the meeting is with; of a date those who take part in it."""
    first, *others = _company(booking)
    name = label(first) if first else "nobody"
    return f"{close(name)} +{len(others)}" if others else name


def _company(booking: Json) -> list[Json | None]:
    """The persons, the primary first, or of a date whoever is there; None of nobody."""
    primary, date = booking["attendee"], booking.get("date")
    is_away = date is not None and not takes_part(primary, date)
    return [*([] if is_away else [primary]), *booking["guests"]] or [None]


def on_date(booking: Json, date: str) -> Json:
    """With those alone who take part on a date of a series."""
    guests = [person for person in booking["guests"] if takes_part(person, date)]
    return {**booking, "date": date, "guests": guests}


def location_text(location: Mapping[str, str] | None) -> str | None:
    if location is None:
        return None
    kind = location["type"].replace("_", " ").lower()
    detail = [value for key, value in location.items() if key != "type"]
    return ": ".join([kind, *detail])


def people_text(booking: Json) -> str:
    """`Ada <ada@example.com> and 2 more`; of a date who takes part in it."""
    first, *others = _company(booking)
    name = person_text(first) if first else "nobody"
    return name + (f" and {len(others)} more" if others else "")


_EVERY = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}


def recurrence_text(booking: Json) -> str:
    """`every week, 2024-01-15 to 2024-04-01: 11 of 12 dates`."""
    rule, occurrences = booking["recurring"], booking["occurrences"]
    unit = _EVERY[rule["frequency"]]
    many = f"{rule['interval']} {unit}s"
    every = f"every {unit if rule['interval'] == 1 else many}"
    days = f" on {', '.join(rule['byDay'])}" if rule["byDay"] else ""
    dates = sorted(o["date"] for o in occurrences)
    live = sum(o["status"] != "CANCELLED" for o in occurrences)
    count = f"{live} of {len(dates)} dates" if live < len(dates) else f"{live} dates"
    return f"{every}{days}, {dates[0]} to {dates[-1]}: {count}"


def dates_left_out(occurrences: Iterable[Json]) -> list[str]:
    """Those whose time was never free."""
    return [o["date"] for o in occurrences if o["resolution"] == "conflict"]


def series_text(booking: Json) -> str:
    """The rule of a series, and the dates that were left out when they were made."""
    left_out = dates_left_out(booking["occurrences"])
    lines = [f"in the way: {dates_text(left_out)}"] * bool(left_out)
    return "\n".join([recurrence_text(booking), *lines])


def dates_text(dates: Sequence[str]) -> str:
    """All of a few; of many the first, the last and how many."""
    if len(dates) <= 4:
        return ", ".join(dates)
    return f"{dates[0]} … {dates[-1]} ({len(dates)})"


def count_text(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def card_text(facts: Iterable[tuple[str, object]]) -> str:
    """Labels and values under each other; empty ones are left out."""
    given = [(label, visible_lines(str(value))) for label, value in facts if value]
    margin = max((len(label) for label, _ in given), default=0) + 2
    return "".join(
        f"{line.rstrip()}\n"
        for label, values in given
        for line in _fact_lines(label, values, margin, output.width())
    )


def _fact_lines(
    label: str, values: Sequence[str], margin: int, columns: int
) -> Iterator[str]:
    """Values in whole words beside the label, or below it where there is no room.

    A word that is longer than the screen stays one line, so that it can be copied.
    """
    if columns - margin < _LEAST_ROOM:
        yield label
        label, margin = "", 2
    room = columns - margin
    for text in (text for value in values for text in cells.fold(value, room)):
        if cells.width(text) > room:
            yield from filter(None, [label, f"  {text.strip()}"])
        else:
            yield f"{label:<{margin}}{text}"
        label = ""


def visible_lines(text: str) -> list[str]:
    """Each line harmless to show; the breaks between them are kept."""
    return [printable(line) for line in text.replace("\r\n", "\n").split("\n")]


def pairs_text(values: Mapping[str, Any]) -> str:
    import json  # slow to import, and few have any

    return "\n".join(
        f"{key}: {value if isinstance(value, str) else json.dumps(value)}"
        for key, value in values.items()
    )


def event_details(event: Json, tz: str) -> str:
    """What differs after an event: `Mon 18 Jan 2027, 10:00 → …; a reason`."""
    facts = dict(event["change"])
    if "assignments" in facts:  # it is one of them
        facts.pop("assignment", None)
    move = [moment_text(facts.pop(key), tz) for key in ("from", "to") if key in facts]
    move = move if len(set(move)) > 1 else []  # it may be handed over
    hosts, reason = _host_change(facts), facts.pop("reason", None)
    if until := facts.pop("heldUntil", None):
        facts["until"] = moment_text(until, tz)
    rest = [
        _DETAILS[key](value) if key in _DETAILS else f"{key}: {_listed(value)}"
        for key, value in facts.items()
        if value not in (None, "cancelled")
    ]
    return "; ".join(filter(None, [" → ".join(move), hosts, *rest, reason]))


def _host_change(facts: Json) -> str:
    """`user_alice → user_bob`: who hands over, and who takes it."""
    if (old := facts.pop("fromHostIds", None)) is None:
        return ""
    new = facts.pop("hostIds")
    lost, gained = ([h for h in a if h not in b] for a, b in ((old, new), (new, old)))
    return f"{', '.join(lost)} → {', '.join(gained)}"


def _turn_text(turn: Json) -> str:
    who = turn.get("hostId") or turn["resourceId"]
    return f"{who} by {turn['rule']}: {turn['because']}"


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


_DETAILS: Mapping[str, Callable[[Any], str]] = {
    "partstat": lambda word: word.lower(),
    "counter": replies.counter_detail,
    "dates": lambda dates: f"of {dates_text(dates)}",
    "attendee": person_text,
    "added": lambda people: f"added {', '.join(map(person_text, people))}",
    "removed": lambda people: f"removed {', '.join(map(person_text, people))}",
    "assignment": lambda turn: _turn_text(turn),
    "assignments": lambda turns: "; ".join(map(_turn_text, turns)),
    "note": lambda note: f"note: {note['content'] or 'removed since'}",
    "noteRemoved": lambda _: "a note was removed",
    "undoes": lambda event: f"undoes {event['type'].removeprefix('booking.')}",
}


def own_dates_text(person: Json) -> str:
    """`only 2027-01-18` of a drop-in, `not 2027-01-18` of an absence."""
    if person["onlyOn"]:
        return f"only {dates_text(person['onlyOn'])}"
    return f"not {dates_text(person['absentOn'])}" if person["absentOn"] else ""


def attendance_text(item: Json) -> str:
    """`attended`, `no-show` or nothing: of an occurrence or a person."""
    attendance: str = item["attendance"]
    return "" if attendance == "unknown" else attendance.replace("_", "-")


def status_and_attendance(item: Json) -> str:
    """`COMPLETED, attended`: an occurrence's status, and whether somebody came."""
    came = "" if item["status"] == "NO_SHOW" else _who_came(item)
    return ", ".join(filter(None, [status_text(item), came]))


def _who_came(item: Json) -> str:
    """In a group how many did, and how many did not."""
    each = list(item.get("attendances", {}).values())
    if not each:
        return attendance_text(item)
    missed = f", {each.count('no_show')} missed" if "no_show" in each else ""
    return f"{each.count('attended')} attended{missed}"
