"""What was erased of a person, and where they are named still, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from calbook.core.text import printable

if TYPE_CHECKING:
    from calbook.api.values.json_types import NamedPlace
    from calbook.api.values.people import Erasure

_PLACES = {
    "attendees": "persons in bookings",
    "attempts": "answers to mail",
    "counter proposals": "proposals of other times",
    "deliveries": "mails",
    "events": "entries of the history",
    "idempotency keys": "requests that are kept",
    "occurrences": "dates",
    "people": "the book of people",
    "person keys": "addresses and numbers",
    "waiting": "the waiting list",
}
# What stands there, and what is to be done; of a booking with its uid.
_IN_BOOKING = {
    ("bookings", "notes"): "the notes of {uid} (calbook update {uid} --notes …)",
    ("bookings", "metadata"): "the metadata of {uid} (calbook update {uid} --meta …)",
    ("bookings", "location"): "the place of {uid} (calbook update {uid} --location …)",
    ("bookings", "responses"): "the answers of {uid}",
    ("attendees", "name"): "somebody of the same name in {uid}"
    " (calbook erase NAME --uid {uid})",
    ("deliveries", "payload"): "a mail about {uid}",
    ("notes", "content"): "a note on {uid}",
    ("private notes", "content"): "a private note on {uid}",
    ("occurrences", "reason"): "the reason of a cancellation of {uid}",
    ("occurrences", "move reason"): "the reason of a move of {uid}",
}
_ELSEWHERE = {
    "waiting": "the waiting list, by the same name: (calbook erase NAME --uid {key})",
    "hosts": "the {field} of {key} (calbook host update {key} --{field} …)",
    "event types": "the {field} of {key} (calbook event update {key})",
    "deliveries": "a mail that waits, {key} (calbook deliver, and erase again)",
    "busy": "busy time of a calendar, which brings it again: {key}",
}
# Where a name is taken out by `--texts`.
_TEXTS = frozenset(
    {
        *("bookings", "occurrences", "events", "notes", "private notes"),
        *("idempotency keys", "counter proposals", "deliveries"),
    }
)


def erasure_lines(done: Erasure, label: str) -> Iterator[str]:
    """A line for each place; `label` is what the person is called."""
    would = "would be " if done.dry_run else ""
    if is_nothing(done):
        yield f"Nothing is held of {label}"
    if done.places:
        what = "Would erase" if done.dry_run else "Erased"
        yield f"{what} {label}, in so many places:"
    for each in done.places:
        place = _PLACES.get(each["place"], each["place"])
        yield f"  {place}: {each['count']:,}"
    waits = [key for key in done.cancelled if key.startswith("wait_")]
    bookings = [key for key in done.cancelled if key not in waits]
    for what, keys in (
        ("cancelled", bookings),
        ("left, where others stay", done.left),
        ("taken off the waiting list", waits),
    ):
        if keys:
            yield f"{would}{what}: {', '.join(keys)}".capitalize()
    if done.mails_dropped:
        yield f"{done.mails_dropped:,} mails that waited {would or 'are '}dropped"
    yield from _elsewhere_lines(done)
    if not (done.dry_run or done.compacted):
        yield "The room is not given back yet: calbook db compact"
    if done.copies and done.places:
        import shlex  # few have copies

        yield "Copies of the file hold it still. To remove them:"
        yield f"  rm -r {shlex.join(done.copies)}"


def is_nothing(done: Erasure) -> bool:
    return not (done.places or done.cancelled or done.left)


def _elsewhere_lines(done: Erasure) -> Iterator[str]:
    if not done.elsewhere:
        return
    yield "Still named in what is not theirs; look after it yourself:"
    for line in dict.fromkeys(map(_place_text, done.elsewhere)):
        yield f"  {printable(line)}"
    if any(e["place"] in _TEXTS or _is_of_guest(e) for e in done.elsewhere):
        yield (
            "To take the name out of texts, where it can mean nobody else:"
            " calbook erase NAME --texts"
        )


def _is_of_guest(item: NamedPlace) -> bool:
    return item["place"] == "attendees" and item["field"] != "name"


def _place_text(item: NamedPlace) -> str:
    place, field = item["place"], item["field"].replace("_", " ")
    if uid := item["uid"]:
        other = "what a person in {uid} wrote" if _is_of_guest(item) else None
        history = "the history of {uid}" if place == "events" else None
        said = _IN_BOOKING.get((place, field)) or other or history
        return (said or "the {field} of {uid}").format(uid=uid, field=field)
    said = _ELSEWHERE.get(place, "{place} {key}: {field}")
    return said.format(place=place, key=item["key"], field=field)
