"""The shared statements as PostgreSQL reads them: other words for the same."""

from __future__ import annotations

import re
from functools import cache

_WORDS = (
    (re.compile("%"), "%%"),  # of the driver
    (re.compile(r"(?<![:\w]):([a-z_]+)"), r"%(\1)s"),
    (re.compile(r"\?"), "%s"),
    (re.compile(r"\bis not (?!null\b|true\b|false\b)"), "is distinct from "),
    (
        re.compile(r"\bis (?!not\b|null\b|true\b|false\b|distinct\b)"),
        "is not distinct from ",
    ),
    # SQLite is told the order of a join, and which index to take.
    (re.compile(r"\b(?:not indexed|indexed by \w+)\b"), ""),
    (re.compile(r"\bcross join ((?:\w+|\([^()]*\)) \w+)(\s+)on\b"), r"join \1\2on"),
    (re.compile(r"\bjson_group_array\("), "json_agg("),
    (re.compile(r"\bjson_object\("), "json_build_object("),
    (re.compile(r"\bjson_array\("), "json_build_array("),
    (re.compile(r"\bjson_each\("), "json_items("),
    (re.compile(r"([\w.]+) ->> "), r"\1::json ->> "),
    (re.compile(r"\binstr\("), "strpos("),
    (re.compile(r"\blength\(cast\((\w+) as blob\)\)"), r"octet_length(\1)"),
)


@cache
def translate(statement: str) -> str:
    """A statement of `store` for the driver of PostgreSQL; each once."""
    for word, other in _WORDS:
        statement = word.sub(other, statement)
    return statement
