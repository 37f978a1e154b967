"""`reply`: what attendees answer to invitations, from a mail or a mail folder."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import Json
from calbook.cli.session import usage_error

if TYPE_CHECKING:
    from calbook.api.values.replies import Answer

_KEYS = ("outcome", "method", "uid", "dates", "attendee", "partstat", "message")


def reply(
    file: Annotated[
        str | None,
        o.Argument(
            metavar="FILE|-", help="A mail, or an .ics file; - is standard input."
        ),
    ] = None,
    *,
    maildir: Annotated[
        str | None,
        o.Declared("--maildir", metavar="DIR", help="Read the new mail of a Maildir."),
    ] = None,
    trust_forwarded: Annotated[
        bool,
        o.Declared("--trust-forwarded", help="Also what somebody else has sent on."),
    ] = False,
    dry_run: o.DryRun = False,
    out: Annotated[
        o.Output, "json", "jsonl", "csv", "fields", "no_deliver", "actor", "db"
    ],
) -> None:
    """Record what attendees answer to invitations by mail."""
    from calbook.cli import error_output

    if (file is None) == (maildir is None):
        raise usage_error("give a FILE, - or --maildir", "a mail: calbook reply -")
    form = out.form()
    refusals = error_output.Refusals(form)
    with out.client() as client:
        replies = client.calendar.replies
        if maildir is not None:
            found = replies.read_maildir(
                maildir,
                trust_forwarded=trust_forwarded,
                dry_run=dry_run,
                refused=refusals.report,
            )
        else:
            assert file is not None
            found = replies.read(
                _read(file), trust_forwarded=trust_forwarded, dry_run=dry_run
            )
    output.print_list(found, form, keys=_KEYS, table=_lines)
    output.flush()
    if file is not None and not found:
        output.say("no answer to an invitation")
    has_nothing = file is not None and not found
    if refusals.statuses or has_nothing or _has_findings(found):
        raise error_output.Failures(1)


def _has_findings(found: "Sequence[Answer]") -> bool:
    return not all(answer.is_understood for answer in found)


def _lines(items: Sequence[Json]) -> str:
    from calbook.core.text import printable

    lines = [
        f"{item['outcome'].replace('_', ' ')}: {item['message']}" for item in items
    ]
    return "".join(f"{printable(line)}\n" for line in lines) or "no answers\n"


def _read(file: str) -> bytes:
    """One byte more than a mail may have, at most."""
    from calbook.core.errors import BadInput
    from calbook.core.text import excerpt

    most = 1_000_001
    if file == "-":
        return sys.stdin.buffer.read(most)
    try:
        with open(file, "rb") as source:
            return source.read(most)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no path"
        raise BadInput(f"cannot read {excerpt(file)}: {why}", path=file) from None
