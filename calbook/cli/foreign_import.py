"""`import --from`: bookings of another program, with what became of them."""

import os
import stat
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from calbook.cli import error_output, output
from calbook.cli import options as o
from calbook.cli.output import Json, OutputOptions
from calbook.cli.progress import none_or_all, show_progress
from calbook.cli.session import (
    report_write_failure,
    require_yes,
    unchecked,
    usage_error,
)
from calbook.core.imports import LARGEST_FILE

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.imports import TakenOver
    from calbook.core.errors import CalbookError

_NAMED = 10  # remarks that are shown
_COLUMNS = ("line", "start", "end", "name", "email", "phone", "event", "status")
_BLANK = "\u00a0"  # at which no line is folded
_UNBOUND = 10_000  # cells, where no terminal is


class Elsewhere(o.Group):
    """How the files of another program are read."""

    source: str | None = o.option(
        "--from",
        "ics|csv|calendly|calcom|easyappointments|google",
        "Another program's files: take over the bookings in them.",
    )
    event_type_id: str | None = o.option(
        "--event", "EVENT", "With --from: what all of them book."
    )
    map: list[str] | None = o.option(
        "--map", "FIELD=COLUMN", "With --from csv: start=Startzeit,name=Kunde."
    )
    dates: str | None = o.option(
        "--dates", "dmy|mdy", "With --from: whether 01/02 is in February or January."
    )
    contact: str | None = o.option(
        "--contact", "none", "With --from: also people without an address."
    )
    notify: bool = o.flag("--notify", "With --from: tell people, as of new bookings.")

    def check_unused(self) -> None:
        """Raises UsageError where any is given without `--from`."""
        given = {name: value for name, value in vars(self).items() if value}
        if given:
            raise usage_error(
                "--event, --map, --dates, --contact and --notify are for the files of"
                " another program",
                hint="say which: --from csv",
            )

    def arguments(self) -> Json:
        """As the library takes them."""
        names = ("event_type_id", "map", "dates", "contact")
        return {name: getattr(self, name) for name in names}


def import_files(
    client: "Client",
    files: Sequence[str],
    elsewhere: Elsewhere,
    form: OutputOptions,
    *,
    on_conflict: str | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Take over what some files hold; `-` is standard input."""
    sources = [_read_at_once(file) for file in files]
    given = elsewhere.arguments() | {"timezone": form.tz}
    if elsewhere.source is not None and elsewhere.source.casefold() == "csv":
        _agree_on_columns(client, sources, given, form, dry_run=dry_run, yes=yes)
    is_new = not client.exists
    refusals = error_output.Refusals(form)
    with show_progress("Taking over", stopped=none_or_all) as progress:
        found = client.calendar.imports.take_over(
            unchecked(elsewhere.source),
            sources,
            **given,
            on_conflict=unchecked(on_conflict or "skip"),
            notify=elsewhere.notify,
            refused=partial(_report, refusals, form),
            dry_run=dry_run,
            progress=progress,
        )
    if is_new and client.exists:
        output.say(f"Made {client.path}, whose host is Me")
        output.say("hint: say who that is: calbook init")
    _show(found, form, dry_run=dry_run)
    refusals.finish()


def _report(
    refusals: error_output.Refusals, form: OutputOptions, error: "CalbookError"
) -> None:
    """What could not be read at all is in the summary, with how often it was."""
    if form.json or "foreignUid" in error.details:
        refusals.report(error)
    else:
        refusals.statuses.append(error.exit_code)


def _read_at_once(file: str) -> str | bytes:
    """What a pipe holds: a table is shown before it is taken over."""
    if file == "-":
        return sys.stdin.buffer.read(LARGEST_FILE + 1)  # more than which is refused
    with suppress(OSError, ValueError):  # which reading it says
        if stat.S_ISFIFO(os.stat(file).st_mode):
            with open(file, "rb") as pipe:
                return pipe.read(LARGEST_FILE + 1)
    return file


def _agree_on_columns(
    client: "Client",
    sources: Sequence[str | bytes],
    given: Json,
    form: OutputOptions,
    *,
    dry_run: bool,
    yes: bool,
) -> None:
    """Show how a table is read, and have it agreed to if any of it is a guess."""
    names = ("event_type_id", "map", "timezone", "dates")
    how = {name: given[name] for name in names}
    if len(sources) != 1:
        return  # the library says so
    found = client.calendar.imports.preview(sources[0], **how).to_dict()
    if not form.json:
        for line in _preview_lines(found):
            output.say(line)
    if found["isGuessed"] and not dry_run:
        require_yes("Take the rows over as they are read here?", yes=yes)


def _preview_lines(found: Json) -> list[str]:
    columns = ", ".join(f"{k} = {v}" for k, v in found["columns"].items())
    order = {"dmy": "day first", "mdy": "month first"}.get(found["dates"], "")
    zone = f"Times in {found['timezone']}{f', {order}' if order else ''}"
    return [f"Columns: {columns}", zone, *_table_lines(found["rows"])]


def _table_lines(rows: Sequence[Json]) -> list[str]:
    from calbook.cli.screen import columns  # slow to import

    room = output.width() if sys.stderr.isatty() else _UNBOUND
    cells = {name.capitalize(): partial(_cell, name=name) for name in _COLUMNS}
    return [*columns.plain_lines(columns.table_lines(rows, cells, room))]


def _cell(row: Json, name: str) -> str:
    said = str(row.get(name, ""))
    if name == "start" and "reason" in row:
        return str(row["reason"])
    if name in ("start", "end"):
        is_same_day = name == "end" and said[:10] == str(row.get("start"))[:10]
        return said[11:16] if is_same_day else said[:16].replace("T", _BLANK)
    return said.replace(" ", _BLANK) if name == "phone" else said


def _show(found: "TakenOver", form: OutputOptions, *, dry_run: bool) -> None:
    item = found.to_dict()
    is_changed = any(item[name] for name in ("made", "updated", "cancelled"))
    what = f"took over {item['made']} bookings"
    with report_write_failure(what, ["import"] if is_changed and not dry_run else []):
        lines = [""] if form.json else _summary_lines(item, dry_run=dry_run)
        for line in lines:
            output.print_done(line, item, form=form)


def _summary_lines(item: Json, *, dry_run: bool) -> list[str]:
    lines = ["Would take over:" if dry_run else "Took over:"]
    lines[0] += f" {_counts(item)}"
    if item["eventTypesMade"]:
        lines.append(f"New event types: {', '.join(item['eventTypesMade'])}")
    for key, word in (("leftOut", "Left out"), ("remarks", "Note")):
        lines += _reasons(word, item[key])
    if item["fieldsKept"]:
        lines.append(f"Kept as metadata: {', '.join(item['fieldsKept'])}")
    if item["fieldsDropped"]:
        lines.append(f"Not kept: {', '.join(item['fieldsDropped'])}")
    return lines


def _counts(item: Json) -> str:
    there = item["cancelledThere"]
    made = f"{item['made']} new{f' ({there} of them cancelled)' if there else ''}"
    others = {
        "updated": "changed",
        "cancelled": "cancelled since",
        "unchanged": "unchanged",
        "older": "older than what is here",
        "skippedCount": "skipped",
        "leftOutCount": "left out",
    }
    said = [f"{item[key]} {word}" for key, word in others.items() if item[key]]
    return ", ".join([made, *said])


def _reasons(word: str, remarks: Sequence[Any]) -> list[str]:
    """Each reason once, with the first place and how many there are."""
    counts = Counter(each["reason"] for each in remarks)
    firsts: dict[str, Json] = {}
    for each in remarks:
        firsts.setdefault(each["reason"], each)
    lines = []
    for reason, count in counts.most_common(_NAMED):
        place = firsts[reason]
        line = "" if place["line"] is None else f" line {place['line']}"
        more = f" and {count - 1} more" if count > 1 else ""
        at = f" ({line.strip()}{more})" if line else (f" ({count})" if more else "")
        lines.append(f"{word}: {reason}{at}")
    if len(counts) > _NAMED:
        lines.append(f"{word}: {len(counts) - _NAMED} other reasons, see --json")
    return lines
