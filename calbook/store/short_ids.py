"""Ids that are typed shortened, to any beginning of four letters or more; and printed.

Those of bookings are `Reader.resolve_uid`'s, which lists and completions need.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from calbook.core import json_text as json
from calbook.core.errors import AmbiguousUid, NotFound
from calbook.core.text import excerpt
from calbook.core.typing_names import TYPE_CHECKING

if TYPE_CHECKING:
    from calbook.store.reader import Reader

_LEAST = 4  # letters of a shortened id
_PRINTED = 6  # of one that people are shown, where no other begins so
_SHOWN = 5  # of those that it fits
_BEGINS = "{0} >= :prefix and {0} < :prefix || '~'"
_IDS = {
    "webhook": f"select id from webhooks where {_BEGINS.format('id')}",
    # Also of removed webhooks.
    "target": f"select id from webhooks where {_BEGINS.format('id')}"
    " union select target from deliveries where channel = 'webhook'"
    f" and {_BEGINS.format('target')}",
    "delivery": f"select id from deliveries where {_BEGINS.format('id')}",
    "mail": "select id from deliveries where channel = 'mail'"
    f" and {_BEGINS.format('id')}",
    "push": "select id from deliveries where channel = 'calendar'"
    f" and {_BEGINS.format('id')}",
    "waiting": f"select id from waiting where {_BEGINS.format('id')}",
    "counter": f"select id from counter_proposals where {_BEGINS.format('id')}",
}
_PREFIXES = {
    **{"webhook": "wh_", "target": "wh_", "delivery": "dl_", "mail": "dl_"},
    **{"push": "dl_", "waiting": "wait_", "counter": "ctr_"},
}
_WORDS = {
    "target": "webhook",
    "push": "delivery to a calendar",
    "waiting": "entry on the waiting list",
    "counter": "counter proposal",
}
_LISTS = {
    "webhook": ("webhooks.list()", "calbook webhook list"),
    "target": ("webhooks.list()", "calbook webhook list"),
    "delivery": ("webhooks.log()", "calbook webhook log"),
    "mail": ("mails.log()", "calbook mail log"),
    "push": ("connections.log()", "calbook calendar log"),
    "waiting": ("waiting.list()", "calbook waiting list"),
    "counter": ("counters.list()", "calbook counter list"),
}


def find_id(reader: Reader, noun: str, id: object) -> str:
    """The id that a typed one means: itself, or the only one that begins so.

    Raises:
        NotFound: none does, or fewer than four letters were given.
        AmbiguousUid: several do.
    """
    noun_prefix = _PREFIXES[noun]
    typed = id.strip().lower() if isinstance(id, str) else ""
    letters = typed.removeprefix(noun_prefix)
    prefix = noun_prefix + letters
    enough = len(letters) >= _LEAST and letters.isascii() and letters.isalnum()
    candidates = _ids_from(reader, noun, prefix) if enough else ()
    if len(candidates) == 1 or prefix in candidates:
        return candidates[0]
    word = _WORDS.get(noun, noun)
    if candidates:
        raise AmbiguousUid(typed, candidates, noun=word)
    missing = NotFound(word, excerpt(id))
    more = "" if enough else f"; {_LEAST} letters of an id will do"
    missing.hint, missing.command_hint = (f"see {it}{more}" for it in _LISTS[noun])
    raise missing


def _ids_from(reader: Reader, noun: str, prefix: str) -> tuple[str, ...]:
    """In order, at most as many as an error names."""
    rows = reader.connection.execute(
        f"{_IDS[noun]} order by 1 limit :most", {"prefix": prefix, "most": _SHOWN}
    )
    return tuple(row[0] for row in rows)


_NEIGHBOURS = """
    select value,
        (select max({0}) from {1} where {0} < value),
        (select min({0}) from {1} where {0} > value)
    from json_each(:ids)
"""
_KEYS = {
    "bk_": _NEIGHBOURS.format("uid", "bookings"),
    "wh_": _NEIGHBOURS.format("id", "webhooks"),
    "dl_": _NEIGHBOURS.format("id", "deliveries"),
    "wait_": _NEIGHBOURS.format("id", "waiting"),
    "ctr_": _NEIGHBOURS.format("id", "counter_proposals"),
}


def shorten(reader: Reader, ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each with its beginning of six letters, or of more where others begin so."""
    wanted = {*ids}
    for prefix, statement in _KEYS.items():
        if not (mine := [id for id in wanted if id.startswith(prefix)]):
            continue
        facts = {"ids": json.dumps(mine)}
        for id, *others in reader.connection.execute(statement, facts):
            alike = (_count_alike(id, other or "") for other in others)
            yield id, id[: max(len(prefix) + _PRINTED, *(n + 1 for n in alike))]


def _count_alike(one: str, other: str) -> int:
    """The letters with which both begin."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), len(other))
