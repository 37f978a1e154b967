"""`completion`: the script that makes a shell complete what is typed."""

import os
import shutil
from typing import TYPE_CHECKING, Annotated

from calbook.cli import options as o
from calbook.cli import output

if TYPE_CHECKING:
    from pathlib import Path

    from calbook.cli.shell.install import Place

_NOT_FOUND = (
    "calbook is not on your PATH: `uv tool update-shell` or `pipx ensurepath` adds it"
)
_SHELLS = "bash|zsh|fish|powershell"


def completion(
    shell: Annotated[str, o.Argument(metavar=_SHELLS, help="Which shell.")],
) -> None:
    """Print the completion script of a shell."""
    output.write(_script(shell))


def install(
    shell: Annotated[
        str | None,
        o.Argument(metavar=f"[{_SHELLS}]", help="Else the one that is running."),
    ] = None,
    *,
    force: o.Force = False,
    dry_run: o.DryRun = False,
) -> None:
    """Put the completion script where a shell looks for it.

    It is read by the next shell that starts, and asks the `calbook` on your PATH.
    """
    from calbook.cli.shell import install as places

    shell = shell or places.running_shell()
    script = _script(shell).encode()
    place = places.place_of(shell)
    _put(place, script, force=force or places.is_ours(place.file), dry_run=dry_run)
    if place.profile is not None:
        _add_line(place.profile, place.line, dry_run=dry_run)
    if place.advice:
        output.say(f"hint: {place.advice}")
    if shutil.which("calbook") is None:
        output.say(f"hint: {_NOT_FOUND}")


def _script(shell: str) -> str:
    from calbook.cli.shell.scripts import SCRIPTS
    from calbook.core import checks

    return SCRIPTS[checks.choice(shell, "the shell", tuple(SCRIPTS))]


def _put(place: "Place", script: bytes, *, force: bool, dry_run: bool) -> None:
    from calbook.cli import file_output

    file = place.file
    if file.is_file() and file.read_bytes() == script:
        output.say(f"{file} is up to date")
        return
    file_output.check_target(str(file), force=force)
    if not dry_run:
        os.makedirs(file.parent, exist_ok=True)
        file_output.save_file(str(file), script, force=force)
    output.say(f"{'Would write' if dry_run else 'Wrote'} {file}")


def _add_line(profile: "Path", line: str, *, dry_run: bool) -> None:
    """What a profile does not say yet, at its end."""
    said = profile.read_text(encoding="utf-8") if profile.exists() else ""
    if line in said.splitlines():
        return
    if not dry_run:
        with profile.open("a", encoding="utf-8") as file:
            file.write("\n" * (said[-1:] not in ("", "\n")) + line + "\n")
    output.say(f"{'Would add' if dry_run else 'Added'} to {profile}: {line}")
