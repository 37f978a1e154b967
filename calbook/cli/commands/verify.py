"""`webhook verify`: checking a request as its receiver should."""

import sys
from typing import Annotated, Any

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.secret_input import named_secret
from calbook.core.errors import BadInput, UsageError
from calbook.core.time import lengths

_KEYS = ("valid", "type", "id", "timestamp")


class Measure(o.Group):
    """What a request is checked by."""

    secret_env: str | None = o.option("--secret-env", "NAME", "The secret's variable.")
    secret_file: str | None = o.option("--secret-file", "FILE", "The secret's file.")
    tolerance: str = o.option(
        "--tolerance", "TIME", "How old it may be: 90s, 5m, 1d.", default="5m"
    )


def verify(
    id: Annotated[
        str | None,
        o.Argument(metavar="[WEBHOOK]", help="Whose secret in this file signed it."),
    ] = None,
    *,
    by: Measure,
    out: o.Printing,
) -> None:
    """Check a request on stdin as your receiver should.

    As it came: headers, a blank line, the body; a request line may stand above:

    \b
        POST /calbook HTTP/1.1
        webhook-id: ev_7k2m9x4q1c8d5f3a
        webhook-timestamp: 1799053200
        webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=

        {"id":"ev_7k2m9x4q1c8d5f3a","type":"booking.created",…}
    """
    secret = named_secret(by.secret_env, by.secret_file)
    _check_one(id, secret)
    allowed = lengths.duration(by.tolerance, "--tolerance")
    headers, body = _request(_from_stdin())
    with out.client() as client:
        found = client.calendar.webhooks.verify(
            headers, body, id=id, secret=secret, tolerance=allowed
        )
    output.print_object(found, out.form(), keys=_KEYS, card=_card)


def _card(item: dict[str, Any]) -> str:
    return f"Valid: {item['type']} {item['id']}\n"


def _check_one(id: str | None, secret: str | None) -> None:
    """Before anything is read."""
    if (id is None) == (secret is None):
        raise UsageError(
            "verifying needs a webhook or a secret, and not both",
            hint="name one of calbook webhook list, or use --secret-env or "
            "--secret-file",
        )


def _from_stdin() -> bytes:
    if sys.stdin.isatty():
        output.say_always(
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
