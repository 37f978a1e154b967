"""JSON as `json` reads and writes it, by the half of it that is C.

The other half compiles patterns, which is an eighth of a listing's cost. It is asked
where the C half is missing, or stops, as it says what is wrong.
"""

from __future__ import annotations

from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    make_encoder: Callable[..., Any] | None
    make_scanner: Callable[..., Any] | None
    encode_basestring: Callable[[str], str]
else:
    try:
        from _json import encode_basestring, make_encoder, make_scanner
    except ImportError:  # another Python
        make_encoder = make_scanner = encode_basestring = None


class _Usual:
    """How text is read, where nothing else is asked for."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int = float, int
    parse_constant = float  # NaN, Infinity and -Infinity


_scan = make_scanner and make_scanner(_Usual)


def loads(text: str) -> Any:
    """What JSON text says, as `json.loads` does."""
    try:
        found, end = _scan(text, 0) if _scan else (None, -1)
        if end == len(text):
            return found
    except (StopIteration, TypeError, ValueError):
        pass
    import json

    return json.loads(text)


def dumps(value: object, *, indent: int | None = None) -> str:
    """As text, in which only what has to be is escaped."""
    if make_encoder and indent is None:
        usual = (None, ": ", ", ", False, False, True)
        encode = make_encoder({}, _refuse, encode_basestring, *usual)
        return "".join(encode(value, 0))
    import json

    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(value: object) -> object:
    raise TypeError(f"{type(value).__name__} is no JSON")
