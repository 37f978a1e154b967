"""Checks of single values that people give: text, addresses, numbers, ids.

Each returns the value to keep or raises `BadInput` naming the field.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache

from calbook.core import domain_names
from calbook.core import patterns as re
from calbook.core.errors import BadInput
from calbook.core.text import excerpt, plain_text, printable, to_text
from calbook.core.typing_names import Any

NAME_LENGTH = 200
REASON_LENGTH = 1_000
NOTES_LENGTH = 20_000
METADATA_KEYS = 50
METADATA_KEY_LENGTH = 40
METADATA_BYTES = 64 * 1024
NESTING = 20
EMAIL_LENGTH = 254  # in octets
REF_LENGTH = 100
_LOCAL_OCTETS = 64
_LONG = 10**18

_SLUG = r"[a-z0-9_][a-z0-9_-]{0,59}"
_ID = rf"(?:evt|user|sched|res)_{_SLUG}"
_EMAIL = r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+"
_PHONE = r"\+?[0-9(][0-9 ().\-/x]{2,38}"
_LANGUAGE = r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*"
_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")


def line(value: object, field: str, *, most: int = NAME_LENGTH) -> str:
    """One line of text that says something, at most `most` characters."""
    text = _text(value, field, most=most)
    if not _BREAKS.isdisjoint(text):
        raise BadInput(f"{field} must be one line", field=field)
    if not text.strip():
        raise BadInput(f"{field} is empty", field=field)
    return text


def actor(value: object, field: str = "actor") -> str:
    """Who does something, by name: a line without control characters."""
    text = line(value, field)
    if any(unicodedata.category(char) == "Cc" for char in text):
        raise BadInput(
            f"{field} holds a control character: {printable(text)}", field=field
        )
    return text


def prose(value: object, field: str, *, most: int = NOTES_LENGTH) -> str:
    """Text of any number of lines, at most `most` characters."""
    return _text(value, field, most=most)


def _text(value: object, field: str, *, most: int) -> str:
    if not isinstance(value, str):
        raise BadInput(f"{field} must be text, not {_kind(value)}", field=field)
    value = plain_text(value)
    if len(value) > most:
        raise BadInput(
            f"{field} has {len(value):,} characters; at most {most:,} fit",
            field=field,
            length=len(value),
            most=most,
        )
    if "\0" in value:
        raise BadInput(f"{field} holds a NUL byte", field=field)
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise BadInput(f"{field} is not valid UTF-8", field=field)
    return value


def email(value: object, field: str = "email") -> str:
    """An address `local@domain` without spaces, quotes or display name.

    Its parts have the lengths of RFC 5321, 4.5.3.1, in octets.
    """
    text = line(value, field, most=EMAIL_LENGTH)
    hint = _email_hint(text)
    if hint is None:
        return text
    raise BadInput(
        f"{field} is not an e-mail address: {printable(text)}", hint=hint, field=field
    )


def _email_hint(text: str) -> str | None:
    """How to write it instead; None if it is an address."""
    local, _, domain = text.partition("@")
    if not re.fullmatch(_EMAIL, text) or not (local + domain).isprintable():
        plain = domain.isascii() or not local.isprintable()
        return _PLAIN_EMAIL if plain else _XN_DOMAIN
    try:
        encoded = domain_names.ascii_domain(domain)
    except ValueError:
        return _PARTS_OF_EMAIL if domain.isascii() else _XN_DOMAIN
    octets = len(local.encode())
    is_short = octets <= _LOCAL_OCTETS and octets + 1 + len(encoded) <= EMAIL_LENGTH
    if not (is_short and all(local.split("."))):
        return _PARTS_OF_EMAIL
    return None if "." in encoded else _WHOLE_DOMAIN


_PLAIN_EMAIL = "write it as name@example.com"
_XN_DOMAIN = "no such domain is looked up; if it has an xn-- form, write that"
_PARTS_OF_EMAIL = "before the @ fit 64 bytes, and between dots from 1 to 63"
_WHOLE_DOMAIN = (
    "behind the @ stands a whole domain, as in name@example.com;"
    " leave it out where there is none"
)


def fold_email(address: str) -> str:
    """The form in which e-mail addresses are compared; an international domain in
    ASCII, as that may be written both ways.

    Not case-folded: `weiß@` and `weiss@` are two mailboxes.
    """
    if not address.isascii():
        address = domain_names.ascii_address(unicodedata.normalize("NFC", address))
    return address.lower()


def phone(value: object, field: str = "phone") -> str:
    text = line(value, field, most=40)
    if not is_phone(text):
        raise BadInput(
            f"{field} is not a phone number: {printable(text)}",
            hint="write it with digits, as in +351 912 345 678",
            field=field,
        )
    return text


def is_phone(text: str) -> bool:
    """Whether it is written as a phone number, with three digits at least."""
    return (
        bool(re.fullmatch(_PHONE, text, re.ASCII))
        and len(re.findall("[0-9]", text)) > 2
    )


def ref(value: object, field: str = "ref") -> str:
    """A customer number, or what else a business knows a person by."""
    text = line(value, field, most=REF_LENGTH).strip()
    if not text.isprintable():
        raise BadInput(
            f"{field} holds what cannot be shown: {printable(text)}", field=field
        )
    return text


def fold_ref(number: str) -> str:
    """The form in which customer numbers are compared: `k 1007` is `K1007`."""
    return "".join(unicodedata.normalize("NFC", number).lower().split())


def language(value: object, field: str = "language") -> str:
    """A BCP 47 tag, in the usual case (RFC 5646, 2.1.1): `en`, `pt-BR`, `zh-Hans`."""
    text = line(value, field, most=35)
    if not re.fullmatch(_LANGUAGE, text, re.ASCII):
        raise BadInput(
            f"{field} is no language tag: {printable(text)}",
            hint="write it as en, pt-BR or de-AT",
            field=field,
        )
    first, *rest = text.split("-")
    return "-".join([first.lower(), *map(_subtag, rest)])


def _subtag(part: str) -> str:
    if len(part) == 2:
        return part.upper()
    return part.capitalize() if len(part) == 4 else part.lower()


def url(value: object, field: str) -> str:
    """An absolute http or https address without user name or password in it."""
    text = line(value, field, most=2_000)
    scheme, _, rest = text.partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if (
        scheme.lower() not in {"http", "https"}
        or not host
        or "@" in host
        or any(char.isspace() for char in text)
        or not text.isprintable()
    ):
        raise BadInput(
            f"{field} is not a web address: {printable(text)}",
            hint="write it as https://meet.example/room",
            field=field,
        )
    return text


def identifier(value: object, prefix: str, field: str) -> str:
    """An id of one noun (`evt_…`, `user_…`, `sched_…`); a bare slug gets its prefix."""
    return _identifier(line(value, field, most=80), prefix, field)


@lru_cache
def _identifier(given: str, prefix: str, field: str) -> str:
    text = given.lower()
    full = text if text.startswith(f"{prefix}_") else f"{prefix}_{text}"
    if not re.fullmatch(_ID, full, re.ASCII):
        raise BadInput(
            f"{field} cannot be {printable(text)}",
            hint=f"use up to 60 of a-z, 0-9, - and _, as in {prefix}_demo",
            field=field,
        )
    return full


def member_id(value: object) -> str:
    """The id of a host; or a resource's, where it begins as one."""
    is_resource = isinstance(value, str) and value.startswith("res_")
    return identifier(value, "res" if is_resource else "user", "hostId")


def event_type_key(value: object, field: str = "eventTypeId") -> str:
    """What an event type is named by: its id or slug, with `evt_` before it."""
    return identifier(value, "evt", field)


def slug(value: object, field: str = "slug") -> str:
    """A short name of an event type, as in an address."""
    text = line(value, field, most=80).lower()
    if not re.fullmatch(_SLUG, text, re.ASCII) or text.startswith("evt_"):
        raise BadInput(
            f"{field} cannot be {printable(text)}",
            hint="use up to 60 of a-z, 0-9, - and _, as in product-demo",
            field=field,
        )
    return text


def whole_number(value: object, field: str, *, least: int, most: int) -> int:
    """A whole number from `least` to `most`, both included."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(f"{field} must be a whole number", field=field)
    if not least <= value <= most:
        is_short = abs(value) < _LONG  # Python writes no number of any length
        raise BadInput(
            f"{field} {f'is {value:,}; it ' if is_short else ''}must be from {least:,}"
            f" to {most:,}",
            field=field,
            value=value if is_short else None,
            least=least,
            most=most,
        )
    return value


def boolean(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise BadInput(f"{field} must be true or false", field=field)
    return value


def choice(value: object, field: str, among: Collection[str]) -> str:
    """One of the words, read in any case."""
    for word in among:
        if word == value:
            return word
    wanted = to_text(value).replace("-", "_").casefold()
    for word in () if value is None else among:  # null is no word, not even NONE
        if word.replace("-", "_").casefold() == wanted:
            return word
    from calbook.core.suggestions import did_you_mean

    raise BadInput(
        f"{field} cannot be {excerpt(value)}",
        hint=did_you_mean(wanted, among, f"choose one of {', '.join(among)}"),
        field=field,
        choices=list(among),
    )


def metadata(value: object, field: str = "metadata") -> dict[str, Any]:
    """At most 50 keys of 40 characters, 64 kB of JSON in all."""
    if not isinstance(value, Mapping):
        raise BadInput(f"{field} must be an object of keys and values", field=field)
    if len(value) > METADATA_KEYS:
        raise BadInput(f"{field} has more than {METADATA_KEYS} keys", field=field)
    kept = {
        line(key, f"{field} key", most=METADATA_KEY_LENGTH): item
        for key, item in value.items()
    }
    size = len(to_json_text(kept, field).encode())
    if size > METADATA_BYTES:
        raise BadInput(
            f"{field} takes {size:,} bytes; at most {METADATA_BYTES:,} fit",
            field=field,
        )
    return kept


def to_json_text(value: object, field: str) -> str:
    """The value as JSON text, refused when JSON or UTF-8 cannot hold it."""
    if _is_deep(value, NESTING):
        raise BadInput(f"{field} is nested more than {NESTING} deep", field=field)
    try:
        import json  # slow to import

        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError, RecursionError):
        raise BadInput(f"{field} cannot be written as JSON", field=field) from None
    if "\\u0000" in text.replace("\\\\", ""):  # a spelt-out \\u0000 is no NUL
        raise BadInput(f"{field} holds a NUL byte", field=field)
    return text


def _is_deep(value: object, left: int) -> bool:
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list | tuple):
        return False
    return not left or any(_is_deep(item, left - 1) for item in value)


def _kind(value: object) -> str:
    return {
        "NoneType": "null",
        "dict": "an object",
        "list": "a list",
        "int": "a number",
        "float": "a number",
        "bool": "true or false",
        "bytes": "bytes",
    }.get(type(value).__name__, type(value).__name__)
