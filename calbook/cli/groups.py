"""Groups of options: one parameter of a command that stands for several of its options.

Command.py spreads them out for the command line.
"""

from typing import Any, ClassVar

import typer

# In every command that has the option.
SHORT = {
    "--dry-run": "-n",
    "--event": "-e",
    "--limit": "-L",
    "--output": "-o",
    "--yes": "-y",
}


def option(
    name: str,
    metavar: str | None = None,
    help: str | None = None,
    *,
    default: object = None,
    **more: Any,
) -> Any:
    """A field of a group that takes a value."""
    return typer.Option(default, name, metavar=metavar, help=help, **more)


def flag(name: str, help: str) -> Any:
    """A field of a group that is said or not."""
    return typer.Option(False, name, help=help)


class Group:
    """Options by name, in their order.

    A NamedTuple would do, but defining one costs as much as twenty options.
    """

    declared: ClassVar[dict[str, Any]]
    exclusive: ClassVar[tuple[tuple[str, ...], ...]] = ()  # of each, one is meant
    clearable: ClassVar[tuple[str, ...]] = ()  # fields that --clear takes out
    cleared_as: ClassVar[str] = ""  # what is typed where one is to hold nothing

    def __init_subclass__(cls) -> None:
        """What a field is declared as makes room for its default."""
        cls.declared = {name: getattr(cls, name) for name in cls.__annotations__}
        for name, field in cls.declared.items():
            setattr(cls, name, getattr(field, "default", field))

    def __init__(self, **options: Any) -> None:
        vars(self).update(options)

    def options(self) -> dict[str, Any]:
        """Those that the command has."""
        return dict(vars(self))

    def given(self) -> dict[str, Any]:
        """Those that were given."""
        return said(**vars(self))

    @classmethod
    def option_of(cls, field: str) -> str:
        """What a field is called on the command line."""
        declared = getattr(cls.__annotations__[field], "__metadata__", ())
        named = declared[0] if declared else cls.declared[field]
        spelt = named.param_decls or (named.default,)  # which typer moves
        return str(spelt[0]).partition("/")[0]

    def clear(self, names: list[str] | None) -> None:
        """Take out what `--clear` names."""
        if names:
            from calbook.cli import clearing  # only for --clear

            clearing.clear_fields(self, names)


def said(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def without_none(texts: list[str]) -> list[str]:
    """Of an option that may be repeated: `none` takes all out."""
    return [text for text in texts if text not in ("", "none")]
