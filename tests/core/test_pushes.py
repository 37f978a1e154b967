"""What becomes of a booking's entry in a calendar elsewhere: the whole table."""

from __future__ import annotations

import pytest

from calbook.core.outgoing.pushes import Action, Found, decide_push

TABLE = [
    # what stands there, whether something is to; then what is done, and with overwrite
    (Found.NOTHING, True, Action.CREATE, Action.CREATE),
    (Found.WANTED, True, Action.ADOPT, Action.ADOPT),
    (Found.UNTOUCHED, True, Action.REPLACE, Action.REPLACE),
    (Found.CHANGED, True, Action.KEEP, Action.REPLACE),
    (Found.FOREIGN, True, Action.KEEP, Action.KEEP),
    (Found.NOTHING, False, Action.FORGET, Action.FORGET),
    (Found.WANTED, False, Action.REMOVE, Action.REMOVE),
    (Found.UNTOUCHED, False, Action.REMOVE, Action.REMOVE),
    (Found.CHANGED, False, Action.KEEP, Action.REMOVE),
    (Found.FOREIGN, False, Action.FORGET, Action.FORGET),
]


@pytest.mark.parametrize(
    ("found", "is_wanted", "action", "overwriting"), TABLE, ids=lambda value: str(value)
)
def test_what_is_done_follows_from_what_is_there(
    found: Found, is_wanted: bool, action: Action, overwriting: Action
) -> None:
    assert decide_push(found, is_wanted=is_wanted, overwrites=False) is action
    assert decide_push(found, is_wanted=is_wanted, overwrites=True) is overwriting


def test_the_table_is_whole() -> None:
    assert {row[:2] for row in TABLE} == {(f, w) for f in Found for w in (True, False)}
