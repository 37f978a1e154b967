"""`create --input`: a JSON object, or several in a list or on lines of their own."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from calbook import interrupts
from calbook.api.client import Client
from calbook.api.values.bookings import Booking
from calbook.cli import error_output, output
from calbook.cli.json_input import parse_json, read_text
from calbook.cli.output import Json, OutputOptions
from calbook.cli.progress import Progress, none_or_all, show_progress
from calbook.cli.session import (
    BOOKING_KEYS,
    booked_word,
    change_text,
    mark_dry_run,
    report_write_failure,
    show_change,
    unchecked,
)
from calbook.core.errors import CalbookError, OutputError, StoreError, UsageError
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
    each: bool,
    dry_run: bool,
) -> None:
    """Book what a file or standard input holds, many lines in one transaction.

    Options on the command line stand in for keys that a line leaves out. A line that
    fails is reported with its number, and the others go on, unless `atomic`. With
    `each` a transaction is one line. With `as_new` they are bookings as they were
    printed.
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
        portions = Portions(client, read, refusals.report, form)
        portions.book(lines, together=1 if each else _TOGETHER)
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


_TOGETHER = 200  # lines of a transaction, for which others wait


class Portions:
    """Lines that are booked and committed some at a time, and then shown.

    Each as soon as it is committed; JSON and CSV need all of them first.
    """

    def __init__(
        self, client: Client, read: Read, refused: OnRefused, form: OutputOptions
    ) -> None:
        self._client = client
        self._read = read
        self._refused = refused
        self._form = form
        self._booked = self._failed = 0
        self._unshown: list[Booking] = []
        self._is_whole = form.json or form.csv  # which has one head

    def book(self, lines: Lines, *, together: int) -> None:
        def left_text(progress: Progress) -> str:
            left = len(lines) - self._booked - self._failed
            return f"{_count_text(self._booked, self._failed)}, {left:,} left"

        has_stdout = not (self._is_whole or sys.stdout.isatty())
        shown = show_progress("Booking", has_stdout=has_stdout, stopped=left_text)
        try:
            with shown as progress:
                for first in range(0, len(lines), together):
                    portion = lines[first : first + together]
                    self._book_portion(
                        portion, lambda done, _, n=first: progress(n + done, len(lines))
                    )
                self._show(self._unshown)
                interrupts.release()
        except BaseException as error:
            told = error.details["uids"] if isinstance(error, OutputError) else ()
            uids = [each.uid for each in self._unshown if each.uid not in told]
            if uids:
                output.say_always(f"calbook: booked {', '.join(uids)}")
            raise
        _say_counts(self._booked, self._failed)

    def _book_portion(self, lines: Lines, progress: Callable[..., object]) -> None:
        """Commit what can be booked, then tell of each line in its turn."""
        refused: dict[int, CalbookError] = {}
        wanted: dict[int, Json] = {}
        for number, line in lines:
            with _naming_line(number, partial(refused.__setitem__, number)):
                wanted[number] = self._read(line)
        made = self._client.calendar.bookings.create_all(
            unchecked([*wanted.values()]),
            lines=[*wanted],
            refused=lambda error: refused.update({error.details["line"]: error}),
            progress=progress,
        )
        self._unshown += made
        self._booked += len(made)
        next_ones, run = iter(made), list[Booking]()
        for number, _ in lines:
            if number not in refused:
                run.append(next(next_ones))
                continue
            self._show_if_parted(run)
            run = []
            self._failed += 1
            _report_refused(self._refused, refused[number])
        self._show_if_parted(run)

    def _show_if_parted(self, bookings: list[Booking]) -> None:
        if not self._is_whole:
            self._show(bookings)

    def _show(self, bookings: list[Booking]) -> None:
        """Those that are next; whatever is not shown is told of at the end."""
        if bookings:  # else stdout stays empty beside the errors
            _show(bookings, self._form)
            self._unshown = self._unshown[len(bookings) :]


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
