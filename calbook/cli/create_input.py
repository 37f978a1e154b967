"""`create --input`: a JSON object, or several in a list or on lines of their own."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from shlex import quote

from calbook import interrupts
from calbook.api.client import Client
from calbook.api.values.bookings import Booking
from calbook.cli import error_output, output
from calbook.cli.json_input import parse_json, read_text
from calbook.cli.output import Json, OutputOptions
from calbook.cli.progress import none_or_all, show_progress
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
    text = read_text(source)
    lines = list(_lines(text))
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
        refused = _RefusedLines()
        together = _create_all(
            client, lines, read, None if atomic else refused.keep, dry_run
        )
        for error in refused.in_order():
            refusals.report(error)
        _show(together, form, dry_run=dry_run)
        _say_counts(len(together), sorted(refused), form, dry_run=dry_run)
    else:
        file = None if source == "-" or text.lstrip().startswith("[") else source
        portions = Portions(client, read, refusals.report, form, file)
        portions.book(lines, together=1 if each else _TOGETHER)
    refusals.finish()


class _RefusedLines(dict[int, CalbookError]):
    """What is refused, by the number of its line."""

    def keep(self, error: CalbookError) -> None:
        self[error.details["line"]] = error

    def in_order(self) -> list[CalbookError]:
        return [self[number] for number in sorted(self)]


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
_NAMED = 10  # lines that are refused


class Portions:
    """Lines that are booked and committed some at a time, and then shown.

    Each as soon as it is committed; JSON and CSV need all of them first.
    """

    def __init__(
        self,
        client: Client,
        read: Read,
        report: OnRefused,
        form: OutputOptions,
        file: str | None,
    ) -> None:
        """`file` has a line for each booking."""
        self._client = client
        self._read = read
        self._report = report
        self._form = form
        self._file = file
        self._done = self._booked = 0
        self._refused: list[int] = []
        self._unshown: list[Booking] = []
        self._is_whole = form.json or form.csv  # which has one head

    def book(self, lines: Lines, *, together: int) -> None:
        has_stdout = not (self._is_whole or sys.stdout.isatty())
        shown = show_progress(
            "Booking", has_stdout=has_stdout, stopped=lambda _: self._left_text(lines)
        )
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
            if self._unshown:
                uids = ", ".join(booking.uid for booking in self._unshown)
                output.say_always(f"calbook: booked {uids}")
            if self._done == len(lines):
                raise
            if isinstance(error, BrokenPipeError):
                said = f"the reader left: {self._left_text(lines)}"
                raise OutputError(said) from None
            if isinstance(error, StoreError | OutputError) and self._done:
                output.say_always(f"calbook: {self._left_text(lines)}")
            raise
        _say_counts(self._booked, self._refused, self._form)

    def _left_text(self, lines: Lines) -> str:
        """What was done, and from which line on there is more to do."""
        left = len(lines) - self._done
        text = f"{_count_text(self._booked, len(self._refused))}, {left:,} left"
        if not (self._done and left):
            return text
        number = lines[self._done][0]
        text += f"; go on with line {number:,}"
        if self._file is None:
            return text
        tail = f"tail -n +{number} {quote(self._file)}"
        return f"{text} ({tail} | calbook create --input -)"

    def _book_portion(self, lines: Lines, progress: Callable[..., object]) -> None:
        """Commit what can be booked, then tell of each line in its turn."""
        refused = _RefusedLines()
        wanted: dict[int, Json] = {}
        for number, line in lines:
            with _naming_line(number, refused.keep):
                wanted[number] = self._read(line)
        made = self._client.calendar.bookings.create_all(
            unchecked([*wanted.values()]),
            lines=[*wanted],
            refused=refused.keep,
            progress=progress,
        )
        self._done += len(lines)
        self._booked += len(made)
        self._refused += sorted(refused)
        self._unshown += made
        try:
            self._tell(lines, made, refused)
        except BrokenPipeError:
            for error in refused.in_order():  # who reads stderr may still be there
                self._report(error)
            raise

    def _tell(
        self, lines: Lines, made: Sequence[Booking], refused: _RefusedLines
    ) -> None:
        """Of each line in its turn; takes out of `refused` what was told."""
        next_ones, run = iter(made), list[Booking]()
        for number, _ in lines:
            if number not in refused:
                run.append(next(next_ones))
                continue
            self._show_if_parted(run)
            run = []
            _report_refused(self._report, refused.pop(number))
        self._show_if_parted(run)

    def _show_if_parted(self, bookings: list[Booking]) -> None:
        if not self._is_whole:
            self._show(bookings)

    def _show(self, bookings: list[Booking]) -> None:
        """Those that are next; whatever is not shown is told of at the end."""
        if not bookings:  # then stdout stays empty beside the errors
            return
        rest = self._unshown[len(bookings) :]
        try:
            _show(bookings, self._form)
        except (BrokenPipeError, OutputError):  # they are named by it
            self._unshown = rest
            raise
        self._unshown = rest


def _count_text(booked: int, refused: int) -> str:
    return f"{booked:,} booked, {refused:,} refused"


def _say_counts(
    booked: int, refused: Sequence[int], form: OutputOptions, *, dry_run: bool = False
) -> None:
    """For people, at the end of many; the lines, as what was said may be far above."""
    if not (sys.stderr.isatty() or (dry_run and not output.is_for_programs(form))):
        return
    output.flush()
    text = _count_text(booked, len(refused))
    if refused:
        more = len(refused) - _NAMED
        named = ", ".join(map(str, refused[:_NAMED]))
        text += f": line{'s' if len(refused) > 1 else ''} {named}"
        text += f" … and {more:,} more" if more > 0 else ""
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
