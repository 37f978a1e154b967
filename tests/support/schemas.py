"""JSON that is judged by the published schemas, and lets nothing else pass.

A reader has to take keys and words that are new. In tests these are faults: they were
never described.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from calbook.api.schema import nouns
from calbook.cli.answers import ANSWERS

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    """RFC 3339, as calbook writes it."""
    if not isinstance(value, str):
        return True
    datetime.fromisoformat(value)
    return bool(_TIME.fullmatch(value))


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or str(date.fromisoformat(value)) == value


@FORMATS.checks("idn-email")
def _is_email(value: object) -> bool:
    return not isinstance(value, str) or "@" in value


def strict(schema: Any) -> Any:
    """The schema without room for what is not in it."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: strict(each) for key, each in schema.items()}
    if "properties" in found and found.get("type") == "object":
        found.setdefault("additionalProperties", False)
    if "enum" in (choice := found.get("anyOf", [{}]))[0]:
        found["anyOf"] = [each for each in choice if each != {"type": "string"}]
    return found


@cache
def validator(noun: str) -> Any:
    schema = strict(nouns.schema(noun))
    return Draft202012Validator(schema, format_checker=FORMATS)


def faults(noun: str, found: Any) -> Iterator[str]:
    """What is wrong with an object of a noun, a line each."""
    for error in validator(noun).iter_errors(found):
        yield f"{noun}{error.json_path[1:]}: {error.message[:300]}"


def faults_of_answer(command: str, answer: Any) -> list[str]:
    """What is wrong with what a command printed, by the noun that fits it best."""
    return min((_faults_as(shape, answer) for shape in ANSWERS[command]), key=len)


def _faults_as(shape: str, answer: Any) -> list[str]:
    noun = shape.removesuffix("[]").removesuffix("?")
    if shape.endswith("[]"):
        if not isinstance(answer, list):
            return [f"it is no list of {noun}"] * 100
        if not noun:
            return ["it is not empty"] * bool(answer)
        return [fault for each in answer for fault in faults(noun, each)]
    if answer is None and shape.endswith("?"):
        return []
    if not isinstance(answer, dict):
        return [f"it is no {noun}"] * 100
    return [*faults(noun, answer)]
