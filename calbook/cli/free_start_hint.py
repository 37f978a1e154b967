"""After a refusal on a terminal: the next start that would be free."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from calbook.api.client import Client
from calbook.cli.create_waiting import is_passing
from calbook.cli.screen import words
from calbook.core.errors import CalbookError

_MOVABLE = frozenset(
    {
        *("slot_taken", "outside_hours", "outside_dates", "minimum_notice"),
        *("slots_per_day", "in_the_past", "seats_full", "limit_reached"),
    }
)
_AHEAD = 14  # days
_TRIED = 1_000  # starts: before the one that fits, groups with too few seats


@contextmanager
def hint_at_next_free(
    client: Client,
    event: str,
    start: str,
    options: Mapping[str, Any],
    tz: str | None,
    *,
    exclusion: Mapping[str, Any] | None = None,
    reassign: bool = False,
    present: Callable[[], datetime | None] = lambda: None,
    hints_at_line: bool = False,
) -> Iterator[None]:
    """Put the next free start into the hint of a refusal that another start mends.

    Not the `present` one of what is moved: it is there already.
    """
    try:
        yield
    except CalbookError as error:
        refusals = error.details.get("refusals", ())
        codes = {refusal["code"] for refusal in refusals}
        has_advice = {"conflicts", "group"} & error.details.keys()
        of_person = any(r["details"].get("of") == "person" for r in refusals)
        if codes and codes <= _MOVABLE and not (has_advice or of_person):
            found = _hint(
                *(client, event, start, options, tz, exclusion or {}, reassign),
                besides=present(),
            )
            error.command_hint = found or error.command_hint
        if (
            hints_at_line
            and is_passing(error, options)
            and "group" not in error.details
        ):
            said = (error.json_hint, "or wait for this one: --wait")
            error.command_hint = "; ".join(filter(None, said))
        raise


def _hint(
    client: Client,
    event: str,
    start: str,
    options: Mapping[str, Any],
    tz: str | None,
    exclusion: Mapping[str, Any],
    reassign: bool,
    *,
    besides: datetime | None,
) -> str | None:
    from calbook.core.model import DAY
    from calbook.core.time import parsing

    duration = options.get("duration")
    if duration and duration not in client.calendar.event_types.get(event).durations:
        return None  # such starts are listed for nobody
    now = client.now()
    wanted = {"event_type_id": event, "host_id": options.get("host_id"), **exclusion}
    zone = client.calendar.availability.timezone(**wanted)
    asked = parsing.moment(start, now=now, timezone=tz or zone).instant
    persons = 1 + len(options.get("guests") or ())
    slots = client.calendar.availability.get(
        **wanted,
        start_date=max(asked, now),
        end_date=max(asked, now) + _AHEAD * DAY,
        count=_TRIED,
        reassign=reassign,
        duration=duration,
        recurring=options.get("recurring"),
    )
    fitting = (
        slot
        for slot in slots
        if slot.starts_at not in (asked, besides)
        and (slot.seats_left is None or slot.seats_left >= persons)
    )
    if (slot := next(fitting, None)) is None:
        return None
    spoken = words.moment_text(slot.start_time, tz or zone)
    has_seats = persons > 1 and slot.seats_left is not None
    which = f"start with {persons} free seats" if has_seats else "free start"
    return f"the next {which} is {spoken} {tz or zone}"
