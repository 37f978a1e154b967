"""`slots`, `explain`: finding a time, and why one cannot be booked."""

from collections.abc import Sequence
from datetime import datetime

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.option_values import read_minutes, read_recurring, read_whole_number
from calbook.cli.output import Json
from calbook.cli.session import needed, table_of, unchecked
from calbook.core.errors import UsageError
from calbook.core.typing_names import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.availability import Slot

_SLOT_KEYS = ("startTime", "endTime", "hostId", "seatsLeft")
_BLOCK_KEYS = ("startTime", "endTime", "code", "hostId", "message")
_RULE_KEYS = ("rule", "passed", "hostId", "message")


class Which(o.Group):
    """Whose starts, and beside what; named as the library's arguments are."""

    host_id: o.Host = None
    resource_id: o.Resource = None
    exclude_booking_uid: str | None = o.option(
        "--exclude", "UID", "Where this booking can be moved to."
    )
    exclude_date: str | None = o.option(
        "--exclude-on", "DATE", "With --exclude: that date of the series alone."
    )
    reassign: bool = o.flag("--reassign", "With --exclude: another host may take it.")
    person: str | None = o.option(
        "--person", "PERSON", "Whose own bookings count: an e-mail, phone or name."
    )

    def whose(self) -> Json:
        """Those that say in which zone it is."""
        others = ("reassign", "person")
        return {key: v for key, v in self.options().items() if key not in others}


class Series(o.Group):
    frequency: str | None = o.option(
        "--repeat",
        "daily|weekly|monthly|yearly",
        "Starts at which a whole series fits.",
    )
    interval: o.Every = None
    count: str | None = o.option("--count", "N", "With --repeat: how many dates.")
    until: o.Until = None
    by_day: o.ByDay = None


class Limits(o.Group):
    limit: str | None = o.option("--limit", "N", "At most N starts.")
    between: str | None = o.option(
        "--between", "HH:MM-HH:MM", "Only between these times, in the zone shown."
    )
    language: str | None = o.option(
        "--language",
        "TAG",
        "With --text: of its reader; else --person's or the host's.",
    )
    explain: bool = o.flag("--explain", "With --on: what blocks that day, and why.")


Listing = Annotated[
    o.Output, "tz", "json", "jsonl", "csv", "fields", "format", "text", "db"
]


def slots(
    *,
    event: o.EventType = None,
    duration: o.Duration = None,
    within: o.WeekRange,
    which: Which,
    series: Series,
    end: Limits,
    out: Listing,
) -> None:
    """List the starts that can be booked."""
    form = out.form_in_zone()
    wanted = _arguments(event, which, form.tz)
    if end.explain:
        _check_alone(within, series, _others(end, out) or duration)
        day = needed(within.on, "--on", "say which day: --on fri --explain")
        _print_blocked(wanted, day, out)
        return
    is_series = series.frequency is not None
    most = read_whole_number(end.limit, "--limit")
    if end.language is not None and not out.text:
        raise UsageError("--language is of a message", hint="add --text")
    rule = read_recurring("--repeat", **series.options())
    is_cut = out.text or end.between is not None  # here, once all are known
    with out.client() as client:
        availability = client.calendar.availability
        found: Sequence[Slot] = availability.get(
            **wanted,
            **within.arguments("now"),
            recurring=unchecked(rule),
            count=None if is_cut else most,
            duration=read_minutes(duration, "--duration"),
        )
        zone = form.tz or availability.timezone(
            wanted["event_type_id"], **({} if is_series else which.whose())
        )
        if end.between is not None:
            found = _only_between(found, end.between, zone)
        if out.text:
            _write_message(client, found, wanted, zone, end.language, most)
            return
        found = found[:most]
        warning = (
            _outdated_text(client, wanted["event_type_id"], which.host_id)
            if output.is_for_people(form)
            else None
        )

    def table(items: Sequence[Json]) -> str:
        from calbook.cli.screen.slots import slots_grid

        return output.nothing_text(slots_grid(items, zone), most)

    output.print_list(found, form, keys=_SLOT_KEYS, table=table)
    if warning:
        output.flush()
        output.say(warning)
    if not found and most != 0 and output.is_for_people(form):
        output.flush()
        output.say(f"hint: {_why_not(wanted['event_type_id'], is_series=is_series)}")


def _only_between(found: "Sequence[Slot]", text: str, tz: str) -> "Sequence[Slot]":
    from calbook.cli import slots_text  # few ask for it

    between = slots_text.read_between(text)
    return [slot for slot in found if slots_text.is_between(slot, between, tz)]


def _write_message(
    client: "Client",
    found: "Sequence[Slot]",
    wanted: Json,
    tz: str,
    language: str | None,
    limit: int | None,
) -> None:
    from calbook.cli import slots_text  # few ask for it

    message = slots_text.slots_message(
        found,
        client.calendar.event_types.get(wanted["event_type_id"]).title,
        tz,
        slots_text.language_of(client, wanted, language),
        limit=limit,
    )
    output.write(message)


def _outdated_text(client: "Client", event: str, host: str | None) -> str | None:
    """Of the oldest calendar that may let somebody be booked twice."""
    found = client.calendar.busy.outdated(event, host_id=host)
    if not found:
        return None
    from calbook.cli.screen import calendar_words

    first = found[0]
    more = f", and {len(found) - 1} more long ago" if len(found) > 1 else ""
    at = first.checked_at
    age = (
        calendar_words.age_text(client.now() - datetime.fromisoformat(at)) if at else ""
    )
    said = f"was last read {age} ago" if age else "was never read"
    which = f"the calendar {first.name} of {first.host_id}"
    return f"{which} {said}{more}: calbook busy refresh"


def _why_not(event: str, *, is_series: bool) -> str:
    if is_series:
        return "book the dates that are free: calbook create --on-conflict skip"
    return f"why not: calbook slots --event {event} --on DATE --explain"


def _arguments(event: str | None, which: Which, tz: str | None) -> Json:
    event = needed(o.read_event(event), "--event", "calbook event list names them")
    if which.reassign and which.exclude_booking_uid is None:
        raise UsageError(
            "--reassign is for a booking that is there", hint="add --exclude UID"
        )
    return {"event_type_id": event, **which.options(), "timezone": tz}


def _others(end: Limits, out: o.Output) -> str | None:
    """What is said besides, of many days."""
    return end.limit or end.between or end.language or ("--text" if out.text else None)


def _check_alone(within: o.Range, series: Series, other: str | None) -> None:
    if other is not None or series.given() or within.given().keys() - {"on"}:
        raise UsageError(
            "--explain is about one day: --on",
            hint="it goes with --event, --host, --exclude, --exclude-on and --tz",
        )


def _print_blocked(wanted: Json, day: str, out: o.Output) -> None:
    form = out.form_in_zone()
    with out.client() as client:
        availability = client.calendar.availability
        found = availability.blocked(**wanted, date=day)
        others = {"timezone", "reassign", "person"}
        asked = {key: wanted[key] for key in wanted.keys() - others}
        zone = form.tz or availability.timezone(**asked)
    table = table_of("blocks_table", zone)
    output.print_list(found, form, keys=_BLOCK_KEYS, table=table)


def explain(
    *,
    event: o.EventType = None,
    start: o.Start = None,
    duration: o.Duration = None,
    which: Which,
    out: o.AnsweringTimes,
) -> int:
    """Say of each rule whether it lets a start be booked.

    The exit status says it too: 0, else 4 or 5, that of the first refusal.
    """
    form = out.form_in_zone()
    wanted = _arguments(event, which, form.tz)
    start = needed(start, "--start", 'as in --start "2027-01-18 10:00"')
    with out.client() as client:
        answer = client.calendar.availability.explain(
            **wanted,
            start_time=start,
            duration=read_minutes(duration, "--duration"),
        )
    facts = answer.to_dict()
    if form.json:
        output.print_object(facts, form, keys=(), card=str)
    else:
        table = table_of("explanation_table", form.tz, of=facts)
        output.print_list(facts["rules"], form, keys=_RULE_KEYS, table=table)
    output.flush()
    return answer.exit_code
