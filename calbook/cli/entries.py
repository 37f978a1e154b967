"""What `event`, `host` and `schedule` share: saving, listing, showing and removing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import Json
from calbook.cli.session import (
    require_yes,
    say_not_written,
    table_of,
    usage_error,
)

if TYPE_CHECKING:
    from calbook.api.values.value import Value


class Saving(o.Group):
    """How an entry of the catalog is added or changed."""

    input_: o.Input = None
    dry_run: o.DryRun = False


class Removing(o.Group):
    """How an entry of the catalog is removed."""

    dry_run: o.DryRun = False
    yes: o.Yes = False


class Entries:
    """One kind of entry, a noun of `client.calendar`, and how it is printed."""

    def __init__(
        self,
        noun: str,
        keys: tuple[str, ...],
        card: Callable[[Json], str],
        shown_only: tuple[str, ...] = (),
    ) -> None:
        self.noun, self.keys, self.card = noun, keys, card
        self._shown_only = shown_only  # what is printed and cannot be set

    def save(
        self, how: str, id: str | None, fields: Json, saving: Saving, out: o.Output
    ) -> None:
        """`create` or `update` one, and print it; options count over the input."""
        id, fields = self.name_entry(id, {**read_input(saving.input_), **fields})
        with out.client() as client:
            saved = getattr(getattr(client.calendar, self.noun), how)(
                id, **fields, dry_run=saving.dry_run
            )
        self.print(saved, out, dry_run=saving.dry_run)

    def name_entry(self, id: str | None, fields: Json) -> tuple[str | None, Json]:
        """The id as given, else as printed, and what can be set of what was printed.

        Under another id than it was printed with it cannot have the same slug.
        """
        fields = {k: v for k, v in fields.items() if k not in self._shown_only}
        printed = fields.pop("id", None)
        if id is None and printed is None and "slug" not in fields:
            raise usage_error("which id is it to have?", "name it, or give --input")
        ids = (printed, str(printed).partition("_")[2])
        if id is not None and printed is not None and id.lower() not in ids:
            fields.pop("slug", None)
        return printed if id is None else id, fields

    def print(self, entry: "Value", out: o.Output, *, dry_run: bool = False) -> None:
        output.print_object(entry, out.form(), keys=self.keys, card=self.card)
        if dry_run:
            say_not_written()

    def print_all(self, out: o.Output) -> None:
        with out.client() as client:
            found = getattr(client.calendar, self.noun).list()
        table = table_of(f"{self.noun}_table")
        output.print_list(found, out.form(), keys=self.keys, table=table)

    def print_one(self, id: str, out: o.Output) -> None:
        with out.client() as client:
            found = getattr(client.calendar, self.noun).get(id)
        self.print(found, out)

    def remove(self, id: str, removing: Removing, out: o.Output) -> None:
        """Remove one that nothing refers to; asks on a terminal."""
        with out.client() as client:
            kind = getattr(client.calendar, self.noun)
            found = kind.get(id)
            if not removing.dry_run:
                require_yes(f"Remove {found.id}?", yes=removing.yes)
            kind.delete(found.id, dry_run=removing.dry_run)
        said = "Would be removed:" if removing.dry_run else "Removed"
        output.print_done(f"{said} {found.id}", found, form=out.form())


def read_input(source: str | None) -> Json:
    """An object as it is printed with `--json`, with its keys as the library's."""
    if source is None:
        return {}
    from calbook.cli.json_input import parse_json, read_text
    from calbook.core.errors import BadInput
    from calbook.core.text import snake

    facts = parse_json(read_text(source))
    if not isinstance(facts, dict):
        raise BadInput("the input must be an object", hint="as show --json prints it")
    return {snake(key): value for key, value in facts.items()}
