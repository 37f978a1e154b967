"""All that is held of a person: the lines of an export that are about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.core.person_lines import limit_line
from calbook.services.erasing import find_meant
from calbook.store.engines import administer
from calbook.store.facts import Facts
from calbook.store.lines.of_person import person_lines
from calbook.wire.writing.export_lines import head_of_person

if TYPE_CHECKING:
    from calbook.store.context import Context
    from calbook.wire.json_objects import Json


def export_person(context: Context, person: str, *, uid: str | None) -> list[Json]:
    """What is held of somebody, the head of an export first; nobody else's data.

    Raises:
        NotFound: nobody is meant.
        AmbiguousPerson: several are.
    """
    with context.store.read(Facts) as facts:
        meant = find_meant(facts, person, uid)
    with administer(context.store).exporting() as source:
        lines = [
            limited
            for line in person_lines(source, meant)
            if (limited := limit_line(line, meant.identity)) is not None
        ]
    return [head_of_person(context.store.version, meant.id), *lines]
