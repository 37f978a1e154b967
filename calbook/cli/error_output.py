"""What a person or a script sees when something went wrong: one line, one status."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback

import typer

from calbook import interrupts
from calbook.cli import output
from calbook.cli.global_options import OPTIONS
from calbook.cli.output import OutputOptions
from calbook.core.errors import CalbookError, Interrupted, OutputError, UsageError
from calbook.core.text import escape_json
from calbook.core.typing_names import Any


class TerminatedError(CalbookError):
    """SIGTERM ended the command."""

    code = "interrupted"
    exit_code = 128 + signal.SIGTERM


class Failures(Exception):
    """Several lines of an input failed; each was reported when it did."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


class Refusals:
    """What was refused of several: each reported at once, the first one's status."""

    def __init__(self, form: OutputOptions) -> None:
        self._wants_json = form.json or form.jsonl
        self.statuses: list[int] = []

    def report(self, error: CalbookError, *, told: bool = False) -> None:
        if not told:
            show(error, wants_json=self._wants_json)
        self.statuses.append(error.exit_code)

    def finish(self) -> None:
        if self.statuses:
            raise Failures(self.statuses[0])


def report(error: BaseException, *, wants_json: bool) -> int:
    """Print an error on stderr; the exit status that goes with it."""
    if isinstance(error, BrokenPipeError) or _was_broken_pipe(error):
        return _close_quietly()
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    if isinstance(error, Failures):
        return error.exit_code
    if os.environ.get("CALBOOK_DEBUG"):
        _show_trace(error)
    known = _as_calbook_error(error)
    show(known, wants_json=wants_json)
    _drop_unwritten()
    return known.exit_code


def _show_trace(error: BaseException) -> None:
    """Where it was raised, for who works on the program; values may be in it."""
    for line in "".join(traceback.format_exception(error)).splitlines():
        output.say(line)


def _was_broken_pipe(error: BaseException) -> bool:
    """Typer makes a SystemExit of a broken pipe that it meets."""
    broken = isinstance(error.__context__, BrokenPipeError)
    return broken and isinstance(error, SystemExit)


def show(error: CalbookError, *, wants_json: bool) -> None:
    """One line and a hint, or one JSON object."""
    output.make_room()
    if wants_json:
        answer = error.to_dict()
        lines = [escape_json(json.dumps(answer, ensure_ascii=False, default=str))]
    else:
        message = error.command_message or error.json_message
        lines = output.said_lines(f"calbook: {message}")
        if hint := error.json_hint:
            lines += output.said_lines(f"hint: {hint}")
    try:
        print("\n".join(lines), file=sys.stderr, flush=True)
    except OSError:
        return


def _as_calbook_error(error: BaseException) -> CalbookError:
    if isinstance(error, CalbookError):
        return error
    if isinstance(error, typer.Abort | EOFError):
        return Interrupted()
    if isinstance(error, KeyboardInterrupt):
        return Interrupted(": ".join(("interrupted", *(error.args or _what_is_done()))))
    if isinstance(error, interrupts.Terminated):
        return TerminatedError(": ".join(("stopped", *(error.args or _what_is_done()))))
    if isinstance(error, typer.TyperException):
        return _usage_error(error)
    if isinstance(error, OSError):
        return OutputError(
            f"{error.strerror or error}"
            + (f": {error.filename}" if error.filename else "")
        )
    return _bug_error(error)


def _what_is_done() -> tuple[str, ...]:
    """What a signal has left of a change, before the answer."""
    if interrupts.has_committed:
        return ("something was changed: look before you do it again",)
    return ("nothing was changed",) * interrupts.has_begun


def _usage_error(error: typer.TyperException) -> UsageError:
    """Typer's complaint about the command line, in this program's form."""
    from calbook.cli import option_errors  # only when something is wrong

    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "calbook"
    see = f"see {command} --help"
    if context is not None and hasattr(error, "possibilities"):
        return _no_such_option(error, see)
    message = option_errors.value_message(error) or error.format_message().strip()
    message = message.rstrip(".")
    hint = option_errors.extra_hint(error) or see
    return UsageError(message[:1].lower() + message[1:], hint=hint)


def _no_such_option(error: Any, see: str) -> UsageError:
    from calbook.cli.option_errors import place_hint, renamed  # only when it is wrong
    from calbook.core.suggestions import did_you_mean

    params = error.ctx.command.get_params(error.ctx)
    own = (name for p in params for name in (*p.opts, *p.secondary_opts))
    of_all = (name for names, *_ in OPTIONS.values() for name in names)
    known = [name for name in (*own, *of_all) if name.startswith("-")]
    option = error.option_name
    near = did_you_mean(renamed(option, known) or option, known, see)
    hint = place_hint(option, error.ctx.command_path) or near
    return UsageError(f"no such option: {option}", hint=hint)


def _close_quietly() -> int:
    """The reader has gone: nothing more can be said, and nothing went wrong."""
    _drop_unwritten()
    return 0


def _drop_unwritten() -> None:
    """What a stream could not take, Python would try again and exit with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _bug_error(error: BaseException) -> CalbookError:
    where = _write_report(error)
    return CalbookError(
        f"a bug in calbook: {type(error).__name__}",
        hint=f"its report: {where}; please send it to {_find_bug_address()}"
        if where
        else "its report could not be written: CALBOOK_DEBUG=1 shows the trace",
    )


def _find_bug_address() -> str:
    """Where the installed package wants to have its bugs."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        urls = metadata("calbook").get_all("Project-URL") or ()
    except PackageNotFoundError:
        urls = ()
    named: dict[str, str] = dict(url.split(", ", 1) for url in urls)
    return named.get("Issues", "whoever you have calbook from")


def _write_report(error: BaseException) -> str | None:
    """Where it happened, without arguments, values or messages."""
    from platformdirs import user_log_dir

    from calbook import __version__
    from calbook.core.time import times
    from calbook.settings.directories import make_directory

    frames = traceback.extract_tb(error.__traceback__)
    lines = [
        f"calbook {__version__}, Python {sys.version.split()[0]}, {sys.platform}",
        f"zone data {times.zone_data()}",
        type(error).__name__,
        *(f"  {f.filename}:{f.lineno} {f.name}" for f in frames),
    ]
    try:
        directory = user_log_dir("calbook", appauthor=False)
        make_directory(directory)
        path = os.path.join(directory, f"bug-{os.getpid()}.txt")
        flags = os.O_CREAT | os.O_WRONLY | os.O_TRUNC
        with open(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except (OSError, RuntimeError):  # no home to write to
        return None
    return path
