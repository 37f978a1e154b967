"""What rows say against each other, in a file or a database: a sentence each.

Statements say most of it (`row_checks`); what they cannot see is looked at in Python
(`value_checks`, `kind_checks`). Nobody who attends is named: bug reports have these
sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from calbook.core.time import times
from calbook.store.booking_texts import search_faults
from calbook.store.kind_checks import kind_faults
from calbook.store.row_checks import (
    CHECKS,
    CONDITIONS,
    OF_BOOKINGS,
    OTHER_TEXT,
    TOGETHER,
)
from calbook.store.value_checks import value_faults

if TYPE_CHECKING:
    from calbook.core.progress import Progress
    from calbook.store.connection import Connection

_MOST = 5  # that are named of each kind
_MANY = 1_000  # in which something is wrong, of which these are found
_AS_MANY = 40  # bookings for each that a statement on bookings counts as looked at
_ZONES = """
    select timezone from bookings union select timezone from hosts
    union select timezone from schedules
"""
_IN_ZONE = """
    select uid as id from bookings where timezone = :zone
    union all select id from hosts where timezone = :zone
    union all select id from schedules where timezone = :zone
    limit :most
"""


def row_faults(
    conn: Connection,
    progress: Progress | None = None,
    *,
    quick: bool = False,
    is_settled: Callable[[str], bool] | None = None,
) -> Iterator[str]:
    """What rows say against each other, or that they cannot be read.

    `progress` is told of each statement that looked at all, and then of rows. What is
    `quick` leaves out whatever looks at each booking. Of a sentence that `is_settled`
    the store knows that it is true of nothing.
    """
    steps = _Steps(conn, progress, quick=quick)
    try:
        is_settled = is_settled or (lambda _: False)
        yield from _contradictions(conn, steps, is_settled, quick=quick)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        yield f"a row holds what calbook did not write ({type(error).__name__})"


class _Steps:
    """How many rows a check has looked at; a statement counts as some bookings."""

    def __init__(
        self, conn: Connection, progress: Progress | None, *, quick: bool
    ) -> None:
        self._progress, self._done, self._total, self._each = progress, 0, 0, 1
        if progress is not None and not quick:
            ((bookings,),) = conn.execute("select count(*) from bookings").fetchall()
            self._each += bookings // _AS_MANY
            statements = len(CHECKS) + len(TOGETHER)
            self._total = statements * self._each + bookings

    def count_statement(self) -> None:
        self.count(self._each)

    def finish(self) -> None:
        """Of few rows more was to be seen than a statement says."""
        self.count(max(0, self._total - self._done))

    def count(self, rows: int) -> None:
        self._done += rows
        if self._progress is not None:
            self._progress(self._done, max(self._done, self._total))


def _contradictions(
    conn: Connection,
    steps: _Steps,
    is_settled: Callable[[str], bool],
    *,
    quick: bool,
) -> Iterator[str]:
    yield from _name_some(kind_faults(conn, quick=quick))
    settled = frozenset() if quick else frozenset(_settled_by_rows(conn))
    for sentence, statement in CHECKS.items():
        if quick and sentence in OF_BOOKINGS:
            continue
        if sentence not in settled and not is_settled(sentence):
            found = conn.execute(f"select * from ({statement}) as found limit {_MOST}")
            yield from (sentence.format(*row) for row in found.fetchall())
        steps.count_statement()
    if quick:
        return
    for sentences, statement in TOGETHER.items():
        if not all(map(is_settled, sentences)):
            yield from _faults_together(conn, sentences, statement)
        steps.count_statement()
    yield from _unknown_zones(conn)
    if not is_settled(OTHER_TEXT):
        for uid in islice(search_faults(conn), _MOST):
            yield OTHER_TEXT.format(uid)
    yield from _name_some(value_faults(conn, steps.count))
    steps.finish()


def _name_some(faults: Iterable[tuple[str, tuple[object, ...]]]) -> Iterator[str]:
    told: Counter[str] = Counter()
    for sentence, facts in faults:
        told[sentence] += 1
        if told[sentence] <= _MOST:
            yield sentence.format(*facts)


def _settled_by_rows(conn: Connection) -> Iterator[str]:
    """Sentences that are true of no row."""
    for table, conditions in CONDITIONS.items():
        counts = ", ".join(f"count(*) filter (where {c})" for c in conditions.values())
        found = conn.execute(f"select {counts} from {table}").fetchall()[0]
        yield from (each for each, n in zip(conditions, found, strict=True) if not n)


def _faults_together(
    conn: Connection, sentences: tuple[str, ...], statement: str
) -> Iterator[str]:
    """Of each of the sentences a few, by the columns that say whether it is so."""
    names = [f"is_wrong_{n}" for n in range(len(sentences))]
    facts = [f"fact_{n}" for n in range(3)]
    found = conn.execute(
        f"with found ({', '.join((*names, *facts))}) as ({statement})"
        f" select * from found where {' or '.join(names)} limit {_MANY}"
    )
    rows = [tuple(row) for row in found.fetchall()]
    for n, sentence in enumerate(sentences):
        told = (sentence.format(*row[len(names) :]) for row in rows if row[n])
        yield from islice(dict.fromkeys(told), _MOST)


def _unknown_zones(conn: Connection) -> Iterator[str]:
    for (zone,) in conn.execute(_ZONES).fetchall():
        if not is_zone(zone):
            facts = {"zone": zone, "most": _MOST}
            for (id,) in conn.execute(_IN_ZONE, facts).fetchall():
                yield f"{id} is in the unknown zone {zone}"


def is_zone(name: str) -> bool:
    """Whether a zone can be read, by a name that may be no zone's."""
    try:
        times.zone(name)
    except (ValueError, LookupError, OSError):
        return False
    return True
