"""Requests that are not done twice: the first of each key, and what it answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from calbook.store.writer import to_json

if TYPE_CHECKING:
    from calbook.store.reader import Reader
    from calbook.store.writer import Writer

_FIRST = """
    select k.request, coalesce(k.answer, e.booking) as answer
    from idempotency_keys k join events e on e.seq = k.event_seq
    where k.key = :key
"""
_INSERT = """
    insert into idempotency_keys (key, request, event_seq, answer)
    values (:key, :request, :event_seq, :answer)
"""


def first_result(reader: Reader, key: str) -> tuple[str, dict[str, Any]] | None:
    """The request that first used a key, and what it answered.

    Before version 12 its event held the answer.
    """
    row = reader.connection.execute(_FIRST, {"key": key}).fetchone()
    return (row["request"], json.loads(row["answer"])) if row else None


def store_result(
    tx: Writer, key: str, *, request: str, event_seq: int, answer: dict[str, Any]
) -> None:
    facts = {"request": request, "event_seq": event_seq, "answer": to_json(answer)}
    tx.run(_INSERT, key=key, **facts)
