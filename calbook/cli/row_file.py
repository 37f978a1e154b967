"""Rows of a long list, which wait in a file instead of in memory."""

import os
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any

from calbook.core.errors import OutputError

Portion = tuple[int, int]  # where it begins, and how many rows it has


class RowFile:
    """A file that nobody else sees, and that is gone once it is closed.

    Raises:
        OutputError: there is no room for it.
    """

    def __init__(self) -> None:
        with _naming_it():
            self._file = TemporaryFile()  # noqa: SIM115 (its owner closes it)

    def add(self, rows: Sequence[Any]) -> Portion:
        with _naming_it():
            begin = self._file.seek(0, os.SEEK_END)
            for row in rows:
                pickle.dump(row, self._file, pickle.HIGHEST_PROTOCOL)
            self._file.flush()
        return begin, len(rows)

    def read(self, portion: Portion) -> Iterator[Any]:
        """One after another, also while other portions are read."""
        at, number = portion
        for _ in range(number):
            with _naming_it():
                self._file.seek(at)
                row = pickle.load(self._file)
                at = self._file.tell()
            yield row

    def close(self) -> None:
        self._file.close()


@contextmanager
def _naming_it() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write a temporary file: {error.strerror}") from None
