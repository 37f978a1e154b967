"""`create --input`: one JSON object, or JSON lines with a transaction each."""

import json
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

from calbook.api.client import Client
from calbook.api.values.bookings import Booking
from calbook.cli import error_output, output
from calbook.cli.output import OutputOptions
from calbook.cli.session import (
    BOOKING_KEYS,
    booked_word,
    change_text,
    report_write_failure,
    show_change,
    unchecked,
)
from calbook.core.errors import BadInput, CalbookError, StoreError, UsageError
from calbook.services.bookings.create import OnRefused, report_refusal
from calbook.wire.reading import booking_requests
from calbook.wire.reading.shapes import read_object

Json = dict[str, Any]
Lines = list[tuple[int, str]]

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
    failures: list[int] = []

    def refused(error: CalbookError) -> None:
        error_output.show(error, wants_json=form.json or form.jsonl)
        failures.append(error.exit_code)

    if atomic or dry_run:
        together = _create_all(
            client, lines, given, None if atomic else refused, dry_run
        )
        with report_write_failure(
            "booked", [] if dry_run else [booking.uid for booking in together]
        ):
            _show(together, form)
    else:
        _create_each(client, lines, given, refused, form)
    if failures:
        raise error_output.Failures(failures[0])


def _show(bookings: list[Booking], form: OutputOptions) -> None:
    output.print_list(
        [booking.to_dict() for booking in bookings],
        form,
        keys=BOOKING_KEYS,
        table=lambda items: "".join(
            change_text(booked_word(item), item, form.tz) for item in items
        ),
    )


def _create_all(
    client: Client, lines: Lines, given: Json, refused: OnRefused | None, dry_run: bool
) -> list[Booking]:
    """In one transaction: all or none, or as they would follow one another."""
    numbers, wanted = [], []
    for number, line in lines:
        with report_refusal(number, refused):
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
            with report_refusal(number, partial(_report_refused, refused)):
                made.append(client.calendar.bookings.create(**_read(line, given)))
                if not form.json:
                    with report_write_failure("booked", [made[-1].uid]):
                        _show(made[-1:], form)
    except BaseException:
        if form.json and made:
            output.say(f"calbook: booked {', '.join(booking.uid for booking in made)}")
        raise
    if form.json and (made or not lines):  # else stdout stays empty beside the errors
        with report_write_failure("booked", [booking.uid for booking in made]):
            _show(made, form)


def _report_refused(refused: OnRefused, error: CalbookError) -> None:
    if error.exit_code == StoreError.exit_code:  # the next line fares no better
        raise error
    refused(error)


def _read(line: str, given: Json) -> Json:
    needed = dict.fromkeys(("event_type_id", "start_time", "attendee"))
    return {**needed, **given, **read_object(parse_json(line), _KEYS, "the booking")}


def parse_json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not JSON: {error}") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _object(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has a key twice")
    return found


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


def read_text(source: str) -> str:
    """A file's text, or standard input's for `-`; UTF-8."""
    try:
        if source == "-":
            data = sys.stdin.buffer.read()
        else:
            with open(source, "rb") as file:
                data = file.read()
    except OSError as error:
        raise BadInput(f"cannot read {source}: {error.strerror}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{source} is not UTF-8") from None
