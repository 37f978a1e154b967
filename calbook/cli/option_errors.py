"""What is wrong with the options of a command line, in their own names.

The library names its arguments (`eventTypeId`), a command line its options (`--event`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from calbook.core.errors import CalbookError, UsageError
from calbook.core.text import snake
from calbook.core.typing_names import Any

# Parameters of commands for what the library calls otherwise; it is one of those.
_OTHER_NAMES = {
    "count": ("limit",),
    "recurring": ("frequency",),
    "guests": ("add_guests",),
    "list": ("list_",),
    "event_type_id": ("event",),
    "host_id": ("host",),
    "resource_id": ("resource",),
    "start_time": ("start",),
}
# Options by the name that they had before, which is typed by habit; one of those.
_RENAMED = {
    "limit": ("--booking-limit",),
    "series": ("--repeat",),
    "date": ("--on",),
    "overwrite": ("--force",),
    "each": ("--folder",),
    "event": ("--type",),
    "host": ("--server",),
    "from": ("--sender",),
    "to": ("--into", "--send-to"),
    "after": ("--keep",),
    "every": ("--refresh",),
}
_WORD = re.compile(r"(?<![\w.\"'-])[a-z]+(?:[A-Z]\w*|_\w+)(?![\w\"'-])")


def name_of(param: Any) -> str:
    """As it is typed: `--limit`, or `UID` of an argument."""
    if param.param_type_name == "argument":
        return str(param.metavar or param.name.upper()).strip("[]…")
    found: str = next((name for name in param.opts if name[:2] == "--"), param.opts[0])
    return found


def check_repeated(options: Sequence[Any], typed: Sequence[str]) -> None:
    """Raises UsageError where one is there twice that has one value."""
    for param in options:
        if param.multiple or options.count(param) < 2:
            continue
        both = [
            next((word for word in names if word in typed), None)
            for names in (param.opts, param.secondary_opts)
        ]
        if all(both):
            raise UsageError(f"{both[0]} and {both[1]} exclude each other")
        if not param.is_flag:
            raise UsageError(
                f"{name_of(param)} is given twice", hint="leave one of them out"
            )


def check_exclusive(
    options: Sequence[Any], exclusive: Sequence[tuple[str, ...]]
) -> None:
    """Raises UsageError where some are there of which one is meant."""
    given = {param.name: name_of(param) for param in options}
    for names in exclusive:
        found = [given[name] for name in names if name in given]
        if len(found) > 1:
            raise UsageError(f"{' and '.join(found)} exclude each other")


def name_options(
    error: Exception, params: Sequence[Any], given: Mapping[str, Any]
) -> None:
    """Let the message name options where it names what the library calls them.

    What stands in a line of an input is named as it is there.
    """
    if not isinstance(error, CalbookError) or "line" in error.details:
        return
    if given.get("input_") is not None:
        return
    _name_default(error, params, given)
    names = {param.name: name_of(param) for param in params}
    field, message = error.json_field, error.json_message
    said = _find(names, field)
    if said and message.startswith(f"{field} "):
        message = said + message[len(field) :]
    error.command_message = _WORD.sub(
        lambda word: _find(names, word[0]) or word[0], message
    )


def _name_default(
    error: CalbookError, params: Sequence[Any], given: Mapping[str, Any]
) -> None:
    """Say that an event type that there is not is that of the settings."""
    said = [given.get(param.name) for param in params if "--event" in param.opts]
    if error.details.get("noun") == "event type" and said == [None]:
        from calbook.settings.reading import config_path

        near = error.json_hint
        source = f"defaults.event in {config_path()} says so"
        error.command_hint = f"{near}; {source}" if near else source


def _find(names: Mapping[str, str], field: str) -> str | None:
    """The option of a field: of `attendee.email` --email, of `guests[0]` --guest."""
    whole = snake(re.sub(r"\[\d+\]", "", field))
    parts = (whole, whole.split(".")[0], whole.rsplit(".", 1)[-1])
    wanted = (*_OTHER_NAMES.get(whole, ()), *parts)
    return next((names[name] for name in wanted if name in names), None)


def value_message(error: Any) -> str | None:
    """What typer says of a value, in this program's words; None of anything else."""
    param, said = getattr(error, "param", None), str(error.message).rstrip(".")
    if param is None or getattr(param, "param_type_name", "") != "option":
        return None
    value = re.match(r"'(.*)' is not a valid int", said, re.DOTALL)
    if value:
        return f"{name_of(param)} needs a whole number, not {value[1][:80]}"
    return f"{name_of(param)}: {said}"


def extra_hint(error: Any) -> str | None:
    """Where words that a command has no place for belong, if that can be told."""
    found = re.search(r"unexpected extra argument\(s\) \((.*)\)", str(error.message))
    context = getattr(error, "ctx", None)
    if not found or context is None:
        return None
    words, params = found[1], context.command.params
    names = {name_of(param) for param in params}
    option = next((name for name in _TIMES if name in names), None)
    for when in (words, f"{words} {context.info_name}") if option else ():
        if _is_time(when):
            return (
                f'write {option} "{when}"' if " " in when else f"write {option} {when}"
            )
    last = params and [p for p in params if p.param_type_name == "argument"][-1:]
    if last and name_of(last[0]).startswith("TEXT"):
        said = context.params.get(last[0].name)
        return f'put it in quotes: "{said} {words}"'
    return None


_TIMES = ("--start", "--on", "--of", "--from")


def _is_time(words: str) -> bool:
    from datetime import UTC, datetime

    from calbook.core.time import parsing

    try:
        parsing.range_start(words, now=datetime.now(UTC), timezone="UTC")
    except CalbookError:
        return False
    return True


def renamed(option: str, known: Sequence[str]) -> str | None:
    """The name that an option of a command has now."""
    names = _RENAMED.get(option.removeprefix("--"), ())
    return next((name for name in names if name in known), None)


def place_hint(option: str, above: str) -> str | None:
    """Where an option belongs that stands before its command."""
    from importlib.resources import files

    table = files("calbook.cli.shell").joinpath("commands.txt").read_text("utf-8")
    having = [
        part.partition("\n")[0]
        for part in table.split("\n\n")
        if f"\n{option}\t" in part and part.startswith(f"{above} ")
    ]
    usual = f"{above} list"
    command = usual if usual in having else next(iter(having), None)
    return command and f"it stands behind the command: {command} {option}"


def out_of_range(param: Any, value: int, least: int, most: int) -> UsageError:
    fits = f"from {least} to {most:,}" if not least else f"at least {least}"
    return UsageError(f"{name_of(param)} is {value:,}; it must be {fits}")
