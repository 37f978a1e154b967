"""Text from a person's editor: what was written is lost only when it was saved."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import rmtree
from tempfile import mkdtemp

from calbook.cli import global_options, output
from calbook.core.errors import (
    BadInput,
    CalbookError,
    Interrupted,
    OutputError,
    UsageError,
)

_USUAL = "notepad" if os.name == "nt" else "vi"
_ERRORS = 2  # the descriptor of stderr


@contextmanager
def edit_text() -> Iterator[str]:
    """What a person writes into an empty file, without the line breaks at its end.

    When the body raises, the file stays and the error says where it is.

    Raises:
        Interrupted: nothing was written.
        UsageError: nobody is there to write.
        OutputError: the editor could not be started, or failed.
    """
    with own_copy("note.txt") as path:
        run_editor(path, hint=f"{EDITOR_HINT}, or give the note as TEXT or -")
        yield _text(path)


@contextmanager
def own_copy(name: str, data: bytes = b"") -> Iterator[str]:
    """The path of a file with `data` for an editor, gone afterwards.

    When the body raises, what was written stays and the error says where it is.
    """
    directory = mkdtemp(prefix="calbook-")  # what editors leave beside it is ours too
    path = os.path.join(directory, name)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(descriptor, "wb") as file:
            file.write(data)
        yield path
    except BaseException as error:
        if _has_text(path, data):
            _tell(error, path)
        else:
            rmtree(directory)
        raise
    rmtree(directory)


def _command(hint: str) -> list[str]:
    """`VISUAL`, else `EDITOR`, with its options; a terminal has a usual one."""
    said = (os.environ.get(name, "") for name in ("VISUAL", "EDITOR"))
    chosen = next(filter(str.strip, said), _USUAL if output.is_interactive() else "")
    if not chosen or global_options.is_on("no_input"):
        raise UsageError("nobody is at a terminal to edit it", hint=hint)
    try:
        return shlex.split(chosen)
    except ValueError as error:
        raise UsageError(
            f"cannot read the editor's name {chosen}: {error}", hint=hint
        ) from None


EDITOR_HINT = "set EDITOR to your editor"


def run_editor(path: str, *, hint: str = EDITOR_HINT) -> None:
    """Run it on the person's terminal; stdout is for the answer.

    Raises:
        UsageError: nobody is there to edit it.
        OutputError: it could not be started, or failed.
    """
    command = [*_command(hint), path]
    stdout = None if sys.stdout.isatty() else _ERRORS
    try:
        status = subprocess.run(command, stdout=stdout, check=False).returncode
    except OSError as error:
        raise OutputError(
            f"cannot start {command[0]}: {error.strerror}", hint=hint
        ) from None
    if status:
        raise OutputError(f"{command[0]} failed with {status}: nothing was written")


def _text(path: str) -> str:
    with open(path, "rb") as file:
        data = file.read()
    try:
        text = data.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadInput("what was written is not UTF-8") from None
    if not text.strip():
        raise Interrupted("the note is empty: nothing was written")
    return text


def _has_text(path: str, data: bytes) -> bool:
    """Whether somebody wrote into it."""
    try:
        with open(path, "rb") as file:
            return file.read().strip() not in (b"", data.strip())
    except OSError:
        return False


def _tell(error: BaseException, path: str) -> None:
    kept = f"your text is kept in {path}"
    if isinstance(error, CalbookError):
        error.command_hint = "; ".join(filter(None, (error.json_hint, kept)))
    else:
        output.say(kept)
