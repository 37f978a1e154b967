"""Random changes of bookings that are taken back: all is what it was before them.

`CALBOOK_TORTURE=20` tries twenty times as many walks.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from conftest import Clock
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.both_stores import Call, answer, numbered
from support.properties import examples

from calbook import Booking, Client, errors
from services.test_equal_answers import ACTIONS, BEGIN, Walk, set_up

CHANGES = (
    *("join", "leave", "cancel", "cancel", "reschedule", "reschedule", "confirm"),
    *("reject", "attend", "update", "reassign", "join_for_a_day", "leave_for_a_day"),
    *("change_guests", "note"),
)
TAKEN_BACK = ("take back",) * 40
RULES = ("hours", "dates", "notice", "advance", "per-day", "limit")
# Whose answers are asked for anew, and which revision it is.
_NOT_COMPARED = {"version", "sequence", "updatedAt", "overrides"}
_OF_REPLIES = {"partstat", "repliedAt", "replies"}


def facts(said: Any) -> Any:
    """All that is said of a booking but these."""
    if isinstance(said, list):
        return [facts(each) for each in said]
    if not isinstance(said, dict):
        return said
    left_out = _NOT_COMPARED | _OF_REPLIES
    return {k: facts(v) for k, v in said.items() if k not in left_out}


class UndoWalk(Walk):
    """All that can be done, and now and then a change that is taken back."""

    def __init__(self, client: Client, clock: Clock) -> None:
        super().__init__([client], clock)
        self.bookings = client.calendar.bookings

    def both(self, call: Call) -> Any:
        """Here there is one client alone."""
        with numbered(self.numbers[0]):
            return answer(self.clients[0], call)

    def take_back(self, draw: random.Random) -> None:
        before = self.all_bookings()
        told = {uid: len(self.bookings.history(uid)) for uid in before}
        self.step(draw.choice(CHANGES), draw)
        changed = [uid for uid in before if self.is_changed(uid, told[uid])]
        if len(changed) != 1:  # others were given what became free
            return
        [uid] = changed
        after = self.bookings.get(uid)
        if self.try_undo(uid, before[uid]):
            self.try_undo(uid, after)

    def all_bookings(self) -> dict[str, Booking]:
        return {each.uid: each for each in self.bookings.list(count=None)}

    def is_changed(self, uid: str, known: int) -> bool:
        return any(event.by != "system" for event in self.bookings.history(uid)[known:])

    def try_undo(self, uid: str, wanted: Booking) -> bool:
        now = self.bookings.get(uid)
        try:
            back = self.bookings.undo(uid, by="host", override=RULES)
        except (errors.RuleError, errors.Conflict):
            assert self.bookings.get(uid) == now
            return False
        assert facts(back.to_dict()) == facts(wanted.to_dict())
        return True


# A walk that is shrunk is no other: steps depend on what was made before.
@settings(examples(12), phases=[Phase.generate])
@given(
    st.lists(
        st.tuples(st.sampled_from([*ACTIONS, *TAKEN_BACK]), st.integers(0, 2**32)),
        min_size=20,
        max_size=60,
    )
)
def test_what_is_taken_back_is_what_it_was(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    clock = Clock()
    clock.now = BEGIN
    file = tmp_path_factory.mktemp("walk") / "bookings.db"
    with Client(file, clock=clock) as client:
        walk = UndoWalk(client, clock)
        walk.both(set_up)
        for name, seed in [*(("create", n) for n in range(8)), *steps]:
            draw = random.Random(seed)
            if name == "take back":
                walk.take_back(draw)
            else:
                walk.step(name, draw)
        assert client.check() == ()
