"""Connected calendars as people give them: an address or a directory, and a log-in."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from calbook.core import busy, checks
from calbook.core.busy import BusyKind
from calbook.core.calendars import ConnectedCalendar
from calbook.core.errors import BadInput, UsageError
from calbook.wire.reading.log_in import check_log_in
from calbook.wire.reading.shapes import read_object
from calbook.wire.reading.urls import UrlRules, bad_url, split_url

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,20}:(//|(?=[^\\/]))", re.IGNORECASE)
_LENGTH = 2_000

_RULES = UrlRules(
    what="a calendar's address",
    example="https://cloud.example.com/",
    log_in='use user="me" with password_command or password_env',
    command_log_in="use --user with --password-command or --password-env",
)
_TEXTS = ("user", "password_command", "password_env")
_FLAGS = {
    "busy": "is_busy",
    "push": "is_pushed",
    "free_busy": "is_free_busy",
    "careful": "is_careful",
    "shows_text": "shows_text",
    "allow_private": "allows_private",
}
FIELDS = (*_TEXTS, *_FLAGS)


def read_calendar(
    name: object, source: object, fields: Mapping[str, Any], *, host_id: str
) -> ConnectedCalendar:
    """A calendar that is to be connected; its id is the database's to give.

    Raises:
        BadUrl: nothing may be asked there.
        UsageError: nothing is to be done with it.
    """
    given = read_object(fields, FIELDS, "the calendar")
    said: dict[str, Any] = {
        column: checks.boolean(given.get(flag, False), flag)
        for flag, column in _FLAGS.items()
    }
    user, command, variable = (_optional_line(given.get(key), key) for key in _TEXTS)
    kind, place = read_source(source, allow_private=said["allows_private"])
    read = ConnectedCalendar(
        id=0,
        host_id=host_id,
        name=busy.calendar_name(name),
        kind=kind,
        source=place,
        user=user,
        password_command=command,
        password_env=variable,
    )._replace(**said)
    _check_use(read)
    check_log_in(read.user, read.password_command, read.password_env)
    return read


def read_source(source: object, *, allow_private: bool) -> tuple[BusyKind, str]:
    """An address as it is, a directory by its whole path.

    Raises:
        BadUrl: nothing may be asked there.
    """
    given = os.fspath(source) if isinstance(source, os.PathLike) else source
    text = checks.line(given, "url", most=_LENGTH)
    if not _SCHEME.match(text):
        return BusyKind.VDIR, os.path.abspath(os.path.expanduser(text))
    scheme = text.partition(":")[0].lower()
    if scheme in ("webcal", "webcals"):
        raise bad_url(
            text,
            "a feed is read, and never written to",
            of=_RULES,
            hint="import it: busy.import_ics(…)",
            command_hint="import it: calbook busy import ADDRESS",
        )
    place = split_url(text, _RULES)
    if place.scheme == "http" and not allow_private:
        raise bad_url(
            text,
            "plain http lets anybody on the way read the password",
            of=_RULES,
            hint="use https, or allow_private=True inside a network you trust",
            command_hint="use https, or --allow-private inside a network you trust",
        )
    return BusyKind.CALDAV, text


def _optional_line(value: object, field: str) -> str | None:
    return None if value is None else checks.line(value, field, most=1_000)


def _check_use(read: ConnectedCalendar) -> None:
    """Something is to be done with it, and it can be."""
    if not (read.is_busy or read.is_pushed):
        raise UsageError(
            "say what the calendar is for",
            hint="busy=True lets it block its host, push=True writes bookings there",
            command_hint="--busy lets it block its host, --push writes bookings there",
        )
    wrong: Mapping[str, tuple[bool, Callable[[], str]]] = {
        "freeBusy": (
            read.is_free_busy and not read.is_busy,
            lambda: "freeBusy is about busy time: it goes with busy",
        ),
        "careful": (
            read.is_careful and (read.is_free_busy or not read.is_busy),
            lambda: "there is nothing to be careful with where events are not read",
        ),
        "showsText": (
            read.shows_text and (read.is_free_busy or not read.is_busy),
            lambda: "there are no titles to show where events are not read",
        ),
        "user": (
            read.kind == BusyKind.VDIR and read.user is not None,
            lambda: "nobody logs in to a directory",
        ),
    }
    for field, (is_wrong, why) in wrong.items():
        if is_wrong:
            raise BadInput(why(), field=field)
