"""The help of a command on a screen of some width: nothing cut, little broken."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from calbook.cli import output
from calbook.cli.help.headings import HEADINGS
from calbook.cli.help.page import Entry, Page, page_of

WIDEST = 100  # columns; longer lines are hard to read
_LEAST_TEXT = 24  # where less is left beside an option, its text stands under it
_MOST_TERM = 30  # a longer one has a line of its own
_SHORT = "    "  # as wide as `-e, `
_WORD = re.compile(r"(?:'[^']*'|\"[^\"]*\"|[^\s'\"])+")


def help_text(command: Any, words: Sequence[str]) -> str:
    """What `--help` prints of a built command."""
    page = page_of(command, words)
    lines = [*map(output.fit_signs, _lines(page, min(output.width(), WIDEST)))]
    if not output.is_terminal():
        return "\n".join(lines)
    from calbook.cli.screen import colours  # slow to import
    from calbook.cli.screen.cells import StyledText

    painted = ((StyledText(line, _style(line)),) for line in lines)
    return colours.paint_lines(painted).rstrip("\n")


def _style(line: str) -> str:
    if line.lstrip().startswith("# "):
        return "dim"
    return "bold" if re.fullmatch(r"[A-Z]\w*:", line) else ""


def _lines(page: Page, width: int) -> Iterator[str]:
    usage = f"{page.name} {page.usage}"
    yield from _indented(usage, width, "Usage: ", " " * 4)
    for paragraph in page.about:
        yield ""
        lines = paragraph.split("\n") if paragraph.startswith("  ") else [paragraph]
        for line in lines:
            lead = "  ".rjust(2 + len(line) - len(line.lstrip()))
            yield from _indented(line, width, lead)
    for heading, entries in page.sections.items():
        column = _column(page, heading)
        beside = column if width - column >= _LEAST_TEXT else None
        yield ""
        yield f"{heading}:"
        for entry in entries:
            yield from _entry_lines(entry, width, beside)
    yield from _example_lines(page, width)
    if page.topics:
        yield ""
        pages = ", ".join(f"calbook\xa0help\xa0{topic}" for topic in page.topics)
        yield from _indented(pages, width, "More: ")


def _column(page: Page, heading: str) -> int:
    """Where texts begin: of options alike, of arguments or commands alike."""
    alike = [h for h in page.sections if (h in HEADINGS) == (heading in HEADINGS)]
    terms = [_term(term) for h in alike for term, _ in page.sections[h]]
    return max((len(term) for term in terms if len(term) <= _MOST_TERM), default=0) + 4


def _term(term: str) -> str:
    """Long options stand in one column, whether they have a short name or not."""
    return f"{_SHORT}{term}" if term.startswith("--") else term


def _entry_lines(entry: Entry, width: int, column: int | None) -> Iterator[str]:
    """A term and its text beside it; under it where there is no column for it."""
    term, text = entry
    if column is None:
        yield from _indented(term, width, "  ", " " * 6)
        yield from _indented(text, width, " " * 6)
        return
    begin = f"  {_term(term)}"
    lines = fold(text, width - column)
    if len(begin) + 2 > column or not lines:
        yield from _indented(term, width, begin[: -len(term)], " " * 8)
    else:
        yield f"{begin:<{column}}{lines.pop(0)}"
    yield from (" " * column + line for line in lines)


def _example_lines(page: Page, width: int) -> Iterator[str]:
    """All can be pasted: sentences are a shell's comments, broken lines go on."""
    if page.examples:
        yield ""
        yield "Examples:"
    for said, line in page.examples:
        yield from _indented(said, width, "  # ", "  # ")
        *begun, last = _fold_command(line, width - 4)
        yield from (f"  {part} \\" for part in begun)
        yield f"  {last}"


def _fold_command(line: str, width: int) -> list[str]:
    """Broken before an option, with its value, where it can be."""
    words: list[str] = []
    for word in _WORD.findall(line):
        both = f"{words[-1]} {word}" if words else word
        is_value = both.startswith("-") and not word.startswith("-")
        if is_value and len(both) <= width - 4:
            words[-1] = both
        else:
            words.append(word)
    first, *rest = join(words, width, width - 2)
    return [first, *(f"  {part}" for part in rest)]


def _indented(
    text: str, width: int, first: str, further: str | None = None
) -> Iterator[str]:
    further = " " * len(first) if further is None else further
    lines = fold(text, width - len(first), width - len(further))
    yield from (
        f"{further if n else first}{line}".rstrip() for n, line in enumerate(lines)
    )


def fold(text: str, width: int, further: int | None = None) -> list[str]:
    """In lines of whole words; one that is too long is broken behind a sign.

    A no-break space is a blank that does not end a word.
    """
    words: list[str] = []
    least = min(width, further or width)
    for word in _whole_words(text, least):
        if len(word) <= least:
            words.append(word)
        else:
            words += (f"{part}\0" for part in re.split(r"(?<=[,|/=])", word) if part)
            words[-1] = words[-1].rstrip("\0")
    return join(words, width, further or width)


def _whole_words(text: str, width: int) -> Iterator[str]:
    for word in filter(None, text.split(" ")):
        yield from [word] if len(word) <= width else word.split("\xa0")


def join(words: Iterable[str], width: int, further: int) -> list[str]:
    """Words in lines, with a blank between them but behind a NUL."""
    lines: list[str] = []
    for word in words:
        room = further if len(lines) > 1 else width
        begun = f"{lines[-1]} ".replace("\0 ", "") if lines else ""
        if begun and len(begun + word.rstrip("\0")) <= room:
            lines[-1] = begun + word
        else:
            lines.append(word)
    return [line.replace("\0", "").replace("\xa0", " ") for line in lines]
