"""A command as typer runs it, and what its options have in common with all others.

Each has one meaning: said twice, or beside what excludes it, it is refused, and errors
name it as it is typed.
"""

from collections.abc import Callable, Sequence
from inspect import Parameter, Signature, signature
from typing import Any

from typer.core import TyperCommand

from calbook.cli import global_options
from calbook.cli.groups import SHORT, Group

_UIDS = ("UID", "UID…", "[UID]")
_WORDS = ("last", "next")


class Command(global_options.TakesGlobalOptions, TyperCommand):
    """A command whose help is laid out by calbook, and which has the options of all."""

    groups: Sequence[type[Group]] = ()  # of options, those that it has
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

    def _find_named(self, given: dict[str, Any]) -> None:
        """Put uids where `last` and `next` stand for them."""
        names = [str(p.name) for p in self.params if p.metavar in _UIDS]
        for name in names:
            value = given.get(name) or ()
            words = [value] if isinstance(value, str) else value
            if not {*words} & {*_WORDS}:
                continue
            from calbook.cli.uid_input import find_named  # few say so

            uids = [find_named(w, given) if w in _WORDS else w for w in words]
            given[name] = uids[0] if isinstance(value, str) else uids

    def get_help(self, ctx: Any) -> str:
        return help_text(self, ctx)

    def invoke(self, ctx: Any) -> Any:
        """Run it; asks which booking is meant where the line does not say that."""
        self._find_named(ctx.params)
        if self.needs_uid and not ctx.params[self.needs_uid]:
            from calbook.cli import uid_input  # only where it is missing

            uid = uid_input.ask_for_uid(ctx.command_path[len("calbook ") :], ctx.params)
            ctx.params[self.needs_uid] = uid if self.needs_uid == "uid" else [uid]
        try:
            return super().invoke(ctx)
        except Exception as error:
            from calbook.cli import option_errors, uid_input  # only when it is wrong

            if chosen := uid_input.choose_candidate(error, ctx.params):
                ctx.params.update(chosen)
                return self.invoke(ctx)
            option_errors.name_options(error, self.params, ctx.params)
            raise


def help_text(command: Any, ctx: Any) -> str:
    from calbook.cli.help import layout  # only when help is asked for

    return layout.help_text(command, ctx.command_path.split()[1:])


def finish(command: Any, function: Callable[..., None]) -> Any:
    """With the short names, and the groups of its function."""
    command.groups = getattr(function, "groups", ())
    for param in command.params:
        if param.opts[0] in SHORT:
            param.opts.insert(0, SHORT[param.opts[0]])
        if param.name in ("uid", "uids") and param.required:
            command.needs_uid, param.required = param.name, False
            param.make_metavar = lambda *_, shown=param.metavar: shown
    return command


def expand_groups(command: Callable[..., None]) -> Callable[..., None]:
    """The command with a parameter for each option, as typer reads it.

    A parameter that is a group stands for all its options; `Annotated` with names, for
    these alone, in that order.
    """
    parameters: list[Parameter] = []
    groups: list[tuple[str, type[Group], tuple[str, ...]]] = []

    def add(name: str, default: Any, annotation: Any) -> None:
        kind = Parameter.KEYWORD_ONLY
        parameters.append(Parameter(name, kind, default=default, annotation=annotation))

    for name, found in signature(command).parameters.items():
        kind = getattr(found.annotation, "__origin__", found.annotation)
        if not (isinstance(kind, type) and issubclass(kind, Group)):
            add(name, found.default, found.annotation)
            continue
        options = kind.__annotations__
        names = getattr(found.annotation, "__metadata__", tuple(options))
        groups.append((name, kind, names))
        for option in names:
            add(option, kind.declared[option], options[option])

    def expanded(**given: Any) -> None:
        for name, kind, names in groups:
            given[name] = kind(**{option: given.pop(option) for option in names})
        command(**given)

    expanded.__doc__ = command.__doc__
    expanded.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    expanded.groups = [kind for _, kind, _ in groups]  # type: ignore[attr-defined]
    return expanded
