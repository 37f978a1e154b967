"""What a key means, as the docstring of its class says it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterator, Mapping

from calbook.wire.json_objects import camel

_KEYS = re.compile(r"(\w+(?:, \w+)*): (.+)")
_PYTHON = re.compile(r"\b(None|True|False)\b")
_JSON = {"None": "null", "True": "true", "False": "false"}


def describe(kind: type) -> str:
    """What a class is: the first paragraph of its docstring, in the JSON's words."""
    text = inspect.cleandoc(vars(kind).get("__doc__") or "")
    return _in_json(" ".join(text.split("\n\n")[0].split()))


def describe_keys(*kinds: type) -> Mapping[str, str]:
    """By the name that Python has for a key; of several classes the last one's word."""
    found: dict[str, str] = {}
    for kind in kinds:
        for base in reversed(kind.__mro__):
            found |= _entries(inspect.cleandoc(vars(base).get("__doc__") or ""))
    return {name: _with_keys(meaning, found) for name, meaning in found.items()}


def _with_keys(text: str, names: Collection[str]) -> str:
    """Other keys that it names, as the JSON spells them."""
    return re.sub(
        r"`(\w+)`", lambda m: f"`{camel(m[1]) if m[1] in names else m[1]}`", text
    )


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for line in _whole_lines(text):
        if match := _KEYS.fullmatch(line):
            names, meaning = match[1].split(", "), _in_json(match[2])
            if len(names) > 1:
                meaning = f"{', '.join(map(camel, names))}: {meaning}"
            yield from dict.fromkeys(names, meaning).items()


def _whole_lines(text: str) -> Iterator[str]:
    """What is indented goes on with the line before."""
    whole = ""
    for line in text.splitlines():
        if line.startswith("    "):
            whole += f" {line.strip()}"
            continue
        yield whole
        whole = line
    yield whole


def _in_json(text: str) -> str:
    return _PYTHON.sub(lambda word: _JSON[word[0]], text)
