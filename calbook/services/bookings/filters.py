"""Which bookings a listing shows: what people ask for, as facts of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from calbook.core import checks
from calbook.core import json_text as json
from calbook.core.errors import NotFound
from calbook.core.model import Status
from calbook.core.time import parsing, times
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.store.reader import Reader
from calbook.wire.reading.shapes import read_list

if TYPE_CHECKING:
    from calbook.store.context import Context


def read_filters(
    reader: Reader, filters: Mapping[str, Any], *, now: int
) -> dict[str, Any]:
    """Filters by the names of `Reader.booking_rows`; what is None is not asked.

    Bare dates are days in the filters' `timezone`, else in the first host's zone.

    Raises:
        NotFound: there is no such event type or host.
    """
    given = {key: value for key, value in filters.items() if value is not None}
    timezone = given.pop("timezone", None)
    readers: Mapping[str, Callable[[Any], dict[str, Any]]] = {
        "status": _statuses,
        "event_type_id": lambda v: {"event_type_id": _event_type(reader, v)},
        "host_id": lambda v: {"host_id": _host(reader, v)},
        "resource_id": lambda v: {"resource_id": _resource(reader, v)},
        "attendee_email": lambda v: {
            "email": checks.fold_email(checks.prose(v, "attendeeEmail", most=1_000))
        },
        "phone": _phone,
        "ref": lambda v: {"ref": checks.fold_ref(checks.ref(v))},
        "person": lambda v: _person(reader, v),
        "search": _search,
    }
    chosen: dict[str, Any] = {}
    for name, value in given.items():
        if name in readers:
            chosen |= readers[name](value)
    return chosen | _dates(reader, given, timezone=timezone, now=now)


def _statuses(value: str | Iterable[str]) -> dict[str, Any]:
    words = (value,) if isinstance(value, str) else tuple(read_list(value, "status"))
    chosen = [checks.choice(word, "status", tuple(Status)) for word in words]
    return {"statuses": json.dumps(chosen)} if chosen else {}


def _phone(text: str) -> dict[str, Any]:
    from calbook.core import people  # slow to import

    return {"phone": people.phone_digits(checks.phone(text))}


def _search(text: str) -> dict[str, Any]:
    from calbook.core.search import fold_text  # slow to import

    return {"search": fold_text(checks.prose(text, "search"))}


def _person(reader: Reader, text: str) -> dict[str, Any]:
    from calbook.store import people  # slow to import

    return {"person": people.find_person(reader, text)["id"]}


def _event_type(reader: Reader, key: str) -> str:
    row = reader.event_type_row(checks.event_type_key(key))
    if row is None:
        raise NotFound("event type", key, known=reader.ids("event type"))
    return str(row["id"])


def _host(reader: Reader, key: str) -> str:
    row = reader.host_row(checks.identifier(key, "user", "hostId"))
    if row is None:
        raise NotFound("host", key, known=reader.ids("host"))
    return str(row["id"])


def _resource(reader: Reader, key: str) -> str:
    row = reader.host_row(checks.identifier(key, "res", "resourceId"))
    if row is None:
        raise NotFound("resource", key, known=reader.ids("resource"))
    return str(row["id"])


def _dates(
    reader: Reader, given: Mapping[str, Any], *, timezone: str | None, now: int
) -> dict[str, Any]:
    if "start_date" not in given and "end_date" not in given:
        return {}
    zone = days_timezone(reader, timezone)
    at = times.instant(now)
    chosen = {}
    if "start_date" in given:
        chosen["since"] = parsing.range_start(
            given["start_date"], now=at, timezone=zone
        )
    if "end_date" in given:
        chosen["until"] = parsing.range_end(given["end_date"], now=at, timezone=zone)
    if len(chosen) == 2:
        parsing.check_order(chosen["since"], chosen["until"], zone)
    return {side: times.epoch(moment) for side, moment in chosen.items()}


def whose_time(chosen: Mapping[str, Any]) -> str | None:
    """The host or resource whose days, hours and busy time are meant."""
    found: str | None = chosen.get("host_id") or chosen.get("resource_id")
    return found


def days_timezone(
    reader: Reader, timezone: str | None, *, host_id: str | None = None
) -> str:
    """The zone that days are meant in: as asked, else the host's, else the first's."""
    if timezone:
        return parsing.timezone(timezone)
    host = host_id or reader.oldest_host()
    row = None if host is None else reader.host_row(host)
    return "UTC" if row is None else str(row["timezone"])


def first_timezone(context: Context) -> str:
    """The first host's zone, that days are meant in unless said."""
    with context.store.read(Reader) as reader:
        return days_timezone(reader, None)
