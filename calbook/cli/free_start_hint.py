"""After a refusal on a terminal: the next start that would be free."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from calbook.api.client import Client
from calbook.cli.screen import words
from calbook.core.errors import CalbookError

_MOVABLE = frozenset(
    {
        *("slot_taken", "outside_hours", "minimum_notice", "slots_per_day"),
        *("in_the_past", "seats_full"),
    }
)
_AHEAD = 14  # days


@contextmanager
def hint_at_next_free(
    client: Client,
    event: str,
    start: str,
    options: Mapping[str, Any],
    tz: str | None,
    *,
    but: str | None = None,
) -> Iterator[None]:
    """Put the next free start into the hint of a refusal that another start mends."""
    try:
        yield
    except CalbookError as error:
        refusals = error.details.get("refusals", ())
        codes = {refusal["code"] for refusal in refusals}
        has_advice = {"conflicts", "group"} & error.details.keys()
        if codes and codes <= _MOVABLE and not has_advice:
            found = _hint(client, event, start, options, tz, but)
            error.command_hint = found or error.command_hint
        raise


def _hint(
    client: Client,
    event: str,
    start: str,
    options: Mapping[str, Any],
    tz: str | None,
    but: str | None,
) -> str | None:
    from calbook.core.time import parsing

    now = client.now()
    zone = client.calendar.availability.timezone(event, host_id=options.get("host_id"))
    asked = parsing.moment(start, now=now, timezone=tz or zone).instant
    slots = client.calendar.availability.get(
        event_type_id=event,
        start_date=max(asked, now),
        end_date=max(asked, now) + parsing.duration(f"{_AHEAD}d", "the search"),
        host_id=options.get("host_id"),
        exclude_booking_uid=but,
        count=1,
    )
    if not slots:
        return None
    spoken = words.moment_text(slots[0].start_time, tz or zone)
    return f"the next free start is {spoken} {tz or zone}"
