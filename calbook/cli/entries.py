"""What `event`, `host` and `schedule` share: saving, listing, showing and removing."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from calbook.cli import output
from calbook.cli.options import Output
from calbook.cli.session import require_yes, table_of

if TYPE_CHECKING:
    from calbook.api.values.value import Value


class Entries:
    """One kind of entry, a noun of `client.calendar`, and how it is printed."""

    def __init__(
        self, noun: str, keys: tuple[str, ...], card: Callable[[dict[str, Any]], str]
    ) -> None:
        self.noun, self.keys, self.card = noun, keys, card

    def save(self, how: str, id: str, fields: dict[str, Any], out: Output) -> None:
        """`create` or `update` one, and print it."""
        with out.client() as client:
            saved = getattr(getattr(client.calendar, self.noun), how)(id, **fields)
        self.print(saved, out)

    def print(self, entry: "Value", out: Output) -> None:
        output.print_object(entry, out.form(), keys=self.keys, card=self.card)

    def print_all(self, out: Output) -> None:
        with out.client() as client:
            found = getattr(client.calendar, self.noun).list()
        table = table_of(f"{self.noun}_table")
        output.print_list(found, out.form(), keys=self.keys, table=table)

    def print_one(self, id: str, out: Output) -> None:
        with out.client() as client:
            found = getattr(client.calendar, self.noun).get(id)
        self.print(found, out)

    def remove(self, id: str, out: Output, *, yes: bool) -> None:
        """Remove one that nothing refers to; asks on a terminal."""
        with out.client() as client:
            kind = getattr(client.calendar, self.noun)
            found = kind.get(id)
            require_yes(f"Remove {found.id}?", yes=yes, look=None)
            kind.delete(found.id)
        output.print_done(f"Removed {found.id}", found, json=out.json)
