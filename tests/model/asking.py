"""How the model's commands are asked of calbook: of the library, or as commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from calbook import Client, errors


class Told(NamedTuple):
    """An answer as JSON, or a refusal's code with its exit status."""

    answer: Any
    code: str | None = None
    status: int = 0


Asked = dict[str, Any]  # the arguments of the library, without those that are None


class Library:
    """In this process, by the names of Python."""

    def __init__(self, client: Client) -> None:
        self.bookings = client.calendar.bookings
        self.client = client

    def ask(self, action: str, *names: str, **asked: Any) -> Told:
        try:
            answer = self._call(action, names, asked)
        except errors.CalbookError as error:
            return Told(None, error.code, error.exit_code)
        return Told(_as_json(answer))

    def _call(self, action: str, names: tuple[str, ...], asked: Asked) -> Any:
        calendar = self.client.calendar
        if action == "slots":
            return calendar.availability.get(**asked)
        if action == "update_event_type":
            return calendar.event_types.update(*names, **asked)
        if action == "tick":
            return self.client.tick()
        return getattr(self.bookings, action)(*names, **asked)


class Commands:
    """By `calbook … --json`, as `support.running` runs it."""

    def __init__(self, run: Callable[..., Any]) -> None:
        self.run = run

    def ask(self, action: str, *names: str, **asked: Any) -> Told:
        said = self.run(*_COMMANDS[action], *_options(action, names, asked), "--json")
        if said.status:
            error = said.error
            return Told(None, error["code"], said.status)
        return Told(json.loads(said.out))


_COMMANDS = {
    "create": ("create",),
    "hold": ("hold",),
    "book_hold": ("create",),
    "confirm": ("confirm",),
    "reject": ("reject",),
    "cancel": ("cancel", "--yes"),
    "reschedule": ("reschedule",),
    "reassign": ("reassign",),
    "add_attendee": ("attendee", "add"),
    "remove_attendee": ("attendee", "remove", "--yes"),
    "undo": ("undo", "--yes"),
    "update": ("update",),
    "add_note": ("note", "add"),
    "get_notes": ("note", "list"),
    "mark_attended": ("attended",),
    "mark_no_show": ("no-show",),
    "get": ("show",),
    "list": ("list",),
    "slots": ("slots",),
    "update_event_type": ("event", "update"),
    "tick": ("tick",),
}
_NAMES = {
    "event_type_id": "event",
    "start_time": "start",
    "start_date": "from",
    "end_date": "to",
    "cancelled_by": "by",
    "date": "on",
    "host_id": "host",
    "cancellation_deadline": "cancellation-deadline",
}
_DELIVERS = frozenset(_COMMANDS) - {"get", "list", "slots", "get_notes", "tick"}


def _options(action: str, names: tuple[str, ...], asked: Asked) -> list[str]:
    found: list[str] = []
    for name, value in asked.items():
        option = f"--{_NAMES.get(name, name).replace('_', '-')}"
        if name == "attendee":
            found += ["--name", value["name"], "--email", value["email"]]
        elif name == "guests":
            found += [part for guest in value for part in ("--guest", guest)]
        elif name == "recurring":
            found += ["--repeat", value["frequency"], "--count", str(value["count"])]
        elif name == "content":
            found.append(value)
        elif name == "override":
            found += [option, ",".join(value)] if value else []
        elif value is True or value is False:
            found.append(option if value else f"--{_OFF[name]}")
        else:
            found += [option, str(value)]
    if action == "book_hold":
        found += ["--hold", names[0]]
        names = ()
    return [*names, *found]


_OFF = {"active": "inactive"}


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_as_json(each) for each in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def booking_facts(said: Any) -> dict[str, Any]:
    """What the model has of a booking's JSON."""
    people = (said["attendee"], *said["guests"])
    return {
        **{key: said[key] for key in ("uid", "eventTypeId", "hostIds", "status")},
        "startTime": moment(said["startTime"]),
        "endTime": moment(said["endTime"]),
        "heldUntil": moment(said["heldUntil"]),
        "people": [one["email"].split("@")[0] for one in people if one["email"]],
        "notes": said["notes"],
        "overrides": sorted(said["overrides"]),
        "version": said["version"],
        "sequence": said["sequence"],
        "occurrences": [
            (
                *(each["date"], moment(each["startTime"]), moment(each["endTime"])),
                *(each["status"], each["resolution"]),
            )
            for each in said["occurrences"]
        ],
    }


def slot_facts(said: Any) -> list[tuple[Any, ...]]:
    return [
        (
            *(moment(each["startTime"]), moment(each["endTime"])),
            *(each["hostId"], each["seatsLeft"]),
        )
        for each in said
    ]
