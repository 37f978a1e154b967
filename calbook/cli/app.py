"""Running a command line, and what becomes of errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from calbook import interrupts
from calbook.cli import after_command, global_options, plain_parser

TYPE_CHECKING = False  # typing's, whose import is dear
if TYPE_CHECKING:
    from typing import Any


def run(args: Sequence[str]) -> int:
    """Run one command line; the exit status. Never lets a traceback out."""
    usual = interrupts.listen()
    try:
        _prepare_streams()
        _forget_useless_home()
        after_command.forget_clients()
        with global_options.RestoreGiven():
            status = _reported(args, lambda: _run(list(args)))
            if status >= _SIGNALLED:
                return status
            after = _reported(args, lambda: _afterwards(args))
            return after if after >= _SIGNALLED else status  # what was done is done
    finally:
        interrupts.deafen()
        interrupts.unlisten(usual)


_SIGNALLED = 128


def _reported(args: Sequence[str], step: Callable[[], int]) -> int:
    try:
        return step()
    except BaseException as error:
        interrupts.deafen()  # else the next signal ends what says so
        from calbook.cli import error_output  # only when something is wrong

        return error_output.report(error, wants_json=_wants_json(args))


def _afterwards(args: Sequence[str]) -> int:
    after_command.attempt_first(is_wanted="--no-deliver" not in _options(args))
    return 0


def _run(args: list[str]) -> int:
    if args[-1:] in (["--version"], ["-V"]) and global_options.are_flags(args[:-1]):
        from calbook import __version__

        print(f"calbook {__version__}", flush=True)
        return 0
    from calbook.cli import output

    _check_utf8(args)
    call = plain_parser.read_call(args)
    status = _run_by_typer(args) if call is None else call.run()
    output.flush()
    return status if isinstance(status, int) else 0


def _run_by_typer(args: list[str]) -> Any:
    from calbook.cli import tree  # slow to import

    status = tree.run(args or ["--help"])
    if status == _INTERRUPTED:
        raise KeyboardInterrupt
    return status


_INTERRUPTED = 130  # what typer makes of a KeyboardInterrupt


def _prepare_streams() -> None:
    """What a locale cannot write appears escaped; a closed stream is no stream."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started the program
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 (stays open)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _forget_useless_home() -> None:
    """An empty HOME or a relative one is none: the system knows another."""
    if not os.path.isabs(os.environ.get("HOME", os.sep)):
        del os.environ["HOME"]


def _wants_json(args: Sequence[str]) -> bool:
    options = _options(args)
    return "--json" in options or "--jsonl" in options


def _options(args: Sequence[str]) -> Sequence[str]:
    return args[: args.index("--")] if "--" in args else args


def _check_utf8(args: Sequence[str]) -> None:
    for number, arg in enumerate(args, 1):
        if not arg.isascii() and any("\ud800" <= char <= "\udfff" for char in arg):
            from calbook.core.errors import BadInput

            raise BadInput(f"argument {number} is not valid UTF-8", argument=number)
