"""Several bookings that the same is to be done to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calbook.core import checks
from calbook.core.errors import BadInput, UsageError
from calbook.wire.reading.shapes import read_list

ACTIONS = ("cancel", "confirm", "reject", "reassign", "mark_attended", "mark_no_show")
_OF_ONE = ("if_version", "idempotency_key")
_MOST = 1_000


def read_uids(uids: object) -> list[str]:
    """As they were given; each is looked up when it is its turn."""
    every = [checks.line(uid, "uid", most=80) for uid in read_list(uids, "uids")]
    if len(every) > _MOST:
        raise BadInput(
            f"{len(every):,} bookings are too many at once",
            hint=f"up to {_MOST:,} fit",
            field="uids",
        )
    return list(dict.fromkeys(every))


def check_action(action: str, arguments: Mapping[str, object]) -> None:
    """Refuse what cannot be asked of several bookings at once."""
    checks.choice(action, "action", ACTIONS)
    check_none_of_one(name for name in arguments if arguments[name] is not None)


def check_none_of_one(names: Iterable[str]) -> None:
    """Raise where something is given that stands for one booking alone."""
    for name in names:
        if name in _OF_ONE:
            raise UsageError(
                f"{name} is of one booking",
                hint="change that booking by itself",
                command_hint=f"give --{name.replace('_', '-')} with one UID",
            )
