"""The examples of commands, from `examples.txt`, which says how it is written."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("examples.txt")


class Example(NamedTuple):
    """A command line, and in a sentence what it does."""

    said: str
    line: str


class Examples(NamedTuple):
    """Of one command: also options it cannot do without, and pages that say more."""

    examples: tuple[Example, ...] = ()
    needed: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


def find_examples(command: str) -> Examples:
    """Those of a command, named without `calbook`; of `""` those of calbook itself."""
    return read_examples().get(f"calbook {command}".strip(), Examples())


@cache
def read_examples() -> Mapping[str, Examples]:
    """All of them by command."""
    paragraphs = FILE.read_text(encoding="utf-8").split("\n\n")
    return dict(map(_read_paragraph, paragraphs[1:]))


def _read_paragraph(text: str) -> tuple[str, Examples]:
    """The command; what it needs and where more is said; pairs of lines."""
    first, *lines = text.strip().split("\n")
    facts = {"needs": "", "more": ""}
    while lines and lines[0].partition(": ")[0] in facts:
        name, _, facts[name] = lines.pop(0).partition(": ")
    needed, topics = (tuple(fact.split()) for fact in facts.values())
    return first, Examples(tuple(_pairs(lines)), needed, topics)


def _pairs(lines: list[str]) -> Iterator[Example]:
    for said, line in zip(lines[::2], lines[1::2], strict=True):
        yield Example(said, line.removeprefix("$ "))
