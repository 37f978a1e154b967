"""Answers to an event type's questions, each in its type."""

from __future__ import annotations

from typing import Any

import pytest

from calbook.core.errors import InvalidResponses
from calbook.core.model import Question
from calbook.core.rules import questions

SIZES = ("small", "large")


def asker(type: str, *, required: bool = False) -> Question:
    options = SIZES if type in ("SELECT", "MULTISELECT") else ()
    return Question("q", "Q?", type, required=required, options=options)


@pytest.mark.parametrize(
    ("type", "given", "kept"),
    [
        pytest.param("TEXT", "Ada", "Ada", id="text"),
        pytest.param("TEXT", "x" * 1000, "x" * 1000, id="text-longest"),
        pytest.param("TEXTAREA", "a\nb", "a\nb", id="textarea"),
        pytest.param("EMAIL", "ada@example.com", "ada@example.com", id="email"),
        pytest.param("PHONE", "+351 912 345 678", "+351 912 345 678", id="phone"),
        pytest.param("URL", "https://a.example/x", "https://a.example/x", id="url"),
        pytest.param("NUMBER", "12", 12, id="number"),
        pytest.param("NUMBER", "-3", -3, id="number-negative"),
        pytest.param("NUMBER", "1.50", 1.5, id="number-decimal"),
        pytest.param("NUMBER", "9" * 30, int("9" * 30), id="number-longest"),
        pytest.param("NUMBER", 12, 12, id="number-value"),
        pytest.param("NUMBER", 0, 0, id="number-zero"),
        pytest.param("DATE", "2027-01-18", "2027-01-18", id="date"),
        pytest.param("SELECT", "small", "small", id="select"),
        pytest.param("SELECT", "LARGE", "large", id="select-case"),
        pytest.param("MULTISELECT", "small", ["small"], id="multiselect-one"),
        pytest.param(
            "MULTISELECT", "large, small", ["large", "small"], id="multiselect-text"
        ),
        pytest.param("MULTISELECT", ["small"], ["small"], id="multiselect-list"),
        pytest.param(
            "MULTISELECT", ["small", "small"], ["small"], id="multiselect-twice"
        ),
        pytest.param("CHECKBOX", True, True, id="checkbox-true"),
        pytest.param("CHECKBOX", False, False, id="checkbox-false"),
        pytest.param("CHECKBOX", "yes", True, id="checkbox-yes"),
        pytest.param("CHECKBOX", "ON", True, id="checkbox-case"),
        pytest.param("CHECKBOX", "true", True, id="checkbox-word-true"),
        pytest.param("CHECKBOX", 1, True, id="checkbox-1"),
        pytest.param("CHECKBOX", "0", False, id="checkbox-0"),
        pytest.param("CHECKBOX", "false", False, id="checkbox-word-false"),
        pytest.param("CHECKBOX", "no", False, id="checkbox-no"),
        pytest.param("CHECKBOX", "off", False, id="checkbox-off"),
    ],
)
@pytest.mark.parametrize("required", [False, True], ids=["optional", "required"])
def test_an_answer_is_kept_in_its_type(
    type: str, given: object, kept: object, required: bool
) -> None:
    answers = questions.check_responses([asker(type, required=required)], {"q": given})

    assert answers == {"q": kept}
    assert answers["q"].__class__ is kept.__class__


@pytest.mark.parametrize(
    ("type", "given", "fault"),
    [
        pytest.param("TEXT", "a\nb", "it must be one line", id="text-lines"),
        pytest.param("TEXT", " ", "it is empty", id="text-blank"),
        pytest.param("TEXT", 5, "it must be text, not a number", id="text-number"),
        pytest.param("TEXT", "a\0", "it holds a NUL byte", id="text-nul"),
        pytest.param(
            "TEXT", "x" * 1001, "it has 1,001 characters; at most 1,000 fit", id="long"
        ),
        pytest.param(
            "TEXTAREA", ["a"], "it must be text, not a list", id="textarea-list"
        ),
        pytest.param("EMAIL", "ada", "it is not an e-mail address: ada", id="email"),
        pytest.param(
            "PHONE", "call me", "it is not a phone number: call me", id="call"
        ),
        pytest.param(
            "URL",
            "ftp://a.example",
            "it is not a web address: ftp://a.example",
            id="ftp",
        ),
        pytest.param("NUMBER", "12a", "it must be a number", id="number"),
        pytest.param("NUMBER", "1e5", "it must be a number", id="number-exponent"),
        pytest.param("NUMBER", "1,5", "it must be a number", id="number-comma"),
        pytest.param("NUMBER", "１２", "it must be a number", id="number-full-width"),
        pytest.param("NUMBER", "9" * 31, "it must be a number", id="number-long"),
        pytest.param("NUMBER", True, "it must be a number", id="number-true"),
        pytest.param("NUMBER", [1], "it must be a number", id="number-list"),
        pytest.param(
            "NUMBER", float("nan"), "it cannot be written as JSON", id="number-nan"
        ),
        pytest.param(
            "NUMBER", float("inf"), "it cannot be written as JSON", id="number-inf"
        ),
        pytest.param(
            "NUMBER", 10**5000, "it cannot be written as JSON", id="number-huge"
        ),
        pytest.param(
            "DATE", "18/01/2027", "it must be a date, as in 2027-01-18", id="date"
        ),
        pytest.param(
            "DATE", "20270118", "it must be a date, as in 2027-01-18", id="date-basic"
        ),
        pytest.param(
            "DATE", "2027-02-29", "it must be a date, as in 2027-01-18", id="date-none"
        ),
        pytest.param("SELECT", "huge", "choose one of small, large", id="select"),
        pytest.param(
            "SELECT", ["small"], "choose one of small, large", id="select-list"
        ),
        pytest.param(
            "MULTISELECT", "small,huge", "choose among small, large", id="multiselect"
        ),
        pytest.param(
            "MULTISELECT", [["small"]], "choose among small, large", id="multi-nested"
        ),
        pytest.param("MULTISELECT", 5, "choose among small, large", id="multi-number"),
        pytest.param("CHECKBOX", "maybe", "it must be true or false", id="checkbox"),
        pytest.param("CHECKBOX", 2, "it must be true or false", id="checkbox-2"),
    ],
)
def test_an_answer_of_another_type_is_a_fault(
    type: str, given: object, fault: str
) -> None:
    with pytest.raises(InvalidResponses) as refusal:
        questions.check_responses([asker(type)], {"q": given})

    assert refusal.value.details == {"faults": {"q": fault}}


@pytest.mark.parametrize("given", ["a", "A"])
def test_options_that_differ_in_case_alone_can_both_be_chosen(given: str) -> None:
    """The first of them was taken, whichever was written."""
    grade = Question("q", "Grade?", "SELECT", options=("a", "A"))

    assert questions.check_responses([grade], {"q": given}) == {"q": given}


@pytest.mark.parametrize("blank", [None, "", []], ids=["null", "empty", "empty-list"])
@pytest.mark.parametrize("type", sorted(questions.TYPES))
def test_a_blank_answer_is_none(type: str, blank: object) -> None:
    assert questions.check_responses([asker(type)], {"q": blank}) == {}
    with pytest.raises(InvalidResponses) as refusal:
        questions.check_responses([asker(type, required=True)], {"q": blank})
    assert refusal.value.details == {"faults": {"q": "an answer is required"}}


def test_every_fault_is_named_at_once() -> None:
    form = [
        Question("name", "Name?", "TEXT", required=True),
        Question("age", "Age?", "NUMBER"),
        Question("fine", "Fine?", "TEXT"),
    ]
    responses: dict[str, Any] = {"age": "old", "fine": "yes", "shoe": "42"}

    with pytest.raises(InvalidResponses) as refusal:
        questions.check_responses(form, responses)

    assert refusal.value.code == "invalid_responses"
    assert refusal.value.details["faults"] == {
        "shoe": "there is no such question (name, age, fine)",
        "name": "an answer is required",
        "age": "it must be a number",
    }


def test_answers_come_in_the_order_of_the_questions() -> None:
    form = [Question("b", "B?", "TEXT"), Question("a", "A?", "TEXT")]

    answers = questions.check_responses(form, {"a": "1", "b": "2"})

    assert list(answers.items()) == [("b", "2"), ("a", "1")]


def test_where_nothing_is_asked_nothing_can_be_answered() -> None:
    assert questions.check_responses([], {}) == {}
    with pytest.raises(InvalidResponses) as refusal:
        questions.check_responses([], {"q": "x"})
    assert refusal.value.details["faults"] == {
        "q": "there is no such question (none is asked)"
    }
