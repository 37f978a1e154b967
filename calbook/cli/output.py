"""Answers on stdout: tables on a terminal, else TSV; JSON and CSV on demand."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice

from calbook.cli import global_options
from calbook.cli.list_texts import TIMES, list_texts, object_text
from calbook.cli.list_texts import Json as Json
from calbook.cli.list_texts import OutputOptions as OutputOptions
from calbook.cli.list_texts import as_json as as_json
from calbook.cli.list_texts import is_for_programs as is_for_programs
from calbook.core.json_text import dumps
from calbook.core.text import escape_json, printable
from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calbook.api.values.value import Value

_WIDEST = 1_000  # columns that anybody looks at
_AT_ONCE = 1_000  # items whose ids are asked for together

# How people are shown ids, and what finds that out: the store that was open last.
short_ids: dict[str, str] = {}
Shorten = Callable[[Sequence[str]], dict[str, str]]
shorten: Shorten | None = None
_ID_PREFIXES = ("bk_", "wh_", "dl_", "wait_", "ctr_")

# Set by `demo`, which shows on any output what a terminal would show.
as_terminal = False
has_pager = True
# What is drawn at the bottom of the screen: other text takes its place.
bar: Any = None


def is_for_people(form: OutputOptions) -> bool:
    """A terminal, and no form asked for that programs read."""
    return is_terminal() and not is_for_programs(form)


def is_terminal() -> bool:
    """Whether people read it; who wants colours in any case wants a screen."""
    is_forced = global_options.given("color") == "always"
    return as_terminal or is_forced or sys.stdout.isatty()


def is_interactive() -> bool:
    """Whether somebody is there to answer a question, and may be asked."""
    if as_terminal or sys.stdin is None or global_options.is_on("no_input"):
        return False
    return sys.stdin.isatty() and sys.stderr.isatty()


def width() -> int:
    """The terminal's columns; 80 where there is none."""
    from calbook.cli.terminal_size import find_columns

    return min(find_columns(), _WIDEST)


def height() -> int:
    """The terminal's lines."""
    from calbook.cli.terminal_size import find_size

    return 50 if as_terminal else find_size().lines


def fit_signs(text: str, stream: Any = None) -> str:
    """The text with the signs that may be shown there, which is stdout unless said."""
    if text.isascii() or not global_options.is_ascii(stream or sys.stdout):
        return text
    from calbook.cli.ascii_signs import to_ascii  # only where asked

    return to_ascii(text)


def show(text: str) -> None:
    """What people read on a screen, in whole words; through a pager if it is long."""
    show_parts([text])


def show_parts(parts: Iterable[str]) -> None:
    """The same in parts of whole lines, which may be gone through more than once."""
    texts = Stream(lambda: map(_fit, parts))
    if not (_is_paged() and _page(texts)):
        for text in texts:
            write(text)


def _fit(text: str) -> str:
    lines = text.removesuffix("\n").split("\n")
    return fit_signs("".join(f"{part}\n" for line in lines for part in _fold(line)))


def _is_paged() -> bool:
    """A terminal that a pager can draw on, and nobody who wants none."""
    is_unwanted = as_terminal or not has_pager or global_options.given("no_pager")
    is_dumb = os.environ.get("TERM", "dumb") == "dumb"
    return not is_unwanted and not is_dumb and sys.stdout.isatty()


def _page(parts: Iterable[str]) -> bool:
    from calbook.cli import pager  # slow to import

    flush()
    try:
        return pager.is_long(parts) and pager.page(parts)
    except OSError as error:
        say(f"no pager {error.filename}: {error.strerror}")
        return False


@contextmanager
def without_pager() -> Iterator[None]:
    """While something is printed behind which work goes on."""
    global has_pager
    before, has_pager = has_pager, False
    try:
        yield
    finally:
        has_pager = before


def write(text: str) -> None:
    """UTF-8 bytes, whatever the locale."""
    make_room()
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))


def make_room() -> None:
    """Before other text, take the bar away."""
    if bar is not None:
        bar.hide()


def write_bytes(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def flush() -> None:
    """Done is said only after stdout took it."""
    sys.stdout.flush()


def say(text: str) -> None:
    """A word to the person, not an answer: on stderr, unless it is to be quiet."""
    if global_options.given("quiet") is None:
        say_always(text)


def say_always(text: str) -> None:
    """What went wrong, or is asked: said in any case."""
    make_room()
    print("\n".join(said_lines(text)), file=sys.stderr)


def said_lines(text: str) -> list[str]:
    """As stderr shows it: harmless, and on a terminal in whole words."""
    is_folded = as_terminal or sys.stderr.isatty()
    lines = _fold(printable(text)) if is_folded else [printable(text)]
    return [fit_signs(line, sys.stderr) for line in lines]


def _fold(line: str) -> list[str]:
    """In whole words; what is in colours was laid out before."""
    if (line.isascii() and len(line) <= width()) or "\x1b" in line:
        return [line]
    from calbook.cli.screen import cells  # slow to import

    return cells.fold(line, width())


class Stream:
    """A list that is read while it is used, anew each time; an iterable.

    To be printed where what it is read from is still open.
    """

    def __init__(self, read: Callable[[], Iterator[Any]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[Any]:
        return self._read()


def print_list(
    found: Iterable[Value | Json],
    form: OutputOptions,
    *,
    keys: Sequence[str],
    table: Callable[[Sequence[Json]], str],
    part: slice = slice(None),
) -> None:
    """A list of objects; `keys` are the columns unless `--fields` names others.

    Only people have it gathered. `part` is what is printed of what is sorted.
    """
    items = arrange(found, form, part)
    if not is_screen(form):
        _write_parts(list_texts(items, form, keys, indent=_indent()))
        return
    shown = [as_json(item) for item in items]
    _learn_short_ids(shown, shorten)
    show(table(shown))


def arrange(
    found: Iterable[Value | Json], form: OutputOptions, part: slice
) -> Iterable[Value | Json]:
    """In the order that is asked for, if one is, and then a part of it."""
    if form.sort is None and not form.reverse:
        return found
    return Stream(lambda: islice(_arranged(found, form), part.start, part.stop))


def is_screen(form: OutputOptions) -> bool:
    """Whether a table is shown, or a card."""
    return is_terminal() and not form.is_given


def _write_parts(parts: Iterable[str]) -> None:
    make_room()
    sys.stdout.flush()
    sys.stdout.buffer.writelines(
        text.encode("utf-8", "backslashreplace") for text in parts
    )


def _indent() -> int | None:
    return 2 if is_terminal() else None


def _learn_short_ids(items: Sequence[Json], shorten: Shorten | None) -> None:
    """Before a table shows them: how long they have to be to mean one thing."""
    global short_ids
    said = (value for item in items for value in item.values())
    ids = [id for id in said if isinstance(id, str) and id.startswith(_ID_PREFIXES)]
    short_ids = shorten(ids) if ids and shorten is not None else {}


def with_short_ids(items: Iterable[Value | Json], shorten: Shorten) -> Iterator[Json]:
    """The items, once it is known how people are shown their ids; some at a time."""
    rest = map(as_json, items)
    while some := [*islice(rest, _AT_ONCE)]:
        _learn_short_ids(some, shorten)
        yield from some


def _arranged(found: Iterable[Value | Json], form: OutputOptions) -> Iterator[Json]:
    if form.sort is None:
        return reversed([as_json(item) for item in found])
    from calbook.cli.sorting import sort_items

    items = Stream(lambda: map(as_json, found))
    return sort_items(items, form.sort, reverse=form.reverse, times=TIMES)


def nothing_text(words: str, limit: int | None) -> str:
    """What people read where a list is empty: not that there is nothing."""
    return "none shown: --limit 0\n" if limit == 0 else words


def print_object(
    found: Value | Json | None,
    form: OutputOptions,
    *,
    keys: Sequence[str],
    card: Callable[[Json], str],
    nothing: str = "",
) -> None:
    """One object; piped, a line of tab-separated columns.

    Where there is none: null in JSON, no line, and on a terminal `nothing`.
    """
    items = [] if found is None else [as_json(found)]
    if form.json:
        write(object_text(items[0] if items else None, form, indent=_indent()))
        return
    print_list(
        items, form, keys=keys, table=lambda _: card(items[0]) if items else nothing
    )


def print_long_text(key: str, parts: Iterable[bytes], form: OutputOptions) -> None:
    """An object of one text as JSON, whose whole lines are written as they come."""

    def texts() -> Iterator[str]:
        rest = b""
        for part in parts:
            lines, end, rest = (rest + part).rpartition(b"\n")
            yield (lines + end).decode()
        yield rest.decode()

    before, after = object_text({key: ""}, form, indent=_indent()).split('""')
    inner = (escape_json(dumps(text))[1:-1] for text in texts())
    _write_parts(chain([f'{before}"'], inner, [f'"{after}']))


def print_done(said: str, found: Value | Json, *, form: OutputOptions) -> None:
    """What was done: with `--json` the object that it was done to, else in words."""
    if form.is_given:
        print_object(found, form, keys=tuple(as_json(found)), card=str)
    else:
        say(said)
