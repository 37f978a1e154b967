"""Who was ever booked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from calbook.api.values.value import Value

if TYPE_CHECKING:
    from calbook.api.values.json_types import ErasedPlace, NamedPlace, PersonFigures


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


class Erasure(Value):
    """What was erased of somebody, or would be.

    person: the id that stays; None of who was in no book
    bookings: in how many something was
    places: by `place`, as a table is called, in how many of its rows (`count`)
    elsewhere: what still names them: `place`, `key` of the row, `field` and `uid`
    cancelled: bookings and entries of the waiting list that were still to come
    left: bookings of others and groups to come in which only their part ended
    mails_dropped: how many that waited are not sent
    compacted: whether the file was written anew, so that no byte is left
    copies: files beside it that hold what it was before
    dry_run: whether nothing was done
    """

    person: str | None
    bookings: int
    places: list[ErasedPlace]
    elsewhere: list[NamedPlace]
    cancelled: list[str]
    left: list[str]
    mails_dropped: int
    compacted: bool
    copies: list[str]
    dry_run: bool


class Retention(Value):
    """How long people are kept after their last date.

    after: `3y`, `18mo`, `6w`, `90d`; None where nobody is erased by itself
    before: the local day of the first host before which the last date of those was who
        are erased now
    people: how many they are; who waits for something is kept all the same
    """

    after: str | None
    before: str | None
    people: int
