"""Questions to whoever sits at a terminal: on stderr, in a line that can be edited."""

import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from calbook import interrupts
from calbook.cli import output
from calbook.core.errors import BadInput, CalbookError, Interrupted

Check = Callable[[str], Any]

_STDOUT, _STDERR = 1, 2


def ask(label: str, check: Check, *, default: str | None = None) -> Any:
    """What `check` makes of the answer, asked for until it fits.

    An empty answer is the default; without one there must be an answer.
    """
    while True:
        text = _read_line(label, default).strip() or default
        if text is None:
            output.say_always(f"needed: {label}")
            continue
        try:
            return check(_without_control(text))
        except CalbookError as error:
            hint = f" ({error.json_hint})" if error.json_hint else ""
            output.say_always(f"{error.json_message}{hint}")


def ask_choice(
    label: str,
    choices: Sequence[tuple[Any, str]],
    *,
    default: int | None = None,
    other: Check | None = None,
) -> Any:
    """One of some values, by the number before its text; or what `other` makes of it.

    `default` is a number, from 1 on.
    """
    for number, (_, text) in enumerate(choices, 1):
        output.say_always(f"{number:>3}  {text}")

    def check(text: str) -> Any:
        if text.isdecimal() and 1 <= int(text) <= len(choices):
            return choices[int(text) - 1][0]
        if other is None or text.isdecimal():
            raise BadInput(f"please choose from 1 to {len(choices)}")
        return other(text)

    return ask(label, check, default=None if default is None else str(default))


def ask_yes(question: str, *, default: bool = False) -> bool:
    """Whether the answer is yes; an empty one is the default."""

    def check(text: str) -> bool:
        word = text.lower()
        if word in ("y", "yes", "n", "no"):
            return word.startswith("y")
        raise BadInput("please answer y or n")

    said = "Y/n" if default else "y/N"
    while True:
        text = _read_line(question, said).strip()
        if not text:
            return default
        try:
            return check(text)
        except BadInput as error:
            output.say_always(error.json_message)


def _without_control(text: str) -> str:
    """Raises BadInput where keys were pressed that the terminal has spelt out."""
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise BadInput("there is a control character in it: please type it again")
    return text


def _read_line(label: str, shown: str | None) -> str:
    """A line without its end; long questions are folded, the last line is the prompt.

    Raises:
        EOFError: there is none.
        Interrupted: Ctrl-C, before anything was done with the answer.
    """
    *lines, prompt = output.said_lines(label + (f" [{shown}]:" if shown else ":"))
    for line in lines:
        output.say_always(line)
    with _stdout_on_terminal():
        _load_line_editing()
        try:
            interrupts.release()
            return input(f"{prompt} ")
        except KeyboardInterrupt:
            print(file=sys.stderr)  # what is said next begins a line
            raise Interrupted from None


@contextmanager
def _stdout_on_terminal() -> Iterator[None]:
    """Python edits a line where stdout is a terminal; the answer may go elsewhere."""
    with suppress(OSError):
        sys.stdout.flush()
    sys.stderr.flush()
    before = os.dup(_STDOUT)
    os.dup2(_STDERR, _STDOUT)
    try:
        yield
    finally:
        with suppress(OSError):
            sys.stdout.flush()
        os.dup2(before, _STDOUT)
        os.close(before)


def _load_line_editing() -> None:
    """Arrow keys and the like, where Python has readline; answers are not kept."""
    try:
        import readline
    except ImportError:
        return
    readline.set_auto_history(False)
    readline.parse_and_bind("set enable-bracketed-paste off")
    readline.parse_and_bind("set disable-completion on")
