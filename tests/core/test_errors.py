"""Errors as values: what they carry survives a copy and another process."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

from calbook.cli import error_output
from calbook.core import errors
from calbook.core.errors import CalbookError, SlotTaken

_SAMPLES: dict[str, Any] = {
    "findings": ["one", "two"],
    "faults": {"size": "an answer is required"},
    "candidates": ["bk_1", "bk_2"],
    "known": ["user_alice"],
    "is_own": True,
    "stays": True,
    "seats": 8,
    "persons": 9,
    "expected": 1,
    "actual": 2,
    "line": 3,
}


def kinds(root: type[CalbookError] = CalbookError) -> Iterator[type[CalbookError]]:
    yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)


def sample(kind: type[CalbookError]) -> CalbookError:
    """One with something in each argument, and with what is added on its way."""
    named = {
        name: _SAMPLES.get(name, name)
        for name, parameter in inspect.signature(kind).parameters.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }
    error = kind(**named, **_more(kind))
    error.name_line(7)
    error.details["refusals"] = [{"code": error.code, "details": {"uid": "bk_1"}}]
    error.hint, error.command_hint = "do that", "calbook do that"
    error.add_note("a note")
    return error


def _more(kind: type[CalbookError]) -> dict[str, Any]:
    """Details, where the class leaves them to whoever raises it."""
    takes_any = kind.__init__ is CalbookError.__init__
    return {"field": "startTime", "most": 5} if takes_any else {}


def facts(error: CalbookError) -> tuple[Any, ...]:
    return type(error), str(error), error.args, vars(error), error.to_dict()


EVERY = pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.__name__)


@EVERY
def test_every_error_is_unpickled_with_all_its_facts(kind: type[CalbookError]) -> None:
    """Seventeen asked for their arguments again, which pickle does not have."""
    error = sample(kind)

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert facts(pickle.loads(pickle.dumps(error, protocol))) == facts(error)


@EVERY
def test_every_error_can_be_copied(kind: type[CalbookError]) -> None:
    error = sample(kind)

    other = copy.deepcopy(error)

    assert facts(copy.copy(error)) == facts(other) == facts(error)
    other.details["refusals"].clear()
    assert error.details["refusals"]


def test_the_walk_finds_every_class_of_the_module() -> None:
    found = set(kinds())

    there = {c for c in vars(errors).values() if inspect.isclass(c)}
    assert {c for c in there if issubclass(c, Exception)} <= found
    assert error_output.TerminatedError in found


def _refuse() -> None:
    raise SlotTaken(uid="bk_1", when="then", host="user_a", until="1", free="2")


def test_a_process_pool_hands_an_error_on() -> None:
    """The pool lost its worker's answer, and waited for ever or broke."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        error = pool.submit(_refuse).exception()

    assert isinstance(error, SlotTaken)
    assert error.details["uid"] == "bk_1"
    assert error.hint == "that host is free again from 2, buffers included"
