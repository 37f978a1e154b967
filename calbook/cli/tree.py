"""The command tree: each command by its name, built when it is run.

Its module is imported only then: start-up is most of a call.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from typer.core import TyperGroup

from calbook.cli.command import make_command, show_help
from calbook.cli.global_options import TakesGlobalOptions

Tree = Mapping[str, "str | Tree"]


def _commands(module: str, *names: str) -> Mapping[str, str]:
    """Commands, each in the module's function of its name."""
    return {name: f"{module}:{name.replace('-', '_')}" for name in names}


SECTIONS: Mapping[str, Tree] = {
    "Bookings": {
        **_commands("create", "create"),
        **_commands("hold", "hold"),
        **_commands("bookings", "list", "show"),
        **_commands("change", "confirm", "reject", "cancel", "reschedule"),
        **_commands("reassign", "reassign"),
        **_commands("extend", "extend"),
        **_commands("undo", "undo"),
        **_commands("bookings", "occurrences"),
        "waiting": _commands("waiting", "list", "show", "remove"),
        "attendee": _commands("attendee", "add", "list", "move", "remove"),
        **_commands("reply", "reply"),
        "counter": _commands("counter", "list", "accept", "decline"),
        "note": _commands("note", "add", "list", "remove"),
        "person": _commands("person", "list", "show", "update", "merge"),
        **_commands("erase", "erase"),
        **_commands("change", "update"),
        **_commands("attendee", "attended", "no-show"),
    },
    "Looking": {
        **_commands("slots", "slots", "explain"),
        **_commands("agenda", "agenda", "today", "tomorrow"),
        **_commands("week", "day", "week", "month"),
        **_commands("agenda", "next"),
        **_commands("bookings", "history"),
        **_commands("stats", "stats"),
    },
    "Files": {
        **_commands("ics", "ics"),
        "ics publish": "publish:publish",
        "busy": _commands("busy", "import", "add", "list", "remove", "refresh"),
        "calendar": {
            **_commands("calendar", "add", "list", "show", "check"),
            **_commands("calendar", "update", "remove", "sync", "log", "redeliver"),
        },
    },
    "Setup": {
        **_commands("init", "init"),
        "event": _commands("event", "add", "list", "show", "update", "remove"),
        "host": {
            **_commands("host", "add", "list", "show", "update", "remove"),
            **_commands("host_away", "away", "retire", "restore"),
        },
        "resource": _commands("resource", "add", "list", "show", "update", "remove"),
        "schedule": _commands(
            *("schedule", "add", "list", "show", "update", "remove", "override")
        ),
        "webhook": {
            **_commands("webhook", "add", "list", "show", "update", "remove", "test"),
            **_commands("webhook", "log", "redeliver", "rotate"),
            **_commands("verify", "verify"),
        },
        **_commands("deliver", "tick", "deliver"),
        "mail": _commands("mail", "log", "redeliver"),
        "config": _commands(
            *("config", "show", "get", "set", "unset", "edit", "path"),
            *("smtp", "smtp-test"),
        ),
        "db": _commands(
            *("db", "path", "init", "migrate", "check", "copy"),
            *("backup", "restore", "compact", "share"),
        ),
        **_commands("export", "export"),
        **_commands("import_", "import"),
        **_commands("doctor", "doctor"),
        **_commands("schema", "schema"),
        **_commands("erase", "retention"),
        **_commands("completion", "completion"),
        "completion install": "completion:install",
        **_commands("demo", "demo"),
        **_commands("help", "help"),
    },
}
COMMANDS: Tree = {
    name: place for section in SECTIONS.values() for name, place in section.items()
}
_GROUP_HELP = {
    "waiting": "Who waits for time that is taken: list, show, remove.",
    "attendee": "The persons in a group: add, list, move, remove.",
    "counter": "Other times that attendees propose: list, accept, decline.",
    "note": "The host's notes about a booking: add, list, remove.",
    "person": "Who was ever booked: list, show, update, merge.",
    "busy": "Other busy time: import, add, list, remove, refresh.",
    "calendar": "Calendars elsewhere: add, list, check, sync and more.",
    "event": "What can be booked: add, list, show, update, remove.",
    "host": "Who gives the time: add, list, away, retire and more.",
    "resource": "Rooms and things: add, list, show, update, remove.",
    "schedule": "Weekly hours and overrides: add, list, show, update, remove.",
    "webhook": "Who is told of events: add, list, test, log and more.",
    "mail": "Notices and reminders sent by e-mail: log, redeliver.",
    "config": "What is set for this computer: show, get, set, edit and more.",
    "db": "The bookings file or database: path, init, check and more.",
}
HELP = """A booking engine in one SQLite file.

Begin with `calbook demo`, or with `calbook init` for a file of your own.
`calbook help` lists the pages of the manual.
`calbook --version` says which calbook this is."""


_HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


class LazyGroup(TakesGlobalOptions, TyperGroup):
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

    @property
    def sections(self) -> Mapping[str, Tree]:
        """Commands by the headings under which the help names them."""
        return SECTIONS if self._tree is COMMANDS else {"Commands": self._tree}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        place = self._tree.get(cmd_name)
        return None if place is None else build_command(cmd_name, place)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """A command may be two words, of which the first is one too.

        In a group `help` is `calbook help` of the group.
        """
        if args[0] == "help" and self._tree is not COMMANDS:
            words = ctx.command_path.split()[1:]
            return "help", build_command("help", COMMANDS["help"]), words + args[1:]
        both = " ".join(args[:2])
        if len(args) > 1 and both in self._tree:
            return both, self.get_command(ctx, both), args[2:]
        if args[0] not in self._tree and not args[0].startswith("-"):
            raise _no_such_command(ctx.command_path, args[0], self._tree)
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: Any) -> str:
        show_help(self, ctx)


# What people call it who come from elsewhere; the first that is there is meant.
_OTHER_NAMES = {
    **dict.fromkeys(("add", "book", "create", "new"), ("add", "create")),
    **dict.fromkeys(("delete", "remove", "rm"), ("remove", "cancel")),
    **dict.fromkeys(("bookings", "list", "ls"), ("list", "show")),
    **dict.fromkeys(("availability", "free"), ("slots",)),
    **dict.fromkeys(("edit", "modify", "set"), ("update", "set")),
    **dict.fromkeys(("find", "search"), ("list",)),
    **{"get": ("show",), "move": ("reschedule",), "version": ("--version",)},
}


def _no_such_command(above: str, name: str, tree: Tree) -> Exception:
    from calbook.core.errors import UsageError
    from calbook.core.suggestions import did_you_mean, nearest
    from calbook.core.text import excerpt

    known = {word: word for word in (*tree, "help")}
    for other, meant in _OTHER_NAMES.items():
        there = [word for word in meant if word in tree or word.startswith("-")]
        known |= {other: there[0]} if there and other not in known else {}
    near = nearest(name, known)
    hint = did_you_mean(known.get(near or "", ""), known.values())
    return UsageError(
        f"no such command: {excerpt(name)}", hint=hint or f"see {above} --help"
    )


def build_command(name: str, place: "str | Tree") -> Any:
    if not isinstance(place, str):
        return LazyGroup(name, place, _GROUP_HELP[name])
    return make_command(name, _function(place), context_settings=_HELP_OPTIONS)


def _function(place: str) -> Callable[..., int | None]:
    """`list_` is the function of `list`: Python has that name already."""
    name, function = place.split(":")
    module = import_module(f"calbook.cli.commands.{name}")
    own_name = function if hasattr(module, function) else f"{function}_"
    found: Callable[..., int | None] = getattr(module, own_name)
    return found


def run(args: Sequence[str]) -> Any:
    """Run a command."""
    root = LazyGroup("calbook", COMMANDS, HELP)
    return root.main(args, prog_name="calbook", standalone_mode=False)


def is_command(words: Sequence[str]) -> bool:
    """Whether the words name a command, or a group of commands."""
    place: str | Tree | None = COMMANDS
    if " ".join(words) in COMMANDS:
        return True
    for word in words:
        place = place.get(word) if isinstance(place, Mapping) else None
    return place is not None
