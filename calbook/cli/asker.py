"""Who asks on the command line: `--by`, else what is set for this computer."""

from __future__ import annotations

from calbook.cli import output
from calbook.cli.defaults import read_default
from calbook.cli.output import OutputOptions
from calbook.core.typing_names import TYPE_CHECKING

if TYPE_CHECKING:
    from calbook.api.values.bookings import Booking


def read_asker(by: str | None) -> str:
    """As typed, for the library to check; else as set, else the attendee.

    Raises:
        InputError: what is set cannot be read.
    """
    if by is not None:
        return by
    return read_default("by", refuses=True) or "attendee"


def is_host(by: str) -> bool:
    return by.lower() == "host"


def hint_at_confirmation(booking: Booking, by: str | None, form: OutputOptions) -> None:
    """People who did not say who asks may be the host, who confirms what it awaits."""
    if by is None and booking.status == "PENDING" and output.is_for_people(form):
        output.say(
            "hint: as the host it needs no confirmation: --by host,"
            " or from now on: calbook config set defaults.by host"
        )
