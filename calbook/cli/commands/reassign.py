"""`reassign`: bookings that other hosts take over where they are."""

from typing import Annotated

from calbook.cli import options as o
from calbook.cli import several
from calbook.core.text import split_words


class Hosts(o.Group):
    """From whom to whom."""

    host_id: str | None = o.option(
        "--host", "HOST", "Who takes it; else whose turn it is."
    )
    from_host_id: str | None = o.option(
        "--from-host", "HOST", "In whose place, where several meet together."
    )


def reassign(
    uids: o.Uids,
    *,
    hosts: Hosts,
    dates: o.Dates,
    reason: o.Reason = None,
    by: Annotated[
        str, o.Declared("--by", metavar="attendee|host", help="Who asks.")
    ] = "host",
    override: o.Override = None,
    each: o.Each = False,
    change: o.Changing,
    out: o.PrintingChange,
) -> None:
    """Hand a booking over to another host, at the time at which it is."""
    wanted = {
        **hosts.options(),
        **dates.options(),
        "reason": reason,
        "by": by,
        "override": split_words(override),
        **change.arguments(),
    }
    several.change(
        "reassign", uids, wanted, out, each=each, said="Handed over", with_host=True
    )
