"""Event types of other programs, as calbook's are given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from calbook.core.imports import clean_line, clean_prose
from calbook.wire.reading.event_types import slug_of

_LONGEST = 1440  # minutes
_TYPES = {
    **{"string": "TEXT", "text": "TEXTAREA", "name": "TEXT", "address": "TEXT"},
    **{"textarea": "TEXTAREA", "phone_number": "PHONE", "phone": "PHONE"},
    **{"single_select": "SELECT", "select": "SELECT", "radio": "SELECT"},
    **{"multi_select": "MULTISELECT", "multiselect": "MULTISELECT"},
    **{"checkbox": "MULTISELECT", "boolean": "CHECKBOX", "number": "NUMBER"},
    **{"email": "EMAIL", "url": "URL"},
}


def make_slug(text: str) -> str:
    """`Intro call (30 min)` becomes `intro-call-30-min`."""
    spread = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    plain = slug_of(spread.encode("ascii", "ignore").decode()).replace("_", "-")
    return re.sub("-+", "-", plain).strip("-")[:60]


def fields_of(
    title: object,
    *,
    slug: object = None,
    minutes: object = None,
    description: object = None,
    **others: Any,
) -> dict[str, Any]:
    """What is known of it, in the words of `event_types.create`."""
    name = clean_line(title) or "Imported"
    found: dict[str, Any] = {"title": name}
    own = make_slug(str(slug or "")) or make_slug(name) or "imported"
    found["slug"] = own
    length = whole(minutes)
    if length is not None and 1 <= length <= _LONGEST:
        found["duration"] = length
    text = clean_prose(str(description or ""))
    if text:
        found["description"] = text
    return found | {key: value for key, value in others.items() if value is not None}


def whole(value: object) -> int | None:
    """A whole number, also where it is written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value == int(value):
        return int(value)
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def question(
    label: object,
    kind: object,
    *,
    is_required: object,
    options: Iterable[object] = (),
    key: object = None,
) -> dict[str, Any] | None:
    """A question, or None of one that cannot be asked here."""
    text = clean_line(label)
    if text is None:
        return None
    type_ = _TYPES.get(str(kind), "TEXT")
    choices = list(dict.fromkeys(filter(None, map(clean_line, options))))
    if type_ in ("SELECT", "MULTISELECT") and not choices:
        type_ = "TEXT"
    found = {"label": text, "type": type_, "required": is_required is True}
    own = slug_of(str(key or "")) or slug_of(text)
    if not own:
        return None
    found["key"] = own
    if type_ in ("SELECT", "MULTISELECT"):
        found["options"] = choices
    return found
