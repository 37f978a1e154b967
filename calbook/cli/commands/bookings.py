"""`list`, `show`, `occurrences`, `history`: looking at bookings."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import Json, OutputOptions
from calbook.cli.session import BOOKING_KEYS, table_of, usage_error
from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.bookings import Booking

_SCREENFUL = 50  # bookings that people are shown at once


class Filters(o.Group):
    """Which bookings; named as the library's filters are."""

    status: list[str] | None = o.option(
        "--status",
        "STATUS",
        "pending, confirmed, cancelled, completed, no-show; may be repeated.",
    )
    event_type_id: o.EventType = None
    host_id: o.Host = None
    resource_id: o.Resource = None
    search: str | None = o.option(
        "--search", "TEXT", "In names, addresses, numbers, notes, titles, uids."
    )


class Page(o.Group):
    """Which part of what the filters find."""

    exclusive = (("upcoming", "past"), ("limit", "all"))

    upcoming: bool = o.flag(
        "--upcoming", "Starting from now on, the next first; cancelled too."
    )
    past: bool = o.flag("--past", "Started before now, latest first.")
    limit: int | None = o.number(
        "--limit", f"At most N [default: {_SCREENFUL} on a terminal, else all]."
    )
    offset: int = o.number("--offset", "Without the first N.", default=0)
    after: str | None = o.option("--after", "UID", "The page behind this booking.")
    all: bool = o.flag("--all", "Without a limit.")
    occurrences: bool = o.flag("--occurrences", "A row for each date of a series.")


def list_(
    *,
    which: Filters,
    within: o.Range,
    who: o.Who,
    part: Page,
    out: o.SortingTimes,
) -> None:
    """List bookings by start.

    --sort reads all that is found, and then shows a part; without it a page is read.
    """
    form = out.form_in_zone()
    if form.sort is not None:
        _check_no_after(part.after, "with --sort")
    usual = _SCREENFUL if output.is_for_people(form) else None
    limit = usual if part.limit is None else part.limit
    count = None if part.all else limit
    page = _page(part, form, count)
    read = _Read()
    with ExitStack() as shown:
        with out.client() as client:
            filters: Json = {
                **which.options(),
                **who.options(),
                **_bounds(client, within, part, form.tz),
                "status": which.status or None,
                "timezone": form.tz,
            }
            bookings = client.calendar.bookings
            if part.occurrences:
                _check_no_after(part.after, "with --occurrences")
            else:
                page["after"] = part.after
            rows = _rows(part, form, count)
            each = bookings.iter_occurrences if part.occurrences else bookings.iter
            stream = output.Stream(lambda: read.note(each(**filters, **page)))
            if output.is_screen(form):
                arranged = output.arrange(stream, form, rows)
                items = output.with_short_ids(arranged, client.short_ids)
                table = _enter_table(shown, items, filters, client.now(), form.tz)
            else:
                output.print_list(stream, form, keys=_keys(part), table=str, part=rows)
            if not output.is_for_people(form):
                return
            total = read.number
            if form.sort is None and _is_total_said(total, part, count):
                total = bookings.total(occurrences=part.occurrences, **filters)
            found = len(range(read.number)[rows])
        if output.is_screen(form):
            if not found and total:  # not "no bookings"
                text = output.nothing_text(f"none of {total} is that far down\n", count)
                table = [text]
            output.show_parts(table)
    more = total - part.offset - found
    if more > 0 and part.after is None:
        output.flush()
        further = _further(read.last, found, part, form) if found else ""
        output.say(f"{more} more: {further}--limit N or --all")


class _Read:
    """How many bookings were read, and the last of them."""

    number = 0
    last: "Booking | None" = None

    def note(self, found: "Iterable[Booking]") -> "Iterator[Booking]":
        self.number = 0
        for self.last in found:
            self.number += 1
            yield self.last


def _keys(part: Page) -> Sequence[str]:
    return ("uid", "date", *BOOKING_KEYS[1:]) if part.occurrences else BOOKING_KEYS


def _page(part: Page, form: OutputOptions, count: int | None) -> Json:
    """What is read: of what is sorted otherwise everything."""
    if form.sort is not None:
        return {"latest_first": part.past}
    latest_first, form.reverse = part.past != form.reverse, False
    return {"latest_first": latest_first, "count": count, "offset": part.offset}


def _rows(part: Page, form: OutputOptions, count: int | None) -> slice:
    """What is printed of what was read."""
    if form.sort is None:
        return slice(None)
    return slice(part.offset, None if count is None else part.offset + count)


def _is_total_said(shown: int, part: Page, count: int | None) -> bool:
    """Whether people read how many there are: counting may take longer than a page."""
    if shown:
        return shown == count and part.after is None
    return count == 0 or part.offset > 0 or part.after is not None


def _further(
    last: "Booking | None", found: int, part: Page, form: OutputOptions
) -> str:
    """How to see the next page, where there was a page."""
    if last is None or part.occurrences or form.sort is not None:
        return f"--offset {part.offset + found}, "
    return f"--after {last.uid}, "


def _enter_table(
    shown: "ExitStack",
    items: Iterable[Json],
    filters: Json,
    now: datetime,
    tz: str | None,
) -> Iterable[str]:
    """For people: of a series the first date within the range that was asked for."""
    from calbook.cli.screen.tables import bookings_parts  # slow to import

    since, to, zone = (filters[key] for key in ("start_date", "end_date", "timezone"))
    dated = (_from(item, since, to, now, zone) for item in items)
    return shown.enter_context(bookings_parts(dated, tz))


def _from(
    item: Json, since: str | None, to: str | None, now: datetime, zone: str | None
) -> Json:
    """The first date that takes place; where all are cancelled the first of these."""
    from calbook.core.time import parsing

    context: dict[str, Any] = {"now": now, "timezone": zone or item["timezone"]}
    lower, upper = (
        since and parsing.range_start(since, **context),
        to and parsing.range_end(to, **context),
    )

    def is_within(occurrence: Json) -> bool:
        start = datetime.fromisoformat(occurrence["startTime"])
        return (not lower or start >= lower) and (not upper or start < upper)

    found = list(filter(is_within, item["occurrences"]))
    if not found:
        return item
    first = min(found, key=lambda occurrence: occurrence["status"] == "CANCELLED")
    return {**item, **{key: first[key] for key in ("startTime", "endTime")}}


def _check_no_after(after: str | None, what: str) -> None:
    if after is not None:
        raise usage_error(
            "--after goes by whole bookings in their order",
            hint=f"{what} use --offset",
        )


def _bounds(client: "Client", within: o.Range, part: Page, tz: str | None) -> Json:
    """The range, which begins or ends now where an option says so."""
    found = within.bounds(client, tz)
    for side, option in (("start_date", part.upcoming), ("end_date", part.past)):
        if option and found[side] is not None:
            name = "--upcoming" if part.upcoming else "--past"
            raise usage_error(f"{name} and a date of its own exclude each other")
        found[side] = "now" if option else found[side] or None
    return found


def show(uid: o.Uid, *, out: o.AnsweringTimes) -> None:
    """Show one booking."""
    form = out.form_in_zone()
    with out.client() as client:
        booking = client.calendar.bookings.get(uid)
        is_seen = output.is_for_people(form)
        notes, more = _read_around(client, booking, form) if is_seen else ("", {})

    def card(item: Json) -> str:
        from calbook.cli.screen.booking_card import booking_card  # slow to import

        return booking_card(item, form.tz, **more) + notes

    output.print_object(booking, form, keys=BOOKING_KEYS, card=card)


def _read_around(
    client: "Client", booking: "Booking", form: OutputOptions
) -> tuple[str, dict[str, list[Json]]]:
    """Notes, what attendees propose, and the calendars in which it stands."""
    from calbook.cli.commands import note  # slow to import

    calendar, uid = client.calendar, booking.uid
    return note.notes_text(client, booking, form), {
        "counters": [each.to_dict() for each in calendar.counters.list(uid)],
        "calendars": [each.to_dict() for each in calendar.connections.list(uid=uid)],
    }


_OCCURRENCE_KEYS = (
    *("date", "startTime", "endTime", "status", "resolution"),
    *("offsetDiffers", "attendance", "hostIds"),
)


def occurrences(uid: o.Uid, *, out: o.SortingTimes) -> None:
    """Show every date of a series."""
    form = out.form_in_zone()
    with out.client() as client:
        booking = client.calendar.bookings.get(uid)
    table = table_of("occurrences_table", form.tz or booking.timezone)
    dates = booking.to_dict()["occurrences"]
    output.print_list(dates, form, keys=_OCCURRENCE_KEYS, table=table)


_EVENT_KEYS = ("at", "type", "by", "change", "id", "actor")


def history(uid: o.Uid, *, out: o.SortingTimes) -> None:
    """Show what happened to a booking."""
    form = out.form_in_zone()
    with out.client() as client:
        booking = client.calendar.bookings.get(uid)
        events = client.calendar.bookings.history(booking.uid)
    table = table_of("history_table", form.tz or booking.timezone)
    output.print_list(events, form, keys=_EVENT_KEYS, table=table)
