"""Look for bytes that a target cannot bear, or keep those that cover something new.

It goes on after each fault, which is printed and kept beside --corpus; what is worth
trying again goes into --corpus. --keep writes the smallest of these that together
cover as much into tests/data/fuzz. Needs the extra `fuzz`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["calbook"]):
    from .targets import TARGETS, Target

    for _target in TARGETS.values():  # what is imported only where it is used
        for _seed in _target.seeds:
            with suppress(*_target.refusals):
                _target.read(_seed)

from .corpora import files, keep, name_of
from .guard import MEGABYTES, SECONDS, Hang, bounded_time

_SLOWER = 3  # times, as each step is counted


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--corpus", type=Path, default=None)
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    target = TARGETS[given.target]
    corpus = given.corpus or Path(tempfile.mkdtemp(prefix="calbook-fuzz-"))
    if given.keep:
        found = (path.read_bytes() for path in corpus.iterdir())
        print(f"{keep(given.target, target, found)} files kept")
        return 0
    corpus.mkdir(parents=True, exist_ok=True)
    for path in files(given.target):
        (corpus / path.name).write_bytes(path.read_bytes())
    for seed in target.seeds:
        (corpus / name_of(seed)).write_bytes(seed)
    fuzz(target, corpus, given.minutes)
    return 0


def fuzz(target: Target, corpus: Path, minutes: float) -> None:
    """Until the time is over; libFuzzer ends the process then."""
    faults: set[str] = set()
    found = corpus.with_name(f"{corpus.name}-faults")

    def read(data: bytes) -> None:
        try:
            with bounded_time(_SLOWER * SECONDS):
                target.read(data)
        except target.refusals:
            pass
        except (Exception, Hang) as fault:
            place = traceback.extract_tb(fault.__traceback__)[-1]
            kind = f"{type(fault).__name__} {place.filename}:{place.lineno}"
            if kind not in faults:
                faults.add(kind)
                found.mkdir(exist_ok=True)
                (found / name_of(data)).write_bytes(data)
                print(f"FAULT {found / name_of(data)}")
                traceback.print_exception(fault)

    words = corpus.with_name(f"{corpus.name}.words")
    words.write_text("".join(f"{_quoted(word)}\n" for word in target.words))
    options = [
        *(f"-max_total_time={minutes * 60:.0f}", f"-max_len={target.largest}"),
        *(f"-dict={words}", "-timeout=60", f"-rss_limit_mb={MEGABYTES}"),
        *("-print_final_stats=1", "-artifact_prefix=" + f"{corpus}-", str(corpus)),
    ]
    atheris.Setup([sys.argv[0], *options], read)
    atheris.Fuzz()


def _quoted(word: str) -> str:
    """As libFuzzer reads its dictionaries."""
    plain = (
        chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02X}"
        for b in word.encode()
    )
    return f'"{"".join(plain)}"'


if __name__ == "__main__":
    sys.exit(main())
