"""The config file changed key by key: what stands beside them stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from calbook.core.errors import BadInput
from calbook.core.text import snake
from calbook.settings.mail_server import read_server
from calbook.settings.reading import config_path, parse, read_document
from calbook.settings.table import SETTINGS, Setting
from calbook.settings.values import check_document, read_section, section_of

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_PASSWORDS = ("password_command", "password_env")
_LOG_IN = ("user", *_PASSWORDS)


def with_value(setting: Setting, value: object) -> bytes:
    """The file with a setting; None takes it out.

    Raises:
        BadInput: it cannot be that, or not beside what is set.
    """
    if setting.section == "smtp":
        return with_mail_server({setting.key: value})
    kept = None if value is None else setting.check(value, setting.name)
    return _edited(setting.section, {setting.key: kept})


def with_mail_server(given: Mapping[str, Any]) -> bytes:
    """The file with these settings of the mail server over those it has.

    With a `user` of None nobody logs in.
    """
    kept = read_section("smtp")
    changes = dict(given)
    if any(changes.get(key) is not None for key in _PASSWORDS):  # instead of the other
        changes = dict.fromkeys(_PASSWORDS) | changes
    if "user" in given and given["user"] is None:
        changes |= dict.fromkeys(_LOG_IN)
    section = {k: v for k, v in (kept | changes).items() if v is not None}
    read_server(section)
    checked = {
        key: None if value is None else SETTINGS[f"smtp.{key}"].check(value, key)
        for key, value in changes.items()
    }
    return _edited("smtp", checked)


def without_mail_server() -> bytes:
    document = _document()
    document.pop("smtp", None)
    return document.as_string().encode()


def without_key(name: str) -> bytes | None:
    """The file without a key that there is not; None where it has none of that name."""
    section, _, key = name.partition(".")
    document = _document()
    holder = document.get(section) if key else document
    if not isinstance(holder, dict) or (key or section) not in holder:
        return None
    del holder[key or section]
    return document.as_string().encode()


def check_file(data: bytes) -> None:
    """Refuse what could not be read as the config file, or has a fault.

    Raises:
        BadInput: it says on which line.
    """
    try:
        document = parse("", data)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"cannot read it: {error}") from None
    check_document(document)
    if section := section_of(document, "smtp"):
        read_server(section)


def _edited(section: str, changes: Mapping[str, Any]) -> bytes:
    """The file with these keys of a section; None takes one out."""
    kept = section_of(read_document(), section)
    document = _document()
    table = document.get(section)
    if table is None:
        import tomlkit

        document[section] = table = tomlkit.table()
    for key, value in changes.items():
        spelt = next((k for k in table if snake(k) == key), key)
        if value is not None:
            table[spelt] = value
        elif spelt in table:
            del table[spelt]
    if not table:
        del document[section]
    data = document.as_string().encode()
    wanted = {k: v for k, v in {**kept, **changes}.items() if v is not None}
    if section_of(parse("", data), section) != wanted:  # who knows what was written
        raise BadInput(
            f"cannot change {config_path()} in its place",
            hint="change it in an editor",
            command_hint="calbook config edit",
        )
    return data


def _document() -> TOMLDocument:
    """The file with its comments.

    Raises:
        BadInput: it cannot be read.
    """
    text = read_document().text
    import tomlkit  # slow to import
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(text)
    except (TOMLKitError, RecursionError) as error:
        raise BadInput(f"cannot read {config_path()}: {error}") from None
