"""Calendars read as busy time: files, bytes, and what an address answers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from calbook.core import busy, checks
from calbook.core.busy import BusyKind
from calbook.core.progress import Progress
from calbook.services.calendars import feeds, files
from calbook.services.calendars.busy import find_host
from calbook.services.calendars.contents import (
    Manner,
    Reading,
    begin_reading,
    save_content,
)
from calbook.store.busy import BusyReader
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.store.context import Context


def import_calendar(
    context: Context,
    source: str | os.PathLike[str] | bytes,
    *,
    name: str,
    host_id: str | None,
    shows_text: bool,
    strict: bool,
    careful: bool,
    progress: Progress | None,
    log_in: Json,
) -> Json:
    """Read a calendar in the place of one of that name.

    `log_in` is who asks for an address: `user`, `password_command`, `password_env`,
    `allow_private`.

    Raises:
        UsageError: what is to be left out is to block too.
    """
    is_feed = not isinstance(source, bytes) and feeds.is_address(source)
    path = None if is_feed or isinstance(source, bytes) else files.check_path(source)
    called = busy.calendar_name(name)
    how = Manner(
        checks.boolean(shows_text, "showsText"),
        checks.boolean(strict, "strict"),
        checks.boolean(careful, "careful"),
    )
    busy.check_manner(strict=how.is_strict, careful=how.is_careful)
    with context.store.read(BusyReader) as reader:
        host = find_host(reader, host_id)
    reading = begin_reading(context, host, how)
    if is_feed:
        connection = feeds.read_connection(source, log_in)
        return feeds.import_feed(context, reading, called, connection, progress)
    feeds.check_no_log_in(log_in)
    place = None if path is None else files.path_to_read_again(path)
    data = source if isinstance(source, bytes) else files.read_file(path or "")
    return import_data(context, reading, called, place, data, progress)


def import_data(
    context: Context,
    reading: Reading,
    name: str,
    path: str | None,
    data: bytes,
    progress: Progress | None,
) -> Json:
    """A file's bytes; `path` is where it can be read again."""
    from calbook.ical.reading.busy_times import read_busy_times  # slow to import

    found = read_busy_times(files.unpack(data), **reading.words, progress=progress)
    columns = {
        **feeds.NO_CONNECTION,
        "name": name,
        "kind": BusyKind.ICS,
        "source": path,
    }
    return save_content(context, reading, found, columns)
