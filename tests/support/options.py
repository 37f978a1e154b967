"""The commands of the tree, built, for tests of their options."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from calbook.cli.tree import COMMANDS, Tree, build_command


@cache
def commands() -> dict[str, Any]:
    """Every command by its words."""
    return dict(_built(COMMANDS, ""))


def _built(tree: Tree, above: str) -> Iterator[tuple[str, Any]]:
    for name, place in tree.items():
        if isinstance(place, str):
            yield f"{above}{name}", build_command(name, place)
        else:
            yield from _built(place, f"{above}{name} ")
