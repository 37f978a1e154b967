"""Who was ever booked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from calbook.api.values.value import Value

if TYPE_CHECKING:
    from calbook.api.values.json_types import PersonFigures


class Person(Value):
    """Somebody in the book of people.

    id: `per_…`, which stays; that of a merged one leads to who it became
    name, email, phone, ref: the latest that was given; any may be None
    timezone, language: taken by the next booking that does not say them
    bookings: how many there are, cancelled ones too
    figures: how the meetings went, by status; only from `get`
    created_at, updated_at: RFC 3339 text in UTC
    """

    _sometimes: ClassVar[tuple[str, ...]] = ("figures",)
    id: str
    name: str | None
    email: str | None
    phone: str | None
    ref: str | None
    timezone: str | None
    language: str | None
    bookings: int
    figures: PersonFigures
    created_at: str
    updated_at: str
