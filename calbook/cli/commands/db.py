"""`db path|init|check|…`: the bookings file or database itself."""

import os
import shlex
import sys
from typing import Annotated

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.progress import show_progress
from calbook.cli.session import (
    needed,
    open_client,
    require_stored,
    require_yes,
    usage_error,
)
from calbook.core.time import times


class Making(o.Group):
    no_exclusion: bool = o.flag(
        "--no-exclusion", "For a database without exclusion constraints."
    )
    grants: bool = o.flag(
        "--grants", "Only print what its owner grants to the role of every day."
    )


def path(*, out: o.Printing) -> None:
    """Print where the bookings file or database is, without a password."""
    with out.client() as client:
        path = client.path
    if out.json:
        output.print_object({"path": path}, out.form(), keys=(), card=str)
    else:
        output.write(f"{path}\n")


def init(*, making: Making, out: o.Printing) -> None:
    """Make the bookings file, or the tables of a PostgreSQL database."""
    with out.client() as client:
        if making.grants:
            grants = client.grants()
        else:
            is_new = client.init(exclusion=not making.no_exclusion)
    if not making.grants:
        said = f"Made {client.path}" if is_new else f"{client.path} is there already"
        answer = {"path": client.path, "created": is_new}
        output.print_done(said, answer, form=out.form())
    elif out.json:
        lines = [line for line in grants.splitlines() if line[:2] != "--"]
        output.print_object({"grants": lines}, out.form(), keys=(), card=str)
    else:
        output.write(f"{grants}\n")


def migrate(*, out: o.Printing) -> None:
    """Bring the tables up to date."""
    with out.client() as client:
        before, now = client.migrate()
    answer = {"path": client.path, "from": before, "to": now}
    if out.json or before == now:  # else it was told when it was done
        output.print_done(f"{client.path} is up to date", answer, form=out.form())


class Looking(o.Group):
    quick: bool = o.flag("--quick", "Only pages, tables and what is set up.")


def check(*, looking: Looking, out: o.Printing) -> None:
    """Look for damage and contradictions; exit 1 if there are any.

    With --quick in little time: whether each page of the file can be read and its rows
    are in order, whether tables, indexes and triggers are as they were made, and what
    event types, schedules, hosts, calendars and webhooks say. Not what bookings say of
    each other, nor whether indexes have what their tables have.
    """
    with out.client() as client:
        shown = show_progress("Checking", counts=False, stopped=lambda _: _NOTHING)
        with shown as progress:
            findings = client.check(quick=looking.quick, progress=progress)
    if findings:
        from calbook.core.errors import Findings

        raise Findings(findings)
    if out.json:
        output.write("[]\n")
    else:
        output.say(f"zone data: {times.zone_data()}")
        output.say("no findings")


_NOTHING = "not all was looked at"
_AS_IT_WAS = "what is stored is as it was"
_NO_COPY = "no copy was made"


class Places(o.Group):
    source: str | None = o.option("--from", "FILE", "The file or URL to copy.")
    target: str | None = o.option("--to", "FILE", "Where to; made if it is not there.")


def copy(*, places: Places, out: o.JsonOnly) -> None:
    """Copy all that is stored to another file or database, which is empty.

    What is booked meanwhile is not copied.
    """
    example = "as in --from calbook.db --to postgresql://ada@host/office"
    source = needed(places.source, "--from", example)
    target = needed(places.target, "--to", example)
    replaced: list[str] = []
    with open_client(source) as old, open_client(target) as new:
        require_stored(old, "name the file with --from")
        stopped = f"nothing of it is in {new.path}"
        with show_progress("Copying", stopped=lambda _: stopped) as progress:
            counts = old.copy_to(target, progress=progress, replaced=replaced.append)
        facts = {"rows": counts, "replaced": replaced}
        answer = {"from": old.path, "to": new.path, **facts}
    if out.json:
        output.print_object(answer, out.form(), keys=(), card=str)
        return
    output.say(f"Copied to {answer['to']}, with as many rows in each table:")
    for table, count in counts.items():
        if count:
            output.say(f"  {table.replace('_', ' ')}: {count:,}")
    if replaced:
        output.say(f"Replaced what was set up there: {', '.join(replaced)}")


def backup(
    file: Annotated[
        str, o.Argument(metavar="FILE|-", help="The copy; - is standard output.")
    ],
    *,
    force: o.Force = False,
    out: o.Printing,
) -> None:
    """Copy the bookings file while others go on using it."""
    if file == "-":
        _print_copy(out)
        return
    with out.client() as client:
        shown = show_progress("Copying", counts=False, stopped=lambda _: _NO_COPY)
        with shown as progress:
            client.backup(file, force=force, progress=progress)
    output.print_done(f"Copied to {file}", {"path": file}, form=out.form())


def _print_copy(out: o.Output) -> None:
    """Whole before any of it is printed."""
    import shutil  # slow to import
    import tempfile

    if output.is_terminal():
        raise usage_error("a copy is no text for a terminal", "name a file")
    with tempfile.TemporaryDirectory(prefix="calbook-") as directory:
        copy = os.path.join(directory, "copy.db")
        with out.client() as client:
            client.backup(copy)
        output.flush()
        with open(copy, "rb") as source:
            shutil.copyfileobj(source, sys.stdout.buffer)


def restore(
    file: Annotated[str, o.Argument(metavar="FILE", help="A copy made before.")],
    *,
    yes: o.Yes = False,
    out: o.Printing,
) -> None:
    """Put a copy in the bookings file's place; the present one is kept beside it."""
    with out.client() as client:

        def confirm() -> None:
            if os.path.exists(client.path):
                look = f"with calbook db check --db {shlex.quote(file)}"
                question = f"Replace {client.path} by {file}?"
                require_yes(question, yes=yes, look=look)

        kept = client.restore(file, confirm=confirm)
    said = f"Restored {client.path}" + (f"; the file as it was: {kept}" if kept else "")
    output.print_done(said, {"path": client.path, "kept": kept}, form=out.form())


def compact(*, out: o.Printing) -> None:
    """Give back the room of what was deleted."""
    shown = show_progress("Compacting", stopped=lambda _: _AS_IT_WAS)
    with out.client() as client, shown:
        before, after = client.compact()
    said = f"Compacted {client.path}: {_bytes(before)} before, {_bytes(after)} now"
    answer = {"path": client.path, "bytesBefore": before, "bytesAfter": after}
    output.print_done(said, answer, form=out.form())


def _bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def share(
    *,
    group: Annotated[
        str | None,
        o.Declared("--group", metavar="NAME", help="The group that may use it."),
    ] = None,
    out: o.Printing,
) -> None:
    """Let a group of users on this computer read and write the bookings file."""
    name = needed(group, "--group", "name the group that may use the file")
    with out.client() as client:
        client.share(group=name)
    said = f"Shared {client.path} with the group {name}"
    facts = {"path": client.path, "group": name, "mode": "0660"}
    output.print_done(said, facts, form=out.form())
