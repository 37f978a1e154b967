"""`schema`: what the JSON of each noun is."""

from collections.abc import Sequence
from typing import Annotated

from calbook.cli import options as o
from calbook.cli import output


def schema(
    noun: Annotated[
        str | None, o.Argument(metavar="[NOUN]", help="As booking, error, input.")
    ] = None,
    *,
    all: Annotated[
        bool, o.Declared("--all", help="One document with every noun.")
    ] = False,
) -> None:
    """Print the JSON Schema of a noun, or list the nouns."""
    from calbook.api.schema import nouns  # slow to import

    if noun is None and not all:
        _print_nouns(nouns.summaries())
        return
    if noun is not None and all:
        from calbook.core.errors import UsageError

        raise UsageError("--all is every noun: name none beside it")
    found = nouns.schema(noun)
    output.print_object(found, output.OutputOptions(json=True), keys=(), card=str)


def _print_nouns(summaries: dict[str, str]) -> None:
    items = [{"noun": noun, "is": text} for noun, text in summaries.items()]

    def table(items: Sequence[output.Json]) -> str:
        from calbook.cli.screen.columns import table_text  # slow to import

        return table_text(items, {"Noun": "noun", "Its JSON is": "is"})

    output.print_list(items, output.OutputOptions(), keys=("noun", "is"), table=table)
