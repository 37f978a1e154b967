"""How far something that takes long has come, told to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], object]  # how many of how many are done
