"""What programs read of a list, item by item: JSON, lines and columns.

The items are gone through once, and none of them is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice

from calbook.core.json_text import dumps
from calbook.core.text import escape_json, printable, split_words
from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import re

    from calbook.api.values.value import Value
    from calbook.cli.line_format import Parts

Json = dict[str, Any]

TIMES = frozenset(
    {
        *("startTime", "endTime", "createdAt", "updatedAt", "at", "importedAt"),
        *("horizon", "nextAt", "finishedAt", "repliedAt", "fromTime"),
    }
)

_RUNS = "[=+\\-@＝＋－＠]"  # what a spreadsheet takes for a formula
_LOOKED_AT = 1_000  # items in which a key is usually found


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


def as_json(item: Value | Json) -> Json:
    """To be read: a value's own facts, and no copy of them."""
    return item if isinstance(item, dict) else item._json


def list_texts(
    found: Iterable[Value | Json],
    form: OutputOptions,
    keys: Sequence[str],
    *,
    indent: int | None,
) -> Iterator[str]:
    """What is written of a list, item by item."""
    if form.format is not None:
        return _formatted(found, form)
    chosen = _chosen_keys(form)
    items: Iterable[Json]
    items = map(as_json, found) if chosen is None else _with_keys(found, chosen)
    if form.json:
        return _array((_pick(item, chosen) for item in items), indent)
    if form.jsonl:
        lines = (escape_json(dumps(_pick(item, chosen))) for item in items)
        return (f"{line}\n" for line in lines)
    items = _in_timezone(items, form.tz)
    if form.csv:
        return csv_lines(items, chosen or keys)
    return (_tsv(item, chosen or keys) for item in items)


def _array(items: Iterable[Json], indent: int | None) -> Iterator[str]:
    """One that is written as it is made, as `json.dumps` writes a whole one."""
    line = "" if indent is None else "\n" + " " * indent
    sign = f"[{line}"
    for item in items:
        text = escape_json(dumps(item, indent=indent))
        yield sign + (text.replace("\n", line) if line else text)
        sign = f",{line or ' '}"
    yield "[]\n" if sign[0] == "[" else f"{line[:1]}]\n"


def object_text(item: Json | None, form: OutputOptions, *, indent: int | None) -> str:
    """One alone as JSON; null where there is none."""
    chosen = _chosen_keys(form)
    if item is not None and chosen is not None:
        [item] = _with_keys([item], chosen)
    picked = None if item is None else _pick(item, chosen)
    return escape_json(dumps(picked, indent=indent)) + "\n"


def _chosen_keys(form: OutputOptions) -> tuple[str, ...] | None:
    return None if form.fields is None else split_words(form.fields)


def _with_keys(found: Iterable[Value | Json], keys: Sequence[str]) -> Iterator[Json]:
    """The items, once it is known that each of the keys is in one of them."""
    from calbook.cli import line_format

    items = map(as_json, found)
    first = list(islice(items, _LOOKED_AT))
    rest = map(as_json, islice(found, len(first), None))  # where it is not in these
    line_format.check_keys(keys, first, rest)
    return chain(first, items)


def _formatted(found: Iterable[Value | Json], form: OutputOptions) -> Iterator[str]:
    """A line for each, of `--format`."""
    from calbook.cli import line_format

    assert form.format is not None
    parts = line_format.read_template(form.format)
    items = _with_keys(found, line_format.keys_of(parts))
    return (f"{_filled(parts, item)}\n" for item in _in_timezone(items, form.tz))


def _filled(parts: Parts, item: Json) -> str:
    return "".join(
        text if key is None else text + printable(cell_text(value_at(item, key)))
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
    return "\t".join(printable(cell_text(value_at(item, key))) for key in keys) + "\n"


def _in_timezone(items: Iterable[Json], tz: str | None) -> Iterable[Json]:
    """The objects with their own times in a zone; JSON keeps the booking's."""
    if tz is None:
        return items
    return (
        {k: _in_zone(v, tz) if k in TIMES else v for k, v in item.items()}
        for item in items
    )


def _in_zone(text: Any, tz: str) -> Any:
    from calbook.core.time.times import rfc3339

    return text and rfc3339(datetime.fromisoformat(text), tz)


def cell_text(value: object) -> str:
    """What stands in one column of a line; nothing of None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return dumps(value)


def csv_lines(items: Iterable[Json], keys: Sequence[str]) -> Iterator[str]:
    """The heads of the columns and a line for each object, as they are asked for."""
    import csv  # only where asked
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

    text = "\n".join(printable(line) for line in cell_text(value).split("\n"))
    if isinstance(value, str):
        return re.sub(rf'(^|[;,|\n])(?=(?:[^\S\n]|")*{_RUNS})', r"\1'", text)
    return re.sub(rf"(?<=[;|])(\s*)({_RUNS})", _spell_sign, text)


def _spell_sign(found: re.Match[str]) -> str:
    return f"{found[1]}\\u{ord(found[2]):04x}"
