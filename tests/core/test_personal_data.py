"""What is found of a person in JSON, and what is not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calbook.core.personal_data import (
    BY_PERSON,
    OWN_TEXTS,
    PERSON_FACTS,
    PERSONS,
    replace_personal_data,
)

ADA = {"email": "ada@example.com", "name": "Ada", "phone": None}
BOB = {"email": "bob@example.com", "name": "Bob", "notes": "by the door"}


def erase_bob(value: Any, *, is_own: bool = False) -> Any:
    def is_meant(person: Mapping[str, Any]) -> bool:
        text = person.get("text") or person.get("email") or person.get("name") or ""
        return "bob" in text.casefold()

    return replace_personal_data(
        value, is_meant, lambda key, _: f"({key})", is_own=is_own
    )


def test_of_a_group_only_the_one_who_is_meant_is_replaced() -> None:
    booking = {
        "uid": "bk_1",
        "attendee": ADA,
        "guests": [BOB],
        "notes": "Ada's",
        "occurrences": [{"attendances": {"bob@example.com": "no_show", "ada": "x"}}],
    }

    erased = erase_bob(booking)

    assert erased == {
        **booking,
        "guests": [{"email": "(email)", "name": "(name)", "notes": "(notes)"}],
        "occurrences": [{"attendances": {"(person)": "no_show", "ada": "x"}}],
    }


def test_what_a_booking_holds_is_its_primary_attendees() -> None:
    booking = {
        "attendee": BOB,
        "guests": [ADA],
        "notes": "Tea",
        "occurrences": [{"reason": "ill", "attendance": "unknown"}],
    }

    erased = erase_bob(booking)

    assert erased["notes"] == "(notes)"
    assert erased["occurrences"] == [{"reason": "(reason)", "attendance": "unknown"}]
    assert erased["guests"] == [ADA]


@pytest.mark.parametrize(
    ("value", "after"),
    [
        pytest.param(
            {"from": "a", "reason": "Bob is ill"},
            {"from": "a", "reason": "(reason)"},
            id="a change that names nobody",
        ),
        pytest.param(
            {"attendee": {"email": None, "name": "Bob"}, "counter": {"comment": "x"}},
            {
                "attendee": {"email": None, "name": "(name)"},
                "counter": {"comment": "(comment)"},
            },
            id="what somebody answered",
        ),
        pytest.param(
            {"added": [ADA, BOB], "emails": ["bob@example.com"], "others": ["Kim"]},
            {
                "added": [
                    ADA,
                    {"email": "(email)", "name": "(name)", "notes": "(notes)"},
                ],
                "emails": ["(person)"],
                "others": ["Kim"],
            },
            id="persons that came",
        ),
        pytest.param(
            ["create", {"attendee": {"name": "Bob"}, "guests": ["Kim", "Bob"]}],
            ["create", {"attendee": {"name": "(name)"}, "guests": ["Kim", "(person)"]}],
            id="a request",
        ),
        pytest.param(
            ["cancel", ["bk_1", "Bob is ill", "host"]],
            ["cancel", ["bk_1", "(reason)", "host"]],
            id="a request that is a list",
        ),
        pytest.param(
            {"attendees": [{"name": "Bob"}, "Kim"], "request": {"notes": "x"}},
            {"attendees": [{"name": "(name)"}, "Kim"], "request": {"notes": "(notes)"}},
            id="somebody in line",
        ),
    ],
)
def test_everything_of_a_person_is_found(value: Any, after: Any) -> None:
    assert erase_bob(value, is_own=True) == after


def test_of_others_a_reason_stays() -> None:
    change = {"from": "a", "reason": "Ada is ill"}

    assert erase_bob(change) == change


_NAMED = sorted(PERSON_FACTS | OWN_TEXTS | PERSONS | BY_PERSON)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just("SECRET"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*_NAMED, "uid"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.sampled_from(_NAMED), _JSON)
def test_under_a_key_of_persons_no_text_is_left(key: str, value: Any) -> None:
    redacted = replace_personal_data(
        {key: value} if key not in BY_PERSON else {key: {"SECRET": "ok"}},
        lambda person: True,
        lambda key, value: None,
    )

    if key in OWN_TEXTS | PERSON_FACTS | BY_PERSON:
        assert "SECRET" not in json.dumps(redacted)


@given(_JSON)
def test_where_nobody_is_meant_everything_stays(value: Any) -> None:
    same = replace_personal_data(value, lambda _: False, lambda *_: None, is_own=False)

    assert same == value
