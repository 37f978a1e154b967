"""What became of bookings that were made with another program."""

from __future__ import annotations

from typing import Any

from calbook.api.values.value import Value


class Import(Value):
    """A summary of files that were taken over.

    source: which program's they are
    made: new bookings, `cancelled_there` of them cancelled there already
    updated, cancelled: those that are here and had changed there
    unchanged, older: those that are here as they are there, or newer
    skipped: those that could not be taken over: `uid` and `line` there, `code` and
        `reason`, and the uid here of what is in the way as `conflictsWith`
    left_out: what is no booking, or cannot be read: `line`, `uid` and `reason`
    remarks: what was guessed, likewise
    event_types_made: their ids
    fields_kept, fields_dropped: what has no place here, kept as metadata or not
    """

    source: str
    made: int
    updated: int
    unchanged: int
    older: int
    cancelled: int
    cancelled_there: int
    skipped: list[dict[str, Any]]
    skipped_count: int
    left_out: list[dict[str, Any]]
    left_out_count: int
    remarks: list[dict[str, Any]]
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
