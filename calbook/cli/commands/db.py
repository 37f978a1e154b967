"""`db path|check|backup|restore`: the bookings file itself."""

from typing import Annotated

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.session import ask_yes_no, open_client


def path(json: o.Json = False, db: o.Db = None) -> None:
    """Print where the bookings file is."""
    with open_client(db) as client:
        _show({"path": client.path}, client.path, json)


def check(json: o.Json = False, db: o.Db = None) -> None:
    """Look for damage and contradictions; exit 1 if there are any."""
    with open_client(db) as client:
        findings = client.check()
    if findings:
        from calbook.core.errors import Findings

        raise Findings(findings)
    if json:
        output.write("[]\n")
        return
    output.say("no findings")


def backup(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The copy to write.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing file.")
    ] = False,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Copy the bookings file while others go on using it."""
    with open_client(db) as client:
        client.backup(file, force=force)
    if json:
        _show({"path": file}, file, json)
    else:
        output.say(f"Copied to {file}")


def restore(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A copy made before.")],
    yes: o.Yes = False,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Put a copy in the bookings file's place; the present one is kept beside it."""
    with open_client(db) as client:
        ask_yes_no(f"Replace {client.path} by {file}?", yes=yes)
        kept = client.restore(file)
    if json:
        _show({"path": client.path, "kept": kept}, client.path, json)
        return
    output.say(f"Restored {client.path}" + (f"; before: {kept}" if kept else ""))


def _show(item: dict[str, str | None], plain: str, json: bool) -> None:
    if json:
        output.print_object(item, output.OutputOptions(json=True), keys=(), card=str)
    else:
        output.write(f"{plain}\n")
