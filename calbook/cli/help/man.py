"""The man pages: one of calbook and one of each of its commands and groups.

`python -m calbook.cli.help.man` writes them into `cli/help/man`, from where they are
installed. They say what the help says, and two tables of the manual.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from textwrap import dedent

from calbook import __version__
from calbook.cli.commands.help import page as manual_page
from calbook.cli.commands.help import summary as manual_summary
from calbook.cli.help.headings import heading_of
from calbook.cli.help.layout import fold
from calbook.cli.help.page import Entry, Page, page_of, summary
from calbook.cli.tree import COMMANDS, HELP, LazyGroup, build_command

_WIDTH = 70  # of its lines, which grow by what is escaped
DIRECTORY = Path(__file__).with_name("man")


def pages() -> Iterator[tuple[str, str]]:
    """The files by their names."""
    yield "calbook.1", _root_page()
    for name, place in COMMANDS.items():
        command = build_command(name, place)
        title = f"calbook-{name}".replace(" ", "-")
        yield f"{title}.1", "\n".join(_command_page(title, command, name)) + "\n"


def _root() -> LazyGroup:
    return LazyGroup("calbook", COMMANDS, HELP)


def _root_page() -> str:
    page = page_of(_root(), ())
    lines = [
        *_head("calbook", summary(_root())),
        *(".SH SYNOPSIS", *_synopsis(page)),
        *(".SH DESCRIPTION", *_paragraphs(page.about)),
        ".SH COMMANDS",
        "Each has a page of its own, such as \\fBcalbook\\-create\\fR(1).",
        *_sections(page),
        *(".SH OPTIONS", "These every command has, but the version."),
        *_entries(_of_all()),
        *(".SH EXAMPLES", *_examples(page)),
        *(".SH ENVIRONMENT", *_table("Variables", "; without it ")),
        *(".SH EXIT STATUS", *_table("Exit codes")),
        *(".SH SEE ALSO", *_topics(page)),
    ]
    return "\n".join(lines) + "\n"


def _command_page(title: str, command: object, name: str) -> Iterator[str]:
    yield from _head(title, summary(command))
    place = COMMANDS[name]
    if isinstance(place, str):
        page = page_of(command, (name,))
        yield from (".SH SYNOPSIS", *_synopsis(page), ".SH DESCRIPTION")
        yield from _paragraphs(page.about)
        yield from (".SH OPTIONS", *_sections(page))
        yield from (".SH EXAMPLES", *_examples(page))
        below = [page]
    else:
        below = [page_of(build_command(n, p), (name, n)) for n, p in place.items()]
        yield ".SH SYNOPSIS"
        for number, page in enumerate(below):
            yield from ((".br",) if number else ())
            yield from _synopsis(page)
        for page in below:
            yield from _section_of(page)
    yield from (".SH SEE ALSO", *_references(below))


def _head(title: str, what: str) -> Iterator[str]:
    yield '.\\" made by python -m calbook.cli.help.man'
    yield f'.TH {title.upper()} 1 "" "calbook {__version__}" "calbook"'
    yield from (".nh", ".ad l", ".SH NAME")
    yield f"{title} \\- {_code(what.rstrip('.').replace('`', ''))}"


def _section_of(page: Page) -> Iterator[str]:
    """One command of a group."""
    yield f".SH {page.words[-1].upper()}"
    yield from _paragraphs(page.about)
    yield from _sections(page)
    yield from (".SS Examples", *_examples(page))


def _synopsis(page: Page) -> Iterator[str]:
    yield f"\\fB{_text(page.name)}\\fR {_text(page.usage)}"


def _paragraphs(texts: Sequence[str]) -> Iterator[str]:
    """What is indented is lines of a file, which stay lines."""
    for number, text in enumerate(texts):
        if text.startswith("  "):
            yield from _lines(dedent(text))
        else:
            yield from ((".PP",) if number else ())
            yield _text(text)


def _sections(page: Page) -> Iterator[str]:
    """Without the options of every command."""
    for heading, entries in page.sections.items():
        own = [entry for entry in entries if entry not in _of_all()]
        if own:
            yield from (f".SS {heading}", *_entries(own))


@cache
def _of_all() -> Sequence[Entry]:
    return page_of(_root(), ()).sections[heading_of("--help", "")]


def _entries(entries: Sequence[Entry]) -> Iterator[str]:
    for term, text in entries:
        yield from (".TP", _term(term), _text(text) or "\\&")


def _term(term: str) -> str:
    """Names as they are typed in bold, what stands for something in italics."""
    words = re.findall(r"[^\s,]+|[\s,]+", term)
    bold = any(word.startswith("-") for word in words) or term.islower()
    return "".join(
        f"\\f{'B' if bold and _is_name(word) else 'I'}{_code(word)}\\fR"
        if word.strip(" ,")
        else word
        for word in words
    )


def _is_name(word: str) -> bool:
    return word.startswith("-") or word.islower()


def _examples(page: Page) -> Iterator[str]:
    for number, (said, line) in enumerate(page.examples):
        yield from ((".PP",) if number else ())
        yield from (_text(said), *_lines(line))


def _lines(text: str) -> Iterator[str]:
    yield from (".RS 4", ".EX", *map(_code, text.split("\n")), ".EE", ".RE")


def _topics(page: Page) -> Iterator[str]:
    yield from _references([page])


def _references(found: Sequence[Page]) -> Iterator[str]:
    topics = dict.fromkeys(topic for page in found for topic in page.topics)
    if found[0].words:
        yield "\\fBcalbook\\fR(1)"
    for topic in topics:
        what = manual_summary(manual_page(topic)).rstrip(".")
        yield from (".TP", f"\\fBcalbook help {topic}\\fR", _text(what))


def _table(heading: str, between: str = "") -> Iterator[str]:
    """A table of the manual's page about scripts: its first column, and the last.

    With words that join them, the second column too.
    """
    section = manual_page("scripting").split(f"## {heading}\n\n", 1)[1]
    rows = section.split("\n\n", 1)[0].splitlines()[2:]
    for row in rows:
        name, what, last = re.split(r"(?<!\\) *\| *", row.strip("| "))
        said = f"{what}{between}{last}" if between else last
        yield from (".TP", f"\\fB{_text(name.strip('`'))}\\fR")
        yield _text(re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", said))


def _text(text: str) -> str:
    """Roff of plain text, in which code stands between backticks, in short lines."""
    bold = re.sub(r"`([^`]+)`", r"\\fB\1\\fR", text)
    return "\n".join(_code(line) for line in fold(bold, _WIDTH))


def _code(text: str) -> str:
    """Nothing that roff takes for its own, and ASCII alone."""
    text = re.sub(r"\\(?!f[BIR])", r"\\e", text)
    text = text.replace("-", "\\-").replace("'", "\\(aq")
    text = text.replace("\xa0", " ").replace("^", "\\(ha").replace("~", "\\(ti")
    plain = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in text)
    return f"\\&{plain}" if plain.startswith(".") else plain


def write(directory: Path = DIRECTORY) -> None:
    """Write all pages, and none that is of no command any more."""
    directory.mkdir(exist_ok=True)
    made = dict(pages())
    for file in directory.glob("*.1"):
        if file.name not in made:
            file.unlink()
    for name, text in made.items():
        (directory / name).write_text(text, encoding="ascii")


if __name__ == "__main__":
    write()
