"""One file for each host in a directory of a web server, kept as the bookings are.

Whoever knows a file's name may read it. It is rewritten when something has changed for
its host, and once a day, as it begins a month before today.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from calbook.core import checks, ids
from calbook.core.errors import (
    BadInput,
    CalbookError,
    NotFound,
    OutputError,
    UsageError,
)
from calbook.core.model import DAY
from calbook.core.time import times
from calbook.services.calendars import feed_files
from calbook.services.calendars.busy import find_host_id
from calbook.store import published_feeds as store
from calbook.store.published_feeds import PublishedFeeds
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from datetime import datetime

    from calbook.store.connection import Row
    from calbook.store.context import Context

OnRefused = Callable[[CalbookError], None]

REFRESH = timedelta(minutes=15)
_DAYS_BEHIND = 31
_WRITING = timedelta(hours=1)  # at most, of one file


def publish_feeds(
    context: Context,
    directory: str | os.PathLike[str],
    *,
    host_id: str | None,
    busy_only: bool,
    redact: bool,
    full: bool,
) -> list[Json]:
    """Keep a file for a host, or for each that there is; names that exist stay.

    So does what a feed says, unless another form is named: strangers may read it.

    Raises:
        UsageError: more than one form is named.
        OutputError: the directory cannot be made, or a file not be written.
    """
    form = _read_form(busy_only=busy_only, redact=redact, full=full)
    place = _read_place(directory)
    with context.store.read(PublishedFeeds) as reader:
        chosen = find_host_id(reader, host_id)
        hosts = reader.ids("host") if chosen is None else (chosen,)
        new = form or _least_form(reader.feed_rows(directory=place))
    feeds = [
        {"directory": place, "host_id": id, "name": f"{ids.feed()}.ics", **new}
        for id in hosts
    ]
    feed_files.make_directory(place)
    keep = store.add_feeds if form is None else store.keep_feeds
    context.store.write(partial(keep, feeds=feeds))
    with context.store.read(PublishedFeeds) as reader:
        rows = reader.feed_rows(directory=place, host_id=chosen)
    for row in rows:
        _write(context, row)
    return [_feed_json(row) for row in rows]


def _read_form(*, busy_only: bool, redact: bool, full: bool) -> Json | None:
    """What feeds are to say; None where nobody says."""
    form = {
        "is_busy_only": checks.boolean(busy_only, "busyOnly"),
        "is_redacted": checks.boolean(redact, "redact"),
    }
    is_full = checks.boolean(full, "full")
    if sum(form.values()) + is_full > 1:
        raise UsageError("busy_only, redact and full exclude each other")
    return form if is_full or any(form.values()) else None


def _least_form(rows: list[Row]) -> Json:
    """What the one of some feeds says that says least; everything without any."""
    is_busy_only = any(row["is_busy_only"] for row in rows)
    is_redacted = not is_busy_only and any(row["is_redacted"] for row in rows)
    return {"is_busy_only": is_busy_only, "is_redacted": is_redacted}


def list_feeds(
    context: Context,
    *,
    directory: str | os.PathLike[str] | None,
    host_id: str | None,
) -> list[Json]:
    with context.store.read(PublishedFeeds) as reader:
        place = None if directory is None else _read_place(directory)
        whose = find_host_id(reader, host_id)
        rows = reader.feed_rows(directory=place, host_id=whose)
    return [_feed_json(row) for row in rows]


def remove_feeds(
    context: Context, directory: str | os.PathLike[str], *, host_id: str | None
) -> list[Json]:
    """Keep no file any more in a directory, of a host or of all, and delete them.

    Raises:
        NotFound: nothing is published there.
        OutputError: a file cannot be deleted; its feed stays. So it does where its
            directory is not here.
    """
    rows = _find(context, directory, host_id)
    found = [_feed_json(row) for row in rows]
    for row in rows:
        feed_files.check_directory(row["directory"])
    left: Row | None
    for left in rows:
        while left is not None:  # it may get another name meanwhile
            feed_files.remove_file(left["directory"], left["name"])
            context.store.write(partial(store.forget_feed, row=left))
            feed_files.remove_file(left["directory"], left["name"])
            left = _current(context, left)
    return found


def rotate_feeds(
    context: Context, directory: str | os.PathLike[str], *, host_id: str | None
) -> list[Json]:
    """Give files new names; whoever knew the old ones reads nothing any more.

    Raises:
        NotFound: nothing is published there.
        OutputError: a file cannot be deleted or written.
    """
    for row in _find(context, directory, host_id):
        feed_files.check_directory(row["directory"])
        feed_files.remove_file(row["directory"], row["name"])
        name = f"{ids.feed()}.ics"
        context.store.write(partial(store.rename_feed, row=row, name=name))
        feed_files.remove_file(row["directory"], row["name"])  # written meanwhile
    rows = _find(context, directory, host_id)
    for row in rows:
        _write(context, row)
    return [_feed_json(row) for row in rows]


def update_feeds(context: Context, refused: OnRefused | None) -> None:
    """Write again what has changed, and what was not written for a day.

    A file that cannot be written keeps nobody from the rest; `refused` is told. A
    directory that is not there is another machine's.
    """
    now = context.clock()
    with context.store.read(PublishedFeeds) as reader:
        rows = reader.feed_rows()
        due = [row for row in rows if _is_due(reader, row, now)]
    for row in due:
        try:
            _write(context, row)
        except NotFound:  # removed meanwhile
            continue
        except OutputError as error:
            if refused is not None:
                refused(error)


def _is_due(reader: PublishedFeeds, row: Row, now: datetime) -> bool:
    if reader.newest_event(row["host_id"], after=row["event_seq"]) is not None:
        return True
    written = feed_files.written_at(row["directory"], row["name"])
    age = None if written is None else times.epoch(now) - written
    is_fresh = age is not None and 0 <= age < DAY.total_seconds()
    return not is_fresh and os.path.isdir(row["directory"])


def _write(context: Context, row: Row) -> None:
    """A file as the bookings are now: a month back, and all that is to come."""
    from calbook.services.calendars import booking_feeds, feed_writing  # slow to import

    now = context.clock()
    feed_files.check_directory(row["directory"])
    flags = (bool(row["is_busy_only"]), bool(row["is_redacted"]))
    form = feed_writing.FeedForm(*flags, REFRESH)
    today = times.local_date(now, row["timezone"])
    since = times.day_start(today - _DAYS_BEHIND * DAY, row["timezone"])
    chosen = {"host_id": row["host_id"], "since": times.epoch(since)}
    with context.store.read(PublishedFeeds) as reader:
        seq = reader.looked_at(row)
        feed = booking_feeds.read_feed(reader, chosen, form, now=now)
    parts = feed_writing.write_feed(context, feed)
    feed_files.write_file(row["directory"], row["name"], parts, at=times.epoch(now))
    feed_files.remove_leftovers(row["directory"], before=times.epoch(now - _WRITING))
    current = _current(context, row)
    if current is None or current["name"] != row["name"]:
        feed_files.remove_file(row["directory"], row["name"])
        return
    if any(current[key] != row[key] for key in ("is_busy_only", "is_redacted")):
        _write(context, current)
        return
    if seq != row["event_seq"]:
        context.store.write(partial(store.record_written, row=row, event_seq=seq))


def _current(context: Context, row: Row) -> Row | None:
    """A feed as it is kept by now; somebody may have changed or removed it."""
    place = {"directory": row["directory"], "host_id": row["host_id"]}
    with context.store.read(PublishedFeeds) as reader:
        return next(iter(reader.feed_rows(**place)), None)


def _find(
    context: Context, directory: str | os.PathLike[str], host_id: str | None
) -> list[Row]:
    place = _read_place(directory)
    with context.store.read(PublishedFeeds) as reader:
        whose = find_host_id(reader, host_id)
        rows = reader.feed_rows(directory=place, host_id=whose)
        if not rows:
            known = [row["directory"] for row in reader.feed_rows()]
            raise NotFound("published feed", place, known=known)
    return rows


def _read_place(directory: str | os.PathLike[str]) -> str:
    """Where a directory is, whatever links lead to it."""
    path = os.fspath(directory) if isinstance(directory, os.PathLike) else directory
    given = checks.prose(path, "directory", most=4_096)
    if not given:
        raise BadInput("directory cannot be empty", field="directory")
    return os.path.realpath(given)


def _feed_json(row: Row) -> Json:
    written = feed_files.written_at(row["directory"], row["name"])
    return {
        "hostId": row["host_id"],
        "name": row["name"],
        "path": os.path.join(row["directory"], row["name"]),
        "busyOnly": bool(row["is_busy_only"]),
        "redacted": bool(row["is_redacted"]),
        "writtenAt": written and times.rfc3339(written, row["timezone"]),
    }
