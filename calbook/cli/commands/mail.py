"""`mail log|redeliver`: what was and will be sent by e-mail."""

from typing import Annotated

from calbook.cli import delivery_log
from calbook.cli import options as o
from calbook.cli.screen import deliveries
from calbook.cli.session import display_timezone

_KEYS = tuple(key for key in deliveries.KEYS if key != "channel")


def log(
    uid: Annotated[
        str | None, o.Argument(metavar="[UID]", help="Only this booking's.")
    ] = None,
    *,
    email: Annotated[
        str | None, o.Declared("--email", metavar="ADDRESS", help="Only to whom.")
    ] = None,
    which: delivery_log.Log,
    out: o.AnsweringTimes,
) -> None:
    """List what was and will be mailed, the newest first."""
    form, id = out.form_in_zone(), which.delivery
    if id is not None:
        delivery_log.print_delivery(
            lambda client: client.calendar.mails.get(id), which, uid, email, out=out
        )
        return
    with out.client() as client:
        found = client.calendar.mails.log(uid, email=email, **which.arguments())
        zone, now = display_timezone(client, form), client.now()
    delivery_log.print_deliveries(
        found, form, zone, now=now, to="To", nothing="no mail\n", keys=_KEYS
    )


def redeliver(
    id: Annotated[
        str, o.Argument(metavar="DELIVERY", help="Its id, as in `mail log`.")
    ],
    *,
    out: o.Queueing,
) -> None:
    """Send one mail again, whatever became of it."""
    with out.client() as client:
        queued = client.calendar.mails.redeliver(id)
    delivery_log.print_redelivery(queued, out)
