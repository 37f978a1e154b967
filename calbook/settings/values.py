"""What is set: each value by its name, checked, and where it comes from."""

from __future__ import annotations

import os
from collections.abc import Mapping

from calbook.core.errors import BadInput, InputError
from calbook.core.text import excerpt, snake
from calbook.core.typing_names import Any, NamedTuple
from calbook.settings.reading import Document, name_place, read_document
from calbook.settings.table import SETTINGS, Setting, section_keys, unknown_setting


class Value(NamedTuple):
    """What a setting is; `source` is environment, file or default."""

    setting: Setting
    value: Any
    source: str


def read_value(name: str) -> Value:
    """A setting as it counts where no option says otherwise.

    Raises:
        BadInput: the file cannot be read, or has what the setting cannot be.
    """
    setting = SETTINGS[name]
    said = setting.variable and os.environ.get(setting.variable)
    if said:
        return Value(setting, _check_variable(setting, said), "environment")
    document = read_document()
    section = section_of(document, setting.section)
    if setting.key not in section:
        return Value(setting, setting.default, "default")
    return Value(setting, _check(document, setting, section[setting.key]), "file")


def read_values() -> tuple[list[Value], list[InputError]]:
    """All that can be read, and each fault of the file."""
    found: list[Value] = []
    faults: dict[str, InputError] = {}
    try:
        refuse_unknown(read_document())
    except InputError as error:
        faults[error.message] = error
    for name in SETTINGS:
        try:
            found.append(read_value(name))
        except InputError as error:
            faults.setdefault(error.message, error)
    return found, list(faults.values())


def check_document(document: Document) -> None:
    """Refuse the first key that there is not, and the first value that cannot be.

    Raises:
        BadInput: which one, in which file and on which line.
    """
    refuse_unknown(document)
    for setting in SETTINGS.values():
        section = section_of(document, setting.section)
        if setting.key in section:
            _check(document, setting, section[setting.key])


def refuse_unknown(document: Document, *sections: str) -> None:
    """Raises BadInput of the first key that there is not, in these or all sections."""
    for section in sections or document.values:
        known = section_keys(section)
        keys = section_of(document, section) if known else {None}
        for key in keys:
            if key not in known:
                error = unknown_setting(f"{section}.{key}" if key else section)
                name_place(error, document, section, key)
                raise error


def read_section(section: str) -> dict[str, Any]:
    """The keys of one section, each known, with their values as they stand there."""
    document = read_document()
    refuse_unknown(document, section)
    return section_of(document, section)


def section_of(document: Document, section: str) -> dict[str, Any]:
    """Its keys in snake_case.

    Raises:
        BadInput: it is no section.
    """
    found = document.values.get(section, {})
    if not isinstance(found, Mapping):
        error = BadInput(
            f"{section} must be a table of settings, not {excerpt(found)}",
            hint=f"write [{section}] on a line, and below it key = value",
            field=section,
        )
        name_place(error, document, section)
        raise error
    return {snake(key): value for key, value in found.items()}


def _check(document: Document, setting: Setting, value: object) -> Any:
    try:
        return setting.check(value, setting.name)
    except InputError as error:
        name_place(error, document, setting.section, setting.key)
        raise


def _check_variable(setting: Setting, text: str) -> Any:
    assert setting.variable is not None
    return setting.check(setting.typed(text), setting.variable)
