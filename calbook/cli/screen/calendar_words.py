"""Calendars elsewhere and their busy time in words for people."""

from datetime import datetime, time, timedelta

from calbook.cli.output import Json
from calbook.cli.screen import words
from calbook.core.model import DAY, MINUTE, SECOND, Span
from calbook.core.time import times


def busy_time_text(item: Json, tz: str | None = None, *, with_zone: bool = True) -> str:
    """`Mon 18 Jan 2027, 10:00–12:00`, or `2027-02-01 to 2027-02-05` of whole days.

    Of a calendar its first and last day.
    """
    if item["startTime"] is None:
        return ""
    zone = tz or item["timezone"]
    start, end = words.time_span(item)
    whole = all(times.wall_time(edge, zone).time() == time() for edge in (start, end))
    if item["kind"] == "own" and not whole:
        text = words.span_text(Span(start, end), zone)
    else:
        dates = (times.local_date(at, zone) for at in (start, end - SECOND))
        text = " to ".join(dict.fromkeys(map(str, dates)))
    return f"{text} {zone}" if with_zone else text


def busy_counts(item: Json, tz: str | None) -> list[str]:
    """What a calendar came to; of own busy time nothing."""
    if item["kind"] == "own":
        return []
    if item["horizon"] is None:
        return []
    last = datetime.fromisoformat(item["horizon"]) - SECOND
    return [
        words.count_text(item["stretches"], "busy stretch", "busy stretches"),
        *_count(item["free"], "free"),
        *_count(item["bookings"], "of your own bookings"),
        *_count(item["skippedCount"], "skipped"),
        *_count(item["remarkCount"], "guessed"),
        f"looks ahead to {times.local_date(last, tz or item['timezone'])}",
    ]


def _count(number: int, word: str) -> list[str]:
    return [f"{number} {word}"] * bool(number)


def busy_state(item: Json, tz: str | None, now: datetime) -> list[str]:
    """What a calendar came to, how long ago it was seen to be so, and a fault since."""
    counts = busy_counts(item, tz)
    if item["overlapping"]:
        on = words.count_text(len(item["overlapping"]), "booking", "bookings")
        counts.insert(len(counts[:1]), f"lies on {on}")
    if item["checkedAt"] is not None:
        age = now - datetime.fromisoformat(item["checkedAt"])
        if age >= MINUTE:
            counts.append(f"seen {age_text(age)} ago")
        elif item["fault"]:
            counts.append("seen just now")
    return counts + [f"not read: {item['fault']}"] * bool(item["fault"])


def overlap_text(item: Json) -> str:
    """Which bookings lie in busy time that came later."""
    uids = item["overlapping"]
    more = f" and {len(uids) - 5} more" if len(uids) > 5 else ""
    verb = "lies" if len(uids) == 1 else "lie"
    return (
        f"{', '.join(uids[:5])}{more} {verb} in that busy time of"
        f" {item['hostId']}: what is booked stays"
    )


def age_text(age: timedelta) -> str:
    """In the largest unit that it fills: `3 days`, `2 h`, `15 min`."""
    for length, one, many in (
        (DAY, "day", "days"),
        (60 * MINUTE, "h", "h"),
        (MINUTE, "min", "min"),
    ):
        if age >= length:
            return words.count_text(age // length, one, many)
    return "0 min"


def busy_change_lines(what: str, item: Json, tz: str | None) -> list[str]:
    """After a change: what, whose, when; what came to nothing, and why."""
    lines = [f"{what} {item['name']} of {item['hostId']}: "]
    if item["kind"] == "own":
        lines[0] += busy_time_text(item, tz)
        return lines + [f"  {item['reason']}"] * bool(item["reason"])
    lines[0] += "; ".join(busy_counts(item, tz))
    return lines + [f"  {line}" for line in said_of_events(item)]


def feed_form(item: Json) -> str:
    """What of the bookings a published feed says."""
    if item["busyOnly"]:
        return "busy only"
    return "titles" if item["redacted"] else "all"


def said_of_events(item: Json) -> list[str]:
    """The first of the events that could not be read, and of those that were guessed.

    And how many more there are of each.
    """
    skipped = [f"skipped {_named(each)}" for each in item["skipped"][:_NAMED]]
    remarks = [f"guessed {_named(each)}" for each in item["remarks"][:_NAMED]]
    return [
        *skipped,
        *_more(item["skippedCount"]),
        *remarks,
        *_more(item["remarkCount"]),
    ]


def _more(count: int) -> list[str]:
    return [f"and {count - _NAMED} more"] if count > _NAMED else []


_NAMED = 3  # events of a kind that people are told of


def _named(each: Json) -> str:
    """Long ids are Outlook's, and say nothing to anybody."""
    uid = each["uid"] or ""
    short = uid if len(uid) <= 40 else f"{uid[:39]}…"
    which = f"{short} in line" if uid else "what begins in line"
    return f"{which} {each['line']}: {each['reason']}"
