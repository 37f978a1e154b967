"""The store's tests make each file's tables anew."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def copied_tables() -> None:
    pass
