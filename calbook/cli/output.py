"""Answers on stdout: tables on a terminal, else TSV; JSON and CSV on demand."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from calbook.cli import global_options
from calbook.core.text import escape_json, printable, split_words

if TYPE_CHECKING:
    import re

    from calbook.api.values.value import Value
    from calbook.cli import line_format

Json = dict[str, Any]

_TIMES = frozenset(
    {
        *("startTime", "endTime", "createdAt", "updatedAt", "at", "importedAt"),
        *("horizon", "nextAt", "finishedAt", "repliedAt", "fromTime"),
    }
)
_RUNS = "[=+\\-@＝＋－＠]"  # what a spreadsheet takes for a formula

_WIDEST = 1_000  # columns that anybody looks at

# How people are shown ids, and what finds that out: the store that was open last.
short_ids: dict[str, str] = {}
shorten: Callable[[Sequence[str]], dict[str, str]] | None = None
_ID_PREFIXES = ("bk_", "wh_", "dl_", "wait_", "ctr_")

# Set by `demo`, which shows on any output what a terminal would show.
as_terminal = False
has_pager = True
# What is drawn at the bottom of the screen: other text takes its place.
bar: Any = None


class OutputOptions:
    """How an answer is to be printed; a NamedTuple would cost every command."""

    __slots__ = ("csv", "fields", "format", "json", "jsonl", "reverse", "sort", "tz")

    def __init__(
        self,
        json: bool = False,
        jsonl: bool = False,
        csv: bool = False,
        fields: str | None = None,
        tz: str | None = None,
        format: str | None = None,
        sort: str | None = None,
        reverse: bool = False,
    ) -> None:
        self.json, self.jsonl, self.csv = json, jsonl, csv
        self.fields, self.tz, self.format = fields, tz, format
        self.sort, self.reverse = sort, reverse

    @property
    def is_given(self) -> bool:
        """Whether one is asked for that programs read, or some of the facts alone."""
        return is_for_programs(self) or self.fields is not None


def is_for_programs(form: OutputOptions) -> bool:
    return form.json or form.jsonl or form.csv or form.format is not None


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
    from shutil import get_terminal_size

    return 50 if as_terminal else get_terminal_size().lines


def fit_signs(text: str, stream: Any = None) -> str:
    """The text with the signs that may be shown there, which is stdout unless said."""
    if text.isascii() or not global_options.is_ascii(stream or sys.stdout):
        return text
    from calbook.cli.ascii_signs import to_ascii  # only where asked

    return to_ascii(text)


def show(text: str) -> None:
    """What people read on a screen, in whole words; through a pager if it is long."""
    lines = text.removesuffix("\n").split("\n")
    text = fit_signs("".join(f"{part}\n" for line in lines for part in _fold(line)))
    if not (_is_paged() and _page(text)):
        write(text)


def _is_paged() -> bool:
    """A terminal that a pager can draw on, and nobody who wants none."""
    is_unwanted = as_terminal or not has_pager or global_options.given("no_pager")
    is_dumb = os.environ.get("TERM", "dumb") == "dumb"
    return not is_unwanted and not is_dumb and sys.stdout.isatty()


def _page(text: str) -> bool:
    from calbook.cli import pager  # slow to import

    flush()
    try:
        return pager.is_long(text) and pager.page(text)
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


def print_list(
    found: "Sequence[Value | Json]",
    form: OutputOptions,
    *,
    keys: Sequence[str],
    table: Callable[[Sequence[Json]], str],
    part: slice = slice(None),
) -> None:
    """A list of objects; `keys` are the columns unless `--fields` names others.

    `part` is what is printed of it, once it is sorted.
    """
    items = _arranged([as_json(item) for item in found], form)[part]
    if form.format is not None:
        write(_formatted(_in_timezone(items, form.tz), form.format))
        return
    chosen = _chosen_keys(form, items)
    if form.json:
        write(_document([_pick(item, chosen) for item in items]))
    elif form.jsonl:
        write("".join(_line(_pick(item, chosen)) for item in items))
    elif form.csv:
        write(to_csv(_in_timezone(items, form.tz), chosen or keys))
    elif chosen or not is_terminal():
        lines = (_tsv(item, chosen or keys) for item in _in_timezone(items, form.tz))
        write("".join(lines))
    else:
        _learn_short_ids(items)
        show(table(items))


def _learn_short_ids(items: Sequence[Json]) -> None:
    """Before a table shows them: how long they have to be to mean one thing."""
    global short_ids
    said = (value for item in items for value in item.values())
    ids = [id for id in said if isinstance(id, str) and id.startswith(_ID_PREFIXES)]
    short_ids = shorten(ids) if ids and shorten is not None else {}


def _arranged(items: list[Json], form: OutputOptions) -> list[Json]:
    if form.sort is not None:
        from calbook.cli.sorting import sort_items

        return sort_items(items, form.sort, reverse=form.reverse, times=_TIMES)
    return items[::-1] if form.reverse else items


def nothing_text(words: str, limit: int | None) -> str:
    """What people read where a list is empty: not that there is nothing."""
    return "none shown: --limit 0\n" if limit == 0 else words


def as_json(item: "Value | Json") -> Json:
    """To be read: a value's own facts, and no copy of them."""
    return item if isinstance(item, dict) else item._json


def print_object(
    found: "Value | Json | None",
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
        chosen = _chosen_keys(form, items)
        write(_document(_pick(items[0], chosen) if items else None))
        return
    print_list(
        items, form, keys=keys, table=lambda _: card(items[0]) if items else nothing
    )


def print_done(said: str, found: "Value | Json", *, form: OutputOptions) -> None:
    """What was done: with `--json` the object that it was done to, else in words."""
    if form.is_given:
        print_object(found, form, keys=tuple(as_json(found)), card=str)
    else:
        say(said)


def _document(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2 if is_terminal() else None)
    return escape_json(text) + "\n"


def _line(item: Json) -> str:
    return escape_json(json.dumps(item, ensure_ascii=False)) + "\n"


def _chosen_keys(form: OutputOptions, items: Sequence[Json]) -> tuple[str, ...] | None:
    if form.fields is None:
        return None
    from calbook.cli import line_format

    chosen = split_words(form.fields)
    line_format.check_keys(chosen, items)
    return chosen


def _formatted(items: Sequence[Json], template: str) -> str:
    """A line for each, of `--format`."""
    from calbook.cli import line_format

    parts = line_format.read_template(template)
    line_format.check_keys(line_format.keys_of(parts), items)
    return "".join(f"{_filled(parts, item)}\n" for item in items)


def _filled(parts: "line_format.Parts", item: Json) -> str:
    return "".join(
        text if key is None else text + printable(_cell(value_at(item, key)))
        for text, key in parts
    )


def _pick(item: Json, chosen: Sequence[str] | None) -> Json:
    return item if chosen is None else {key: value_at(item, key) for key in chosen}


def value_at(item: Any, key: str) -> Any:
    """The value under a dotted key; None where a part is missing."""
    for part in key.split("."):
        item = item.get(part) if isinstance(item, dict) else None
    return item


def _tsv(item: Json, keys: Iterable[str]) -> str:
    return "\t".join(printable(_cell(value_at(item, key))) for key in keys) + "\n"


def _in_timezone(items: Sequence[Json], tz: str | None) -> Sequence[Json]:
    """The objects with their own times in a zone; JSON keeps the booking's."""
    if tz is None:
        return items
    return [
        {k: _in_zone(v, tz) if k in _TIMES else v for k, v in item.items()}
        for item in items
    ]


def _in_zone(text: Any, tz: str) -> Any:
    from calbook.core.time.times import rfc3339

    return text and rfc3339(datetime.fromisoformat(text), tz)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def to_csv(items: Iterable[Json], keys: Sequence[str]) -> str:
    return "".join(csv_lines(items, keys))


def csv_lines(items: Iterable[Json], keys: Sequence[str]) -> Iterator[str]:
    """The heads of the columns and a line for each object, as they are asked for."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(keys)
    for item in items:
        writer.writerow([_safe_cell(value_at(item, key)) for key in keys])
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()


def _safe_cell(value: object) -> str:
    """A cell that no spreadsheet runs, nor what comes behind a separator in it.

    By the computer's region that is another one, and quotes count only behind it. In
    JSON text the sign is spelt, so that it stays what it is.
    """
    import re

    text = "\n".join(printable(line) for line in _cell(value).split("\n"))
    if isinstance(value, str):
        return re.sub(rf'(^|[;,|\n])(?=(?:[^\S\n]|")*{_RUNS})', r"\1'", text)
    return re.sub(rf"(?<=[;|])(\s*)({_RUNS})", _spell_sign, text)


def _spell_sign(found: "re.Match[str]") -> str:
    return f"{found[1]}\\u{ord(found[2]):04x}"
