"""What bookings of an event type need, as people say it: `2 of alice,bob,carol`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from calbook.core import checks, needs
from calbook.core.assignment import LEAST_RECENT, RULES
from calbook.core.catalog import Need
from calbook.core.errors import BadInput
from calbook.core.members import is_resource
from calbook.core.text import excerpt
from calbook.wire.reading.shapes import read_list, read_object

MOST_MEMBERS = 200
_TEXT = re.compile(r"(?:(\d{1,4})\s+of\s+)?(.+?)(?:\s+by\s+([\w-]+))?", re.I | re.A)


def read_needs(value: object, field: str) -> tuple[Need, ...]:
    """Each a text or an object; who is meant by a bare name is not known yet."""
    found = tuple(_read_need(item, field) for item in read_list(value, field))
    if len(found) > needs.MOST_NEEDS:
        raise BadInput(
            f"{field} are {len(found)}; at most {needs.MOST_NEEDS} fit", field=field
        )
    return found


def _read_need(value: object, field: str) -> Need:
    if isinstance(value, str):
        return _read_text(value, field)
    facts = read_object(value, ("count", "of", "rule"), field)
    of = read_list(facts.get("of", ()), f"{field}.of")
    names = [checks.line(name, f"{field}.of") for name in of]
    return _need(facts.get("count", 1), names, facts.get("rule"), field)


def _read_text(text: str, field: str) -> Need:
    """`room1`, `1 of room1,room2`, `2 of alice,bob,carol by priority`.

    Without a number, all of those named.
    """
    found = _TEXT.fullmatch(text.strip())
    names = re.split(r"[\s,]+", found[2].strip()) if found else []
    if not found or not all(names):
        raise BadInput(
            f"{field} cannot be {excerpt(text)}",
            hint="write it as 'room1', '1 of room1,room2' or"
            " '2 of alice,bob,carol by priority'",
            field=field,
        )
    return _need(int(found[1] or len(names)), names, found[3], field)


def _need(number: object, names: list[str], rule: object, field: str) -> Need:
    if not names or len(names) > MOST_MEMBERS:
        raise BadInput(f"{field} name from 1 to {MOST_MEMBERS}", field=field)
    most = len(names)
    return Need(
        checks.whole_number(number, f"{field}.count", least=1, most=most),
        tuple(_name(name, field) for name in names),
        checks.choice(
            LEAST_RECENT if rule is None else rule, f"{field}.rule", tuple(RULES)
        ),
    )


def _name(name: str, field: str) -> str:
    full = name.lower().startswith(("user_", "res_"))
    return name.lower() if full else checks.identifier(name, "res", field)[4:]


def resolve_needs(
    wanted: Iterable[Need], resolve: Callable[[str], str]
) -> tuple[Need, ...]:
    """With the ids of those who are meant.

    Raises:
        BadInput: they cannot be met even when everybody is free.
    """
    found = tuple(n._replace(ids=tuple(map(resolve, n.ids))) for n in wanted)
    for need in found:
        if len(set(need.ids)) < len(need.ids):
            raise BadInput("a need names somebody twice", field="needs")
        if len(set(map(is_resource, need.ids))) > 1:
            raise BadInput(
                "a need is of hosts or of resources",
                hint="make it two needs, one of hosts and one of resources",
                field="needs",
            )
    for number, ids in needs.unmet_conditions(found, needs.members_of(found)):
        names = ", ".join(ids)
        raise BadInput(
            f"{number} are needed of {names}, who are only {len(ids)}", field="needs"
        )
    return found
