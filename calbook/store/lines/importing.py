"""Lines as rows: many at a time, and one by one where the tables refuse some.

What is in the way of a line is a `Conflict`, which leaves it out or ends the import;
a line that says what cannot be is `BadInput`. Either names the line.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core.errors import BadInput, CalbookError, ImportConflict
from calbook.store import old_events
from calbook.store.copying import NUMBERED, find_content, remove_first_host
from calbook.store.lines import derived
from calbook.store.lines.exporting import Line, find_lines
from calbook.store.lines.kinds import WrongValue
from calbook.store.lines.known_people import KnownPeople
from calbook.store.lines.nouns import BOOKING, PERSON
from calbook.store.lines.obstacles import find_obstacle
from calbook.store.lines.row_reading import read_line
from calbook.store.lines.tables import Noun, Table

if TYPE_CHECKING:
    from calbook.store.administration import Target

_AT_ONCE = 1_000
_SIZE_AT_ONCE = 8_000_000  # bytes


class Numbered(NamedTuple):
    """A line, where it stands, and how long it is."""

    number: int
    size: int
    noun: Noun
    line: Line


class Counts(NamedTuple):
    """How many lines of each type went in, were there already, or were left out."""

    imported: Counter[str]
    there: Counter[str]
    skipped: Counter[str]


class Import:
    """Lines that go into a store, in a transaction that somebody else ends.

    `skipped` is told of each that is left out; without it the first ends the import.
    `new_secret` makes what a webhook has that comes without.
    """

    def __init__(
        self,
        target: Target,
        *,
        new_secret: Callable[[], str],
        skipped: Callable[[CalbookError], object] | None = None,
    ) -> None:
        self._target = target
        self._new_secret = new_secret
        self._skipped = skipped
        self._waiting: list[Numbered] = []
        self._size = 0
        self.is_new = find_content(target.conn) is None
        self._has_first_host = self.is_new
        self._offsets = self._find_offsets()
        self._calendars: dict[int, int | None] = {}  # None of one that is left out
        self._people = KnownPeople(target)
        self._events: dict[str, int] = {}  # of the lines at hand
        self._left_out: set[tuple[str, Any]] = set()  # table and key
        self.counts = Counts(Counter(), Counter(), Counter())
        self.without_secret: list[str] = []  # webhooks that have a new one
        self.replaced: list[str] = []  # the first host and schedule, if set up

    def take(self, number: int, size: int, noun: Noun, line: Line) -> None:
        """One line more; those of a kind are written together."""
        if self._waiting and self._waiting[0].noun is not noun:
            self.flush()
        self._waiting.append(Numbered(number, size, noun, noun.complete(line)))
        self._size += size
        if len(self._waiting) >= _AT_ONCE or self._size >= _SIZE_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        lines, self._waiting, self._size = self._waiting, [], 0
        if not lines:
            return
        if self._has_first_host:
            self.replaced = remove_first_host(self._target.conn)
            self._has_first_host = False
        if lines[0].noun is BOOKING:
            rename = self._people.rename
            lines = [each._replace(line=rename(each.line)) for each in lines]
        self._find_events(lines)
        for each in lines:
            self._check_keys(each)
        new = lines if self.is_new else [*self._new_lines(lines)]
        if self._left_out:
            new = [each for each in new if not self._hangs_on_other(each)]
        if new and self._write(new) is not None:
            for each in new:
                self._write_alone(each)

    def finish(self) -> None:
        """Write what waits, and what follows from all."""
        self.flush()
        if self.counts.imported["booking"]:
            before = self._offsets["bookings"]
            derived.count_loads(self._target.conn, before=before)
            old_events.drop_needless(self._target.conn, after=self._offsets["events"])

    # -- what is there already ---------------------------------------------------------

    def _new_lines(self, lines: list[Numbered]) -> Iterable[Numbered]:
        """Those that are not there; who is otherwise is a conflict."""
        noun = lines[0].noun
        wanted = [noun.identify(each.line) for each in lines]
        there = find_lines(self._target.conn, noun, wanted)
        if noun is PERSON:
            self._people.look_up(each.line for each in lines)
        for each, identity in zip(lines, wanted, strict=True):
            if identity not in there:
                if noun is PERSON and self._is_known(each):
                    self.counts.there[noun.type] += 1
                    continue
                yield each
            elif _is_same(noun, each.line, there[identity]):
                self.counts.there[noun.type] += 1
                self._map_calendar(each, there[identity])
            else:
                said = f"{_label(each)} is there already, and differs"
                self._leave_out(each, ImportConflict(said, noun.type, _key(each)))

    def _is_known(self, each: Numbered) -> bool:
        """Whether a person was there under another id."""
        if self.is_new:
            return False
        keys = self._rows(each)["person_keys"]
        return self._people.know(each.line["id"], keys)

    def _check_keys(self, each: Numbered) -> None:
        """Whether it says what it is, so that it can be looked for."""
        try:
            identity = each.noun.identify(each.line)
        except KeyError as error:
            raise _wrong(
                each, f"{each.noun.type}: the key {error.args[0]} is missing"
            ) from None
        if not all(type(part) is str for part in identity):
            raise _wrong(each, f"{each.noun.type}: an id must be text")

    def _map_calendar(self, each: Numbered, there: Line) -> None:
        if each.noun.type == "calendar":
            self._calendars[each.line["id"]] = there["id"]

    def _hangs_on_other(self, each: Numbered) -> bool:
        """Whether a line refers to one that was left out: then it is, too."""
        for table, name, key in _references(each):
            if (table, key) in self._left_out:
                said = f"{_label(each)} needs {key}, which is left out"
                error = ImportConflict(
                    said, each.noun.type, _key(each), field=name, needs=key
                )
                self._leave_out(each, error)
                return True
        return False

    def _leave_out(self, each: Numbered, error: ImportConflict) -> None:
        error.name_line(each.number)
        if self._skipped is None:
            raise error
        self._skipped(error)
        self.counts.skipped[each.noun.type] += 1
        self._left_out.add((each.noun.table.name, _key(each)))
        if each.noun.type == "calendar":
            self._calendars[each.line["id"]] = None

    # -- writing -----------------------------------------------------------------------

    def _write(self, lines: list[Numbered]) -> str | None:
        """Write lines of one noun together; what the tables say against them."""
        noun = lines[0].noun
        names = derived.columns(noun)
        together: dict[str, list[derived.Row]] = {table: [] for table in names}
        for each in lines:
            for table, rows in self._rows(each).items():
                together[table] += rows
        parts = [(table, names[table], rows) for table, rows in together.items()]
        fault = self._target.try_write([part for part in parts if part[2]])
        if fault is None:
            self.counts.imported[noun.type] += len(lines)
        return fault

    def _write_alone(self, each: Numbered) -> None:
        for new in self._new_lines([each]):
            if self._left_out and self._hangs_on_other(new):
                return
            fault = self._write([new])
            if fault is None:
                return
            why = find_obstacle(
                self._target.conn, new.noun, self._rows(new), fault=fault
            )
            said = f"{_label(new)} {why.said}"
            if why.is_conflict:
                error = ImportConflict(said, new.noun.type, _key(new), **why.facts)
                self._leave_out(new, error)
                return
            raise _wrong(new, said, **why.facts)

    def _rows(self, each: Numbered) -> derived.Rows:
        """A line as rows of its tables, with the numbers that they have here."""
        try:
            return read_line(each.noun, each.line, self, new_secret=self._make_secret)
        except WrongValue as error:
            raise _wrong(each, f"{_label(each)}: {error}") from None

    def _make_secret(self, id: str) -> str:
        if id not in self.without_secret:
            self.without_secret.append(id)
        return self._new_secret()

    def number(self, table: str, number: int, *, is_own: bool) -> int | None:
        """The number that something has here; None where it is left out."""
        if table != "calendars":
            return number + self._offsets[table]
        if is_own:
            self._calendars.setdefault(number, number + self._offsets[table])
        if number not in self._calendars:
            raise WrongValue(f"there is no calendar {number} before it")
        return self._calendars[number]

    def event(self, id: str, none: int | None) -> int | None:
        if none is not None and not self.is_new:
            return none  # a feed of one store is not one of both
        if id not in self._events:
            raise WrongValue(f"the event {id} is not there")
        return self._events[id]

    def _find_events(self, lines: list[Numbered]) -> None:
        """The numbers of the events that lines name."""
        noun = lines[0].noun
        keys = [c.key for c in noun.table.columns if c.kind.endswith("event")]
        ids = [each.line.get(key) for each in lines for key in keys]
        if ids:
            found = self._target.conn.execute(
                "select id, seq from events"
                " where id in (select value from json_each(:ids))",
                {"ids": json.dumps([id for id in ids if isinstance(id, str)])},
            )
            self._events = {row[0]: int(row[1]) for row in found.fetchall()}

    def _find_offsets(self) -> dict[str, int]:
        """By table, behind which number the rows of the import come."""
        if self.is_new:
            return dict.fromkeys(NUMBERED, 0)
        found = {}
        for table, column in NUMBERED.items():
            statement = f"select coalesce(max({column}), 0) from {table}"
            row = self._target.conn.execute(statement).fetchone()
            found[table] = int(row[0])
        return found


def _wrong(each: Numbered, said: str, **facts: Any) -> BadInput:
    error = BadInput(said, **facts)
    error.name_line(each.number)
    return error


def _key(each: Numbered) -> Any:
    return each.line.get(_column_key(each.noun.table, each.noun.by))


def _label(each: Numbered) -> str:
    """`booking bk_1`, as a message names a line."""
    key = each.line.get("id") if each.noun.type != "calendar" else None
    key = key or each.line.get("uid") or each.line.get("name") or _key(each)
    return f"{each.noun.type} {key}" if isinstance(key, str) else each.noun.type


def _column_key(table: Table, name: str) -> str:
    return next(column.key for column in table.columns if column.name == name)


def _references(each: Numbered) -> Iterable[tuple[str, str, Any]]:
    """The tables, keys of the line, and keys of rows that a line refers to."""
    for table in (each.noun.table, *each.noun.children):
        found = each.line.get(table.key) if table.key else [each.line]
        items = found if isinstance(found, list) else []
        for column in table.columns:
            for item in items if column.refers else ():
                if isinstance(item, dict) and isinstance(item.get(column.key), str):
                    yield str(column.refers), column.key, item[column.key]


def _is_same(noun: Noun, line: Line, there: Line) -> bool:
    """But for the numbers, which are others here, and what the line does not say."""
    said = {key: value for key, value in there.items() if key in line}
    return _without_numbers(noun, line) == _without_numbers(noun, said)


def _without_numbers(noun: Noun, line: Line) -> Line:
    plain: Line = _uncounted(noun.table, line)
    for child in noun.children:
        items = line.get(child.key)
        if isinstance(items, list):
            plain[child.key] = [_uncounted(child, item) for item in items]
    return plain


_UNCOMPARED = ("last_event", "snapshot")


def _uncounted(table: Table, item: Any) -> Any:
    if not isinstance(item, dict):
        return None if table.columns[0].counts else item
    counted = {c.key for c in table.columns if c.counts or c.kind in _UNCOMPARED}
    return {key: value for key, value in item.items() if key not in counted}
