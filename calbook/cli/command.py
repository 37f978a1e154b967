"""A command as typer runs it, and what its options have in common with all others.

Each has one meaning: said twice, or beside what excludes it, it is refused, and errors
name it as it is typed.
"""

from collections.abc import Callable, Sequence
from inspect import Parameter, cleandoc, signature
from types import NoneType
from typing import TYPE_CHECKING, Any, NoReturn, get_args

import typer
from typer.core import TyperArgument, TyperCommand, TyperOption

from calbook.cli import global_options
from calbook.cli.calls import LARGEST, Call
from calbook.cli.groups import SHORT, Group

if TYPE_CHECKING:
    from calbook.cli.calls import Place

_UIDS = ("UID", "UID…", "[UID]")


class Command(global_options.TakesGlobalOptions, TyperCommand):
    """A command whose help is laid out by calbook, and which has the options of all."""

    function: Callable[..., Any]
    places: "Sequence[Place]" = ()  # where its options go
    needs_uid: str | None = None  # the parameter that names a booking, or several

    def make_parser(self, ctx: Any) -> Any:
        """One that tells what it was given before anything is made of it."""
        parser: Any = super().make_parser(ctx)
        parse = parser.parse_args

        def parse_args(args: list[str]) -> Any:
            typed = tuple(args)
            parsed = parse(args)
            self._check(parsed[2], typed)
            return parsed

        parser.parse_args = parse_args
        return parser

    def _check(self, order: Sequence[Any], typed: Sequence[str]) -> None:
        """Raises UsageError where options contradict each other."""
        options = [p for p in order if getattr(p, "param_type_name", "") == "option"]
        if len(options) < 2:
            return
        names = {param.name for param in options}
        exclusive = [each for kind in self.groups for each in kind.exclusive]
        is_repeated = len(options) > len(names)
        if is_repeated or any(len(names & {*each}) > 1 for each in exclusive):
            from calbook.cli import option_errors  # only when something is wrong

            option_errors.check_repeated(options, typed)
            option_errors.check_exclusive(options, exclusive)

    @property
    def groups(self) -> "Sequence[type[Group]]":
        return [kind for _, kind, _ in self.places]

    @property
    def uids(self) -> Sequence[str]:
        """The parameters that name bookings."""
        return [str(param.name) for param in self.params if param.metavar in _UIDS]

    def get_help(self, ctx: Any) -> str:
        show_help(self, ctx)

    def invoke(self, ctx: Any) -> Any:
        """Run it; asks which booking is meant where the line does not say that."""
        for param in self.params:
            value = ctx.params[param.name]
            if param.multiple or param.nargs == -1:
                ctx.params[param.name] = [*(value or ())] or None
            elif isinstance(value, int) and not 0 <= value - _least(param) <= LARGEST:
                from calbook.cli import option_errors  # only when something is wrong

                raise option_errors.out_of_range(param, value, _least(param), LARGEST)
        if self.needs_uid and ctx.params[self.needs_uid] in (None, (), []):
            from calbook.cli import uid_input  # only where it is missing

            uid = uid_input.ask_for_uid(ctx.command_path[len("calbook ") :], ctx.params)
            ctx.params[self.needs_uid] = uid if self.needs_uid == "uid" else [uid]
        params = self.params
        call = Call(
            *(self.function, self.places, ctx.params),
            uids=self.uids,
            params=lambda: params,
        )
        return call.run()


def _least(param: Any) -> int:
    return getattr(param, "least", None) or 0


def show_help(command: Any, ctx: Any) -> NoReturn:
    """Show it as any answer is shown, through a pager if it is long, and be done."""
    from calbook.cli import output
    from calbook.cli.help import layout  # only when help is asked for

    output.show(layout.help_text(command, ctx.command_path.split()[1:]) + "\n")
    raise typer.Exit


def make_command(
    name: str, function: Callable[..., int | None], **settings: Any
) -> Command:
    """The command that calls a function, with an option for each field of its groups.

    Typer would read the same of the function's signature, at five times the cost.
    """
    places: list[Place] = []
    params: list[Any] = []
    for one, found in signature(function).parameters.items():
        kind = getattr(found.annotation, "__origin__", found.annotation)
        if not (isinstance(kind, type) and issubclass(kind, Group)):
            params.append(_make_param(one, found.default, found.annotation))
            continue
        fields = kind.__annotations__
        names = getattr(found.annotation, "__metadata__", tuple(fields))
        places.append((one, kind, names))
        params += [_make_param(n, kind.declared[n], fields[n]) for n in names]
    command = Command(
        name=name,
        params=params,
        help=cleandoc(function.__doc__ or ""),
        rich_markup_mode=None,
        **settings,
    )
    command.function, command.places = function, places
    for param in params:
        if param.name in ("uid", "uids") and param.required:
            command.needs_uid, param.required = param.name, False
            param.make_metavar = lambda *_, shown=param.metavar: shown
    return command


def _make_param(name: str, default: Any, annotation: Any) -> Any:
    """An option, or an argument, as its annotation or its default declares it."""
    declared = getattr(annotation, "__metadata__", (default,))[0]
    value = default.default if declared is default else default
    kind = getattr(annotation, "__origin__", annotation)
    plain = next((one for one in get_args(kind) if one is not NoneType), kind)
    is_list = "list[" in str(annotation)
    more: dict[str, Any] = {"metavar": declared.metavar, "help": declared.help}
    if declared.is_argument:
        more |= {"required": value is Parameter.empty, "nargs": -1 if is_list else 1}
        value = None if value is Parameter.empty else value
        return TyperArgument(param_decls=[name], default=value, **more)
    names = [name, *declared.names]
    if short := SHORT.get(declared.names[0]):
        names.insert(1, short)
    if plain is bool:
        return TyperOption(param_decls=names, is_flag=True, default=value, **more)
    type = int if plain is int else str
    option: Any = TyperOption(
        param_decls=names, type=type, multiple=is_list, default=value, **more
    )
    option.least = declared.least
    return option
