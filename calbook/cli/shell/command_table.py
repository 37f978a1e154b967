"""What may follow each command, as `__complete` reads it in `commands.txt`.

That file is made of the built commands, which are slow to import:
`python -m calbook.cli.shell.command_table > calbook/cli/shell/commands.txt`.
"""

from collections.abc import Iterator
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from calbook.api.schema.hints import keys_of
from calbook.api.schema.nouns import NAMES, NOUNS
from calbook.cli import global_options
from calbook.cli.answers import ANSWERS
from calbook.cli.commands import help as manual
from calbook.cli.help.page import HELP, summary
from calbook.cli.tree import COMMANDS, LazyGroup
from calbook.languages.language import LANGUAGES
from calbook.settings.table import SETTINGS

# A command, what may follow it (a word, an option, or an argument by its number), what
# is offered for its value, and its help. Offered is nothing (`?`), a `file`, names of
# some kind (`@uids`), one of `a|b|`, or a list of `a,b`; `-` is what takes no value.
Row = tuple[str, str, str, str]

_OFFERED = {
    "DIR": "file",
    "URL|DIR": "file",
    "FILE": "file",
    "FILE|ADDRESS": "file",
    "UID": "@uids",
    "EVENT": "@events",
    "HOST": "@hosts",
    "RESOURCE": "@resources",
    "SCHEDULE": "@schedules",
    "WEBHOOK": "@webhooks",
    "WAITING": "@waits",
    "ZONE": "@zones",
    "TAG": "|".join((*LANGUAGES, "")),
    "PERSON": "@people",
    "OTHER": "@people",
    "TYPE": "all|created|confirmed|cancelled|rescheduled|completed|no_show|"
    "attendee_added|attendee_removed|updated|offered|offer_ended|"
    "replied|counter_declined|restored|",
    "RULE": "least-recent|equal-distribution|availability-first|priority|",
    "STATUS": "pending|confirmed|cancelled|completed|no-show|",
    "NOUN": "|".join((*NAMES, "")),
    "TOPIC": "-",  # topics and commands, which are words of the table
    "RULES": (
        "hours,dates,notice,advance,per-day,limit,questions,deadline,past,duration"
    ),
}
# Whose addresses and names they are there.
_OF_PEOPLE = {"ADDRESS": "@emails", "NAME": "@names"}
_WITH_PEOPLE = tuple(
    f"calbook {command}"
    for command in (
        *("create", "attend", "no-show", "list", "agenda", "stats", "mail", "ics"),
    )
)
_ARGUMENTS = {
    "calbook busy remove": "@busy",
    "calbook counter accept": "@uids",
    "calbook counter decline": "@uids",
    "calbook busy refresh": "@calendars",
    **dict.fromkeys(
        (
            f"calbook calendar {name}"
            for name in ("show", "check", "update", "remove", "sync", "log")
        ),
        "@connections",
    ),
    "calbook db restore": "@databases",
}
_NOT_SHOWN = {
    ("calbook show", "date"),
    ("calbook person list", "figures"),
    ("calbook person update", "figures"),
    ("calbook person merge", "figures"),
    ("calbook webhook list", "secret"),
    ("calbook webhook show", "secret"),
}
_FLAGS = {"--help": "Show this message and exit."}
_ROOT_FLAGS = dict.fromkeys(("--version", "-V"), "Show the version and exit.")


def table() -> str:
    """A paragraph for each command: its name, then a line for what may follow it."""
    rows = sorted(_all_rows(), key=itemgetter(0))
    blocks = (
        "\n".join((place, *("\t".join(row[1:]) for row in found)))
        for place, found in groupby(rows, key=itemgetter(0))
    )
    # Python writes to a shell in the locale's encoding, which may have few letters.
    text = "\n\n".join(("", *blocks, "")).replace("…", "...")
    return text.encode("ascii", "replace").decode()


def _all_rows() -> Iterator[Row]:
    """The tree, every command with what may follow it; after `help` its words alone."""
    tree = tuple(_rows(LazyGroup("calbook", COMMANDS, ""), "calbook"))
    yield from tree
    yield from _setting_rows()
    yield from _everywhere()
    for topic in manual.TOPICS:
        yield "calbook help", topic, "-", _line(manual.summary(manual.page(topic)))
    for place, name, offered, help in tree:
        if name[0].isalpha() and (place == "calbook" or name != "help"):
            yield place.replace("calbook", "calbook help", 1), name, offered, help


def _everywhere() -> Iterator[Row]:
    """What may follow each command."""
    for names, value, help in global_options.OPTIONS.values():
        yield from (("*", name, f"{value}|" if value else "-", help) for name in names)


def _rows(command: Any, place: str) -> Iterator[Row]:
    names = command.list_commands(None) if hasattr(command, "list_commands") else ()
    children = {name: command.get_command(None, name) for name in names}
    for name, child in children.items():
        above, _, word = f"{place} {name}".rpartition(" ")
        yield above, word, "-", summary(child)
        if place != "calbook":
            yield f"{place} help", word, "-", summary(child)
    if names and place != "calbook":
        yield place, "help", "-", HELP
    yield from _arguments(command, place)
    yield from _options(command, place)
    flags = _FLAGS | _ROOT_FLAGS if place == "calbook" else _FLAGS
    yield from ((place, name, "-", help) for name, help in flags.items())
    for name, child in children.items():
        yield from _rows(child, f"{place} {name}")


def _setting_rows() -> Iterator[Row]:
    """The settings as words, and behind `set` what each may be."""
    for verb in ("show", "get", "set", "unset"):
        for setting in SETTINGS.values():
            yield f"calbook config {verb}", setting.name, "-", _line(setting.help)
    for setting in SETTINGS.values():
        offered = _OFFERED.get(setting.values) or (
            f"{setting.values}|" if "|" in setting.values else "?"
        )
        yield f"calbook config set {setting.name}", "<1>", offered, setting.name


def _arguments(command: Any, place: str) -> Iterator[Row]:
    params = (p for p in command.params if p.param_type_name == "argument")
    for number, param in enumerate(params, 1):
        if "SETTING" in str(param.metavar):  # which are words of the table
            continue
        is_new = place.endswith(" add") and param.metavar != "UID"
        offered = "?" if is_new else _ARGUMENTS.get(place) or _offered(param, place)
        which = "<*>" if param.nargs == -1 else f"<{number}>"
        yield place, which, offered, param.metavar or param.name


def _options(command: Any, place: str) -> Iterator[Row]:
    for param in command.params:
        if param.param_type_name != "option" or "--help" in param.opts:
            continue
        for name in param.opts:
            help = _line(param.help or param.metavar or name)
            offered = _clearable(command) if name == "--clear" else None
            offered = offered or ("-" if param.is_flag else _offered(param, place))
            yield place, name, offered, help
        for name in param.secondary_opts:
            yield place, name, "-", f"Not {param.opts[-1]}."


def _clearable(command: Any) -> str:
    """What `--clear` takes out: the options of fields."""
    fields = ((kind, field) for kind in command.groups for field in kind.clearable)
    return "".join(f"{kind.option_of(field)[2:]}|" for kind, field in fields)


def _offered(param: Any, place: str) -> str:
    """What a value may be, told by its placeholder in the help."""
    if param.name in ("fields", "sort"):
        return ",".join(_json_keys(place))
    word = str(param.metavar).removeprefix("[").removesuffix("]").removesuffix("…")
    noun = word.partition("[")[0].removesuffix("|-")
    if noun in _OF_PEOPLE and place.startswith(_WITH_PEOPLE):
        return _OF_PEOPLE[noun]
    return _OFFERED.get(noun, f"{noun}|" if noun.islower() else "?")


def _json_keys(place: str) -> Iterator[str]:
    """The keys of what a command prints, each once."""
    shapes = ANSWERS[place.removeprefix("calbook ")]
    found = (keys_of(NOUNS[shape.rstrip("[]?")]) for shape in shapes)
    for each in {each.key: each for each in chain.from_iterable(found)}.values():
        if each.description is None and (place, each.name) not in _NOT_SHOWN:
            yield each.key


def _line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    print(table(), end="")
