"""Calendars that are read from an address (RFC 7986, 5.8), once and again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from calbook.core import checks
from calbook.core.busy import BusyKind
from calbook.core.errors import BadInput, BadUrl, CalendarUnreachable
from calbook.core.feeds import FeedMark, masked_source, read_mark
from calbook.core.progress import Progress
from calbook.services.calendars import files
from calbook.services.calendars.contents import (
    Reading,
    check_is_not_empty,
    is_read_far_enough,
    read_further,
    record_unchanged,
    save_content,
)
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.delivery.calendars.feed import FetchedFeed
    from calbook.store.connection import Row
    from calbook.store.context import Context

_WEBCAL = {"webcal": "https", "webcals": "https"}
_LONGEST_ADDRESS = 2_000
_HINTS = {
    401: (
        "give user with password_env or password_command",
        "give --user with --password-env or --password-command",
    ),
    403: ("is it the secret address, or a public one?",) * 2,
    404: ("ask for the calendar's address again: it may have been reset",) * 2,
    410: ("ask for the calendar's address again: it may have been reset",) * 2,
    200: ("take the address that ends in .ics; whoever opens it must need no log-in",)
    * 2,
}
_LOG_IN_HINT = "whoever opens the address must need no log-in"
NO_CONNECTION: Json = {
    "user_name": None,
    "password_command": None,
    "password_env": None,
    "allows_private": False,
}


def is_address(source: object) -> bool:
    """Whether it is to be fetched, and no file has that name."""
    if not isinstance(source, str):
        return False
    scheme = source.partition("://")[0].lower()
    is_web = scheme in ("http", "https", *_WEBCAL) and "://" in source
    return is_web and not os.path.exists(source)


def read_connection(source: object, log_in: Json) -> Json:
    """An address and who asks for it, as columns.

    Raises:
        BadUrl: nothing may be asked there.
        BadInput: a user without a password, or a password without a user.
    """
    from calbook.wire.reading.log_in import check_log_in
    from calbook.wire.reading.urls import UrlRules, split_url

    rules = UrlRules(
        what="a calendar's address",
        example="https://example.com/calendar.ics",
        log_in="use user with password_env or password_command",
        command_log_in="use --user with --password-env or --password-command",
    )
    text = checks.line(source, "source", most=_LONGEST_ADDRESS)
    scheme, _, rest = text.partition("://")
    url = f"{_WEBCAL.get(scheme.lower(), scheme.lower())}://{rest}".partition("#")[0]
    allows = checks.boolean(log_in.get("allow_private", False), "allowPrivate")
    try:
        place = split_url(url, rules)
    except BadUrl as error:
        why = error.json_message.partition(f" cannot be {rules.what}: ")[2]
        hints = {"hint": error.hint, "command_hint": error.command_hint}
        known = {key: hint for key, hint in hints.items() if hint}
        raise BadUrl(_shown(url), why, what=rules.what, **known) from None
    if place.scheme == "http" and not allows:
        raise BadUrl(
            _shown(url),
            "plain http lets anybody on the way read the calendar",
            what=rules.what,
            hint="use https, or allow_private=True inside a network you trust",
            command_hint="use https, or --allow-private inside a network you trust",
        )
    given = {
        key: None if log_in.get(key) is None else checks.line(log_in[key], key)
        for key in ("user", "password_command", "password_env")
    }
    check_log_in(*given.values())
    return {
        "source": url,
        "user_name": given["user"],
        "password_command": given["password_command"],
        "password_env": given["password_env"],
        "allows_private": allows,
    }


def check_no_log_in(log_in: Json) -> None:
    """Nobody logs in to a file."""
    for field, value in log_in.items():
        if value not in (None, False):
            raise BadInput(
                f"{field} is for an address, and a file has none", field=field
            )


def import_feed(
    context: Context,
    reading: Reading,
    name: str,
    connection: Json,
    progress: Progress | None,
) -> Json:
    """Fetch a calendar, to be fetched again by a refresh."""
    reading = read_further(reading)
    fetched = _fetch(connection, None)
    assert fetched is not None
    columns = {**connection, "name": name, "kind": BusyKind.ICS}
    return _save(context, reading, fetched, columns, progress)


def refresh_feed(
    context: Context,
    reading: Reading,
    row: Row,
    *,
    progress: Progress | None,
    is_confirmed: bool,
) -> Json:
    """Fetch a calendar again, unless its server says that it has not changed.

    Raises:
        CalendarUnreachable: it was not there, or not whole; what it held stays.
        CalendarEmpty: it holds nothing any more, and nobody has confirmed that.
    """
    known = _known(row, reading) if is_read_far_enough(reading, row) else None
    connection = {key: row[key] for key in ("source", *NO_CONNECTION)}
    fetched = _fetch(connection, known)
    if fetched is None:
        return record_unchanged(context, reading, row)
    columns = {"name": row["name"]}
    return _save(
        context,
        read_further(reading),
        fetched,
        columns,
        progress,
        row,
        is_confirmed=is_confirmed,
    )


def _save(
    context: Context,
    reading: Reading,
    fetched: FetchedFeed,
    columns: Json,
    progress: Progress | None,
    row: Row | None = None,
    *,
    is_confirmed: bool = True,
) -> Json:
    from calbook.ical.reading.busy_times import read_busy_times  # slow to import
    from calbook.ical.reading.structure import CUT_SHORT_HINT

    data = files.unpack(fetched.data)
    try:
        found = read_busy_times(data, **reading.words, progress=progress)
    except BadInput as error:
        if error.hint == CUT_SHORT_HINT:  # nobody has that file
            error.hint = "read it again later"
            if row is not None:
                again = f"calbook busy refresh {row['name']}"
                error.command_hint = f"{error.hint}: {again}"
        raise
    if row is not None and not is_confirmed:
        check_is_not_empty(row, reading, is_empty=not found.events)
    return save_content(context, reading, found, columns, signs=fetched.mark, row=row)


def _known(row: Row, reading: Reading) -> FeedMark | None:
    """What its server said of it, where it would be read today as it was then."""
    known = read_mark(row["mark"])
    if known is None or known.basis != reading.basis or not any(known.signs):
        return None
    return FeedMark(*known.signs)


def _fetch(connection: Json, known: FeedMark | None) -> FetchedFeed | None:
    from calbook.delivery.calendars.collection import CollectionError
    from calbook.delivery.calendars.feed import Feed, fetch_feed  # slow to import
    from calbook.delivery.passwords import NoPassword

    try:
        feed = Feed(
            connection["source"],
            user=connection["user_name"],
            password=_password(connection),
            allows_private=bool(connection["allows_private"]),
        )
        return fetch_feed(feed, known=known)
    except (CollectionError, NoPassword) as error:
        code = getattr(error, "code", None)
        hint, command_hint = _HINTS.get(code or 0, (None, None))
        if code == 200 and urlsplit(connection["source"]).path.endswith(".ics"):
            hint = command_hint = _LOG_IN_HINT
        raise CalendarUnreachable(
            f"{masked_source(connection['source'])}: {error}",
            hint=hint,
            command_hint=command_hint,
            status=code,
        ) from None


def _password(connection: Json) -> str | None:
    from calbook.delivery.passwords import read_password

    if connection["user_name"] is None:
        return None
    command, variable = connection["password_command"], connection["password_env"]
    return read_password(command, variable, seconds=10.0)


def _shown(url: str) -> str:
    return masked_source(url) or "that"
