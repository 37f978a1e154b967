"""An event type's questions and the answers that fit them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from calbook.core import checks
from calbook.core.errors import BadInput, InvalidResponses
from calbook.core.model import Question
from calbook.core.text import to_text
from calbook.core.typing_names import Any

_NUMBER = r"-?\d+(\.\d+)?"
_YES, _NO = (
    frozenset({"true", "yes", "1", "on"}),
    frozenset({"false", "no", "0", "off"}),
)


def check_responses(
    questions: Iterable[Question], responses: Mapping[str, Any]
) -> dict[str, Any]:
    """The responses in the questions' order, each in its type.

    Raises:
        InvalidResponses: with every fault at once: unknown keys, missing answers,
            wrong types, options that are not listed.
    """
    asked = {question.key: question for question in questions}
    faults = {
        key: f"there is no such question ({', '.join(asked) or 'none is asked'})"
        for key in responses
        if key not in asked
    }
    given: dict[str, Any] = {}
    for key, question in asked.items():
        value = responses.get(key)
        if _is_blank(value):
            if question.required:
                faults[key] = "an answer is required"
            continue
        try:
            given[key] = check_response(question, value)
        except BadInput as fault:
            faults[key] = fault.json_message
    if faults:
        raise InvalidResponses(faults)
    return given


def check_response(question: Question, value: object) -> Any:
    """One answer in its question's type; raises BadInput when it does not fit."""
    return TYPES[question.type](value, question)


def _is_blank(value: object) -> bool:
    return value is None or value == "" or value == []


def _text(value: Any, question: Question) -> str:
    return checks.line(value, "it", most=1_000)


def _textarea(value: Any, question: Question) -> str:
    return checks.prose(value, "it")


def _email(value: Any, question: Question) -> str:
    return checks.email(value, "it")


def _phone(value: Any, question: Question) -> str:
    return checks.phone(value, "it")


def _url(value: Any, question: Question) -> str:
    return checks.url(value, "it")


def _number(value: Any, question: Question) -> int | float:
    if (
        isinstance(value, str)
        and re.fullmatch(_NUMBER, value, re.ASCII)
        and len(value) <= 30
    ):
        return float(value) if "." in value else int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        checks.to_json_text(value, "it")
        return value
    raise BadInput("it must be a number")


def _date(value: Any, question: Question) -> str:
    try:
        if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise BadInput("it must be a date, as in 2027-01-18")


def _checkbox(value: Any, question: Question) -> bool:
    if isinstance(value, bool):
        return value
    word = to_text(value).casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise BadInput("it must be true or false")


def _select(value: Any, question: Question) -> str:
    exactly_first = sorted(question.options, key=lambda option: option != value)
    for option in exactly_first:
        if to_text(value).casefold() == option.casefold():
            return option
    raise BadInput(f"choose one of {', '.join(question.options)}")


def _multiselect(value: Any, question: Question) -> list[str]:
    chosen = (
        [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    )
    if isinstance(chosen, list) and all(item in question.options for item in chosen):
        return list(dict.fromkeys(chosen))
    raise BadInput(f"choose among {', '.join(question.options)}")


TYPES: Mapping[str, Callable[[Any, Question], Any]] = {
    "TEXT": _text,
    "TEXTAREA": _textarea,
    "EMAIL": _email,
    "PHONE": _phone,
    "NUMBER": _number,
    "DATE": _date,
    "SELECT": _select,
    "MULTISELECT": _multiselect,
    "CHECKBOX": _checkbox,
    "URL": _url,
}
