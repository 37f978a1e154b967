"""JSON is read and written as `json` does it, whatever half of it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.properties import examples

from calbook.core import json_text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)
TEXTS = st.one_of(
    VALUES.map(json.dumps),
    VALUES.map(lambda value: f" {json.dumps(value, indent=1)}\n"),
    st.text(
        st.sampled_from('[]{}",:\\ue0123456789-+.truefalsnNaInity \n\t\0é'), max_size=9
    ),
)


def outcome(call: Callable[[], Any]) -> tuple[str, str]:
    try:
        return "found", repr(call())
    except ValueError as error:
        return type(error).__name__, str(error)


@examples(300)
@given(TEXTS)
def test_any_text_is_read_as_json_reads_it(text: str) -> None:
    assert outcome(lambda: json_text.loads(text)) == outcome(lambda: json.loads(text))


@examples(200)
@given(VALUES, st.sampled_from([None, 2]))
def test_any_value_is_written_as_json_writes_it(
    value: object, indent: int | None
) -> None:
    assert json_text.dumps(value, indent=indent) == json.dumps(
        value, ensure_ascii=False, indent=indent
    )


@pytest.mark.parametrize("value", [{1}, b"", object()])
def test_what_is_no_json_is_refused(value: object) -> None:
    for dumps in (json_text.dumps, json.dumps):
        with pytest.raises(TypeError):
            dumps(value)


def test_a_python_without_the_half_in_c_has_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_text, "make_encoder", None)
    monkeypatch.setattr(json_text, "_scan", None)

    assert json_text.loads('{"é": [1]}') == {"é": [1]}
    assert json_text.dumps({"é": [1]}) == '{"é": [1]}'
