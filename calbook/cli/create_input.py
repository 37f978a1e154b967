"""`create --input`: one JSON object, or JSON lines with a transaction each."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from calbook.api.client import Client
from calbook.api.values.bookings import Booking
from calbook.cli import error_output, output
from calbook.cli.json_input import parse_json, read_text
from calbook.cli.output import Json, OutputOptions
from calbook.cli.session import (
    BOOKING_KEYS,
    booked_word,
    change_text,
    report_write_failure,
    show_change,
    unchecked,
)
from calbook.core.errors import CalbookError, StoreError, UsageError
from calbook.wire.reading import booking_requests
from calbook.wire.reading.shapes import read_object

Lines = list[tuple[int, str]]
OnRefused = Callable[[CalbookError], None]

_KEYS = (*booking_requests.FIELDS, "idempotency_key")


def create_from_input(
    client: Client,
    source: str,
    given: Json,
    form: OutputOptions,
    *,
    atomic: bool,
    dry_run: bool,
) -> None:
    """Book what a file or standard input holds.

    Options on the command line stand in for keys that a line leaves out. A line that
    fails is reported with its number, and the others go on, unless `atomic`.
    """
    lines = list(_lines(read_text(source)))
    if not lines:
        raise UsageError(
            f"{'standard input' if source == '-' else source} holds no booking",
            hint="give a JSON object, or one on each line",
        )
    if len(lines) == 1 and not lines[0][0]:
        wanted = _read(lines[0][1], given)
        booking = client.calendar.bookings.create(**wanted, dry_run=dry_run)
        show_change(booked_word(booking), booking, form, dry_run=dry_run)
        return
    if given.get("idempotency_key"):
        raise UsageError(
            "one --idempotency-key cannot stand for several lines",
            hint="give each line an idempotencyKey of its own",
        )
    refusals = error_output.Refusals(form)
    if atomic or dry_run:
        refused = None if atomic else refusals.report
        together = _create_all(client, lines, given, refused, dry_run)
        _show(together, form, dry_run=dry_run)
    else:
        _create_each(client, lines, given, refusals.report, form)
    refusals.finish()


def _show(
    bookings: list[Booking], form: OutputOptions, *, dry_run: bool = False
) -> None:
    uids = [] if dry_run else [booking.uid for booking in bookings]
    with report_write_failure("booked", uids):
        output.print_list(bookings, form, keys=BOOKING_KEYS, table=partial(_text, form))


def _text(form: OutputOptions, bookings: Sequence[Json]) -> str:
    return "".join(change_text(booked_word(b), b, form.tz) for b in bookings)


def _create_all(
    client: Client, lines: Lines, given: Json, refused: OnRefused | None, dry_run: bool
) -> list[Booking]:
    """In one transaction: all or none, or as they would follow one another."""
    numbers, wanted = [], []
    for number, line in lines:
        with _naming_line(number, refused):
            wanted.append(_read(line, given))
            numbers.append(number)
    return list(
        client.calendar.bookings.create_all(
            unchecked(wanted), lines=numbers, refused=refused, dry_run=dry_run
        )
    )


def _create_each(
    client: Client, lines: Lines, given: Json, refused: OnRefused, form: OutputOptions
) -> None:
    """Each is shown as soon as it is made; a JSON array needs all of them first."""
    made: list[Booking] = []
    try:
        for number, line in lines:
            with _naming_line(number, partial(_report_refused, refused)):
                made.append(client.calendar.bookings.create(**_read(line, given)))
                if not form.json:
                    _show(made[-1:], form)
    except BaseException:
        if form.json and made:
            output.say_always(
                f"calbook: booked {', '.join(booking.uid for booking in made)}"
            )
        raise
    if form.json and made:  # else stdout stays empty beside the errors
        _show(made, form)


@contextmanager
def _naming_line(line: int, refused: OnRefused | None) -> Iterator[None]:
    """Name the line in an error; pass the error to `refused` if there is one."""
    try:
        yield
    except CalbookError as error:
        error.name_line(line)
        if refused is None:
            raise
        refused(error)


def _report_refused(refused: OnRefused, error: CalbookError) -> None:
    if error.exit_code == StoreError.exit_code:  # the next line fares no better
        raise error
    refused(error)


def _read(line: str, given: Json) -> Json:
    needed = dict.fromkeys(("event_type_id", "start_time", "attendee"))
    return {**needed, **given, **read_object(parse_json(line), _KEYS, "the booking")}


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number; number 0 when the whole text is one object."""
    if _is_object(text):
        yield 0, text
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
