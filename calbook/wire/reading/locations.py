"""Where a meeting takes place: locations and meeting links."""

from __future__ import annotations

from calbook.core import checks
from calbook.core.errors import BadInput
from calbook.wire.reading.shapes import read_object

LOCATION_PART = {
    "GOOGLE_MEET": "url",
    "ZOOM": "url",
    "TEAMS": "url",
    "LINK": "url",
    "PHONE": "phone",
    "PHONE_INBOUND": "phone",
    "IN_PERSON": "address",
    "CUSTOM": "text",
}
NEEDS_PART = ("LINK", "IN_PERSON", "CUSTOM")


def read_location(value: object, field: str = "location") -> dict[str, str]:
    """`{"type": "ZOOM", "url": …}`, or the short `ZOOM:https://…`."""
    if isinstance(value, str):
        value = _location_text(value)
    facts = read_object(value, ("type", "url", "phone", "address", "text"), field)
    kind = checks.choice(facts.pop("type", ""), f"{field}.type", tuple(LOCATION_PART))
    part = LOCATION_PART[kind]
    given = {key: item for key, item in facts.items() if item is not None}
    if wrong := given.keys() - {part}:
        raise BadInput(
            f"{field} of type {kind} has no {min(wrong)}; it may have {part}",
            field=field,
        )
    if kind in NEEDS_PART and not given:
        raise BadInput(f"{field} of type {kind} needs {part}", field=field)
    return {
        "type": kind,
        **{key: _place(key, item, field) for key, item in given.items()},
    }


def _location_text(text: str) -> dict[str, str]:
    kind, _, part = text.partition(":")
    name = kind.strip().upper().replace("-", "_")
    if name not in LOCATION_PART:
        return {"type": kind}
    return {"type": name} | (
        {LOCATION_PART[name]: part.strip()} if part.strip() else {}
    )


def _place(part: str, value: object, field: str) -> str:
    if part == "url":
        return checks.url(value, f"{field}.url")
    if part == "phone":
        return checks.phone(value, f"{field}.phone")
    return checks.line(value, f"{field}.{part}", most=1_000)


def read_meeting_url_template(value: object, field: str) -> str:
    text = checks.line(value, field, most=2_000)
    filled = text.replace("{uid}", "x").replace("{token}", "x")
    if "{" in filled or "}" in filled:
        raise BadInput(f"{field} knows {{uid}} and {{token}} only", field=field)
    checks.url(filled, field)
    return text
