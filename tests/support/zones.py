"""Rules of the zones that change while a test runs, as a new release changes them.

A plugin: a module says `pytest_plugins = ("support.zones",)` and has `new_rules`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tzdata

from calbook.core.time import times

_CACHES = (
    *(times.zone, times.rfc3339_formatter, times.tzdata_version, times.newer_package),
)
NewRules = Callable[..., None]


@pytest.fixture
def new_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewRules]:
    """Gives a zone the rules of another one, in a release that is named."""
    real = Path(tzdata.__path__[0], "zoneinfo")
    package, system = tmp_path / "rules", tmp_path / "system"

    def change(zone: str, like: str, release: str = "2099a") -> None:
        file = package / "zoneinfo" / zone
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(real / like, file)
        system.mkdir(exist_ok=True)
        (system / "tzdata.zi").write_text("# version 2000a\n")
        monkeypatch.setattr(times, "TZPATH", (str(system),))
        monkeypatch.delenv("PYTHONTZPATH", raising=False)
        monkeypatch.setattr(tzdata, "__path__", [str(package)])
        monkeypatch.setattr(tzdata, "IANA_VERSION", release)
        _forget()

    yield change
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for cached in _CACHES:
        cached.cache_clear()
