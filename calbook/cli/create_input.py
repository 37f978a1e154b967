"""`create --input`: a JSON object, or several in a list or on lines of their own."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from calbook.api.client import Client
from calbook.api.values.bookings import Booking
from calbook.cli import error_output, output
from calbook.cli.json_input import parse_json, read_text
from calbook.cli.output import Json, OutputOptions
from calbook.cli.progress import (
    Progress,
    none_or_all,
    show_progress,
    whole_steps,
)
from calbook.cli.session import (
    BOOKING_KEYS,
    booked_word,
    change_text,
    mark_dry_run,
    report_write_failure,
    show_change,
    unchecked,
)
from calbook.core.errors import CalbookError, StoreError, UsageError
from calbook.core.text import printable
from calbook.wire.reading import booking_requests, rebooking
from calbook.wire.reading.shapes import read_object

Lines = list[tuple[int, str]]
OnRefused = Callable[[CalbookError], None]
Read = Callable[[str], Json]

_KEYS = (*booking_requests.FIELDS, "idempotency_key")


def create_from_input(
    client: Client,
    source: str,
    given: Json,
    form: OutputOptions,
    *,
    as_new: bool,
    atomic: bool,
    dry_run: bool,
) -> None:
    """Book what a file or standard input holds, each in a transaction of its own.

    Options on the command line stand in for keys that a line leaves out. A line that
    fails is reported with its number, and the others go on, unless `atomic`. With
    `as_new` they are bookings as they were printed.
    """
    read = partial(_read, given=given, as_new=as_new)
    lines = list(_lines(read_text(source)))
    if not lines:
        raise UsageError(
            f"{'standard input' if source == '-' else source} holds no booking",
            hint="give a JSON object, or one on each line",
        )
    if len(lines) == 1 and not lines[0][0]:
        wanted = read(lines[0][1])
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
        together = _create_all(client, lines, read, refused, dry_run)
        _show(together, form, dry_run=dry_run)
        _say_counts(len(together), len(refusals.statuses), dry_run=dry_run)
    else:
        _create_each(client, lines, read, refusals.report, form)
    refusals.finish()


def _show(
    bookings: list[Booking], form: OutputOptions, *, dry_run: bool = False
) -> None:
    uids = [] if dry_run else [booking.uid for booking in bookings]
    with report_write_failure("booked", uids):
        output.print_list(bookings, form, keys=BOOKING_KEYS, table=partial(_text, form))
    mark_dry_run(form, dry_run=dry_run)


def _text(form: OutputOptions, bookings: Sequence[Json]) -> str:
    return "".join(change_text(booked_word(b), b, form.tz) for b in bookings)


def _create_all(
    client: Client, lines: Lines, read: Read, refused: OnRefused | None, dry_run: bool
) -> list[Booking]:
    """In one transaction: all or none, or as they would follow one another."""
    numbers, wanted = [], []
    for number, line in lines:
        with _naming_line(number, refused):
            wanted.append(read(line))
            numbers.append(number)
    with show_progress("Booking", stopped=none_or_all) as progress:
        return list(
            client.calendar.bookings.create_all(
                unchecked(wanted),
                lines=numbers,
                refused=refused,
                dry_run=dry_run,
                progress=progress,
            )
        )


def _create_each(
    client: Client, lines: Lines, read: Read, refused: OnRefused, form: OutputOptions
) -> None:
    """Each is shown as soon as it is made; JSON and CSV need all of them first."""
    made: list[Booking] = []
    failed: list[CalbookError] = []

    def left_text(progress: Progress) -> str:
        left = len(lines) - len(made) - len(failed)
        return f"{_count_text(len(made), len(failed))}, {left:,} left"

    def refuse(error: CalbookError) -> None:
        _report_refused(refused, error)
        failed.append(error)

    is_whole = form.json or form.csv  # which has one head
    has_stdout = not (is_whole or sys.stdout.isatty())
    shown = show_progress("Booking", has_stdout=has_stdout, stopped=left_text)
    try:
        with shown as progress, whole_steps() as end_if_asked:
            for number, line in lines:
                with _naming_line(number, refuse):
                    made.append(client.calendar.bookings.create(**read(line)))
                    if not is_whole:
                        _show(made[-1:], form)
                progress(len(made) + len(failed), len(lines))
                end_if_asked()
    except BaseException:
        if is_whole and made:
            output.say_always(
                f"calbook: booked {', '.join(booking.uid for booking in made)}"
            )
        raise
    if is_whole and made:  # else stdout stays empty beside the errors
        _show(made, form)
    _say_counts(len(made), len(failed))


def _count_text(booked: int, refused: int) -> str:
    return f"{booked:,} booked, {refused:,} refused"


def _say_counts(booked: int, refused: int, *, dry_run: bool = False) -> None:
    """For people, at the end of many."""
    if sys.stderr.isatty():
        output.flush()
        text = _count_text(booked, refused)
        output.say(f"would be: {text}" if dry_run else text)


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


def _read(line: str, *, given: Json, as_new: bool) -> Json:
    needed = dict.fromkeys(("event_type_id", "start_time", "attendee"))
    facts = parse_json(line)
    if as_new:
        facts = rebooking.read_as_new(facts)
    elif rebooking.is_printed(facts):
        raise UsageError(
            f"this booking was made already: {printable(str(facts['uid'])[:40])}",
            hint="--as-new books it once more",
        )
    return {**needed, **given, **read_object(facts, _KEYS, "the booking")}


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each object with the number of its line, or of its place in a list.

    Number 0 is where the whole text is one.
    """
    whole = _as_whole(text)
    if isinstance(whole, dict):
        yield 0, text
        return
    parts = text.split("\n") if whole is None else map(json.dumps, parse_json(text))
    for number, line in enumerate(parts, 1):
        if line.strip():
            yield number, line


def _as_whole(text: str) -> Json | list[Json] | None:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return whole if isinstance(whole, dict | list) else None
