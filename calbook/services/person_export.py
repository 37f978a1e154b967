"""All that is held of a person: the lines of an export that are about them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from calbook.core.person_lines import limit_line
from calbook.services.erasing import find_meant
from calbook.store.engines import administer
from calbook.store.facts import Facts
from calbook.store.lines.of_person import person_keys, read_lines
from calbook.wire.writing.export_lines import head_of_person

if TYPE_CHECKING:
    from calbook.store.context import Context
    from calbook.store.erasing import Person
    from calbook.store.store import Store
    from calbook.wire.json_objects import Json


_AT_ONCE = 500  # lines that are read in one transaction


def export_person(context: Context, person: str, *, uid: str | None) -> Iterator[Json]:
    """What is held of somebody, the head of an export first; nobody else's data.

    Some lines are read at a time, and keep nobody from writing while they are used.

    Raises:
        NotFound: nobody is meant.
        AmbiguousPerson: several are.
    """
    with context.store.read(Facts) as facts:
        meant = find_meant(facts, person, uid)
    found = _read_lines(context.store, meant)
    limited = (limit_line(line, meant.identity) for line in found)
    head = head_of_person(context.store.version, meant.id)
    return chain([head], (line for line in limited if line is not None))


def _read_lines(store: Store, meant: Person) -> Iterator[Json]:
    with administer(store).exporting() as source:
        keys = person_keys(source, meant)
    for kind, all_of_kind in keys.items():
        for first in range(0, len(all_of_kind), _AT_ONCE):
            some = all_of_kind[first : first + _AT_ONCE]
            with administer(store).exporting() as source:
                lines = read_lines(source, kind, some)
            yield from lines
