"""What somebody meant who misspelt a name: one sentence for all that has names."""

from __future__ import annotations

from collections.abc import Iterable

from calbook.core import patterns as re

_ALIKE = 0.7  # of 1; less is another word
_NOUN = r"^(?:evt|user|res|sched)_"


def did_you_mean(
    asked: str, known: Iterable[str], otherwise: str | None = None
) -> str | None:
    """A hint that names the nearest one; else another hint."""
    near = nearest(asked, known)
    return f"did you mean {near}?" if near else otherwise


def nearest(asked: str, known: Iterable[str]) -> str | None:
    """The name that is most alike, if any is, whatever its case and hyphens.

    An id is also known without its noun, and is then named without it. What is
    typed in small letters is answered in small letters.
    """
    import difflib  # only when something is wrong

    spelt: dict[str, str] = {}
    for name in known:
        for each in (name, re.sub(_NOUN, "", name)):
            spelt.setdefault(_fold(each), each)
    found = difflib.get_close_matches(_fold(asked), spelt, 1, _ALIKE)
    near = spelt[found[0]] if found else None
    return near.lower() if near and near.isupper() and asked.islower() else near


def _fold(name: str) -> str:
    return name.casefold().replace("-", "_")
