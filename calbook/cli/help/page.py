"""What the help of a command says, before it is laid out for a screen or for roff."""

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calbook.cli import global_options
from calbook.cli.help import examples
from calbook.cli.help.defaults import DEFAULTS
from calbook.cli.help.headings import HEADINGS, heading_of

Entry = tuple[str, str]  # an option, argument or command, and what it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The help of a command or a group; `sections` by their headings, in order.

    A paragraph that is indented is lines of a file.
    """

    words: tuple[str, ...]
    usage: str
    about: Sequence[str]
    sections: Mapping[str, Sequence[Entry]]
    examples: Sequence[examples.Example]
    topics: Sequence[str]

    @property
    def name(self) -> str:
        return " ".join(("calbook", *self.words))


def page_of(command: Any, words: Sequence[str]) -> Page:
    """The page of a built command, which is called by these words."""
    found = examples.find_examples(" ".join(words))
    return Page(
        words=tuple(words),
        usage=" ".join(_usage(command, found.needed)),
        about=_paragraphs(command.help or ""),
        sections=dict(_sections(command, " ".join(words))),
        examples=found.examples,
        topics=found.topics,
    )


def summary(command: Any) -> str:
    """The first sentence of what a command is for."""
    first = _paragraphs(command.help or "")[0]
    return re.split(r"(?<=\.) ", first, maxsplit=1)[0]


def _paragraphs(text: str) -> list[str]:
    parts = inspect.cleandoc(text).replace("\b\n", "").split("\n\n")
    return [p if p.startswith("    ") else " ".join(p.split()) for p in parts]


def _usage(command: Any, needed: Sequence[str]) -> Iterator[str]:
    """What may follow the name; options that have to be given stand on their own."""
    yield "[OPTIONS]"
    if _has_commands(command):
        yield "COMMAND ..."
        return
    for param in command.params:
        if param.param_type_name == "argument":
            is_needed = param.required or param.name == command.needs_uid
            is_open = not is_needed and not param.metavar.startswith("[")
            yield f"[{param.metavar}]" if is_open else param.metavar
        elif param.opts[-1] in needed:
            yield f"{param.opts[-1]}\xa0{param.metavar}"


def _has_commands(command: Any) -> bool:
    return hasattr(command, "sections")


def _sections(command: Any, words: str) -> Iterator[tuple[str, Sequence[Entry]]]:
    if _has_commands(command):
        yield from _commands(command)
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    if arguments:
        yield "Arguments", [(_bare(p.metavar), _text(p, words)) for p in arguments]
    options: dict[str, list[Entry]] = {heading: [] for heading in HEADINGS}
    for param in command.params:
        if param.param_type_name == "option" and not param.hidden:
            options[heading_of(param.opts[-1], command.name)].append(
                _entry(param, words)
            )
    options[heading_of("--help", "")] += _of_every_command(command)
    yield from ((heading, found) for heading, found in options.items() if found)


def _commands(group: Any) -> Iterator[tuple[str, Sequence[Entry]]]:
    for heading, listed in group.sections.items():
        found = [(name, summary(group.get_command(None, name))) for name in listed]
        yield heading, [*found, ("help", HELP)] if heading == "Commands" else found


HELP = "Show this help, or that of one of these."


def _of_every_command(command: Any) -> Iterator[Entry]:
    for names, value, help in global_options.OPTIONS.values():
        yield " ".join(filter(None, (", ".join(names), value))), _with_variables(help)
    if command.name == "calbook":
        yield "-V, --version", "Show the version."
    yield "-h, --help", "Show this help."


def _bare(metavar: str) -> str:
    return metavar.removeprefix("[").removesuffix("]")


def _entry(option: Any, command: str) -> Entry:
    """An option as it is typed, short name first, and what it says."""
    names = sorted([*option.opts, *option.secondary_opts], key=len)
    if option.secondary_opts:
        names = [*option.opts, *option.secondary_opts]
    term = ", ".join(names)
    if not option.is_flag:
        term += f" {option.metavar}"
    return term, _text(option, command)


_BRACKETS = re.compile(r" \[([^]]+)\](\.?)")


def _text(param: Any, command: str) -> str:
    """Its help, with what it is by default and whether it may be repeated."""
    said = _with_variables(param.help or "")
    more = (f"[{each}]".replace(" ", "\xa0") for each in _more(param, said, command))
    return " ".join((said, *more)).strip()


def _with_variables(help: str) -> str:
    """What stands in brackets goes to the end, with what it is."""
    found = [each for each, _ in _BRACKETS.findall(help)]
    names = [name for each in found for name in _names_in(each)]
    ends = "".join(f" [{_label(name)}]".replace(" ", "\xa0") for name in names)
    return _BRACKETS.sub("\\2", help) + ends.replace("\xa0[", " [")


def _names_in(said: str) -> list[str]:
    """Variables and settings are listed; what else is said is one."""
    is_listed = said.startswith(("CALBOOK_", "defaults."))
    return said.split(", ") if is_listed else [said]


def _label(said: str) -> str:
    if said.startswith("CALBOOK_"):
        return f"env: {said}"
    return f"setting: {said}" if said.startswith("defaults.") else said


def _more(param: Any, said: str, command: str) -> Iterator[str]:
    if getattr(param, "multiple", False) and "repeated" not in said:
        yield "repeatable"
    if "default:" in said or param.param_type_name == "argument":
        return
    told = DEFAULTS.get(command, {}).get(param.opts[-1])
    if told is None and param.default not in (None, False, ()):
        told = str(param.default)
    if told is not None:
        yield f"default: {told}"
