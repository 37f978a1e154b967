"""Requests that are not done twice: the first of each key, and what it answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.store.writer import to_json

if TYPE_CHECKING:
    from calbook.store.reader import Reader
    from calbook.store.writer import Writer

# Before version 12 the event held the answer.
_FIRST = """
    select k.request, e.uid, coalesce(k.answer, e.booking) as answer
    from idempotency_keys k join events e on e.seq = k.event_seq
    where k.key = :key
"""
_INSERT = """
    insert into idempotency_keys (key, request, event_seq, answer)
    values (:key, :request, :event_seq, :answer)
"""
_OLDEST = """
    select k.key, e.at from idempotency_keys k join events e on e.seq = k.event_seq
    where k.answer is not null order by k.event_seq limit :most
"""
_DROP_ANSWERS = f"""
    update idempotency_keys set answer = null
    where key in (select o.key from ({_OLDEST}) o where o.at < :before)
"""


class FirstResult(NamedTuple):
    """The request that first used a key, of which booking, and what it answered."""

    request: str
    uid: str
    answer: dict[str, Any] | None  # None where it is kept no longer


def first_result(reader: Reader, key: str) -> FirstResult | None:
    row = reader.connection.execute(_FIRST, {"key": key}).fetchone()
    if row is None:
        return None
    answer = None if row["answer"] is None else json.loads(row["answer"])
    return FirstResult(row["request"], row["uid"], answer)


def store_result(
    tx: Writer, key: str, *, request: str, event_seq: int, answer: dict[str, Any]
) -> None:
    facts = {"request": request, "event_seq": event_seq, "answer": to_json(answer)}
    tx.run(_INSERT, key=key, **facts)


def has_old_answer(reader: Reader, before: int) -> bool:
    """Whether the oldest answer that is kept was given before then."""
    oldest = reader.connection.execute(_OLDEST, {"most": 1}).fetchone()
    return oldest is not None and oldest["at"] < before


def drop_old_answers(tx: Writer, before: int, *, most: int) -> None:
    """Keep of the oldest requests that they were done, and no longer the answer."""
    tx.run(_DROP_ANSWERS, before=before, most=most)
