"""`import --from`: files of another program, taken over in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from calbook.core import checks
from calbook.core.errors import BadInput, CalbookError, NotFound, UsageError
from calbook.core.imports import (
    MOST_BOOKINGS,
    SOURCES,
    Content,
    ForeignBooking,
    Remark,
    newest_of_each,
)
from calbook.core.time import times
from calbook.services.bookings import record
from calbook.services.bookings.change_options import ChangeOptions
from calbook.services.importing import reading
from calbook.services.importing.catalog import EventTypes, HostsHere, Wanted
from calbook.services.importing.take_over import TakeOver, Taking
from calbook.store.facts import Facts
from calbook.store.imports import find_known
from calbook.wire.json_objects import Json
from calbook.wire.reading.foreign.columns import read_mapping
from calbook.wire.reading.shapes import read_list, read_timezone

if TYPE_CHECKING:
    from calbook.core.catalog import EventType
    from calbook.core.progress import Progress
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction

OnRefused = Callable[[CalbookError], None]
SKIP, REFUSE = "skip", "refuse"
_NEEDS_EVENT = ("ics",)
_MOST_NAMED = 1_000  # remarks and reasons in the answer


def import_from(
    context: Context,
    source: str,
    files: Sequence[reading.Source],
    *,
    refused: OnRefused | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    **options: Any,
) -> Json:
    """Take over what some files hold; a summary.

    `refused` is told of each booking that could not be taken over, after the commit.

    Raises:
        BadInput: a file cannot be read; nothing is written.
    """
    asked = _read_options(source, options)
    how = _how(context, asked)
    content = reading.read(asked["source"], reading.load(files), how)
    _check(content, asked)
    return context.store.write(
        lambda tx: _import(tx, content, asked, how, refused, progress),
        dry_run=dry_run,
    )


def preview(context: Context, files: Sequence[reading.Source], **options: Any) -> Json:
    """How a table would be read: its columns, what was guessed, its first rows."""
    asked = _read_options("csv", options)
    found = reading.preview(reading.load(files), _how(context, asked))
    if "event" not in found.mapping and "event_type_id" not in asked:
        raise _no_event_error()
    return {
        "columns": dict(found.mapping),
        "isGuessed": found.is_guessed,
        "dates": found.order,
        "timezone": found.timezone,
        "rows": [dict(row) for row in found.rows],
    }


def _read_options(source: str, given: Mapping[str, Any]) -> Json:
    said = {key: value for key, value in given.items() if value is not None}
    asked: Json = {
        "source": checks.choice(source, "source", SOURCES),
        "on_conflict": checks.choice(
            said.pop("on_conflict", SKIP), "onConflict", (SKIP, REFUSE)
        ),
        "notify": checks.boolean(said.pop("notify", False), "notify"),
        "dates": reading.read_dates(said.pop("dates", None)),
        "names_nobody": "contact" in said
        and checks.choice(said.pop("contact"), "contact", ("NONE",)) == "NONE",
        "columns": read_mapping(_texts(said.pop("map", ()))),
    }
    if "event_type_id" in said:
        asked["event_type_id"] = checks.event_type_key(said.pop("event_type_id"))
    if "timezone" in said:
        asked["timezone"] = read_timezone(said.pop("timezone"), "timezone")
    if asked["columns"] and asked["source"] != "csv":
        raise UsageError(
            "only a table has columns to map", command_hint="--map goes with --from csv"
        )
    if asked["source"] in _NEEDS_EVENT and "event_type_id" not in asked:
        raise UsageError(
            "a calendar does not say which event type its events are",
            hint='name it: event_type_id="demo"',
            command_hint="name it: --event demo",
        )
    assert not said, said
    return asked


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(read_list(value, "map"))


def _how(context: Context, asked: Json) -> reading.How:
    """As read in the zone that was said, else the one that the bookings live in."""
    key = asked.get("event_type_id")
    with context.store.read(Facts) as facts:
        event_type = None if key is None else _event_type(facts, key)
        host = facts.oldest_host() if event_type is None else None
        first = event_type.hosts[0].host_id if event_type else host
        zone = facts.host(first).timezone if first else "UTC"
        emails = HostsHere(facts).emails
    return reading.How(
        asked.get("timezone", zone),
        context.clock(),
        emails,
        asked["columns"],
        asked["dates"],
        event_type,
    )


def _event_type(facts: Facts, key: str) -> EventType:
    """Raises NotFound, with what to do."""
    try:
        return facts.event_type(key)
    except NotFound as error:
        slug = key.removeprefix("evt_")
        error.hint = error.hint or f'make it first: event_types.create("{slug}")'
        error.command_hint = (
            error.command_hint or f"make it first: calbook event add {slug}"
        )
        raise


def _check(content: Content, asked: Json) -> None:
    if len(content.bookings) > MOST_BOOKINGS:
        raise BadInput(
            f"the files have {len(content.bookings):,} bookings; at most"
            f" {MOST_BOOKINGS:,} are taken over at once"
        )
    if asked["on_conflict"] == REFUSE:
        for remark in content.left_out:
            if remark.is_fault:
                raise _fault_of(remark)
    named = any(booking.event for booking in content.bookings)
    if content.bookings and not named and "event_type_id" not in asked:
        raise _no_event_error()


def _no_event_error() -> UsageError:
    return UsageError(
        "the files do not say which event type was booked",
        hint='name it: event_type_id="demo"',
        command_hint="name it: --event demo",
    )


def _import(
    tx: Transaction,
    content: Content,
    asked: Json,
    how: reading.How,
    refused: OnRefused | None,
    progress: Progress | None,
) -> Json:
    tx.lock_catalog()
    record.record_expired_and_completed(tx, how.now)
    hosts = HostsHere(tx)
    wanted = Wanted(asked.get("event_type_id"), asked["names_nobody"])
    event_types = EventTypes(tx, content, hosts, wanted, how.now)
    for id in event_types.ids():
        tx.lock_event_type(id)
    source = asked["source"]
    bookings = newest_of_each(source, content.bookings)
    known = find_known(tx, list(bookings))
    taking = Taking(
        source,
        how.now,
        ChangeOptions(is_silent=not asked["notify"]),
        asked["names_nobody"],
        len({b.hosts for b in bookings.values() if b.hosts}) <= 1,
    )
    work = TakeOver(tx, taking, event_types, hosts, known)
    done = _Done(how.timezone, stops=asked["on_conflict"] == REFUSE)
    for number, booking in enumerate(bookings.values(), 1):
        done.take(tx, work, booking)
        if progress is not None:
            progress(number, len(bookings))
    done.faults += [_fault_of(each) for each in content.left_out if each.is_fault]
    if refused is not None:
        tx.after_commit += [partial(refused, fault) for fault in done.faults]
    return done.summary(content, event_types, source)


class _Done:
    """What became of the bookings so far; with `stops` the first refusal ends it."""

    def __init__(self, zone: str, *, stops: bool) -> None:
        self._zone, self._stops = zone, stops
        self._counts = dict.fromkeys(_COUNTS, 0)
        self._skipped: list[Json] = []
        self._dates: list[Remark] = []  # of series, that are left out
        self.faults: list[CalbookError] = []

    def take(self, tx: Transaction, work: TakeOver, booking: ForeignBooking) -> None:
        try:
            with tx.savepoint():
                outcome = work.take(booking)
        except CalbookError as error:
            self._skip(booking, error)
            if self._stops:
                raise
            return
        for word in outcome.words:
            self._counts[word] += 1
        for start, taken in outcome.left_out.items():
            if self._stops:
                raise _name(taken, booking, start, self._zone)
            said = f"{_label(booking, start, self._zone)}: {taken.json_message}"
            self._dates.append(Remark(said, booking.line, booking.uid[:200]))

    def _skip(self, booking: ForeignBooking, error: CalbookError) -> None:
        reason = error.json_message
        _name(error, booking, booking.dates[0].start, self._zone)
        self.faults.append(error)
        self._skipped.append(
            {
                "foreignUid": booking.uid[:200],
                "line": booking.line,
                "code": error.code,
                "reason": reason,
                "conflictsWith": error.details.get("uid"),
            }
        )

    def summary(self, content: Content, event_types: EventTypes, source: str) -> Json:
        left_out = (*self._dates, *content.left_out)
        remarks = (*event_types.remarks, *content.remarks)
        return {
            "source": source,
            **self._counts,
            "skipped": self._skipped[:_MOST_NAMED],
            "skippedCount": len(self._skipped),
            "leftOut": [_remark_json(each) for each in left_out[:_MOST_NAMED]],
            "leftOutCount": len(left_out),
            "remarks": [_remark_json(each) for each in remarks[:_MOST_NAMED]],
            "eventTypesMade": [each.id for each in event_types.made],
            "fieldsKept": list(content.kept),
            "fieldsDropped": list(content.dropped),
        }


_COUNTS = ("made", "updated", "unchanged", "older", "cancelled", "cancelledThere")


def _name(
    error: CalbookError, booking: ForeignBooking, start: datetime, zone: str
) -> CalbookError:
    """Say of which booking of elsewhere it is."""
    remark = Remark(error.json_message, booking.line, _label(booking, start, zone))
    error.json_message = str(remark)
    error.details["foreignUid"] = booking.uid[:200]
    if booking.line is not None:
        error.details["line"] = booking.line
    return error


def _label(booking: ForeignBooking, start: datetime, zone: str) -> str:
    """How people know it: by its name and start, as a UID says nothing to them."""
    first = booking.people[0] if booking.people else None
    who = (first and (first.name or first.email)) or booking.title or booking.uid[:80]
    return f"{who}, {times.format_moment(start, zone)} {zone}"


def _fault_of(remark: Remark) -> CalbookError:
    return BadInput(str(remark), line=remark.line)


def _remark_json(remark: Remark) -> Json:
    return {"line": remark.line, "foreignUid": remark.uid, "reason": remark.reason}
