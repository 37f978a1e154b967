"""`import`: bookings of another program."""

from typing import Annotated

import typer

from calbook.cli import options as o
from calbook.cli.foreign_import import Elsewhere, import_files
from calbook.cli.session import needed

Printing = Annotated[o.Output, "tz", "json", "no_deliver", "actor", "db"]


class Doing(o.Group):
    on_conflict: str | None = o.option(
        "--on-conflict", "skip|fail", "What is in the way: leave it out, or stop."
    )
    dry_run: bool = o.flag("--dry-run", "Show what would happen; write nothing.")
    yes: o.Yes = False


def import_(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="The files; - is standard input."),
    ],
    *,
    elsewhere: Elsewhere,
    doing: Doing,
    out: Printing,
) -> None:
    """Take over the bookings of another program."""
    needed(elsewhere.source, "--from", "as in --from calendly")
    form = out.form_in_zone()
    with out.client() as client:
        import_files(
            client,
            files,
            elsewhere,
            form,
            on_conflict=doing.on_conflict,
            dry_run=doing.dry_run,
            yes=doing.yes,
        )
