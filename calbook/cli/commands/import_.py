"""`import`: what an export holds, taken in."""

import os
import sys
from typing import Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.commands.export import count_text
from calbook.cli.progress import show_progress
from calbook.core.errors import CalbookError

_NEW_SECRET = (
    "hint: webhook {id} came without its secret and headers, and has a new secret:"
    " calbook webhook rotate {id}"
)


class Import(o.Group):
    """How much of it comes in."""

    on_conflict: str = o.option(
        *("--on-conflict", "fail|skip", "Of what is in the way of a line [fail]."),
        default="fail",
    )
    dry_run: bool = o.flag("--dry-run", "Only say what would come in.")


def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="An export; - is standard input.")
    ],
    *,
    how: Import,
    out: o.Printing,
) -> None:
    """Take in what `calbook export` wrote: all of it, or nothing."""
    is_stdin = file == "-"
    source: Any = sys.stdin.buffer if is_stdin else file
    with out.client() as client, show_progress("Importing") as progress:
        size = 0 if is_stdin else _size(file)
        options: Any = {"on_conflict": how.on_conflict, "dry_run": how.dry_run}
        if progress is not None and size:
            options["progress"] = lambda done: progress(done, size)
        taken = client.import_from(source, skipped=_tell_skipped, **options)
    would = "would be " if how.dry_run else ""
    said = f"{count_text(taken.imported)} {would}imported into {client.path}"
    if taken.there:
        said += f"; there already: {count_text(taken.there)}"
    if taken.skipped:
        said += f"; left out: {count_text(taken.skipped)}"
    for id in taken.new_secrets if not how.dry_run else ():
        output.say(_NEW_SECRET.format(id=id))
    output.print_done(said, taken, json=out.json)


def _size(file: str) -> int:
    try:
        return os.path.getsize(file)
    except (OSError, ValueError):
        return 0


def _tell_skipped(error: CalbookError) -> None:
    output.say(f"left out: {error.json_message}")
