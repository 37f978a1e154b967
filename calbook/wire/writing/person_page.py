"""What is held of a person as a page that they can read: Markdown, in whole sentences.

Slow to import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core.time import times
from calbook.wire.writing import person_words as words
from calbook.wire.writing.person_words import quote, text_of

if TYPE_CHECKING:
    from calbook.wire.json_objects import Json

_ENDS = {
    "CANCELLED": "It was cancelled.",
    "COMPLETED": "It took place.",
    "NO_SHOW": "You did not come.",
    "PENDING": "It was asked for, and not answered.",
    "CONFIRMED": "It was confirmed.",
}
_CAME = {"attended": " You came.", "no_show": " You did not come."}


class _View(NamedTuple):
    """In which zone, and when it is looked at."""

    zone: str
    now: datetime


def person_page(lines: Iterable[Json], label: str, now: datetime) -> str:
    """`lines` are those of an export limited to the person, see `core.person_lines`."""
    found: dict[str, list[Json]] = {}
    for line in lines:
        found.setdefault(line["type"], []).append(line)
    view = _View(_zone_of(found), now)
    parts = [
        f"# What is held of {text_of(label)}",
        f"As of {_when(now.isoformat(), view)}. Times are in {view.zone}.",
        *_person(found.get("person", []), view),
        *_section("Bookings", found.get("booking", []), _booking, view),
        *_section("Waiting list", found.get("waiting", []), _entry, view),
        *_section("Mail to you", found.get("delivery", []), _mail, view),
        *_section(
            "Requests that are kept", found.get("idempotencyKey", []), _request, view
        ),
    ]
    if not found:
        parts.append("Nothing is held.")
    return "\n\n".join(parts) + "\n"


def _zone_of(found: dict[str, list[Json]]) -> str:
    """The person's own, else that of the last booking or wait."""
    persons = [p["timezone"] for p in found.get("person", []) if p["timezone"]]
    others = [
        line.get("request", {}).get("timezone") or line["timezone"]
        for kind in ("booking", "waiting")
        for line in reversed(found.get(kind, []))
    ]
    return str([*persons, *others, "UTC"][0])


def _section(title: str, lines: list[Json], write: Any, view: _View) -> Iterator[str]:
    if lines:
        yield f"## {title}"
        for line in lines:
            yield from write(line, view)


def _person(lines: list[Json], view: _View) -> Iterator[str]:
    for line in lines:
        yield "## You"
        named = {
            **{"Name": line["name"], "E-mail address": line["email"]},
            **{"Phone number": line["phone"], "Customer number": line["ref"]},
            **{"Time zone": line["timezone"], "Language": line["language"]},
        }
        yield _list(f"{key}: {text_of(value)}" for key, value in named.items() if value)
        keys = [key for key in line["keys"] if not key.startswith("id:")]
        since = _when(line["createdAt"], view)
        yield f"You are known since {since}, as `{line['id']}`."
        if keys:
            yield f"You are found by {', '.join(map(words.key_text, keys))}."


def _booking(line: Json, view: _View) -> Iterator[str]:
    yield f"### {text_of(line['title'])} ({line['uid']})"
    yield f"It was booked {_when(line['createdAt'], view)}."
    yield _list(_date(each, view) for each in line["occurrences"])
    said = _said(line, view)
    for person in line["attendees"]:
        contacts = (person[key] for key in ("name", "email", "phone", "ref"))
        yield f"You are in it as {', '.join(text_of(c) for c in contacts if c)}."
        said += _said(person, view)
        for reply in person["replies"] or ():
            answer = str(reply.get("partstat")).lower()
            said.append(f"You answered: {text_of(answer)}.")
    if line["location"] and line["hasOwnLocation"]:
        said.append(f"Its place: {words.place_text(line['location'])}")
    yield from said
    for key, whose in (("hostNotes", "A note"), ("privateNotes", "A private note")):
        for note in line[key]:
            at = _when(note["createdAt"], view)
            yield f"{whose} of {at} says: {quote(note['content'])}"
    for counter in line["counterProposals"]:
        start = _when(counter["startTime"], view)
        comment = f": {quote(counter['comment'])}" if counter["comment"] else "."
        yield f"You proposed {start} instead{comment}"
    if line["events"]:
        yield "What happened to it:"
        yield _list(_event(event, view) for event in line["events"])


def _date(each: Json, view: _View) -> str:
    end = _CAME.get(each["attendance"], "") if each["status"] != "CANCELLED" else ""
    if len(each["attendances"] or {}) == 1:
        end = _CAME.get(next(iter(each["attendances"].values())), "")
    reason = each["reason"] or each["moveReason"]
    why = f" The reason: {quote(reason)}" if reason else ""
    status = each["status"]
    if status == "CONFIRMED" and datetime.fromisoformat(each["endTime"]) <= view.now:
        status = "COMPLETED"
    span = f"{_when(each['startTime'], view)} to {_when(each['endTime'], view)}."
    return f"{span} {_ENDS[status]}{end}{why}"


def _said(line: Json, view: _View) -> list[str]:
    """What somebody wrote when they booked."""
    found = []
    if line["notes"]:
        found.append(f"You wrote: {quote(line['notes'])}")
    for what, key in (("You answered", "responses"), ("Besides, it holds", "metadata")):
        if line[key]:
            found.append(f"{what}: {words.plain_text(line[key], view.zone)}")
    return found


def _event(event: Json, view: _View) -> str:
    what = event["type"].removeprefix("booking.").replace("_", " ")
    change = words.change_text(event["change"], view.zone)
    more = f": {change}" if change else ""
    return f"{_when(event['at'], view)}, {what} by the {event['by']}{more}"


def _entry(line: Json, view: _View) -> Iterator[str]:
    wants = _when(line["since"], view)
    if line["isRange"]:
        wants = f"a time from {wants} to {_when(line['until'], view)}"
    yield (
        f"You were put in line {_when(line['createdAt'], view)} for {wants}"
        f" ({words.state_text(line['state'])})."
    )
    if asked := words.request_text(line["request"], view.zone):
        yield f"You said: {asked}"


def _mail(line: Json, view: _View) -> Iterator[str]:
    yield (
        f"{_when(line['createdAt'], view)} to {text_of(line['target'])}:"
        f" {words.mail_text(line)}."
    )


def _request(line: Json, view: _View) -> Iterator[str]:
    asked = words.request_text(line["request"], view.zone)
    yield f"As `{text_of(line['key'])}`: {asked}"


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _when(moment: str, view: _View) -> str:
    return times.format_moment(datetime.fromisoformat(moment), view.zone)
