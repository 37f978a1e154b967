"""What came in by an import."""

from __future__ import annotations

from calbook.api.values.value import Value


class Imported(Value):
    """What an import did, by the types of lines.

    imported: how many lines are new here
    there: how many were here already, with all that they say
    skipped: how many were left out, as something was in their way
    new_secrets: the ids of webhooks that came without a secret and have a new one
    replaced: the ids of the first host and its schedule, where they were set up and
        nothing else was here: what came in took their place
    dry_run: whether all of it was taken back
    """

    imported: dict[str, int]
    there: dict[str, int]
    skipped: dict[str, int]
    new_secrets: list[str]
    replaced: list[str]
    dry_run: bool
