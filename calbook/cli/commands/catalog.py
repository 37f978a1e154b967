"""What `event`, `host` and `schedule` share: listing, showing and removing."""

from collections.abc import Callable
from typing import Any

from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import ask_yes_no, open_client, show_value

Keys = tuple[str, ...]


def show_all(noun: str, form: OutputOptions, db: str | None, *, keys: Keys) -> None:
    """List `event_types`, `hosts` or `schedules`."""
    with open_client(db) as client:
        found = [item.to_dict() for item in getattr(client.calendar, noun).list()]

    def table(items: Any) -> str:
        from calbook.cli.screen import tables  # slow to import

        text: str = getattr(tables, f"{noun}_table")(items)
        return text

    output.print_list(found, form, keys=keys, table=table)


def show_one(
    noun: str,
    id: str,
    form: OutputOptions,
    db: str | None,
    *,
    keys: Keys,
    card: Callable[[Any], str],
) -> None:
    with open_client(db) as client:
        found = getattr(client.calendar, noun).get(id)
    show_value(found, form, keys=keys, card=card)


def remove(noun: str, id: str, db: str | None, *, yes: bool, json: bool) -> None:
    """Remove it when nothing refers to it; asks on a terminal."""
    with open_client(db) as client:
        kind = getattr(client.calendar, noun)
        found = kind.get(id)
        ask_yes_no(f"Remove {found.id}?", yes=yes)
        kind.delete(found.id)
    if json:
        show_value(found, OutputOptions(json=True), keys=(), card=str)
        return
    output.say(f"Removed {found.id}")
