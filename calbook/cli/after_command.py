"""After a command's answer: one short attempt to send what its changes have queued."""

from __future__ import annotations

import os
from collections.abc import Sequence

from calbook import interrupts
from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calbook.api.client import Client

Json = dict[str, Any]

_NAMED = 5  # who could not be told
_REASONS = 3  # that are told of what is left

_clients: list[Client] = []
_untold: list[str] = []
_served: list[Json] = []
_unchanged: dict[str, str] = {}  # by id, in words


def forget_clients() -> None:
    _clients.clear()
    _untold.clear()
    _served.clear()
    _unchanged.clear()


def is_unchanged(id: str) -> bool:
    """Whether what was asked of it was so already."""
    return id in _unchanged


def remember_client(client: Client) -> None:
    """Where something was queued, it is tried once the answer is out.

    And who could not be told is named, who waited and was served, and what was so
    already.
    """
    if client.queued:
        _clients.append(client)
    _untold.extend(client.not_told)
    _unchanged.update(client.unchanged)
    _served.extend(entry.to_dict() for entry in client.served)


def attempt_first(*, is_wanted: bool) -> None:
    """Try what was queued, in 3 s at most; says what has not arrived, never fails."""
    clients, untold, served = [*_clients], [*_untold], [*_served]
    unchanged = [*_unchanged.values()]
    forget_clients()
    for text in unchanged:
        from calbook.cli import output

        output.say(f"Nothing changed: {text}")
    for item in served:
        from calbook.cli import output
        from calbook.cli.screen.waiting import served_lines

        for line in served_lines(item):
            output.say(line)
    if untold:
        from calbook.cli import output

        output.say(_untold_text(untold))
    is_wanted = is_wanted and os.environ.get("CALBOOK_DELIVER") != "off"
    try:
        interrupts.release()
        if is_wanted:
            for client in clients:
                _attempt(client)
    except (KeyboardInterrupt, interrupts.Terminated) as error:
        if interrupts.has_committed:
            said = "what was asked for is done"
            if clients:
                said += "; what is not delivered yet, calbook deliver sends"
            error.args = (said,)
        raise


def _untold_text(names: Sequence[str]) -> str:
    """`Not told: Ada, Bob and 12 more (no e-mail)`."""
    more = len(names) - _NAMED
    said = ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"Not told: {said} (no e-mail)"


def _attempt(client: Client) -> None:
    from calbook.cli import output
    from calbook.core.errors import CalbookError

    count = client.queued
    try:
        unsent = [delivery.to_dict() for delivery in client.first_attempt()]
    except (CalbookError, OSError) as error:
        output.say(undelivered(count, str(error)))
        return
    waiting = [item for item in unsent if item["status"] == "pending"]
    for line in list_failures(unsent):
        output.say_always(line)
    if waiting:
        reasons = dict.fromkeys(filter(None, map(_why, waiting)))
        output.say(undelivered(len(waiting), "; ".join([*reasons][:_REASONS])))


def undelivered(count: int, why: str | None) -> str:
    said = "1 delivery is" if count == 1 else f"{count:,} deliveries are"
    return f"{said} left for later, for calbook deliver{f' ({why})' if why else ''}"


def list_failures(items: Sequence[Json]) -> list[str]:
    """What somebody has to look after: what will not be tried again."""
    lines = []
    for item in items:
        if item["status"] == "failed":
            what = _FAILED.get(item["channel"], "delivery")
            to = item["target"] if what != "delivery" else item["id"]
            lines.append(f"calbook: {what} {to} has failed for good: {_answer(item)}")
            lines.append(f"hint: {_remedy(item)}")
        elif item["log"] and item["log"][-1]["status"] == "gone":
            is_off = "is done" if item["channel"] == "calendar" else "is switched off"
            lines.append(f"calbook: {item['target']} {is_off}: {item['response']}")
    return lines


def _remedy(item: Json) -> str:
    """What was changed in a calendar is changed there each time that it is tried."""
    from calbook.core.outgoing.pushes import CHANGED_THERE

    if item["channel"] == "calendar" and item["response"] == CHANGED_THERE:
        name = item["target"].rpartition("/")[2]
        sync = f"calbook calendar sync {name} --uid {item['uid']} --force"
        return f"to write over it: {sync}"
    return f"to try again: calbook {item['channel']} redeliver {item['id']}"


_FAILED = {"mail": "the mail to", "calendar": "the entry in"}


def _why(item: Json) -> str | None:
    """`wh_7q2mx4: Connection refused`, where something was tried."""
    from calbook.cli.screen import words

    answer, to = _answer(item), item["target"]
    to = words.short_uid(to) if item["channel"] == "webhook" else to
    return f"{to}: {answer}" if answer else None


def _answer(item: Json) -> str | None:
    """What came of the last attempt, if there was one."""
    from calbook.cli.screen import cards

    return cards.answer_text(item["log"][-1]) if item["log"] else None
