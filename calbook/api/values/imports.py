"""What became of bookings that were made with another program."""

from __future__ import annotations

from typing import TypedDict

from calbook.api.values.value import Value


class SkippedBooking(TypedDict):
    """A booking of elsewhere that could not be taken over.

    foreignUid: its UID in the file
    line: its line in the file
    code: the code of the error
    reason: the message of the error
    conflictsWith: the uid here of what is in the way
    """

    foreignUid: str
    line: int | None
    code: str
    reason: str
    conflictsWith: str | None


class ImportRemark(TypedDict):
    """What is said of a line, or of something with a UID.

    line: its line in the file
    foreignUid: its UID in the file
    reason: what is said of it
    """

    line: int | None
    foreignUid: str | None
    reason: str


class TakenOver(Value):
    """What became of the bookings that another program exported.

    source: the program that they come from
    made: how many bookings are new here
    updated: how many were here, and were changed
    unchanged: how many were here already, and are the same
    older: how many are older in the files than here, and were left alone
    cancelled: how many were here, and were cancelled
    cancelled_there: how many of the new ones had been cancelled already
    skipped: bookings that could not be taken over, at most 1,000 of them
    skipped_count: how many could not be taken over
    left_out: what in the files is no booking or cannot be read, and dates of series
        whose time was taken, at most 1,000 of it
    left_out_count: how many were left out
    remarks: what had to be guessed, and what else is to be known
    event_types_made: the ids of new event types
    fields_kept: fields that have no place in a booking and are kept as metadata
    fields_dropped: fields that did not fit into the metadata
    """

    source: str
    made: int
    updated: int
    unchanged: int
    older: int
    cancelled: int
    cancelled_there: int
    skipped: list[SkippedBooking]
    skipped_count: int
    left_out: list[ImportRemark]
    left_out_count: int
    remarks: list[ImportRemark]
    event_types_made: list[str]
    fields_kept: list[str]
    fields_dropped: list[str]


class ImportPreview(Value):
    """How a table would be read.

    columns: which column is which field
    is_guessed: whether any was guessed by its name
    dates: `dmy` or `mdy`, where its dates are numbers
    timezone: in which times without one are read
    rows: the first ones
    """

    columns: dict[str, str]
    is_guessed: bool
    dates: str | None
    timezone: str
    rows: list[dict[str, str]]
