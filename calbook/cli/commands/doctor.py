"""`doctor`: what is wrong with the bookings file and around it, and what to do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import Json
from calbook.cli.progress import Progress, show_progress
from calbook.cli.session import report_write_failure, require_yes, usage_error

if TYPE_CHECKING:
    from calbook.api.values.doctor import Diagnosis, FixedTimes

_KEYS = ("severity", "code", "message", "hint")
_LONGEST_WAIT = 8  # seconds
_DATE_KEYS = (
    *("outcome", "uid", "date", "fromTime", "startTime", "endTime", "timezone"),
    *("eventTypeId", "code", "message"),
)


class Task(o.Group):
    """What it does besides looking."""

    fix_times: bool = o.flag(
        "--fix-times", "Move dates back to the time of day that was booked."
    )
    monitor: bool = o.flag(
        "--monitor", "One line for Nagios and the like; exit 0, 1, 2 or 3."
    )


class Telling(o.Group):
    notify_attendee: bool | None = o.Change.declared["notify_attendee"]
    dry_run: o.DryRun = False
    yes: o.Yes = False
    no_deliver: bool = o.Change.declared["no_deliver"]


def doctor(*, what: Task, change: Telling, out: o.Printing) -> None:
    """Look for everything that is wrong, in the file and around it.

    Exit status 1 where there is something. Nothing is changed without --fix-times.
    """
    if what.fix_times:
        if what.monitor:
            raise usage_error("--monitor only looks", "leave out --fix-times")
        _fix_times(change, out)
        return
    if change.dry_run or change.yes or change.notify_attendee is not None:
        raise usage_error("without --fix-times nothing is changed", "add --fix-times")
    if what.monitor:
        _monitor(out)
        return
    shown = show_progress(
        "Looking", counts=False, stopped=lambda _: "not all was looked at"
    )
    with shown as progress:
        found = _diagnose(out, quick=False, progress=progress).to_dict()
    if out.json:
        output.print_object(found, out.form(), keys=(), card=str)
    else:
        output.print_list(
            found["findings"], out.form(), keys=_KEYS, table=lambda _: _report(found)
        )
        output.flush()
        output.say(_count_text(found["findings"]))
    if found["findings"]:
        raise typer.Exit(1)


def _diagnose(
    out: o.Output, *, quick: bool, progress: Progress | None = None
) -> "Diagnosis":
    """Also where the place of the file cannot be found out.

    A monitor takes no other answer, so for a quick one that is any error.
    """
    from calbook.api.client import Client
    from calbook.api.doctor import diagnose_failure
    from calbook.core.errors import CalbookError, StoreError

    try:
        if out.db is not None and ("\0" in out.db or not out.db):
            raise usage_error("--db is not a path")
        with Client(out.db) as client:
            return client.diagnose(quick=quick, progress=progress)
    except CalbookError as error:
        if not (quick or isinstance(error, StoreError)):
            raise
        return diagnose_failure(error)


def _report(found: Json) -> str:
    from calbook.cli.screen import doctor

    return doctor.report_text(found, output.width())


def _count_text(findings: list[Json]) -> str:
    number = len(findings)
    return "no findings" if not number else f"{number} finding{'s' * (number > 1)}"


def _monitor(out: o.Output) -> None:
    from calbook.api.doctor import monitor_line

    if out.json:
        raise usage_error("--monitor prints a line for monitors", "leave out --json")
    with _giving_up_in_time():
        line, status = monitor_line(_diagnose(out, quick=True))
    output.write(f"{line}\n")
    if status:
        raise typer.Exit(status)


@contextmanager
def _giving_up_in_time() -> Iterator[None]:
    """Within, say so and end the program where nothing answers: monitors wait 10 s.

    Nothing is written, and what hangs in the driver or on a drive hears no signal.
    """
    from threading import Timer

    def give_up() -> None:
        os.write(1, f"CALBOOK UNKNOWN - no answer in {_LONGEST_WAIT} s\n".encode())
        os._exit(3)

    timer = Timer(_LONGEST_WAIT, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


# -- dates back to their time of day -------------------------------------------------


def _fix_times(change: Telling, out: o.Output) -> None:
    wanted = {"notify_attendee": o.read_notify(change.notify_attendee)}
    with out.client() as client:
        if not change.dry_run:
            would = client.fix_times(**wanted, dry_run=True)
            if number := len(would.moved):
                dates = "1 date" if number == 1 else f"{number:,} dates"
                question = f"Move {dates} back to the time of day that was booked?"
                require_yes(question, yes=change.yes)
        fixed = client.fix_times(**wanted, dry_run=change.dry_run)
    _print_fixed(fixed, out, dry_run=change.dry_run)
    if fixed.left:
        raise typer.Exit(1)


def _print_fixed(fixed: "FixedTimes", out: o.Output, *, dry_run: bool) -> None:
    facts, form = fixed.to_dict(), out.form()
    done = [] if dry_run else list(dict.fromkeys(d["uid"] for d in facts["moved"]))
    with report_write_failure("Moved", done):
        if form.json:
            output.print_object(facts, form, keys=(), card=str)
            return
        rows = [
            {"outcome": outcome, **item}
            for outcome in ("moved", "left")
            for item in facts[outcome]
        ]
        output.print_list(
            rows, form, keys=_DATE_KEYS, table=lambda _: _fixed_text(facts, dry_run)
        )
    if not rows:
        output.say("every date is at the time of day that was booked")
    elif dry_run:
        output.say("nothing was changed: --dry-run")


def _fixed_text(facts: Json, dry_run: bool) -> str:
    from calbook.cli.screen import doctor

    return doctor.fixed_text(facts, dry_run=dry_run)
