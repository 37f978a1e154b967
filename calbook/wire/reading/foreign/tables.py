"""A CSV file as its heading and its rows, whatever wrote it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from calbook.core.errors import BadInput
from calbook.core.text import excerpt

MOST_COLUMNS = 500
MOST_ROWS = 200_000
_LONGEST_CELL = 1_000_000
_LONGEST_NAME = 200
_DELIMITERS = ",;\t|"
_LOOKED_AT = 20  # rows
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


class Row(NamedTuple):
    """A row by its columns, and the line of the file that it begins in."""

    line: int
    cells: dict[str, str]


class Table(NamedTuple):
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def decode(data: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16, else as Windows writes it.

    Raises:
        BadInput: it is no text.
    """
    found = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    try:
        text = data.decode(found) if found else _decode_unmarked(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(f"line {line}: it is no text", line=line) from None
    at = text.find("\0")
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        raise BadInput(f"line {line}: it is no text", line=line)
    return text


def _decode_unmarked(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252")


def read_table(data: bytes) -> Table:
    """The rows of a file; blank ones are passed over.

    Raises:
        BadInput: it is no table, or is cut short; the line is named.
    """
    text = decode(data)
    delimiter, text, skipped = _delimiter(text)
    lines = _lines(text, delimiter, skipped)
    heading = next(lines, None)
    if heading is None:
        raise BadInput("the file is empty")
    columns = _columns(heading[1])
    rows = tuple(_row(columns, line, cells) for line, cells in islice(lines, MOST_ROWS))
    if (more := next(lines, None)) is not None:
        raise BadInput(f"line {more[0]}: it has more than {MOST_ROWS:,} rows")
    if rows and not text.endswith(("\n", "\r")):
        _check_last(columns, rows[-1], text, delimiter)
    return Table(columns, rows)


def _delimiter(text: str) -> tuple[str, str, int]:
    """What stands between cells, the text behind Excel's word on it, and its lines."""
    first, _, rest = text.partition("\n")
    word = first.rstrip("\r").strip('" ')
    if word.lower().startswith("sep=") and len(word) == 5:
        return word[4], rest, 1
    return max(_DELIMITERS, key=lambda each: _fitness(text, each)), text, 0


def _fitness(text: str, delimiter: str) -> tuple[int, int]:
    """How many rows have as many columns as the heading, and how many those are."""
    try:
        beginning = text[: 64 * 1024]
        found = list(
            islice(csv.reader(io.StringIO(beginning), delimiter=delimiter), 21)
        )
    except csv.Error:
        return 0, 0
    widths = [len(row) for row in found if row]
    if not widths or widths[0] < 2:
        return 0, 0
    return sum(width == widths[0] for width in widths), widths[0]


def _lines(
    text: str, delimiter: str, skipped: int
) -> Iterator[tuple[int, Sequence[str]]]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begun = reader.line_num + 1 + skipped
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            line = reader.line_num + skipped
            raise BadInput(f"line {line}: {_words(error)}", line=line) from None
        if any(cell.strip() for cell in cells):
            yield begun, cells


def _words(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end" in said:
        return "it is cut short within quotes"
    if "field larger" in said:
        return f"a cell has more than {_LONGEST_CELL:,} characters"
    return f"it cannot be read as CSV: {excerpt(said)}"


def _columns(heading: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns; a second one of a name has a number."""
    if len(heading) > MOST_COLUMNS:
        raise BadInput(f"line 1: it has more than {MOST_COLUMNS} columns", line=1)
    found: list[str] = []
    for number, name in enumerate(heading, 1):
        words = " ".join(name[:_LONGEST_NAME].replace("\ufeff", "").split())
        plain = words or f"column {number}"
        found.append(f"{plain} ({number})" if plain in found else plain)
    return tuple(found)


def _row(columns: Sequence[str], line: int, cells: Sequence[str]) -> Row:
    """Spreadsheets leave out empty cells at the end."""
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise BadInput(
            f"line {line}: it has {len(cells)} columns, and the heading {len(columns)}",
            line=line,
        )
    return Row(line, {name: cell.strip() for name, cell in zip(columns, cells)})  # noqa: B905


def _check_last(columns: Sequence[str], row: Row, text: str, delimiter: str) -> None:
    """A last line without its end that lacks columns was cut off."""
    if len(row.cells) < len(columns):
        raise BadInput(f"line {row.line}: it is cut short", line=row.line)
