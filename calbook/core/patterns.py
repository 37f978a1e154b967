"""`re`, which is loaded when a pattern is asked for: many short calls have none."""

from __future__ import annotations

from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from re import ASCII as ASCII
    from re import Match as Match
    from re import findall as findall
    from re import fullmatch as fullmatch
    from re import split as split
    from re import sub as sub
else:

    def __getattr__(name: str) -> Any:
        import re

        found = globals()[name] = getattr(re, name)
        return found
