"""The stand-ins of `typing`'s names do what those do, as far as calbook asks it."""

from __future__ import annotations

import copy
import pickle
import typing

import pytest

from calbook.core import typing_names


class Place(typing_names.NamedTuple):
    """Where it is."""

    street: str
    number: int = 1
    more: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return f"{self.street} {self.number}"


class Usual(typing.NamedTuple):
    street: str
    number: int = 1
    more: tuple[str, ...] = ()


class Alone(typing_names.NamedTuple):
    only: int


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (("Elm",), {}),
        (("Elm", 3), {}),
        ((), {"number": 3, "street": "Elm"}),
        (("Elm",), {"more": ("back",)}),
    ],
)
def test_a_tuple_is_made_from_values_and_names(values: typing.Any, named: dict) -> None:
    place, usual = Place(*values, **named), Usual(*values, **named)

    assert place == tuple(usual)
    assert hash(place) == hash(usual)
    assert (place.street, place.number, place.more) == usual
    assert repr(place) == repr(usual).replace("Usual", "Place")
    assert place._asdict() == usual._asdict()
    assert place._replace(number=7) == usual._replace(number=7)
    assert place.text == f"Elm {usual.number}"


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), ((1, 2, 3, 4), {}), (("Elm",), {"street": "Oak"}), ((), {"town": "X"})],
)
def test_what_typing_refuses_is_refused(values: typing.Any, named: dict) -> None:
    for kind in (Place, Usual):
        with pytest.raises(TypeError):
            kind(*values, **named)


def test_what_has_no_such_field_cannot_be_replaced() -> None:
    for kind in (Place, Usual):
        with pytest.raises(ValueError, match="town"):
            kind("Elm")._replace(town="X")
        with pytest.raises(AttributeError):
            kind("Elm").street = "Oak"  # type: ignore[misc]


def test_a_tuple_survives_copying_and_pickling() -> None:
    place = Place("Elm", 3)

    for found in (copy.deepcopy(place), copy.copy(place)):
        assert (found, type(found)) == (place, Place)
    again = pickle.loads(pickle.dumps(place))
    assert (again, type(again)) == (place, Place)
    assert not hasattr(place, "__dict__")


def test_a_tuple_is_matched_by_its_fields() -> None:
    match Place("Elm", 3):
        case Place(street, number=3):
            assert street == "Elm"
        case _:
            pytest.fail("it is none")


def test_one_field_is_a_tuple_of_one() -> None:
    assert tuple(Alone(only=3)) == (3,)


def test_annotated_says_what_it_was_made_of() -> None:
    for module in (typing, typing_names):
        made = module.Annotated[str, "first", "second"]
        assert made.__origin__ is str
        assert made.__metadata__ == ("first", "second")
        assert "list[str]" in str(module.Annotated[list[str] | None, "of many"])


@pytest.mark.parametrize("name", ["Any", "ClassVar", "Literal", "Self", "TypeVar"])
def test_a_name_may_stand_in_an_annotation(name: str) -> None:
    found = getattr(typing_names, name)
    found = found("_T", bound=int) if name == "TypeVar" else found

    assert str in typing.get_args(found[int] | str | None)
