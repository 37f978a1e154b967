"""What is wrong and why, for `Client` and for where there can be none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.api.values.doctor import Diagnosis, FixedTimes

if TYPE_CHECKING:
    from calbook.core.errors import CalbookError
    from calbook.core.progress import Progress
    from calbook.store.context import Context


def diagnose(
    context: Context, *, quick: bool, progress: Progress | None = None
) -> Diagnosis:
    from calbook.services.doctor import diagnosis

    found = diagnosis.diagnose(context, is_quick=quick, progress=progress)
    return Diagnosis(found)


def diagnose_failure(error: CalbookError) -> Diagnosis:
    """Where not even the place of the file is known."""
    from calbook.services.doctor import diagnosis

    return Diagnosis(diagnosis.report_failure(error))


def monitor_line(diagnosis: Diagnosis) -> tuple[str, int]:
    """A line for a monitor, and its exit status from 0 to 3."""
    from calbook.services.doctor import diagnosis as service

    return service.describe_for_monitor(diagnosis.to_dict())


def fix_times(
    context: Context, notify_attendee: bool | None, *, dry_run: bool
) -> FixedTimes:
    from calbook.services.bookings.change_options import read_options
    from calbook.services.doctor import fix_times

    options = read_options(
        "fix_times", "", notify_attendee=notify_attendee, dry_run=dry_run
    )
    return FixedTimes(fix_times.fix_times(context, options))
