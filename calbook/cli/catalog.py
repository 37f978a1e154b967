"""What `event`, `host` and `schedule` share: listing, showing and removing."""

from collections.abc import Callable
from typing import Any

from calbook.cli import output
from calbook.cli.output import Form
from calbook.cli.session import confirmed, opened, show_value

Keys = tuple[str, ...]


def show_all(noun: str, form: Form, db: str | None, *, keys: Keys) -> None:
    """List `event_types`, `hosts` or `schedules`."""
    with opened(db) as client:
        found = [item.to_dict() for item in getattr(client.calendar, noun).list()]

    def table(items: Any) -> str:
        from calbook.cli import tables  # slow to import

        text: str = getattr(tables, noun)(items)
        return text

    output.many(found, form, keys=keys, table=table)


def show_one(
    noun: str,
    id: str,
    form: Form,
    db: str | None,
    *,
    keys: Keys,
    card: Callable[[Any], str],
) -> None:
    with opened(db) as client:
        found = getattr(client.calendar, noun).get(id)
    show_value(found, form, keys=keys, card=card)


def remove(noun: str, id: str, db: str | None, *, yes: bool, json: bool) -> None:
    """Remove it when nothing refers to it; asks on a terminal."""
    with opened(db) as client:
        kind = getattr(client.calendar, noun)
        found = kind.get(id)
        confirmed(f"Remove {found.id}?", yes=yes)
        kind.delete(found.id)
    if json:
        show_value(found, Form(json=True), keys=(), card=str)
        return
    output.say(f"Removed {found.id}")
