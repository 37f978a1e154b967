"""Groups of options: one parameter of a command that stands for several of its options.

Command.py spreads them out for the command line.
"""

from calbook.core.typing_names import Any, ClassVar

# In every command that has the option.
SHORT = {
    "--dry-run": "-n",
    "--event": "-e",
    "--limit": "-L",
    "--output": "-o",
    "--yes": "-y",
}


class Declared:
    """How an option is typed and what the help says of it; typer's costs ten times."""

    is_argument = False
    least: int | None = None  # of a number

    def __init__(
        self,
        *names: str,
        metavar: str | None = None,
        help: str | None = None,
        default: object = None,
    ) -> None:
        self.names, self.metavar, self.help = names, metavar, help
        self.default = default


class Argument(Declared):
    """What has no name on the command line."""

    is_argument = True


def option(
    name: str,
    metavar: str | None = None,
    help: str | None = None,
    *,
    default: object = None,
) -> Any:
    """A field of a group that takes a value, or has an opposite: `--push/--no-push`."""
    return Declared(name, metavar=metavar, help=help, default=default)


def number(name: str, help: str, *, default: int | None = None, least: int = 0) -> Any:
    """A field of a group that takes a whole number."""
    declared = Declared(name, metavar="N", help=help, default=default)
    declared.least = least
    return declared


def flag(name: str, help: str) -> Any:
    """A field of a group that is said or not."""
    return Declared(name, help=help, default=False)


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
        return str(named.names[0]).partition("/")[0]

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
