"""A finding, and the table of all that there can be."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

WARNING, CRITICAL = "warning", "critical"
GROUPS = ("File", "Time zones", "Sending", "Calendars", "Catalog", "Program")
MOST_NAMED = 5  # of each kind


class Kind(NamedTuple):
    """Where a finding is shown, how bad it is, and what to do next (with NAME)."""

    group: str
    severity: str
    hint: str


class Finding(NamedTuple):
    """Something wrong, in a sentence that names it; `details` are facts about it."""

    code: str
    message: str
    details: Mapping[str, Any]
    severity: str
    hint: str

    @property
    def group(self) -> str:
        return KINDS[self.code].group


_LOG = "calbook webhook log, calbook mail log and calbook calendar log say why"
KINDS: Mapping[str, Kind] = {
    # -- the file or database
    "missing": Kind("File", CRITICAL, "calbook init makes it; or name it with --db"),
    "unusable": Kind("File", CRITICAL, "calbook help trouble"),
    "inconsistent": Kind("File", CRITICAL, "restore a backup: calbook help operation"),
    "not_checked": Kind("File", WARNING, "calbook db check"),
    "older_tables": Kind("File", WARNING, "calbook db migrate, which keeps a copy"),
    "not_writable": Kind("File", CRITICAL, "calbook help storage"),
    "readable_by_others": Kind("File", WARNING, "chmod 600 NAME"),
    "other_owner": Kind("File", WARNING, "calbook help storage"),
    "network_drive": Kind("File", WARNING, "calbook help storage"),
    "journal_left": Kind("File", WARNING, "calbook db check"),
    "copies_left": Kind("File", WARNING, "rm -r NAME"),
    "wal_left": Kind("File", WARNING, "the next change turns it back"),
    "sqlite_fault": Kind("File", WARNING, "use a Python with a newer SQLite"),
    "little_space": Kind("File", WARNING, "make room on that disk"),
    "clock_behind": Kind("File", WARNING, "set the computer's clock: timedatectl"),
    "server_too_old": Kind("File", CRITICAL, "update the server"),
    "server_read_only": Kind("File", CRITICAL, "name the primary server, no standby"),
    "missing_rights": Kind("File", WARNING, "its owner: calbook db init --grants"),
    "cannot_erase": Kind("File", WARNING, "run calbook tick as the tables' owner too"),
    "clock_differs": Kind("File", WARNING, "set both clocks by NTP"),
    "unencrypted": Kind("File", WARNING, "add ?sslmode=verify-full to the URL"),
    # -- time zones
    "time_moved": Kind("Time zones", WARNING, "calbook doctor --fix-times --dry-run"),
    "cannot_move_back": Kind(
        "Time zones", WARNING, "settle it with the attendees: calbook reschedule NAME"
    ),
    "zone_data_old": Kind("Time zones", WARNING, "pip install -U tzdata"),
    # -- sending
    "not_delivered": Kind("Sending", WARNING, "run calbook deliver each minute"),
    "deliveries_failed": Kind("Sending", WARNING, _LOG),
    "retried_for_long": Kind("Sending", WARNING, _LOG),
    "webhook_disabled": Kind(
        "Sending", WARNING, "calbook webhook update NAME --active, once it is mended"
    ),
    "webhook_plain_http": Kind(
        "Sending", WARNING, "calbook webhook update NAME --url URL"
    ),
    "mail_not_configured": Kind("Sending", WARNING, "calbook config smtp --help"),
    "mail_settings": Kind("Sending", WARNING, "calbook config show"),
    "password_missing": Kind("Sending", WARNING, "calbook config smtp-test"),
    "config_readable": Kind("Sending", WARNING, "chmod 600 NAME"),
    "no_address": Kind("Sending", WARNING, "calbook update NAME --email ADDRESS"),
    "host_without_email": Kind(
        "Sending", WARNING, "calbook host update NAME --email ADDRESS"
    ),
    # -- calendars
    "calendar_not_read": Kind("Calendars", WARNING, "calbook busy refresh NAME"),
    "calendar_password": Kind("Calendars", WARNING, "calbook calendar check NAME"),
    # -- the catalog
    "no_hours": Kind("Catalog", WARNING, "calbook schedule update NAME --hours HOURS"),
    "no_hosts": Kind("Catalog", WARNING, "calbook event update NAME --host HOST"),
    "not_bookable": Kind(
        "Catalog", WARNING, "calbook explain --event NAME --start WHEN"
    ),
    # -- the program
    "urllib3_replaced": Kind(
        "Program", WARNING, "install into an environment of its own"
    ),
    "library_missing": Kind("Program", WARNING, "install the program again"),
}


def make_finding(
    code: str,
    message: str,
    *,
    severity: str | None = None,
    name: str = "",
    hint: str | None = None,
    **details: Any,
) -> Finding:
    """As the table has it, unless said; the hint is about what has the `name`."""
    kind = KINDS[code]
    hint = hint or kind.hint.replace("NAME", shlex.quote(name))
    return Finding(code, message, details, severity or kind.severity, hint)


def name_some(names: Iterable[str], count: int | None = None) -> str:
    """Up to five of them, `and 3 more`; `count` where there are more than are here."""
    every = list(names)
    more = (len(every) if count is None else count) - len(every[:MOST_NAMED])
    said = ", ".join(every[:MOST_NAMED])
    return f"{said} and {more:,} more" if more > 0 else said


def count_of(number: int, one: str, many: str | None = None) -> str:
    """`1 date`, `2 dates`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def age_text(seconds: int) -> str:
    """`40 s`, `12 min`, `5 h`, `3 days`."""
    for most, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < most:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86_400:,} days"


def size_text(size: int) -> str:
    """`12 kB`, `3.4 MB`, `1.2 GB`."""
    if size < 1_000_000:
        return f"{-(-size // 1000)} kB"
    unit, by = ("MB", 1e6) if size < 1_000_000_000 else ("GB", 1e9)
    return f"{size / by:.1f} {unit}"


def in_order(findings: Iterable[Finding]) -> Sequence[Finding]:
    """By group; in a group the worst first."""
    return sorted(
        findings, key=lambda f: (GROUPS.index(f.group), f.severity != CRITICAL)
    )
