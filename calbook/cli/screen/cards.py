"""Event types, hosts, schedules and webhooks in words for people."""

from collections.abc import Mapping, Sequence

from calbook.cli.output import Json
from calbook.cli.screen import words
from calbook.core.people import ASKED
from calbook.core.text import printable
from calbook.core.time import times


def opening_hours(availability: Sequence[Mapping[str, str]]) -> str:
    """`Mon–Fri 09:00–17:00; Sat 10:00–13:00`."""
    by_day: dict[str, list[str]] = {}
    for window in availability:
        by_day.setdefault(window["day"], []).append(_window(window))
    runs: list[tuple[list[str], str]] = []
    for day, windows in by_day.items():
        text = ", ".join(windows)
        if runs and runs[-1][1] == text and _is_next_day(runs[-1][0][-1], day):
            runs[-1][0].append(day)
        else:
            runs.append(([day], text))
    return "; ".join(f"{_days(days)} {text}" for days, text in runs) or "closed"


def _window(window: Mapping[str, str]) -> str:
    return f"{window['startTime']}–{window['endTime']}"


def _is_next_day(day: str, next_day: str) -> bool:
    return times.WEEKDAYS.index(next_day) == times.WEEKDAYS.index(day) + 1


def _days(days: Sequence[str]) -> str:
    names = [day[:3].capitalize() for day in days]
    return names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}"


def override_text(item: Json) -> str:
    open_time = ", ".join(_window(window) for window in item["availability"])
    reason = f" ({item['reason']})" if item["reason"] else ""
    return f"{item['date']} {open_time or 'closed'}{reason}"


def schedule_card(schedule: Json) -> str:
    return words.card_text(
        [
            ("Schedule", schedule["id"]),
            ("Name", schedule["name"]),
            ("Zone", schedule["timezone"]),
            ("Hours", opening_hours(schedule["availability"]).replace("; ", "\n")),
            ("Overrides", "\n".join(override_text(o) for o in schedule["overrides"])),
        ]
    )


def delivery_kind(type: str) -> str:
    """`created`, as people type it too; an `invitation` by mail."""
    plain = type.removeprefix("booking.").removeprefix("calendar.")
    return words.MAILS.get(type, plain)


def webhook_card(webhook: Json, tz: str) -> str:
    secret = webhook.get("secret")
    ends = webhook["oldSecretsUntil"]
    old = [f"one signs until {words.moment_text(end, tz)}" for end in ends]
    return words.card_text(
        [
            ("Webhook", webhook["id"]),
            ("URL", webhook["url"]),
            ("Events", ", ".join(map(delivery_kind, webhook["events"])) or "all"),
            ("Headers", words.pairs_text(webhook["headers"])),
            ("Active", active_text(webhook)),
            ("Plain http", webhook["allowHttp"] and "allowed"),
            ("Secret", secret and f"{secret}\nIt is not shown again."),
            ("Old secrets", "\n".join(old)),
            ("Times in", old and tz),
        ]
    )


def active_text(webhook: Json) -> str:
    """`yes`, or why not."""
    if webhook["active"]:
        return "yes"
    reason = webhook["disabledReason"]
    return f"no ({reason})" if reason else "no"


def answer_text(attempt: Json) -> str:
    """`500: out of order`, or what went wrong."""
    code, response = attempt["code"], attempt["response"]
    return ": ".join(filter(None, [str(code or ""), response]))


def attempt_card(attempt: Json) -> str:
    took = f"in {attempt['milliseconds']} ms"
    return f"Delivered {took}: {printable(answer_text(attempt))}\n"


def _retired_text(host: Json) -> str | None:
    since = host["retiredAt"]
    return since and f"from {words.moment_text(since, host['timezone'])} on"


def host_card(host: Json) -> str:
    return words.card_text(
        [
            ("Host", host["id"]),
            ("Name", host["name"]),
            ("E-mail", host["email"]),
            ("Zone", host["timezone"]),
            ("Language", host["language"]),
            ("Schedule", host["scheduleId"]),
            ("Limits", ", ".join(host["limits"])),
            ("Retired", _retired_text(host)),
        ]
    )


def resource_card(resource: Json) -> str:
    return words.card_text(
        [
            ("Resource", resource["id"]),
            ("Name", resource["name"]),
            ("Kind", resource["kind"]),
            ("Holds", resource["capacity"] and f"{resource['capacity']} persons"),
            ("Zone", resource["timezone"]),
            ("Schedule", resource["scheduleId"]),
        ]
    )


def person_card(person: Json) -> str:
    figures = person.get("figures") or {}
    met = [
        f"{figures[key]} {word}" for key, word in _FIGURES.items() if figures.get(key)
    ]
    return words.card_text(
        [
            ("Person", person["id"]),
            ("Name", person["name"]),
            ("E-mail", person["email"]),
            ("Phone", person["phone"]),
            ("Number", person["ref"]),
            ("Zone", person["timezone"]),
            ("Language", person["language"]),
            ("Bookings", person["bookings"]),
            ("Meetings", ", ".join(met)),
        ]
    )


_FIGURES = {
    **{"pending": "requested", "confirmed": "to come", "completed": "over"},
    **{"noShow": "missed", "cancelled": "cancelled"},
}


def need_text(need: Json) -> str:
    """`1 of room1, room2`; `room1` where there is no choice."""
    names = ", ".join(map(words.short_host, need["of"]))
    if need["count"] == len(need["of"]):
        return names
    rule = need["rule"]
    by = "" if rule == "LEAST_RECENT" else f" by {rule}"
    return f"{need['count']} of {names}{by}"


def event_type_card(item: Json) -> str:
    return words.card_text(
        [
            ("Event type", item["id"]),
            ("Title", item["title"]),
            ("Description", item["description"]),
            ("Duration", durations_text(item)),
            ("Hosts", "\n".join(_assignment(host) for host in item["hosts"])),
            ("Sharing", _sharing(item)),
            ("Needs", "\n".join(map(need_text, item["needs"]))),
            ("Schedule", item["scheduleId"] or "each host's own"),
            ("Own hours", item["availability"] and _own_hours(item)),
            ("Location", words.location_text(item["location"])),
            ("Meeting link", item["meetingUrlTemplate"]),
            ("Buffers", _buffers(item)),
            ("Notice", item["minimumNotice"] and minutes_text(item["minimumNotice"])),
            ("Advance", item["maximumAdvance"] and f"{item['maximumAdvance']} days"),
            ("Dates", _dates(item)),
            ("Starts every", minutes_text(item["slotInterval"])),
            ("A day", item["slotsPerDay"] and f"{item['slotsPerDay']} bookings"),
            ("Limits", _limits(item)),
            ("Breaks", _breaks(item)),
            ("A person", _per_person(item)),
            ("Confirmation", item["requiresConfirmation"] and "by the host"),
            ("Cancellation", _cancellation(item)),
            ("Seats", item["seats"]),
            ("Asks for", _contact_text(item["contact"])),
            ("Who waits", _waiting(item)),
            ("A no by mail", item["onDecline"] == "CANCEL" and "cancels, in time"),
            ("Questions", "\n".join(_question(q) for q in item["questions"])),
            ("Mail", item["notify"] and _MAIL),
            ("Reminders", "\n".join(_reminder(r) for r in item["reminders"])),
            ("Metadata", words.pairs_text(item["metadata"])),
            ("Active", "yes" if item["active"] else "no"),
        ]
    )


def _contact_text(contact: str) -> str:
    return ASKED[contact][0] if contact in ASKED else "a name alone"


def _waiting(item: Json) -> str | None:
    """What becomes of who waits for time, where it is not as it is unless said."""
    if item["onFree"] == "BOOK":
        return "is booked when there is time"
    if item["holdMinutes"] == _HELD:
        return None
    return f"is offered time for {item['holdMinutes']} minutes"


_HELD = 60  # minutes, unless said
_MAIL = "attendees are told of all that concerns their calendars"


def _sharing(item: Json) -> str | None:
    """How several hosts share the bookings: `ROUND_ROBIN, LEAST_RECENT`."""
    if item["schedulingType"] == "SINGLE":
        return None
    if item["schedulingType"] != "ROUND_ROBIN":
        return str(item["schedulingType"])
    rule = item["roundRobin"] or {"algorithm": "LEAST_RECENT"}
    days = item["countWindow"]
    window = f" within {days} days" if days is not None else ""
    return f"ROUND_ROBIN, {rule['algorithm']}{window}"


def minutes_text(count: int) -> str:
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
    return f"{minutes_text(before)} before, {minutes_text(after)} after"


def durations_text(item: Json) -> str:
    """`30 min`, or `30 min or 1 h` where one chooses."""
    *others, last = map(minutes_text, item["durations"])
    return " or ".join(filter(None, [", ".join(others), last]))


def _own_hours(item: Json) -> str:
    return opening_hours(item["availability"]).replace("; ", "\n")


def _dates(item: Json) -> str:
    limits = (("from", item["firstDate"]), ("to", item["lastDate"]))
    return " ".join(f"{word} {day}" for word, day in limits if day)


def _limits(item: Json) -> str:
    """Those that have no row of their own."""
    return ", ".join(x for x in item["limits"] if x != f"{item['slotsPerDay']}/day")


def _per_person(item: Json) -> str:
    most = item["perPersonOpen"]
    opened = [] if most is None else [f"{most} to come"]
    double = ["never two at the same time"] if item["noDouble"] else []
    return ", ".join([*item["perPerson"], *opened, *double])


def _breaks(item: Json) -> str | None:
    if item["maxInARow"] is None:
        return None
    return f"{minutes_text(item['breakAfter'])} after {item['maxInARow']} in a row"


def _cancellation(item: Json) -> str:
    if not item["allowCancellation"]:
        return "by the host only"
    if item["cancellationDeadline"] is None:
        return "any time"
    return f"until {minutes_text(item['cancellationDeadline'])} before"


def _reminder(reminder: Json) -> str:
    return f"{minutes_text(reminder['minutesBefore'])} before, to {_TO[reminder['to']]}"


_TO = {"attendee": "the attendee", "host": "the host", "all": "all"}


def _question(question: Json) -> str:
    options = f" ({', '.join(question['options'])})" if question["options"] else ""
    needed = ", required" if question["required"] else ""
    kind = f"[{question['type'].lower()}{needed}]{options}"
    return f"{question['key']}: {question['label']} {kind}"
