"""The rows of a MySQL dump: its INSERT statements, and nothing else of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from calbook.core.errors import BadInput
from calbook.core.text import excerpt

MOST_ROWS = 1_000_000

_TOKEN = re.compile(
    r"""
      (?P<blank>\s+ | --[^\n]* | \#[^\n]* | /\*.*?(?:\*/|\Z))
    | (?P<text>'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+')
    | (?P<name>`[^`]*+` | "[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*+")
    | (?P<hex>0x(?:[0-9A-Fa-f]{2})+\b)
    | (?P<number>[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.]))
    | (?P<word>[A-Za-z_@$][\w@$.]*)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)
_ESCAPES = {"0": "", "n": "\n", "r": "\r", "t": "\t", "Z": "", "b": ""}
_KEYS = frozenset({"PRIMARY", "KEY", "UNIQUE", "INDEX", "CONSTRAINT", "FULLTEXT"})

Rows = list[dict[str, Any]]
Token = tuple[str, str, int]


def read_dump(text: str, tables: Collection[str]) -> dict[str, Rows]:
    """The rows of tables, by their names in lower case.

    Raises:
        BadInput: a statement of theirs cannot be read; the line is named.
    """
    return _Dump(text, tables).read()


class _Dump:
    def __init__(self, text: str, tables: Collection[str]) -> None:
        self._text, self._tables = text, tables
        self._columns: dict[str, list[str]] = {}
        self._found: dict[str, Rows] = {}
        self._rows = 0
        self._at, self._line = 0, 1
        self._tokens = self._read_tokens()

    def read(self) -> dict[str, Rows]:
        for token in self._tokens:
            word = _keyword(token)
            if word == "CREATE":
                self._create()
            elif word in ("INSERT", "REPLACE"):
                self._insert()
            elif token[1] != ";":
                self._skip()
        return self._found

    def _read_tokens(self) -> Iterator[Token]:
        for found in _TOKEN.finditer(self._text):
            kind = found.lastgroup or ""
            if kind == "blank":
                continue
            if kind == "sign" and found[0] in "'`\"":
                raise self._fault(found.start(), "it is cut short within quotes")
            yield kind, found[0], found.start()

    def _next(self) -> Token:
        token = next(self._tokens, None)
        if token is None:
            raise self._fault(len(self._text), "it is cut short")
        return token

    def _skip(self, token: Token | None = None) -> None:
        """To the end of a statement, of which `token` may be it."""
        while token is None or token[1] != ";":
            token = next(self._tokens, ("", ";", 0))

    def _fault(self, at: int, why: str) -> BadInput:
        line = self._text.count("\n", 0, at) + 1
        return BadInput(f"line {line}: {why}", line=line)

    def _line_of(self, at: int) -> int:
        """Counted on from the place before."""
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return self._line

    def _unexpected(self, token: Token) -> BadInput:
        return self._fault(token[2], f"{excerpt(token[1])} is not expected there")

    def _table(self, name: str) -> str | None:
        plain = name.rpartition(".")[2].strip('`"').lower()
        return plain if plain in self._tables else None

    def _create(self) -> None:
        """The columns of a table, as INSERTs without names fill them."""
        last = token = self._next()
        while token[1] not in ("(", ";"):
            last, token = token, self._next()
        if token[1] == ";":
            return
        table = self._table(last[1])
        if table is None:
            self._skip()
            return
        columns: list[str] = []
        depth, is_first = 1, True
        while depth:
            kind, said, _ = self._next()
            if is_first and kind in ("name", "word") and said.upper() not in _KEYS:
                columns.append(said.strip('`"').lower())
            is_first = said == "," and depth == 1
            depth += (said == "(") - (said == ")")
        self._columns[table] = columns
        self._skip()

    def _insert(self) -> None:
        token = self._next()
        while _keyword(token) in ("INTO", "IGNORE", "DELAYED", "LOW_PRIORITY"):
            token = self._next()
        name, token = token, self._next()
        while token[1] == ".":  # behind the name of the database
            name, token = self._next(), self._next()
        table = self._table(name[1])
        if table is None:
            self._skip(token)
            return
        columns = self._columns.get(table)
        if token[1] == "(":
            columns = [each.lower() for each in self._names()]
            token = self._next()
        if _keyword(token) not in ("VALUES", "VALUE"):
            raise self._unexpected(token)
        if columns is None:
            raise self._fault(name[2], f"the columns of {excerpt(name[1])} are unknown")
        self._values(table, columns)

    def _names(self) -> list[str]:
        found = []
        while True:
            kind, said, at = self._next()
            if kind in ("name", "word"):
                found.append(said.strip('`"'))
            elif said == ")":
                return found
            elif said != ",":
                raise self._unexpected((kind, said, at))

    def _values(self, table: str, columns: list[str]) -> None:
        rows = self._found.setdefault(table, [])
        while True:
            token = self._next()
            if token[1] != "(":
                raise self._unexpected(token)
            values = self._row()
            if len(values) != len(columns):
                raise self._fault(
                    token[2],
                    f"a row has {len(values)} values, its table {len(columns)} columns",
                )
            self._rows += 1
            if self._rows > MOST_ROWS:
                raise self._fault(token[2], f"it has more than {MOST_ROWS:,} rows")
            line = self._line_of(token[2])
            rows.append({**dict(zip(columns, values, strict=True)), "": line})
            token = self._next()
            if token[1] == ";" or _keyword(token) == "ON":
                if token[1] != ";":
                    self._skip()
                return
            if token[1] != ",":
                raise self._unexpected(token)

    def _row(self) -> list[Any]:
        found: list[Any] = []
        while True:
            found.append(self._value(self._next()))
            token = self._next()
            if token[1] == ")":
                return found
            if token[1] != ",":
                raise self._unexpected(token)

    def _value(self, token: Token) -> Any:
        while token[0] == "word" and token[1].startswith("_"):  # `_binary 'x'`
            token = self._next()
        kind, said, _ = token
        if kind == "text":
            return _ESCAPED.sub(_unescape, said[1:-1])
        if kind == "hex":
            return bytes.fromhex(said[2:]).decode("utf-8", "replace")
        if kind == "number":
            return int(said) if said.lstrip("+-").isdigit() else said
        if kind == "word" and said.upper() in ("NULL", "TRUE", "FALSE"):
            return {"NULL": None, "TRUE": 1, "FALSE": 0}[said.upper()]
        raise self._unexpected(token)


def _keyword(token: Token) -> str:
    return token[1].upper() if token[0] == "word" else ""


def _unescape(found: re.Match[str]) -> str:
    letter = found[1]
    return "'" if letter is None else _ESCAPES.get(letter, letter)
