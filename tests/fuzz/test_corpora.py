"""What fuzzing found is read in each run, with the limits that fuzzing has."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from support.properties import TORTURE

from .corpora import CORPORA, files, name_of
from .guard import Hang, bounded_memory, bounded_time
from .targets import TARGETS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_is_read_or_refused_in_words(name: str) -> None:
    """And with 2 seconds of processor time and 300 MB for each."""
    target = TARGETS[name]
    found = [path.read_bytes() for path in files(name)]

    for data in (*target.seeds, *found):
        with suppress(*target.refusals), bounded_time(), bounded_memory():
            target.read(data)

    assert found


def test_the_corpora_are_few_and_small() -> None:
    found = [path for path in CORPORA.rglob("*") if path.is_file()]

    assert {path.parent.name for path in found} == {*TARGETS}
    assert sum(path.stat().st_size for path in found) < 500_000
    for path in found:
        assert path.name == name_of(path.read_bytes())


def test_the_limits_are_limits() -> None:
    def hang() -> None:
        with suppress(Exception):
            while True:
                pass

    with pytest.raises(Hang), bounded_time(0.05):
        hang()
    with pytest.raises(MemoryError), bounded_memory():
        bytearray(400_000_000)


@pytest.mark.torture
@pytest.mark.parametrize("name", TARGETS)
def test_fuzzing_finds_nothing(
    name: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Six seconds of each target, and with CALBOOK_TORTURE=n as many more."""
    if TORTURE == 1 and "torture" not in pytestconfig.option.markexpr:
        pytest.skip("fuzzing takes its time: -m torture, or CALBOOK_TORTURE=n")
    pytest.importorskip("atheris", reason="fuzzing needs the extra `fuzz`")
    minutes = str(0.1 * TORTURE)
    command = [sys.executable, "-m", "tests.fuzz", name, "--minutes", minutes]

    subprocess.run(
        [*command, "--corpus", str(tmp_path / "corpus")], cwd=ROOT, check=True
    )

    assert not (tmp_path / "corpus-faults").exists()
