"""`completion`: the script that makes a shell complete what is typed."""

from typing import Annotated

import typer

from calbook.cli import output


def completion(
    shell: Annotated[
        str, typer.Argument(metavar="bash|zsh|fish|powershell", help="Which shell.")
    ],
) -> None:
    """Print the completion script of a shell."""
    from calbook.cli.shell.scripts import SCRIPTS
    from calbook.core import checks

    output.write(SCRIPTS[checks.choice(shell, "the shell", tuple(SCRIPTS))])
