"""`--format '{startTime} {attendee.name}'`: a line for each item, of keys of its JSON.

No attribute, index or conversion: what stands between braces is a key or refused.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from calbook.core.errors import UsageError
from calbook.core.suggestions import nearest
from calbook.core.text import printable

Json = dict[str, Any]
Parts = Sequence[tuple[str, str | None]]  # text, and the key behind it if there is one

_PART = re.compile(r"(\{\{|\}\})|\{([^{}]*)\}|([{}])")
# Objects whose keys are anybody's, or others in each item.
_FREE = ("metadata", "responses", "details", "change", "attendances", "replies")


def read_template(template: str) -> Parts:
    """The parts of a template.

    Raises:
        UsageError: a brace stands alone.
    """
    parts: list[tuple[str, str | None]] = []
    at = 0
    for found in _PART.finditer(template):
        doubled, key, single = found.groups()
        if single is not None:
            raise UsageError(
                f"--format has a {single} that stands alone",
                hint=f"write {single * 2} for the sign itself",
            )
        text = template[at : found.start()] + (doubled or "")[:1]
        parts.append((text, None if key is None else key.strip()))
        at = found.end()
    return [*parts, (template[at:], None)]


def keys_of(parts: Parts) -> tuple[str, ...]:
    return tuple(key for _, key in parts if key is not None)


def is_anybodys(key: str) -> bool:
    """Whether what stands under a dotted key was named by others than calbook."""
    return not set(_FREE).isdisjoint(key.split(".")[:-1])


def check_keys(
    keys: Sequence[str], items: Sequence[Json], rest: Iterable[Json] = ()
) -> None:
    """Raises UsageError for a key, dotted too, that none of the items has.

    The rest is gone through only where it is not in the first of them.
    """
    said = {key: error for key in keys if (error := _find_fault(key, items))}
    for item in rest if said else ():
        said = {key: error for key, error in said.items() if not _has(item, key)}
        if not said:
            return
    for error in said.values():
        raise error


def _find_fault(key: str, items: Sequence[Json]) -> UsageError | None:
    objects: list[Any] = list(items)
    above = ""
    for part in key.split("."):
        if objects and not any(part in each for each in objects):
            known = dict.fromkeys(name for each in objects for name in each)
            return _no_key(key, above, part, [*known])
        if part in _FREE:
            return None
        below = (each.get(part) for each in objects)
        objects = [each for each in below if isinstance(each, dict)]
        above = f"{above}{part}."
    return None


def _has(item: Any, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(item, dict) or part not in item:
            return False
        if part in _FREE:
            return True
        item = item[part]
    return True


def _no_key(key: str, above: str, part: str, known: Sequence[str]) -> UsageError:
    listed = f"there are {', '.join(known)}"
    near = nearest(part, known)
    hint = f"did you mean {above}{near}?" if near else listed
    return UsageError(f"no such field: {printable(key[:80])}", hint=hint)
