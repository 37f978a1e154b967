"""What became of bookings that were made with another program."""

from __future__ import annotations

from typing import TypedDict

from calbook.api.values.value import Value


class SkippedBooking(TypedDict):
    """A booking of elsewhere that could not be taken over.

    foreignUid, line: which one it is there
    code, reason: as an error says them
    conflictsWith: the uid here of what is in the way
    """

    foreignUid: str
    line: int | None
    code: str
    reason: str
    conflictsWith: str | None


class ImportRemark(TypedDict):
    """What is said of a line, or of something with a UID.

    line, foreignUid: which one it is there
    reason: what is said
    """

    line: int | None
    foreignUid: str | None
    reason: str


class TakenOver(Value):
    """What became of the bookings that another program exported.

    source: which program's they are
    made, cancelled_there: how many are new here, and how many of them were cancelled
    updated, cancelled: how many were here and have changed, or were cancelled, since
    unchanged, older: how many are here as they are there, or newer
    skipped, skipped_count: those that could not be taken over, and how many they are
    left_out, left_out_count: what is no booking, or cannot be read
    remarks: what was guessed
    event_types_made: the ids of new event types
    fields_kept, fields_dropped: fields that have no place here, kept as metadata or not
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
