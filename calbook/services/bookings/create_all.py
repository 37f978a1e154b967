"""Many bookings in one transaction: all of them, or all but those that are refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from calbook.core.errors import BadInput, CalbookError
from calbook.services.bookings.change_options import ChangeOptions
from calbook.services.bookings.create import (
    create_in_transaction,
    read_request,
    without_ids,
)
from calbook.store.batch import batch
from calbook.store.booked_people import ask_ahead
from calbook.store.context import Context
from calbook.store.transaction import Transaction
from calbook.wire.packed import PackedAnswers
from calbook.wire.reading.booking_requests import NewBooking
from calbook.wire.reading.shapes import read_list

if TYPE_CHECKING:
    from calbook.core.progress import Progress

OnRefused = Callable[[CalbookError], None]
Line = tuple[int, Mapping[str, Any]]
Read = tuple[int, tuple[NewBooking, ChangeOptions] | CalbookError]

_UID = re.compile(r"bk_\w+")
_AHEAD = 500  # lines that are read before the first of them is booked


def create_all(
    context: Context,
    wanted: Iterable[Mapping[str, Any]],
    *,
    lines: Iterable[int] | None,
    refused: OnRefused | None,
    dry_run: bool,
    progress: Progress | None = None,
) -> PackedAnswers:
    """All in one transaction, or none; with `refused`, all but those it is told of."""
    read_list(wanted, "bookings")
    every = wanted if isinstance(wanted, list | tuple) else list(wanted)
    numbers = range(1, len(every) + 1) if lines is None else list(lines)
    if len(numbers) != len(every):
        raise BadInput(
            "lines has another length than what is to be booked",
            hint="give the number of each",
            field="lines",
        )

    def create_each(whole: Transaction) -> PackedAnswers:
        answers, now = PackedAnswers(), context.clock()
        later = refused and partial(_report_after_commit, whole, refused)
        tried: dict[str, int] = {}

        def find_unsaved() -> Mapping[str, int]:
            """The lines of uids that nobody will find."""
            if dry_run or later is not None:
                return tried
            made = zip(numbers, answers, strict=False)
            return {each["uid"]: n for n, each in made if each["version"] == 0}

        with batch(whole) as tx:
            given = zip(numbers, every, strict=True)
            for number, (line, read) in enumerate(_read_ahead(tx, given), 1):
                with report_refusal(line, later, find_unsaved), tx.savepoint():
                    if isinstance(read, CalbookError):
                        raise read
                    answer = create_in_transaction(tx, *read, now=now)
                    if dry_run:
                        planned = answer()
                        if planned["version"] == 0:
                            tried[planned["uid"]] = line
                        answers.append(without_ids(planned, read[0], tx))
                    else:
                        answers.append(answer)
                if progress is not None:
                    progress(number, len(every))
        return answers

    return context.store.write(create_each, dry_run=dry_run)


def _read_ahead(tx: Transaction, given: Iterator[Line]) -> Iterator[Read]:
    """Each as it was read, or why it cannot be."""
    while found := [_read(*each) for each in islice(given, _AHEAD)]:
        persons = [
            person
            for _, read in found
            if not isinstance(read, CalbookError)
            for person in read[0].attendees
        ]
        ask_ahead(tx, persons)
        yield from found


def _read(line: int, given: Mapping[str, Any]) -> Read:
    try:
        return line, read_request(given)
    except CalbookError as error:
        return line, error


def _report_after_commit(
    tx: Transaction, refused: OnRefused, error: CalbookError
) -> None:
    tx.after_commit.append(partial(refused, error))


@contextmanager
def report_refusal(
    line: int,
    refused: OnRefused | None,
    find_unsaved: Callable[[], Mapping[str, int]] = dict,
) -> Iterator[None]:
    """Name the line in an error; pass the error to `refused` if there is one.

    Instead of the uids that are found, the error names their lines.
    """
    try:
        yield
    except CalbookError as error:
        if unsaved := find_unsaved():
            error.json_message = _name_lines(error.json_message, unsaved)
            error.details = _name_lines(error.details, unsaved)
        error.name_line(line)
        if refused is None:
            raise
        refused(error)


def _name_lines(value: Any, lines: Mapping[str, int]) -> Any:
    """The same, with a line in the place of each uid in a text."""
    if isinstance(value, dict):
        return {key: _name_lines(each, lines) for key, each in value.items()}
    if isinstance(value, list):
        return [_name_lines(each, lines) for each in value]
    if not isinstance(value, str):
        return value
    if value in lines:
        return None
    return _UID.sub(
        lambda uid: f"line {lines[uid[0]]}" if uid[0] in lines else uid[0], value
    )
