"""What becomes of a booking's entry in a calendar elsewhere: one rule over the facts.

What the host did there is never written over, unless somebody says so.
"""

from __future__ import annotations

from enum import StrEnum


class Found(StrEnum):
    """What stands there, beside what was written and what is to be."""

    NOTHING = "nothing"
    WANTED = "wanted"  # as it is to be
    UNTOUCHED = "untouched"  # as it once was written
    CHANGED = "changed"  # not as it was written: the host did it
    FOREIGN = "foreign"  # another event, which has the name by chance


class Action(StrEnum):
    """What is done there."""

    CREATE = "create"
    REPLACE = "replace"
    REMOVE = "remove"
    ADOPT = "adopt"  # it is right: note what it is now
    KEEP = "keep"  # theirs stays: a conflict
    FORGET = "forget"  # nothing is there, and nothing is to be


class EntryState(StrEnum):
    """Of what was written there."""

    WRITTEN = "written"
    CONFLICT = "conflict"  # changed there by others, and left alone


CHANGED_THERE = "it was changed there: theirs stays"  # of what has failed by that

_FOR_WANTED = {
    Found.NOTHING: Action.CREATE,
    Found.WANTED: Action.ADOPT,
    Found.UNTOUCHED: Action.REPLACE,
    Found.CHANGED: Action.KEEP,
    Found.FOREIGN: Action.KEEP,
}
_FOR_UNWANTED = {
    Found.NOTHING: Action.FORGET,
    Found.UNTOUCHED: Action.REMOVE,
    Found.CHANGED: Action.KEEP,
    Found.FOREIGN: Action.FORGET,
}


def decide_push(found: Found, *, is_wanted: bool, overwrites: bool) -> Action:
    """`overwrites` is somebody's word that what was changed there is not to stay."""
    if overwrites and found is Found.CHANGED:
        found = Found.UNTOUCHED
    if not is_wanted and found is Found.WANTED:
        found = Found.UNTOUCHED
    return (_FOR_WANTED if is_wanted else _FOR_UNWANTED)[found]
