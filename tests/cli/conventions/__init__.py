"""What users of other programs in a terminal know, and a command that shows it here.

The programs are gh, khal, todoman, uv and sqlite-utils; the guides are POSIX, GNU and
clig.dev. Each convention is a sentence, in a module by its theme.
"""

from __future__ import annotations

from typing import NamedTuple


class Shown(NamedTuple):
    """A convention, the command lines that show it, and what the last one does.

    Lines are as typed in the office of the examples; `VAR=x calbook …`, `calbook … |
    calbook …` and `calbook … < FILE` are understood. What is expected of the outputs
    are patterns, `not_out` and `not_err` of what is not in them. `where` it is shown is
    a pipe, or a terminal, which is slower.
    """

    sentence: str
    lines: str
    status: int = 0
    out: str = ""
    err: str = ""
    not_out: str | None = None
    not_err: str | None = None
    where: str = "pipe"
