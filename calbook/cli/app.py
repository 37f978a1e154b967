"""The command tree, and what becomes of errors.

A command's module is imported when the command is run: start-up is most of a call.
"""

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from calbook.cli import after_command

Tree = Mapping[str, "str | Tree"]

SECTIONS: Mapping[str, Tree] = {
    "Bookings": {
        "create": "create:create",
        "list": "bookings:list_bookings",
        "show": "bookings:show",
        "confirm": "change:confirm",
        "reject": "change:reject",
        "cancel": "change:cancel",
        "reschedule": "change:reschedule",
        "occurrences": "bookings:occurrences",
        "attendee": {
            "add": "attendee:add",
            "list": "attendee:list_attendees",
            "remove": "attendee:remove",
        },
        "note": {
            "add": "note:add",
            "list": "note:list_notes",
        },
        "update": "change:update",
        "attended": "attendee:attended",
        "no-show": "attendee:no_show",
    },
    "Looking": {
        "slots": "slots:slots",
        "explain": "slots:explain",
        "agenda": "agenda:agenda",
        "week": "week:week",
        "next": "agenda:next_",
        "history": "bookings:history",
        "stats": "stats:stats",
    },
    "Files": {
        "ics": "ics:ics",
        "busy": {
            "import": "busy:import_ics",
            "add": "busy:add",
            "list": "busy:list_busy",
            "remove": "busy:remove",
            "refresh": "busy:refresh",
        },
    },
    "Setup": {
        "init": "init:init",
        "event": {
            "add": "event:add",
            "list": "event:list_event_types",
            "show": "event:show",
            "update": "event:update",
            "remove": "event:remove",
        },
        "host": {
            "add": "host:add",
            "list": "host:list_hosts",
            "show": "host:show",
            "update": "host:update",
            "remove": "host:remove",
        },
        "schedule": {
            "add": "schedule:add",
            "list": "schedule:list_schedules",
            "show": "schedule:show",
            "update": "schedule:update",
            "remove": "schedule:remove",
            "override": "schedule:override",
        },
        "webhook": {
            "add": "webhook:add",
            "list": "webhook:list_webhooks",
            "show": "webhook:show",
            "update": "webhook:update",
            "remove": "webhook:remove",
            "test": "webhook:send_sample",
            "log": "delivery_log:webhook_log",
            "redeliver": "delivery_log:redeliver",
            "rotate": "webhook:rotate",
            "verify": "webhook:verify",
        },
        "tick": "init:tick",
        "deliver": "deliver:deliver",
        "mail": {
            "log": "delivery_log:mail_log",
            "redeliver": "delivery_log:redeliver_mail",
        },
        "config": {
            "show": "config:show",
            "smtp": "config:smtp",
            "smtp-test": "config:smtp_test",
        },
        "db": {
            "path": "db:path",
            "check": "db:check",
            "backup": "db:backup",
            "restore": "db:restore",
        },
        "completion": "completion:completion",
        "demo": "demo:demo",
        "help": "help:help_",
    },
}
COMMANDS: Tree = {
    name: place for section in SECTIONS.values() for name, place in section.items()
}
_GROUP_HELP = {
    "attendee": "The persons in a group: add, list, remove.",
    "note": "The host's notes about a booking: add, list.",
    "busy": "Other busy time: import, add, list, remove, refresh.",
    "event": "What can be booked: add, list, show, update, remove.",
    "host": "Who gives the time: add, list, show, update, remove.",
    "schedule": "Weekly hours and overrides: add, list, show, update, remove.",
    "webhook": "Who is told of events: add, list, test, log and more.",
    "mail": "Notices and reminders sent by e-mail: log, redeliver.",
    "config": "The mail server of this computer: show, smtp, smtp-test.",
    "db": "The bookings file: path, check, backup, restore.",
}
_HELP = """A booking engine in one SQLite file.

Begin with `calbook demo`, or with `calbook init` for a file of your own.
`calbook help` lists the pages of the manual.
`calbook --version` says which calbook this is."""


_HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


class LazyGroup(TyperGroup):
    """A group that knows its commands by name and builds the one that is run."""

    def __init__(self, name: str, tree: Tree, help: str) -> None:
        super().__init__(
            name=name,
            help=help,
            commands=dict.fromkeys(tree),  # type: ignore[arg-type]
            context_settings=_HELP_OPTIONS,
            rich_markup_mode=None,
        )
        self._tree = tree

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        place = self._tree.get(cmd_name)
        return None if place is None else _built(cmd_name, place)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Commands by section where this is the whole tree."""
        sections = SECTIONS if self._tree is COMMANDS else {"Commands": self._tree}
        for heading, tree in sections.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(name, _short_help(name, tree[name])) for name in tree]
                )


def _built(name: str, place: "str | Tree") -> Any:
    if not isinstance(place, str):
        return LazyGroup(name, place, _GROUP_HELP[name])
    module, function = place.split(":")
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    command = getattr(import_module(f"calbook.cli.commands.{module}"), function)
    app.command(name, context_settings=_HELP_OPTIONS)(command)
    return typer.main.get_command(app)


def _short_help(name: str, place: "str | Tree") -> str:
    help: str = _built(name, place).get_short_help_str(60)
    return help


def run(args: Sequence[str]) -> int:
    """Run one command line; the exit status. Never lets a traceback out."""
    _prepare_streams()
    after_command.forget_clients()
    try:
        status = _reported(args, lambda: _run(list(args)))
        if status >= _SIGNALLED:
            return status
        after = _reported(args, lambda: _afterwards(args))
        return after if after >= _SIGNALLED else status  # what was done is done
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


_SIGNALLED = 128


def _reported(args: Sequence[str], step: Callable[[], int]) -> int:
    try:
        return step()
    except BaseException as error:
        from calbook.cli import error_output  # only when something is wrong

        return error_output.report(error, wants_json=_wants_json(args))


def _afterwards(args: Sequence[str]) -> int:
    after_command.attempt_first(is_wanted="--no-deliver" not in _options(args))
    return 0


def _run(args: list[str]) -> int:
    from calbook.cli import output

    signal.signal(signal.SIGTERM, _terminated)
    if args in (["--version"], ["-V"]):
        from calbook import __version__

        output.write(f"calbook {__version__}\n")
        return 0
    _check_utf8(args)
    status = _run_tree(args or ["--help"])
    if status == _INTERRUPTED:
        raise KeyboardInterrupt
    output.flush()
    return status if isinstance(status, int) else 0


def _run_tree(args: list[str]) -> Any:
    root = LazyGroup("calbook", COMMANDS, _HELP)
    return root.main(args, prog_name="calbook", standalone_mode=False)


def is_command(words: Sequence[str]) -> bool:
    """Whether the words name a command, or a group of commands."""
    place: str | Tree | None = COMMANDS
    for word in words:
        place = place.get(word) if isinstance(place, Mapping) else None
    return place is not None


def show_help(words: Sequence[str]) -> None:
    """Print the help of a command."""
    _run_tree([*words, "--help"])


_INTERRUPTED = 130  # what typer makes of a KeyboardInterrupt


def _terminated(signum: int, frame: object) -> None:
    from calbook.cli.error_output import Terminated

    raise Terminated


def _prepare_streams() -> None:
    """What a locale cannot write appears escaped; a closed stream is no stream."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started the program
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 (stays open)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


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
