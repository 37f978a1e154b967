"""`help`: the manual's pages by topic, or the help of a command.

A page is a Markdown file beside the package's code, so that it is there offline.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill
from typing import Annotated

from calbook.cli import options as o
from calbook.cli import output, tree

# In the order in which they are read.
TOPICS = (
    *("setup", "settings", "booking", "times", "overview", "undoing", "series"),
    *("groups", "waitlist", "people", "erasing", "teams", "resources"),
    *("calendars", "caldav", "feeds", "notices", "languages", "replies", "webhooks"),
    *("scripting", "library", "json", "json-times", "json-setup", "json-other"),
    *("json-file", "stability"),
    *("rules", "storage", "moving", "coming", "operation", "trouble"),
)
# Words by which people look for a page.
PROGRAMS = dict.fromkeys(
    (
        *("dav", "fastmail", "google", "icloud", "khal", "nextcloud", "outlook"),
        *("radicale", "vdirsyncer"),
    ),
    "caldav",
) | dict.fromkeys(("calcom", "calendly", "csv", "easyappointments"), "coming")
_PAGES = Path(__file__).parents[2] / "manual"
_WIDEST = 100  # columns; longer lines are hard to read


def help_(
    words: Annotated[
        list[str] | None,
        o.Argument(metavar="[TOPIC]", help="A topic, or a command's name."),
    ] = None,
) -> None:
    """Show a page of the manual, or what pages and commands there are."""
    if not words:
        output.show("\n".join(_overview()) + "\n")
    elif len(words) == 1 and words[0] in TOPICS:
        _show(page(words[0]))
    elif len(words) == 1 and words[0].casefold() in PROGRAMS:
        _show(page(PROGRAMS[words[0].casefold()]))
    elif tree.is_command(words):
        tree.run([*words, "--help"])
    else:
        raise _unknown(words)


def page(topic: str) -> str:
    """The Markdown text of a topic's page."""
    return (_PAGES / f"{topic}.md").read_text(encoding="utf-8")


def summary(text: str) -> str:
    """What a page is for, as the paragraph under its title says."""
    return text.split("\n\n", 2)[1].removeprefix("This page shows ")


def _show(text: str) -> None:
    if not output.is_terminal():
        output.write(text)
        return
    from calbook.cli.screen import painting  # slow to import

    output.show(painting.manual_page(text, min(output.width(), _WIDEST)))


def _overview() -> Iterator[str]:
    yield "Topics: calbook help TOPIC"
    for topic in TOPICS:
        yield _entry(topic, summary(page(topic)))
    yield ""
    yield "Commands: calbook help COMMAND"
    for section, commands in tree.SECTIONS.items():
        yield _entry(section, ", ".join(commands))


def _entry(name: str, text: str) -> str:
    """A name, and its text in a column of its own."""
    width = min(output.width(), _WIDEST)
    lead = f"  {name:<11}"
    return fill(
        text,
        max(width, 2 * len(lead)),
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_on_hyphens=False,
    )


def _places(commands: tree.Tree) -> Iterator[str]:
    """`create`, `note`, `note add`."""
    for name, place in commands.items():
        yield name
        if not isinstance(place, str):
            yield from (f"{name} {below}" for below in _places(place))


def _unknown(words: Sequence[str]) -> Exception:
    from calbook.core.errors import UsageError
    from calbook.core.suggestions import did_you_mean

    asked = " ".join(words)
    known = (*TOPICS, *_places(tree.COMMANDS))
    hint = did_you_mean(asked, known, "see calbook help")
    return UsageError(f"no such topic or command: {asked}", hint=hint)
