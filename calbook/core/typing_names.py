"""Names of `typing`, cheaply: its import is as dear as a fifth of a call.

Checkers see its own. At run time a name in an annotation means nothing, and a
NamedTuple is defined at a fifth of the cost; a call defines some fifty of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated as Annotated
    from typing import Any as Any
    from typing import ClassVar as ClassVar
    from typing import Literal as Literal
    from typing import NamedTuple as NamedTuple
    from typing import NoReturn as NoReturn
    from typing import Protocol as Protocol
    from typing import Self as Self
    from typing import TypeVar as TypeVar
else:
    import _collections  # as namedtuple's own module does

    _new, _get = tuple.__new__, _collections._tuplegetter

    class _Name:
        """Stands in an annotation, alone or with brackets."""

        def __class_getitem__(cls, item):
            return cls

    class Any(_Name): ...

    class ClassVar(_Name): ...

    class Literal(_Name): ...

    class NoReturn(_Name): ...

    class Protocol(_Name): ...

    class Self(_Name): ...

    def TypeVar(name, *constraints, bound=None):
        return _Name

    class Annotated:
        """What it says of a type, as `typing` keeps it."""

        def __init__(self, kind, metadata):
            self.__origin__, self.__metadata__ = kind, metadata

        def __class_getitem__(cls, item):
            return cls(item[0], item[1:])

        def __repr__(self):
            return f"Annotated[{self.__origin__}]"

    class _Naming(type):
        """Makes a class's annotated names the fields of its tuples."""

        def __new__(cls, name, bases, body):
            if "__annotations__" in body:
                fields = body["_fields"] = body["__match_args__"] = (
                    *body["__annotations__"],
                )
                body["_defaults"] = tuple(body[f] for f in fields if f in body)
                body |= {f: _get(at, None) for at, f in enumerate(fields)}
                body["__slots__"] = ()
            return super().__new__(cls, name, bases, body)

    class NamedTuple(tuple, metaclass=_Naming):
        __slots__ = ()

        def __new__(cls, *values, **more):
            """Once for each class, and then by a function of its own."""
            kind = next(kind for kind in cls.__mro__ if "_fields" in vars(kind))
            names = ", ".join(kind._fields)
            make = eval(f"lambda cls, {names}: new(cls, ({names},))", {"new": _new})
            make.__name__, make.__qualname__ = "__new__", f"{kind.__qualname__}.__new__"
            make.__defaults__ = kind._defaults
            kind.__new__ = staticmethod(make)
            return make(cls, *values, **more)

        def _replace(self, /, **more):
            made = _new(type(self), map(more.pop, self._fields, self))
            if more:
                raise ValueError(f"no such fields: {[*more]}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            said = ", ".join(map("{}={!r}".format, self._fields, self))
            return f"{type(self).__name__}({said})"

        def __getnewargs__(self):
            return tuple(self)
