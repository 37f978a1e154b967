"""`webhook …`: who is told of events, and what became of it."""

import os
import re
import sys
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.screen import cards, deliveries
from calbook.cli.session import (
    ask_yes_no,
    display_timezone,
    open_client,
    report_write_failure,
    show_value,
    unchecked,
)
from calbook.core.errors import BadInput, DeliveryFailed, UsageError

Json = dict[str, Any]

_KEYS = ("id", "url", "events", "active", "disabledReason")
_ATTEMPT_KEYS = ("status", "code", "milliseconds", "response")

Id = Annotated[
    str,
    typer.Argument(
        metavar="WEBHOOK", help="Its id in `webhook list`; four letters will do."
    ),
]
_TYPES = (
    "created, confirmed, cancelled, rescheduled, completed, no_show, attendee_added, "
    "attendee_removed or updated; may be repeated"
)
Events = Annotated[
    list[str] | None,
    typer.Option("--event", metavar="TYPE", help=f"Only {_TYPES}. Without it, all."),
]
NewEvents = Annotated[
    list[str] | None,
    typer.Option(
        "--event", metavar="TYPE", help=f"Only {_TYPES}; or all. Without it, as before."
    ),
]
Headers = Annotated[
    list[str] | None,
    typer.Option(
        "--header",
        metavar="NAME=VALUE",
        help='Sent along, and never shown again: "Authorization=Bearer …".',
    ),
]
AllowHttp = Annotated[
    bool | None,
    typer.Option(
        "--allow-http/--no-http",
        help="Send without encryption, for a network you trust.",
    ),
]
SecretStdin = Annotated[
    bool,
    typer.Option("--secret-stdin", help="Read the secret (whsec_…) from stdin."),
]


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="https://…")],
    event: Events = None,
    header: Headers = None,
    secret_stdin: SecretStdin = False,
    allow_http: AllowHttp = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Send events to an address; prints its secret, this once."""
    form = OutputOptions(json=json, tz=output.read_timezone(None))
    fields: Json = {
        "events": _events(event) or [],
        "headers": _headers(header),
        "allow_http": bool(allow_http),
    }
    if secret_stdin:
        fields["secret"] = _secret_from_stdin()
    with open_client(db) as client:
        added = client.calendar.webhooks.create(url, **fields)
        zone = display_timezone(client, form)
    _show_secret("Added", added, form, zone)


def list_webhooks(
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """List the webhooks, without their secrets."""
    with open_client(db) as client:
        found = [webhook.to_dict() for webhook in client.calendar.webhooks.list()]
    form = OutputOptions(json, jsonl, csv, fields)
    output.print_list(found, form, keys=_KEYS, table=deliveries.webhooks_table)


def show(
    id: Id,
    tz: o.Tz = None,
    json: o.Json = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Show one webhook, without its secret."""
    form = OutputOptions(json=json, fields=fields, tz=output.read_timezone(tz))
    with open_client(db) as client:
        found = client.calendar.webhooks.get(id)
        zone = display_timezone(client, form)
    _show(found, form, zone)


def _show(
    webhook: Any, form: OutputOptions, zone: str, *, keys: tuple[str, ...] = _KEYS
) -> None:
    card = partial(cards.webhook_card, tz=zone)
    show_value(webhook, form, keys=keys, card=card)


def update(
    id: Id,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="Send there from now on."),
    ] = None,
    event: NewEvents = None,
    header: Headers = None,
    unset_header: Annotated[
        list[str] | None,
        typer.Option(
            "--unset-header", metavar="NAME", help="Send this header no more."
        ),
    ] = None,
    allow_http: AllowHttp = None,
    active: Annotated[
        bool | None,
        typer.Option(
            "--active/--inactive",
            help="Switched off, it gets nothing, and what is still to be sent is "
            "dropped.",
        ),
    ] = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Change a webhook; headers that are not named stay."""
    headers = {
        **_headers(header),
        **dict.fromkeys(unset_header or ()),
    }
    given = {
        "url": url,
        "events": _events(event),
        "headers": headers or None,
        "allow_http": allow_http,
        "active": active,
    }
    fields = {key: value for key, value in given.items() if value is not None}
    form = OutputOptions(json=json, tz=output.read_timezone(None))
    with open_client(db) as client:
        webhooks = client.calendar.webhooks
        dropped = webhooks.count_pending(id) if active is False else 0
        updated = webhooks.update(id, **unchecked(fields))
        zone = display_timezone(client, form)
    _show(updated, form, zone)
    _say_dropped(dropped)


def remove(id: Id, yes: o.Yes = False, json: o.Json = False, db: o.Db = None) -> None:
    """Remove a webhook; what is still to be sent is dropped."""
    with open_client(db) as client:
        found = client.calendar.webhooks.get(id)
        ask_yes_no(f"Remove {found.id} ({found.url})?", yes=yes)
        dropped = client.calendar.webhooks.delete(found.id)
    if json:
        show_value(found, OutputOptions(json=True), keys=(), card=str)
    else:
        output.say(f"Removed {found.id}")
    _say_dropped(dropped)


def _say_dropped(count: int) -> None:
    if count:
        said = "1 delivery that was" if count == 1 else f"{count:,} that were"
        output.say(f"Dropped {said} still to be sent")


def rotate(
    id: Id,
    secret_stdin: SecretStdin = False,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Take a new secret, shown once; both sign for a day."""
    form = OutputOptions(json=json, tz=output.read_timezone(None))
    secret = _secret_from_stdin() if secret_stdin else None
    with open_client(db) as client:
        rotated = client.calendar.webhooks.rotate(id, secret=secret)
        zone = display_timezone(client, form)
    _show_secret("Rotated", rotated, form, zone)


def _show_secret(what: str, webhook: Any, form: OutputOptions, zone: str) -> None:
    with report_write_failure(what, [webhook.id]):
        _show(webhook, form, zone, keys=(*_KEYS, "secret"))


def send_sample(id: Id, json: o.Json = False, db: o.Db = None) -> None:
    """Send a sample (`webhook.test`) and show the answer."""
    with open_client(db) as client:
        attempt = client.calendar.webhooks.test(id)
    if attempt.status != "delivered":
        raise DeliveryFailed(
            f"the sample did not arrive: {cards.answer_text(attempt.to_dict())}",
            webhook=id,
            code=attempt.code,
            response=attempt.response,
        )
    form = OutputOptions(json=json)
    show_value(attempt, form, keys=_ATTEMPT_KEYS, card=cards.attempt_card)


def verify(
    id: Annotated[
        str | None,
        typer.Argument(
            metavar="[WEBHOOK]", help="Whose secret in this file signed it."
        ),
    ] = None,
    secret_env: Annotated[
        str | None,
        typer.Option("--secret-env", metavar="NAME", help="The secret's variable."),
    ] = None,
    secret_file: Annotated[
        str | None,
        typer.Option("--secret-file", metavar="FILE", help="The secret's file."),
    ] = None,
    tolerance: Annotated[
        str,
        typer.Option(
            "--tolerance", metavar="TIME", help="How old it may be: 90s, 5m, 1d."
        ),
    ] = "5m",
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Check a request on stdin as your receiver should.

    As it came: headers, a blank line, the body; a request line may stand above. So
    with a file named request:

    \b
        POST /calbook HTTP/1.1
        webhook-id: ev_7k2m9x4q1c8d5f3a
        webhook-timestamp: 1799053200
        webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=

        {"id":"ev_7k2m9x4q1c8d5f3a","type":"booking.created",…}

    \b
        calbook webhook verify wh_91c2vd --tolerance 1d < request
    """
    secret = _named_secret(secret_env, secret_file)
    _check_one(id, secret)
    allowed = _length(tolerance)
    headers, body = _request(_from_stdin())
    with open_client(db) as client:
        found = client.calendar.webhooks.verify(
            headers, body, id=id, secret=secret, tolerance=allowed
        )
    output.print_object(
        found,
        OutputOptions(json=json),
        keys=("valid", "type", "id", "timestamp"),
        card=lambda item: f"Valid: {item['type']} {item['id']}\n",
    )


# -- what comes from outside


def _check_one(id: str | None, secret: str | None) -> None:
    """Before anything is read."""
    if (id is None) == (secret is None):
        raise UsageError(
            "verifying needs a webhook or a secret, and not both",
            hint="name one of calbook webhook list, or use --secret-env or "
            "--secret-file",
        )


def _events(items: list[str] | None) -> list[str] | None:
    """None stays None; `all` is every type."""
    if not items or "all" not in items:
        return items or None
    if len(items) > 1:
        raise UsageError("--event all is every type: name no other beside it")
    return []


def _headers(items: list[str] | None) -> dict[str, str]:
    """`Name=value` or `Name: value`; what cannot be read is not repeated."""
    found: dict[str, str] = {}
    for item in items or ():
        read = re.fullmatch(r"\s*([^=:]*[^=:\s])\s*[=:](.*)", item, re.DOTALL)
        if read is None:
            raise UsageError(
                "--header needs a name and a value",
                hint='write --header "Authorization=Bearer …"',
            )
        name, value = read.groups()
        found[name] = value.strip(" \t")
    return found


def _secret_from_stdin() -> str:
    if sys.stdin.isatty():
        output.say("The secret (whsec_…), then Enter:")
    return _decoded(sys.stdin.buffer.readline(1_000), "stdin")


def _named_secret(variable: str | None, file: str | None) -> str | None:
    if variable is not None and file is not None:
        raise UsageError("--secret-env and --secret-file contradict each other")
    if variable is not None:
        found = os.environ.get(variable)
        if not found:
            raise BadInput(f"the variable {variable} is not set", field="secretEnv")
        return found
    if file is None:
        return None
    try:
        with open(file, "rb") as stream:
            return _decoded(stream.read(1_000), file)
    except OSError as error:
        raise BadInput(f"cannot read {file}: {error.strerror}") from None


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode().strip()
    except UnicodeDecodeError:
        raise BadInput(f"{source} holds no secret: it is not UTF-8") from None


def _length(text: str) -> timedelta:
    """Also in seconds, as receivers have it."""
    from calbook.core.time import parsing

    if read := re.fullmatch(r"(\d{1,9})s", text, re.ASCII):
        return timedelta(seconds=int(read[1]))
    return parsing.duration(text, "--tolerance")


def _from_stdin() -> bytes:
    if sys.stdin.isatty():
        output.say(
            "Waiting for a request: headers, a blank line, the body, and Ctrl-D twice."
            " From a file: < request"
        )
    return sys.stdin.buffer.read()


def _request(data: bytes) -> tuple[dict[str, str], bytes]:
    """The headers and the body of an HTTP request; either kind of line break.

    `> ` before the lines above the body, as curl -v has it, is no part of them.
    """
    headers: dict[str, str] = {}
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        line = data[at:end].decode("utf-8", "replace").removeprefix(">").strip()
        at = end + 1
        if not line:
            return headers, data[at:]
        name, colon, value = line.partition(":")
        if colon and " " not in name:
            headers[name.lower()] = value.strip()
    raise BadInput(
        "there is no blank line between headers and body",
        hint="give the headers, a blank line, and the body as it came",
    )
