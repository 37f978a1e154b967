"""`--clear FIELD`: a field taken out, as if what means nothing were typed for it."""

from collections.abc import Sequence
from typing import Any

from calbook.core.errors import UsageError
from calbook.core.text import excerpt


def clear_fields(group: Any, names: Sequence[str]) -> None:
    """Let fields of a group, named as their options are, hold what means nothing.

    Raises:
        UsageError: it cannot be cleared, or is set at the same time.
    """
    known = {group.option_of(field)[2:]: field for field in group.clearable}
    cleared = []
    for name in names:
        word = name.removeprefix("--").replace("_", "-").lower()
        if word not in known:
            hint = f"choose one of {', '.join(known)}"
            raise UsageError(f"--clear cannot be {excerpt(name)}", hint=hint)
        field = known[word]
        if getattr(group, field) is not None:
            raise UsageError(f"--{word} and --clear {word} exclude each other")
        cleared.append(field)
    for field in cleared:
        is_list = "list" in str(group.__annotations__[field])
        nothing = group.cleared_as
        setattr(group, field, [nothing] if is_list else nothing)


def split_keys(names: Sequence[str], noun: str) -> tuple[list[str], list[str]]:
    """Of `meta.colour` the `colour`; and what is no key of the noun."""
    lead = f"{noun}."
    keys = [name.removeprefix(lead) for name in names if name.startswith(lead)]
    return keys, [name for name in names if not name.startswith(lead)]
