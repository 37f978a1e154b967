"""`webhook …`: who is told of events, and what became of it."""

import re
from functools import partial
from typing import TYPE_CHECKING, Annotated

from calbook.cli import delivery_log, output
from calbook.cli import options as o
from calbook.cli.output import Json, OutputOptions
from calbook.cli.screen import cards, deliveries
from calbook.cli.secret_input import read_headers, read_secret
from calbook.cli.session import display_timezone, report_write_failure, require_yes
from calbook.core.errors import DeliveryFailed, UsageError

if TYPE_CHECKING:
    from calbook.api.values.outbox import Webhook


_KEYS = ("id", "url", "events", "active", "disabledReason")
_ATTEMPT_KEYS = ("status", "code", "milliseconds", "response")

Id = Annotated[
    str,
    o.Argument(
        metavar="WEBHOOK", help="Its id in `webhook list`; four letters will do."
    ),
]
_TYPES = (
    "created, confirmed, cancelled, rescheduled, completed, no_show, attendee_added, "
    "attendee_removed, updated, offered, offer_ended, replied, counter_declined "
    "or restored; may be repeated"
)


class Fields(o.Group):
    clearable = ("new_event",)
    cleared_as = "all"

    url: str | None = o.option("--url", "URL", "Send there from now on.")
    event: list[str] | None = o.option(
        "--type", "TYPE", f"Only {_TYPES}. Without it, all."
    )
    new_event: list[str] | None = o.option(
        "--type", "TYPE", f"Only {_TYPES}; or all. Without it, as before."
    )
    header: list[str] | None = o.option(
        "--header",
        "NAME=VALUE",
        'Sent along, and never shown again: "Authorization=Bearer …".',
    )
    secret_stdin: bool = o.flag(
        "--secret-stdin", "Read the secret (whsec_…) from stdin."
    )
    header_stdin: bool = o.flag(
        "--header-stdin", "Read headers from stdin, NAME: VALUE on each line."
    )
    allow_http: bool | None = o.option(
        "--allow-http/--no-http",
        help="Send without encryption, for a network you trust.",
    )
    active: bool | None = o.option(
        "--active/--inactive",
        help="Switched off, it gets nothing, and what is still to be sent is dropped.",
    )


Adding = Annotated[
    Fields, "event", "header", "header_stdin", "secret_stdin", "allow_http"
]
Updating = Annotated[
    Fields,
    *("url", "new_event", "header", "header_stdin"),
    *("allow_http", "active"),
]
Rotating = Annotated[Fields, "secret_stdin"]


def add(
    url: Annotated[str, o.Argument(metavar="URL", help="https://…")],
    *,
    given: Adding,
    out: o.Answering,
) -> None:
    """Send events to an address; prints its secret, this once."""
    form = out.form_in_zone()
    fields: Json = {
        "events": _events(given.event) or [],
        "headers": _headers(given),
        "allow_http": bool(given.allow_http),
    }
    if given.secret_stdin:
        if given.header_stdin:
            raise UsageError("--secret-stdin and --header-stdin both read stdin")
        fields["secret"] = read_secret()
    with out.client() as client:
        added = client.calendar.webhooks.create(url, **fields)
        zone = display_timezone(client, form)
    _print_secret("Added", added, form, zone)


def list_(*, out: o.Sorting) -> None:
    """List the webhooks, without their secrets."""
    with out.client() as client:
        found = client.calendar.webhooks.list()
    output.print_list(found, out.form(), keys=_KEYS, table=deliveries.webhooks_table)


def show(id: Id, *, out: o.AnsweringTimes) -> None:
    """Show one webhook, without its secret."""
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.webhooks.get(id)
        zone = display_timezone(client, form)
    _print(found, form, zone)


def _print(
    webhook: "Webhook", form: OutputOptions, zone: str, *, keys: tuple[str, ...] = _KEYS
) -> None:
    card = partial(cards.webhook_card, tz=zone)
    output.print_object(webhook, form, keys=keys, card=card)


def update(id: Id, *, given: Updating, clear: o.Clear = None, out: o.Answering) -> None:
    """Change a webhook; headers stay unless they are named, or taken out as in
    --clear header.Authorization."""
    headers: dict[str, str | None] = {**_headers(given)}
    if clear:
        from calbook.cli.clearing import split_keys  # only for --clear

        gone, clear = split_keys(clear, "header")
        headers |= dict.fromkeys(gone)
        given.clear(clear)
    fields = o.said(
        url=given.url,
        events=_events(given.new_event),
        headers=headers or None,
        allow_http=given.allow_http,
        active=given.active,
    )
    form = out.form_in_zone()
    with out.client() as client:
        webhooks = client.calendar.webhooks
        dropped = webhooks.count_pending(id) if given.active is False else 0
        updated = webhooks.update(id, **fields)
        zone = display_timezone(client, form)
    _print(updated, form, zone)
    _say_dropped(dropped)


def remove(id: Id, *, yes: o.Yes = False, out: o.Answering) -> None:
    """Remove a webhook; what is still to be sent is dropped."""
    with out.client() as client:
        found = client.calendar.webhooks.get(id)
        require_yes(f"Remove {found.id} ({found.url})?", yes=yes, look=None)
        dropped = client.calendar.webhooks.delete(found.id)
    output.print_done(f"Removed {found.id}", found, form=out.form())
    _say_dropped(dropped)


def _say_dropped(count: int) -> None:
    if count:
        said = "1 delivery that was" if count == 1 else f"{count:,} that were"
        output.say(f"Dropped {said} still to be sent")


def rotate(id: Id, *, given: Rotating, out: o.Answering) -> None:
    """Take a new secret, shown once; both sign for a day."""
    form = out.form_in_zone()
    secret = read_secret() if given.secret_stdin else None
    with out.client() as client:
        rotated = client.calendar.webhooks.rotate(id, secret=secret)
        zone = display_timezone(client, form)
    _print_secret("Rotated", rotated, form, zone)


def _print_secret(
    what: str, webhook: "Webhook", form: OutputOptions, zone: str
) -> None:
    with report_write_failure(what, [webhook.id]):
        _print(webhook, form, zone, keys=(*_KEYS, "secret"))


def test(id: Id, *, out: o.Answering) -> None:
    """Send a sample (`webhook.test`) and show the answer."""
    with out.client() as client:
        attempt = client.calendar.webhooks.test(id)
    if attempt.status != "delivered":
        raise DeliveryFailed(
            f"the sample did not arrive: {cards.answer_text(attempt.to_dict())}",
            webhook=id,
            code=attempt.code,
            response=attempt.response,
        )
    output.print_object(
        attempt, out.form(), keys=_ATTEMPT_KEYS, card=cards.attempt_card
    )


def log(
    id: Annotated[
        str | None, o.Argument(metavar="[WEBHOOK]", help="Only this one's.")
    ] = None,
    *,
    uid: Annotated[
        str | None, o.Declared("--uid", metavar="UID", help="Only this booking's.")
    ] = None,
    which: delivery_log.Log,
    out: o.AnsweringTimes,
) -> None:
    """List what was and will be sent, the newest first.

    With --json each delivery has the log of its attempts.
    """
    form, one = out.form_in_zone(), which.delivery
    if one is not None:
        delivery_log.print_delivery(
            lambda client: client.calendar.webhooks.get_delivery(one),
            *(which, id, uid),
            out=out,
        )
        return
    with out.client() as client:
        webhooks = client.calendar.webhooks
        found = webhooks.log(id, uid=uid, **which.arguments())
        zone, now = display_timezone(client, form), client.now()
        known = {each.id for each in webhooks.list()} if id is None else {id}
    several = len(known | {delivery.target for delivery in found}) > 1
    to = "Webhook" if id is None and several else None
    delivery_log.print_deliveries(
        found, form, zone, now=now, to=to, nothing="no deliveries\n"
    )


def redeliver(
    id: Annotated[
        str,
        o.Argument(
            metavar="DELIVERY", help="Its id, as in `webhook log` or `mail log`."
        ),
    ],
    *,
    out: o.Queueing,
) -> None:
    """Send one delivery again, whatever became of it; mail too."""
    with out.client() as client:
        queued = client.calendar.webhooks.redeliver(id)
    delivery_log.print_redelivery(queued, out)


def _events(items: list[str] | None) -> list[str] | None:
    """None stays None; `all` is every type."""
    if not items or "all" not in items:
        return items or None
    if len(items) > 1:
        raise UsageError("--type all is every type: name no other beside it")
    return []


def _headers(given: Fields) -> dict[str, str]:
    """`Name=value` or `Name: value`; what cannot be read is not repeated."""
    found: dict[str, str] = {}
    typed = read_headers() if given.header_stdin else []
    for item in (*(given.header or ()), *typed):
        read = re.fullmatch(r"\s*([^=:]*[^=:\s])\s*[=:](.*)", item, re.DOTALL)
        if read is None:
            raise UsageError(
                "a header needs a name and a value",
                hint='write "Authorization=Bearer …"',
            )
        name, value = read.groups()
        found[name] = value.strip(" \t")
    return found
