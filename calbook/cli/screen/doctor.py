"""What `doctor` found, for people: by group, each finding with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from calbook.cli.output import Json
from calbook.cli.screen import cells, words
from calbook.core.doctor.findings import GROUPS, count_of, size_text
from calbook.core.model import Span
from calbook.core.text import printable

_WIDEST = 100
_BELOW = "    "  # before further lines


def report_text(found: Json, width: int) -> str:
    lines: list[str] = []
    for group in GROUPS:
        known = [*_fact_lines(group, found["facts"])]
        wrong = [f for f in found["findings"] if f["group"] == group]
        if not (known or wrong):
            continue
        lines.append(group)
        for line in known:
            lines += _wrapped("  ", line, width)
        for finding in wrong:
            mark = "!!" if finding["severity"] == "critical" else "! "
            lines += _wrapped(f"{mark}  ", finding["message"], width)
            lines += _wrapped("    ", f"hint: {finding['hint']}", width)
    return "".join(f"{line}\n" for line in lines)


def _wrapped(first: str, text: str, width: int) -> list[str]:
    room = min(width, _WIDEST) - len(_BELOW)
    line, *others = cells.wrap(printable(text), room)
    return [first + line, *(_BELOW + each for each in others)]


def _fact_lines(group: str, facts: Json) -> Iterator[str]:
    """What is no finding: where things are, which versions, how many."""
    if group == "File":
        yield from _place_lines(facts)
    elif group == "Time zones":
        yield f"zone data: {facts['paths']['zones']}"
    elif group == "Sending" and (outbox := facts.get("outbox")):
        yield (
            f"{outbox['due']:,} due, {outbox['failed']:,} failed in the last 7 days,"
            f" {count_of(outbox['webhooks'], 'webhook')}"
        )
        mail = facts.get("mail", {})
        yield f"mail server: {'set up' if mail.get('configured') else 'none'}"
    elif group == "Calendars" and facts.get("calendars", {}).get("number"):
        yield f"{facts['calendars']['number']:,} read from elsewhere"
    elif group == "Catalog" and (catalog := facts.get("catalog")):
        yield (
            f"{count_of(catalog['eventTypes'], 'event type')} to be booked,"
            f" {count_of(catalog['hosts'], 'host')},"
            f" {count_of(catalog['schedules'], 'schedule')}"
        )
    elif group == "Program":
        yield from _program_lines(facts)


def _place_lines(facts: Json) -> Iterator[str]:
    if facts["path"]:
        yield facts["path"]
    file, server = facts.get("file"), facts.get("server")
    if file and file["exists"]:
        free = "" if file["free"] is None else f", {size_text(file['free'])} free"
        kind = f", on {file['fileSystem']}" if file["fileSystem"] else ""
        yield (
            f"{size_text(file['size'])}, {file['owner']}:{file['group']}"
            f" {file['mode']}{kind}{free}"
        )
        for copy in file["copies"]:
            yield f"kept beside it: {copy['path']} ({size_text(copy['size'])})"
    if server:
        constraint = "with" if server["exclusion"] else "without"
        yield (
            f"PostgreSQL {server['postgresql']} as {server['role']},"
            f" {constraint} exclusion constraint"
        )
    if outbox := facts.get("outbox"):
        bookings = count_of(outbox["bookings"], "booking")
        yield f"{bookings} made, {count_of(outbox['events'], 'event')}"
    if (kept := facts.get("retention")) and kept["after"]:
        from calbook.core.time import periods  # slow to import

        period = periods.period_text(kept["after"])
        who = ", by tick as the tables' owner" if _may_not_erase(server) else ""
        yield f"people are erased {period} after their last date{who}"


def _may_not_erase(server: Json | None) -> bool:
    return server is not None and not server["mayErase"]


def _program_lines(facts: Json) -> Iterator[str]:
    versions, paths = facts["versions"], facts["paths"]
    sqlite = facts.get("file", {}).get("sqlite")
    yield (
        f"calbook {versions['calbook']}, Python {versions['python']}"
        + (f", SQLite {sqlite}" if sqlite else "")
    )
    yield versions["platform"]
    yield f"program: {paths['program']}"
    yield f"settings: {paths['config']}"
    if given := facts["variables"].get("CALBOOK_NOW"):
        yield f"the clock is given: CALBOOK_NOW={given}"


def fixed_text(facts: Json, *, dry_run: bool) -> str:
    """`Moved bk_7q2mx41v9d3k: Mon 5 Apr 2027, 10:00–10:30 Europe/Lisbon; was 11:00`."""
    moved = "Would move" if dry_run else "Moved"
    lines = [f"{moved} {_date_text(item)}" for item in facts["moved"]]
    lines += [f"Left {_date_text(item)}: {item['message']}" for item in facts["left"]]
    return "".join(f"{printable(line)}\n" for line in lines)


def _date_text(item: Json) -> str:
    start, end, was = (
        datetime.fromisoformat(item[key])
        for key in ("startTime", "endTime", "fromTime")
    )
    zone = item["timezone"]
    meeting = f"{words.span_text(Span(start, end), zone)} {zone}"
    word = "is at" if item["code"] else "was"
    return f"{item['uid']}: {meeting} ({word} {words.clock(was)}, {item['title']})"
