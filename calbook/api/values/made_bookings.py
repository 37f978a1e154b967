"""Bookings that were made together: values that are made when one is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, overload

from calbook.api.values.bookings import Booking

if TYPE_CHECKING:
    from calbook.wire.packed import PackedAnswers


class MadeBookings(Sequence[Booking]):
    """What `create_all` made, in the order in which it was wanted."""

    def __init__(self, answers: PackedAnswers) -> None:
        self._answers = answers

    def __len__(self) -> int:
        return len(self._answers)

    @overload
    def __getitem__(self, place: int) -> Booking: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Booking, ...]: ...
    def __getitem__(self, place: int | slice) -> Booking | tuple[Booking, ...]:
        if isinstance(place, slice):
            return tuple(self[n] for n in range(*place.indices(len(self))))
        return Booking(self._answers[place + len(self) * (place < 0)])

    def __iter__(self) -> Iterator[Booking]:
        return map(Booking, self._answers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(tuple(self))
