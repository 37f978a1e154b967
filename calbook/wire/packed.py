"""Answers by the hundred thousand, in a tenth of their size until somebody looks."""

from __future__ import annotations

import marshal
import zlib
from collections.abc import Iterator

from calbook.core.typing_names import Any
from calbook.wire.json_objects import Json
from calbook.wire.writing.bookings import Answer, RowAnswer, booking_to_json

_TOGETHER = 100


_Packed = Json | tuple[Any, int]  # or the row that it will be made of, and by when


class PackedAnswers:
    """Bookings' JSON in the order in which it was added."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._open: list[_Packed] = []
        self._last: tuple[int, list[Json]] = (-1, [])  # the block looked at last

    def append(self, answer: Json | Answer) -> None:
        if isinstance(answer, RowAnswer):
            self._open.append((answer.row, answer.now))
        else:
            self._open.append(answer if isinstance(answer, dict) else answer())
        if len(self._open) == _TOGETHER:
            self._packed.append(zlib.compress(marshal.dumps(self._open), 1))
            self._open = []

    def __len__(self) -> int:
        return len(self._packed) * _TOGETHER + len(self._open)

    def __getitem__(self, place: int) -> Json:
        if not 0 <= place < len(self):
            raise IndexError(place)
        block, within = divmod(place, _TOGETHER)
        if block == len(self._packed):
            return _read(self._open[within])
        if block != self._last[0]:
            self._last = (block, self._unpack(self._packed[block]))
        return self._last[1][within]

    def __iter__(self) -> Iterator[Json]:
        for packed in self._packed:
            yield from self._unpack(packed)
        yield from map(_read, self._open)

    @staticmethod
    def _unpack(packed: bytes) -> list[Json]:
        return [_read(item) for item in marshal.loads(zlib.decompress(packed))]


def _read(item: _Packed) -> Json:
    return item if isinstance(item, dict) else booking_to_json(item[0], now=item[1])
