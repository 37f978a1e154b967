"""A file and a database on which the same is done; their answers must be equal."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from conftest import Clock

from calbook import Client, errors
from calbook.core import ids

DAY = timedelta(days=1)
HALF = timedelta(minutes=30)
TEXTS = (
    *("Ada", "ada LOVELACE", "Straße", "STRASSE", "İstanbul", "ıI", "ﬁne", "Ως"),
    *("Éa", "E\u0301a", "😀 ok", "100 % sure", "a_b", "back\\slash", "o'clock"),
    *('"quoted"', ":name ?", "$1 {x}", "a\tb", "Дом", "ÄÖ", "ǅ", "ŉ", "\u2028"),
)
Call = Callable[[Client], object]


class Pair:
    """One thing after another, each done on both; what is done is drawn by chance."""

    def __init__(self, clients: list[Client], clock: Clock) -> None:
        self.clients, self.clock = clients, clock
        self.numbers = [count() for _ in clients]
        self.uids: list[str] = []
        self.line: dict[str, str | None] = {}  # who waits or has waited, for which
        self.held: list[str] = []
        self.booked: list[tuple[str, str, str]] = []  # uid, event type, start
        self.draw = random.Random(0)

    def both(self, call: Call) -> Any:
        """The answer, or the refusal, that both give."""
        told = []
        for client, numbers in zip(self.clients, self.numbers, strict=True):
            with numbered(numbers):
                told.append(answer(client, call))
        assert told[0] == told[1], told
        return told[0]

    def remember(self, made: Any) -> None:
        """Keep the name of what came back, for the steps to come."""
        if not isinstance(made, dict):
            return
        if made.get("uid") not in (None, *self.uids):
            self.uids.append(made["uid"])
            self.booked.append((made["uid"], made["eventTypeId"], made["startTime"]))
            if made["heldUntil"]:
                self.held.append(made["uid"])
        if str(made.get("id")).startswith("wait_"):
            wanted = (made["eventTypeId"], made["startTime"])
            held = (uid for uid, *booked in self.booked if (*booked,) == wanted)
            self.line[made["id"]] = next(held, None)

    # -- by chance

    def moment(self) -> datetime:
        """A half hour of the next days: few enough that people collide."""
        day = self.clock.now.replace(hour=15, minute=0) + self.draw.randrange(5) * DAY
        return day + self.draw.randrange(4) * HALF

    def range(self) -> dict[str, Any]:
        day = self.moment().date()
        return self.draw.choice(
            [
                {},
                {"start_date": str(day)},
                {"end_date": str(day)},
                {"start_date": str(day), "end_date": str(day + 2 * DAY)},
            ]
        )

    def date(self) -> dict[str, Any]:
        day = str(self.moment().date())
        return self.draw.choice([{}, {"date": day}, {"from_date": day}, {"all": True}])

    def some(self) -> str:
        return self.draw.choice(self.uids or ["bk_0000"])

    def text(self) -> str:
        return self.draw.choice(TEXTS)

    def email(self) -> str:
        return f"{self.draw.choice('abcAB')}@example.com"

    def who(self) -> str:
        return self.draw.choice(["attendee", "host"])

    def host(self) -> str:
        return self.draw.choice(["alice", "bob"])


@contextmanager
def numbered(numbers: Iterator[int]) -> Iterator[None]:
    """Ids as random as others, but the same for the same number."""

    def letters(length: int) -> str:
        digest = hashlib.sha256(str(next(numbers)).encode()).digest()
        return "".join("0123456789abcdefghjkmnpqrstvwxyz"[b & 31] for b in digest)[
            :length
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids, "_letters", letters)
        patch.setattr(ids, "token", lambda: letters(22))
        yield


def answer(client: Client, call: Call) -> Any:
    try:
        return as_json(call(client))
    except errors.CalbookError as error:
        return error.to_dict()


def as_json(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [as_json(each) for each in value]
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return value
