"""`webhook log|redeliver`, `mail log|redeliver`: what was and will be sent."""

from typing import Annotated

import typer

from calbook.cli import options as o
from calbook.cli import outbox, output
from calbook.cli.output import Form
from calbook.cli.session import opened, shown_zone

_MAIL_KEYS = tuple(key for key in outbox.KEYS if key != "channel")


def webhooks(
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
    form = Form(json, jsonl, csv, fields, output.reading_zone(tz))
    if delivery is not None:
        outbox.check_alone(id, uid, status)
        outbox.show_one(lambda c: c.calendar.webhooks.get_delivery(delivery), form, db)
        return
    with opened(db) as client:
        calendar = client.calendar
        found = calendar.webhooks.log(id, uid=uid, status=status, count=limit)
        zone, now = shown_zone(client, form), client.now()
        known = {each.id for each in calendar.webhooks.list()} if id is None else {id}
    items = [delivery.to_dict() for delivery in found]
    several = len({*known, *(item["target"] for item in items)}) > 1
    to = "Webhook" if id is None and several else None
    outbox.show_all(items, form, zone, now=now, to=to, nothing="no deliveries\n")


def send_again(
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
    with opened(db) as client:
        queued = client.calendar.webhooks.redeliver(id)
    outbox.show_again(queued, Form(json=json))


def mails(
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
    form = Form(json, jsonl, csv, fields, output.reading_zone(tz))
    if mail is not None:
        outbox.check_alone(uid, email, status)
        outbox.show_one(lambda c: c.calendar.mails.get(mail), form, db)
        return
    with opened(db) as client:
        found = client.calendar.mails.log(uid, email=email, status=status, count=limit)
        zone, now = shown_zone(client, form), client.now()
    items = [delivery.to_dict() for delivery in found]
    outbox.show_all(
        items, form, zone, now=now, to="To", nothing="no mail\n", keys=_MAIL_KEYS
    )


def send_mail_again(
    id: Annotated[
        str, typer.Argument(metavar="DELIVERY", help="Its id, as in `mail log`.")
    ],
    json: o.Json = False,
    no_deliver: o.NoDeliver = False,
    db: o.Db = None,
) -> None:
    """Send one mail again, whatever became of it."""
    with opened(db) as client:
        queued = client.calendar.mails.redeliver(id)
    outbox.show_again(queued, Form(json=json))
