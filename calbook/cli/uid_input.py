"""Which booking is meant, asked of whoever did not say, or said too little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from calbook.cli import output
from calbook.cli.output import Json
from calbook.cli.session import open_client, usage_error
from calbook.core.errors import AmbiguousUid, Interrupted, NotFound
from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.bookings import Booking

_OFFERED = 9
_BEGUN = {"latest_first": True, "end_date": "now"}
_TO_COME = {"start_date": "now"}
_ANY = {**_TO_COME, "status": ("PENDING", "CONFIRMED")}
_FILTERS: Mapping[str, Json] = {
    "attended": _BEGUN,
    "no-show": _BEGUN,
    "confirm": {**_TO_COME, "status": "PENDING"},
    "reject": {**_TO_COME, "status": "PENDING"},
}


def find_named(word: str, given: Mapping[str, Any]) -> str:
    """The uid of the booking that was made `last`, or of the `next` meeting.

    Of a meeting that is running, as `calbook next` shows it. The library knows no such
    word: there a uid may be a stranger's.

    Raises:
        NotFound: there is none.
    """
    with open_client(given.get("db")) as client:
        bookings = client.calendar.bookings
        found = bookings.last_made() if word == "last" else next_meeting(client)
    if found is None:
        raise NotFound("booking", word)
    return found.uid


def next_meeting(client: Client, **filters: Any) -> Booking | None:
    """The meeting that is running, else the next one."""
    # Confirmed is what is not over; no meeting is longer than a day.
    found = client.calendar.bookings.list_occurrences(
        status=("PENDING", "CONFIRMED"),
        start_date=client.now() - timedelta(days=1),
        count=1,
        **filters,
    )
    return found[0] if found else None


def ask_for_uid(command: str, given: Mapping[str, Any]) -> str:
    """The uid of a booking that a command needs and its line does not name.

    Raises:
        UsageError: nobody is there to be asked, or there is nothing to choose from.
    """
    if not output.is_interactive():
        raise usage_error("missing argument 'UID'", f"see calbook {command} --help")
    with open_client(given.get("db")) as client:
        found = _find_offered(client, command)
        if not found:
            raise usage_error(
                "missing argument 'UID', and there is no booking to choose from",
                "calbook list --all shows every booking",
            )
        output.say_always("Which booking?")
        uid = _choose([each.to_dict() for each in found], given, client)
        if command in ("cancel", "reject") and not (given["yes"] or given["dry_run"]):
            _confirm(command, client.calendar.bookings.get(uid), given.get("tz"))
    return uid


def _find_offered(client: Client, command: str) -> Sequence[Booking]:
    """The next ones that a command may be about."""
    filters = _FILTERS.get(command, _ANY)
    if command not in ("attendee add", "attendee remove", "attendee move"):
        return client.calendar.bookings.list(count=_OFFERED, **filters)
    groups = [
        booking
        for event_type in client.calendar.event_types.list()
        if event_type.seats is not None
        for booking in client.calendar.bookings.list(
            count=_OFFERED, event_type_id=event_type.id, **filters
        )
    ]
    return sorted(groups, key=lambda booking: booking.starts_at)[:_OFFERED]


def _confirm(command: str, booking: Booking, tz: str | None) -> None:
    """A slip of the finger must not take a booking away.

    Of a series its dates are asked about next.
    """
    from calbook.cli.asking import ask_yes
    from calbook.cli.screen import words

    facts = booking.to_dict()
    what = f"{words.meeting_time(facts, tz)}, {words.attendee_text(facts)}"
    if booking.recurring is None and not ask_yes(f"{command.capitalize()} {what}?"):
        raise Interrupted


def choose_candidate(error: Exception, given: Mapping[str, Any]) -> Json:
    """What was given, with the booking that is meant by a uid that is too short.

    Nothing where it is another error, or nobody is there to be asked.
    """
    if type(error) is not AmbiguousUid or not output.is_interactive():
        return {}
    prefix, candidates = error.details["prefix"], error.details["candidates"]
    named = {key: given[key] for key in ("uid", "uids") if given.get(key)}
    is_booking = all(str(each).startswith("bk_") for each in candidates)
    if not is_booking or not any(_is_in(value, prefix) for value in named.values()):
        return {}
    output.say_always(f"{prefix} is the beginning of several. Which booking?")
    with open_client(given.get("db")) as client:
        bookings = [client.calendar.bookings.get(uid) for uid in candidates]
        chosen = _choose([each.to_dict() for each in bookings], given, client)
    return {key: _replace(value, prefix, chosen) for key, value in named.items()}


def _choose(found: Sequence[Json], given: Mapping[str, Any], client: Client) -> str:
    from calbook.cli.asking import ask_choice
    from calbook.cli.screen import words

    tz = given.get("tz")
    choices = [
        (
            each["uid"],
            f"{words.short_uid(each['uid'])}  {words.meeting_time(each, tz)}"
            f"  {words.attendee_text(each)}, {each['title']}",
        )
        for each in found
    ]
    uid: str = ask_choice(
        "The booking (a number, or a uid)",
        choices,
        default=1 if len(found) == 1 else None,
        other=lambda text: client.calendar.bookings.get(text).uid,
    )
    return uid


def _is_in(value: str | list[str], prefix: str) -> bool:
    typed = [value] if isinstance(value, str) else value
    return prefix in (each.strip().lower() for each in typed)


def _replace(value: str | list[str], prefix: str, uid: str) -> str | list[str]:
    if isinstance(value, str):
        return uid
    return [uid if each.strip().lower() == prefix else each for each in value]
