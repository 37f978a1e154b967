"""Answers by the hundred thousand, in a tenth of their size until somebody looks."""

from __future__ import annotations

import marshal
import zlib
from collections.abc import Iterator

from calbook.wire.json_objects import Json

_TOGETHER = 100


class PackedAnswers:
    """JSON objects in the order in which they were added."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._open: list[Json] = []
        self._last: tuple[int, list[Json]] = (-1, [])  # the block looked at last

    def append(self, answer: Json) -> None:
        self._open.append(answer)
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
            return self._open[within]
        if block != self._last[0]:
            self._last = (block, self._unpack(self._packed[block]))
        return self._last[1][within]

    def __iter__(self) -> Iterator[Json]:
        for packed in self._packed:
            yield from self._unpack(packed)
        yield from self._open

    @staticmethod
    def _unpack(packed: bytes) -> list[Json]:
        answers: list[Json] = marshal.loads(zlib.decompress(packed))
        return answers
