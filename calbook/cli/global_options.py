"""Options of all commands, wherever they stand on the line: how it speaks, not what.

They are no parameters of the commands, of which each would cost its start-up: typer's
parser is told of them, which knows what is another option's value and what `--` ends.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from calbook.core.typing_names import Any

COLOURS = ("auto", "always", "never")

# By name: how it is spelt, what its value is if it takes one, and its help.
OPTIONS: dict[str, tuple[tuple[str, ...], str | None, str]] = {
    "quiet": (("-q", "--quiet"), None, "Say nothing but errors beside the answer."),
    "no_input": (("--no-input",), None, "Never ask [CALBOOK_NO_INPUT]."),
    "no_pager": (
        ("--no-pager",),
        None,
        "Show long answers without a pager [CALBOOK_PAGER].",
    ),
    "color": (
        *(("--color",), "|".join(COLOURS)),
        "Colours; always is also off a terminal [default: auto].",
    ),
    "ascii": (("--ascii",), None, "Draw with ASCII signs alone [CALBOOK_ASCII]."),
}
_OFF = ("", "0", "off", "no", "false")

# What the command line that is run has said.
_given: dict[str, Any] = {}


def given(name: str) -> Any:
    """What was said of an option, if anything."""
    return _given.get(name)


def is_on(name: str) -> bool:
    """Of one that is said or not: it was, or its variable says so."""
    return name in _given or has_variable(f"CALBOOK_{name.upper()}")


def are_flags(words: Sequence[str]) -> bool:
    """Whether all are such options, of those without a value."""
    flags = (names for names, value, _ in OPTIONS.values() if value is None)
    return not {*words}.difference(*flags)


def has_variable(name: str) -> bool:
    """Whether an environment variable says yes."""
    return os.environ.get(name, "").lower() not in _OFF


def has_colours(stream: Any) -> bool:
    """What was said, else what the environment says, as Python asks it."""
    said = given("color") or "auto"
    if said != "auto":
        return bool(said == "always")
    if os.environ.get("NO_COLOR"):
        return False
    if any(map(has_variable, ("FORCE_COLOR", "CLICOLOR_FORCE"))):
        return True
    is_plain = os.environ.get("CLICOLOR") == "0" or os.environ.get("TERM") == "dumb"
    return not is_plain and bool(stream.isatty())


def is_ascii(stream: Any) -> bool:
    """Whether lines and dots are drawn with ASCII, as asked or as nothing else can."""
    encoding = (stream.encoding or "utf-8").lower().replace("-", "")
    return is_on("ascii") or encoding != "utf8"


class RestoreGiven:
    """Around a command line: afterwards is said what was before, as by another."""

    def __enter__(self) -> None:
        self._before = dict(_given)

    def __exit__(self, *exc: object) -> None:
        _given.clear()
        _given.update(self._before)


class TakesGlobalOptions:
    """Beside a command of typer, whose parser it tells of them."""

    def make_parser(self, ctx: Any) -> Any:
        parser = super().make_parser(ctx)  # type: ignore[misc]
        for name, (spelt, value, _) in OPTIONS.items():
            action = "store" if value else "store_const"
            parser.add_option(None, spelt, name, action=action, const=True)
        read = parser.parse_args

        def parse_args(args: list[str]) -> Any:
            try:
                options, rest, order = read(args=args)
            except Exception as error:
                told: Any = error
                if getattr(error, "ctx", error) is None:
                    told.ctx = ctx  # so that the hint can name the command
                raise
            take(options)
            return options, rest, [each for each in order if each is not None]

        parser.parse_args = parse_args
        return parser


def take(options: dict[str, Any]) -> None:
    """Out of what a parser has read; that of the command counts, not of its group."""
    found = {name: options.pop(name) for name in OPTIONS if name in options}
    if "color" in found:
        from calbook.core import checks

        found["color"] = checks.choice(found["color"], "--color", COLOURS)
    _given.update(found)
