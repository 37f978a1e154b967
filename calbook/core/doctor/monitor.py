"""One line for a monitor, as the Monitoring Plugins' guidelines have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from calbook.core.doctor.findings import CRITICAL, Finding, count_of
from calbook.core.text import printable

STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_LONGEST = 300  # letters


def monitor_line(
    findings: Sequence[Finding], figures: Mapping[str, str], *, is_known: bool
) -> tuple[str, int]:
    """The line and the exit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.

    `figures` are the performance data; `is_known` is false where the bookings could
    not be read.
    """
    worst = sorted(findings, key=lambda finding: finding.severity != CRITICAL)
    if not is_known:
        state = 3
    else:
        state = (2 if worst[0].severity == CRITICAL else 1) if worst else 0
    said = "; ".join(finding.message for finding in worst) or "no findings"
    if len(worst) > 1:
        said = f"{count_of(len(worst), 'finding')}: {said}"
    text = printable(said).replace("|", "/")
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 1]}…"
    data = " ".join(f"{name}={value}" for name, value in figures.items())
    return f"CALBOOK {STATES[state]} - {text}" + (f" | {data}" if data else ""), state
