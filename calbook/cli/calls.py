"""The call that a command line means, whoever has read the line.

`last` and `next` become uids, options go into their groups, and an error names them as
they are typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calbook.cli.groups import Group

    # A parameter of a function, its group, and which options of it the command has.
    Place = tuple[str, type[Group], Sequence[str]]

LARGEST = 1_000_000_000  # of a number; what SQLite takes is more
_WORDS = ("last", "next")


class Call:
    """A command's function with the values of its parameters, each by its name."""

    __slots__ = ("function", "given", "params", "places", "uids")

    def __init__(
        self,
        function: Callable[..., Any],
        places: Sequence[Place],
        given: dict[str, Any],
        *,
        uids: Sequence[str],
        params: Callable[[], Sequence[Any]],
    ) -> None:
        """`uids` are the parameters that name bookings; `params` makes all of them."""
        self.function, self.places, self.given = function, places, given
        self.uids, self.params = uids, params

    def run(self) -> Any:
        """Asks which booking is meant where a uid is too short."""
        self._find_named()
        try:
            return self._call()
        except Exception as error:
            from calbook.cli import option_errors, uid_input  # only when it is wrong

            if chosen := uid_input.choose_candidate(error, self.given):
                self.given.update(chosen)
                return self.run()
            option_errors.name_options(error, self.params(), self.given)
            raise

    def _call(self) -> Any:
        rest = dict(self.given)
        made = {
            one: kind(**{field: rest.pop(field) for field in names})
            for one, kind, names in self.places
        }
        return self.function(**rest, **made)

    def _find_named(self) -> None:
        """Put uids where `last` and `next` stand for them."""
        for name in self.uids:
            value = self.given.get(name) or ()
            words = [value] if isinstance(value, str) else value
            if not {*words} & {*_WORDS}:
                continue
            from calbook.cli.uid_input import find_named  # few say so

            uids = [find_named(w, self.given) if w in _WORDS else w for w in words]
            self.given[name] = uids[0] if isinstance(value, str) else uids
