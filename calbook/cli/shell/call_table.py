"""What plain lines of frequent commands mean, as `plain_parser` reads it.

It is made of the built commands, which are slow to import:
`python -m calbook.cli.shell.call_table > calbook/cli/plain_calls.txt`.

A paragraph for each command: `=` its function, `:` a group with its options, `@` what
names a booking, `!` what excludes each other, `<` an argument; then each option with
its parameter and what it takes.
"""

from collections.abc import Iterator
from typing import Any

from calbook.cli.tree import COMMANDS, build_command

PLAIN = (
    *("list", "show", "next", "agenda", "today", "tomorrow", "slots", "explain"),
    *("create", "confirm", "reject", "cancel", "reschedule"),
    *("day", "week", "month", "occurrences", "history"),
)


def table() -> str:
    blocks = ("\n".join((name, *_lines(name))) for name in PLAIN)
    return "\n\n".join(("", *blocks, ""))


def _lines(name: str) -> Iterator[str]:
    command = build_command(name, COMMANDS[name])
    yield f"= {_place(command.function)}"
    for parameter, kind, fields in command.places:
        yield f": {parameter} {_place(kind)} {' '.join(fields)}"
    yield from (f"@ {parameter}" for parameter in command.uids)
    own = {param.name for param in command.params}
    for kind in command.groups:
        for names in kind.exclusive:
            if len(own & {*names}) > 1:
                yield f"! {' '.join(name for name in names if name in own)}"
    for param in command.params:
        yield from _rows(param)


def _place(named: Any) -> str:
    return f"{named.__module__.removeprefix('calbook.cli.')} {named.__name__}"


def _rows(param: Any) -> Iterator[str]:
    if param.param_type_name == "argument":
        yield f"< {param.name} {'many' if param.nargs == -1 else 'one'}"
        return
    yield from (f"{name} {param.name} {_kind(param)}" for name in param.opts)
    yield from (f"{name} {param.name} off" for name in param.secondary_opts)


def _kind(param: Any) -> str:
    if param.is_flag:
        return "on"
    if param.multiple:
        return "list"
    return str(param.least or 0) if param.type.name == "int" else "text"


if __name__ == "__main__":
    print(table(), end="")
