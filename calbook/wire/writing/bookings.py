"""The public JSON: what `--json` prints, webhooks carry and `to_dict()` returns.

Made from rows alone, after a change as well as in a listing, so that there is one
way for a booking to become JSON. Light: listing imports no rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from calbook.core.booking import status_by_time
from calbook.core.json_text import loads
from calbook.core.members import hosts_among, resources_among
from calbook.core.time.times import Formatter, rfc3339, rfc3339_formatter
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.wire.json_objects import Json, load_json, load_parts

if TYPE_CHECKING:
    from calbook.wire.json_objects import Row

Answer = Callable[[], Json]  # a booking's JSON, for whoever looks at it
_Members = tuple[tuple[str, ...], tuple[str, ...]]  # hosts, resources
_OFFSET = len("2024-01-15T10:00:00")  # where a time's offset begins


class RowAnswer:
    """The JSON of a row, made once somebody looks at it: a long series takes long."""

    __slots__ = ("_made", "now", "row")

    def __init__(self, row: Row, now: int) -> None:
        self.row, self.now = row, now
        self._made: Json | None = None

    def __call__(self) -> Json:
        if self._made is None:
            self._made = booking_to_json(self.row, now=self.now)
        return self._made


def booking_to_json(row: Row, *, now: int) -> Json:
    """A booking as the clock sees it; every key is always there.

    Its parts are JSON, or lists if it was written just now.

    Of a series `startTime` and `endTime` are the first that was booked; resolution,
    cancelledBy, reason and attendance what all occurrences have in common.
    """
    stamp = rfc3339_formatter(row["timezone"])
    attendees, items = load_parts(row["attendees"]), load_parts(row["occurrences"])
    if len(items) > 1:  # stored by their keys: one may have moved past another
        items.sort(key=lambda item: item["start_at"])
    hosts, resources = members = _tell_members_apart(row["hosts"])
    occurrences = [_occurrence_to_json(item, stamp, members, now=now) for item in items]
    first = _first(row["starts_at"], items[0], occurrences[0], stamp)
    _tell_apart(occurrences, items, attendees, first["startTime"])
    together = occurrences[0] if len(items) == 1 else in_common(occurrences)
    people = [_attendee(item) for item in attendees]
    if row["is_group"]:
        _count_seats(occurrences, people)
    for each in people:
        each["attendance"] = attendance_of(each, occurrences)
    for each, item in zip(people, attendees, strict=True):
        if item["replies"]:
            _add_replies(each, loads(item["replies"]), occurrences, stamp)
    created = updated = stamp(row["created_at"])
    if row["updated_at"] != row["created_at"]:
        updated = stamp(row["updated_at"])
    status = status_by_time.summarize_status(
        row["pending_until"], row["confirmed_until"], row["final_status"], now=now
    )
    return {
        "uid": row["uid"],
        "eventTypeId": row["event_type_id"],
        "title": row["title"],
        "hostId": hosts[0],
        "hostIds": [*hosts],
        "resourceIds": [*resources],
        "startTime": first["startTime"],
        "endTime": first["endTime"],
        "timezone": row["timezone"],
        "status": status,
        "heldUntil": _held_until(items, stamp),
        "resolution": together["resolution"],
        "cancelledBy": together["cancelledBy"],
        "reason": together["reason"],
        "attendance": together["attendance"],
        "partstat": people[0]["partstat"],
        "repliedAt": people[0]["repliedAt"],
        "attendee": people[0],
        "guests": [
            {**person, **_brought(item)}
            for person, item in zip(people[1:], attendees[1:], strict=True)
        ],
        "location": load_json(row["location"]),
        "meetingUrl": row["meeting_url"],
        "notes": row["notes"],
        "responses": load_json(row["responses"]),
        "metadata": load_json(row["metadata"]),
        "recurring": load_json(row["recurring"]),
        "occurrences": occurrences,
        "overrides": load_json(row["overrides"]),
        "sequence": row["sequence"],
        "version": row["version"],
        "createdAt": created,
        "updatedAt": updated,
    }


@lru_cache
def _tell_members_apart(stored: str | tuple[str, ...]) -> _Members:
    """In a listing many bookings have the same ones."""
    ids = loads(stored) if isinstance(stored, str) else stored
    return hosts_among(ids), resources_among(ids)


def _held_until(items: list[Json], stamp: Formatter) -> str | None:
    until = items[0]["held_until"]
    return None if until is None else stamp(until)


def _first(starts_at: int, item: Json, occurrence: Json, stamp: Formatter) -> Json:
    """The first that was booked; a row may hold others only, which are as long."""
    if item["start_at"] == starts_at:
        return occurrence
    end = starts_at + item["end_at"] - item["start_at"]
    return {"startTime": stamp(starts_at), "endTime": stamp(end)}


def is_hold(answer: Json) -> bool:
    """Whether it is only held, by the booking's JSON; as `Booking.is_hold`."""
    person = answer["attendee"]
    return answer["heldUntil"] is not None and not any(
        person[key] for key in ("name", "email", "phone", "ref")
    )


_OF_ITS_OWN = ("startTime", "endTime", "status", "hostIds", "resourceIds")


def occurrence_row_to_json(row: Row, *, now: int) -> Json:
    """A booking as one of its occurrences, with `date`; the row holds that one.

    Of the guests those who take part in it.
    """
    whole = booking_to_json(row, now=now)
    [only] = whole["occurrences"]
    its_own = {key: only[key] for key in _OF_ITS_OWN}
    first = {"hostId": only["hostIds"][0]}
    guests = [p for p in whole["guests"] if takes_part(p, only["date"])]
    of_it = {**its_own, **first, "guests": guests}
    told = {"uid": whole["uid"], "date": only["date"], **whole, **of_it}
    return _with_replies_on(told, only["replies"]) if only["replies"] else told


def _with_replies_on(told: Json, replies: Json) -> Json:
    """What was answered to the date, where that is not what was answered to all."""
    persons = [
        {**person, **replies.get(_key_of(person), {})}
        for person in (told["attendee"], *told["guests"])
    ]
    primary = {key: persons[0][key] for key in ("partstat", "repliedAt")}
    return {**told, **primary, "attendee": persons[0], "guests": persons[1:]}


def _add_replies(
    person: Json, replies: list[Json], occurrences: list[Json], stamp: Formatter
) -> None:
    """What somebody answered to all, and to single dates where they are here.

    Who answered to each of their dates alike, answered that to all.
    """
    own = [o["date"] for o in occurrences if takes_part(person, o["date"])]
    said = {reply["date"]: _reply(reply, stamp) for reply in replies}
    for o in occurrences:
        if o["date"] in said:
            o["replies"] = {**o["replies"], _key_of(person): said[o["date"]]}
    words = {(said.get(day) or {}).get("partstat") for day in own}
    if None in said:
        person.update(said[None])
    elif len(words) == 1 and own:
        person.update(said.get(own[-1], {}))


def _reply(reply: Json, stamp: Formatter) -> Json:
    """One that is to be given again is none."""
    if reply["partstat"] == "NEEDS-ACTION":
        return {"partstat": None, "repliedAt": None}
    return {"partstat": reply["partstat"], "repliedAt": stamp(reply["at"])}


def _key_of(person: Mapping[str, Any]) -> str:
    key: str = person["email"] or _shown_key(person)
    return key


def in_common(occurrences: list[Json]) -> Json:
    """What the occurrences agree on; of attendance, those that take place."""
    live = [o for o in occurrences if o["status"] != "CANCELLED"]
    common = {
        key: _common_value([o[key] for o in occurrences])
        for key in ("resolution", "cancelledBy", "reason")
    }
    attendance = _common_value([o["attendance"] for o in live]) or "unknown"
    return {**common, "attendance": attendance}


def _common_value(values: list[Any]) -> Any:
    return values[0] if values and values.count(values[0]) == len(values) else None


def _attendee(item: Mapping[str, Any]) -> Json:
    """A person; whether they came to all that took place is seen later.

    So is what they answered.
    """
    return {
        "email": item["email"],
        "name": item["name"],
        "phone": item["phone"],
        "ref": item["ref"],
        "timezone": item["timezone"],
        "language": item["language"],
        "personId": item["person_id"],
        "onlyOn": loads(item["only_on"]) if item["only_on"] else [],
        "absentOn": loads(item["absent_on"]) if item["absent_on"] else [],
        "partstat": None,
        "repliedAt": None,
        "attendance": "unknown",
    }


def attendance_of(person: Mapping[str, Any], occurrences: list[Json]) -> str:
    if person["onlyOn"] or person["absentOn"]:
        occurrences = [o for o in occurrences if takes_part(person, o["date"])]
    if len(occurrences) == 1 and not occurrences[0]["attendances"]:
        together: str = occurrences[0]["attendance"]
        return together
    key = _key_of(person)
    said = [
        o["attendances"].get(key, "unknown") if o["attendances"] else o["attendance"]
        for o in occurrences
        if o["status"] != "CANCELLED"
    ]
    return _common_value(said) or "unknown"


def takes_part(person: Mapping[str, Any], date: str) -> bool:
    """Whether somebody is expected on a date, as `core.booking.participation`."""
    if person["onlyOn"]:
        return date in person["onlyOn"]
    return date not in person["absentOn"]


def _count_seats(occurrences: list[Json], people: list[Json]) -> None:
    others = [person for person in people if person["onlyOn"] or person["absentOn"]]
    regulars = len(people) - len(others)
    for o in occurrences:
        come = sum(takes_part(person, o["date"]) for person in others)
        o["seatsTaken"] = regulars + come


def _shown_key(person: Mapping[str, Any]) -> str:
    from calbook.core.people import shown_key  # only for who has no e-mail

    return shown_key(person)


def _brought(item: Mapping[str, Any]) -> Json:
    """What a guest who took a seat in a group answered and wrote."""
    return {
        "responses": load_json(item["responses"] or "{}"),
        "notes": item["notes"],
        "metadata": load_json(item["metadata"] or "{}"),
    }


def _tell_apart(
    occurrences: list[Json], items: list[Json], attendees: list[Json], first: str
) -> None:
    """Whose UTC offset differs from the first one's, and who came to which."""
    for made, item in zip(occurrences, items, strict=True):
        made["offsetDiffers"] = made["startTime"][_OFFSET:] != first[_OFFSET:]
        if item["attendances"]:
            made["attendances"] = _by_shown_key(item["attendances"], attendees)


def _by_shown_key(attendances: str, attendees: list[Json]) -> Json:
    """Stored under the person's key, shown under the e-mail that was given.

    Else the phone, number or name. Who has left since is shown by the key.
    """
    from calbook.core.people import person_key, shown_key  # only for groups

    given = {person_key(item): shown_key(item) for item in attendees}
    said = loads(attendances).items()
    return {given.get(key, key): attendance for key, attendance in said}


def _occurrence_to_json(
    item: Mapping[str, Any], stamp: Formatter, members: _Members, *, now: int
) -> Json:
    """`members` are the booking's; of a date that was handed over they are its own."""
    status = item["status"]
    resolution, cancelled_by = item["resolution"], item["cancelled_by"]
    if status_by_time.is_expired(
        status, expires_at=item["held_until"] or item["start_at"], now=now
    ):
        status, resolution, cancelled_by = "CANCELLED", "expired", "system"
    elif status_by_time.is_completed(status, end=item["end_at"], now=now):
        status = "COMPLETED"
    hosts, resources = members
    if item["hosts"]:
        hosts, resources = _tell_members_apart(item["hosts"])
    return {
        "date": item["date"],
        "startTime": stamp(item["start_at"]),
        "endTime": stamp(item["end_at"]),
        "status": status,
        "resolution": resolution,
        "cancelledBy": cancelled_by,
        "reason": item["reason"],
        "attendance": item["attendance"],
        "attendances": {},
        "replies": {},
        "seatsTaken": None,
        "offsetDiffers": False,
        "hostIds": [*hosts],
        "resourceIds": [*resources],
    }


def complete_stored_booking(answer: Json, title: str) -> Json:
    """A booking as it was answered once, with the keys that it has had since.

    `title` is its own, which does not change.
    """
    person: Json = {
        **dict.fromkeys(("ref", "language", "personId")),
        **{"onlyOn": [], "absentOn": [], "partstat": None, "repliedAt": None},
        "attendance": "unknown",
    }
    guest: Json = {**person, "responses": {}, "notes": None, "metadata": {}}
    meeting: Json = {
        **{"attendances": {}, "replies": {}},
        **{"seatsTaken": None, "offsetDiffers": False},
        "hostIds": answer["hostIds"],
        "resourceIds": answer.get("resourceIds", []),
    }
    return {
        **_with(answer, {"title": title, "heldUntil": None, "resourceIds": []}),
        **{key: answer.get(key) for key in ("partstat", "repliedAt")},
        "attendee": _with(answer["attendee"], person),
        "guests": [_with(item, guest) for item in answer["guests"]],
        "occurrences": [_with(item, meeting) for item in answer["occurrences"]],
    }


def _with(item: Json, defaults: Json) -> Json:
    return {**item, **defaults, **item}


def event_to_json(row: Row, timezone: str) -> Json:
    """One line of a booking's history; `change` says what differs."""
    return {
        "id": row["id"],
        "type": row["type"],
        "uid": row["uid"],
        "at": rfc3339(row["at"], timezone),
        "by": row["by"],
        "actor": row["actor"],
        "change": loads(row["change"]),
    }
