"""`webhook log|redeliver`, `mail log|redeliver`: what was and will be sent."""

from typing import Annotated

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.screen import deliveries
from calbook.cli.session import display_timezone, open_client, unchecked

_MAIL_KEYS = tuple(key for key in deliveries.KEYS if key != "channel")


def webhook_log(
    id: Annotated[
        str | None, typer.Argument(metavar="[WEBHOOK]", help="Only this one's.")
    ] = None,
    uid: Annotated[
        str | None, typer.Option("--uid", metavar="UID", help="Only this booking's.")
    ] = None,
    status: o.DeliveryStatus = None,
    limit: o.Newest = 50,
    delivery: o.DeliveryId = None,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """List what was and will be sent, the newest first.

    With --json each delivery has the log of its attempts.
    """
    form = OutputOptions(json, jsonl, csv, fields, output.read_timezone(tz))
    if delivery is not None:
        deliveries.check_without_filters(id, uid, status)
        deliveries.show_delivery(
            lambda c: c.calendar.webhooks.get_delivery(delivery), form, db
        )
        return
    with open_client(db) as client:
        calendar = client.calendar
        found = calendar.webhooks.log(
            id, uid=uid, status=unchecked(status), count=limit
        )
        zone, now = display_timezone(client, form), client.now()
        known = {each.id for each in calendar.webhooks.list()} if id is None else {id}
    items = [delivery.to_dict() for delivery in found]
    several = len({*known, *(item["target"] for item in items)}) > 1
    to = "Webhook" if id is None and several else None
    deliveries.show_deliveries(
        items, form, zone, now=now, to=to, nothing="no deliveries\n"
    )


def redeliver(
    id: Annotated[
        str,
        typer.Argument(
            metavar="DELIVERY", help="Its id, as in `webhook log` or `mail log`."
        ),
    ],
    json: o.Json = False,
    no_deliver: o.NoDeliver = False,
    db: o.Db = None,
) -> None:
    """Send one delivery again, whatever became of it; mail too."""
    with open_client(db) as client:
        queued = client.calendar.webhooks.redeliver(id)
    deliveries.show_redelivery(queued, OutputOptions(json=json))


def mail_log(
    uid: Annotated[
        str | None, typer.Argument(metavar="[UID]", help="Only this booking's.")
    ] = None,
    email: Annotated[
        str | None, typer.Option("--email", metavar="ADDRESS", help="Only to whom.")
    ] = None,
    status: o.DeliveryStatus = None,
    limit: o.Newest = 50,
    mail: o.DeliveryId = None,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """List what was and will be mailed, the newest first."""
    form = OutputOptions(json, jsonl, csv, fields, output.read_timezone(tz))
    if mail is not None:
        deliveries.check_without_filters(uid, email, status)
        deliveries.show_delivery(lambda c: c.calendar.mails.get(mail), form, db)
        return
    with open_client(db) as client:
        found = client.calendar.mails.log(
            uid, email=email, status=unchecked(status), count=limit
        )
        zone, now = display_timezone(client, form), client.now()
    items = [delivery.to_dict() for delivery in found]
    deliveries.show_deliveries(
        items, form, zone, now=now, to="To", nothing="no mail\n", keys=_MAIL_KEYS
    )


def redeliver_mail(
    id: Annotated[
        str, typer.Argument(metavar="DELIVERY", help="Its id, as in `mail log`.")
    ],
    json: o.Json = False,
    no_deliver: o.NoDeliver = False,
    db: o.Db = None,
) -> None:
    """Send one mail again, whatever became of it."""
    with open_client(db) as client:
        queued = client.calendar.mails.redeliver(id)
    deliveries.show_redelivery(queued, OutputOptions(json=json))
