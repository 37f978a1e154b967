"""`export`: everything that is stored, to be taken along."""

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.file_output import check_target, save_parts
from calbook.cli.progress import show_progress
from calbook.cli.session import require_stored
from calbook.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from calbook.api.client import Client
    from calbook.cli.output import Json

_FORMS = ("jsonl", "json", "csv", "ics")
_FORMS_OF_PERSON = ("jsonl", "json", "text")
# Of a date of a series its own, of the whole booking the rest.
_OF_DATES = ("date", "startTime", "endTime", "status")


class Exported(o.Group):
    """What is written, and in which form."""

    form: str = o.option(
        *("--format", "jsonl|json|csv|ics|text", "How it is written."),
        default="jsonl",
    )
    redact: bool = o.flag("--redact", "Without the persons that bookings are for.")
    secrets: bool = o.flag("--secrets", "With the secrets and headers of webhooks.")
    person: str | None = o.option(
        "--person", "PERSON", "Only what is held of one person; also as text."
    )
    uid: str | None = o.option(
        "--uid", "UID", "A booking of PERSON, where only a name is known."
    )


def export(
    *,
    what: Exported,
    within: o.Range,
    file: o.File = None,
    force: o.Force = False,
    out: o.Printing,
) -> None:
    """Write all that is stored, as `calbook import` reads it again."""
    form = what.form.casefold()
    forms = _FORMS if what.person is None else _FORMS_OF_PERSON
    if form not in forms:
        hint = f"choose one of {', '.join(forms)}"
        raise UsageError(f"--format cannot be {what.form}", hint=hint)
    if what.secrets and (form in ("csv", "ics") or what.redact):
        raise UsageError("--secrets is for a whole export: jsonl or json")
    is_stdout = file is None or file == "-"
    if file is not None and not is_stdout:
        check_target(file, force=force)
    if what.uid is not None and what.person is None:
        raise UsageError("--uid is for --person")
    if within.given() and form not in ("csv", "ics"):
        hint = "choose dates with --format csv or ics"
        raise UsageError("an export to be imported again is whole", hint=hint)
    if what.person is not None and (what.secrets or what.redact):
        raise UsageError("--person takes neither --redact nor --secrets")
    target = None if is_stdout else file
    with out.client() as client:
        if what.person is not None or form in ("csv", "ics"):
            require_stored(client)
            counts: Counter[str] = Counter()
            dates = o.said(**within.bounds(client, None))
            parts = _parts(client, what, form, counts, dates)
            if target is None:
                output.flush()
                sys.stdout.buffer.writelines(parts)
            else:
                save_parts(target, parts, force=force)
        else:
            counts = _export_all(client, what, form, target, force=force)
    if target is not None:
        said = f"Exported to {target}: {count_text(counts)}"
        answer = {"file": target, "exported": counts}
        output.print_done(said, answer, form=out.form())


def _export_all(
    client: "Client", what: Exported, form: str, file: str | None, *, force: bool
) -> Counter[str]:
    output.flush()
    is_stdout = file is None
    said = "the export is not whole" if is_stdout else "nothing was written"
    shown = show_progress("Exporting", has_stdout=is_stdout, stopped=lambda _: said)
    with shown as progress:
        options: Any = {"form": form, "force": force, "progress": progress}
        target: Any = sys.stdout.buffer if file is None else file
        return Counter(
            client.export_to(
                target, redact=what.redact, secrets=what.secrets, **options
            )
        )


def _parts(
    client: "Client", what: Exported, form: str, counts: Counter[str], dates: "Json"
) -> "Iterable[bytes]":
    """What is no whole export, as it is made; counted by the types of lines."""
    if what.person is not None:
        return _of_person(client, what.person, what.uid, form, counts)
    write = _csv if form == "csv" else _ics
    return write(client, counts, dates, redact=what.redact)


def count_text(counts: dict[str, int]) -> str:
    """`2 hosts, 40 bookings`."""
    from calbook.wire.writing.export_lines import PLURALS

    found = (
        f"{count:,} {_words(kind if count == 1 else PLURALS[kind])}"
        for kind, count in counts.items()
    )
    return ", ".join(found) or "nothing"


def _words(key: str) -> str:
    """`event types` of `eventTypes`."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in key)


def _of_person(
    client: "Client", person: str, uid: str | None, form: str, counts: Counter[str]
) -> "Iterable[bytes]":
    from calbook.wire.writing import export_lines

    people = client.calendar.people
    found = people.iter_export(person, uid=uid)
    head = next(found)
    if form == "text":
        counts.update(line["type"] for line in found)
        return [people.page(person, uid=uid).encode()]
    write = export_lines.write_lines
    if form == "json":
        write = export_lines.write_document
    return write(head, _count_lines(found, counts))


def _count_lines(lines: "Iterator[Json]", counts: Counter[str]) -> "Iterator[Json]":
    for line in lines:
        counts[line["type"]] += 1
        yield line


def _csv(
    client: "Client", counts: Counter[str], dates: "Json", *, redact: bool
) -> "Iterable[bytes]":
    """The bookings, a row for each meeting."""
    from calbook.cli.list_texts import csv_lines
    from calbook.cli.session import BOOKING_KEYS

    rows = _meetings(client, counts, dates, redact=redact)
    lines = csv_lines(rows, ("uid", "date", *BOOKING_KEYS[1:]))
    return map(str.encode, lines)


def _meetings(
    client: "Client", counts: Counter[str], dates: "Json", *, redact: bool
) -> "Iterator[Json]":
    from calbook.core.redaction import redact_booking_json

    for booking in client.calendar.bookings.iter(**dates):
        counts["booking"] += 1
        whole = output.as_json(booking)
        whole = redact_booking_json(whole) if redact else whole
        for each in whole["occurrences"]:
            yield {**whole, **{key: each[key] for key in _OF_DATES}}


def _ics(
    client: "Client", counts: Counter[str], dates: "Json", *, redact: bool
) -> "Iterable[bytes]":
    """The events of a booking stand together, a series' own before its dates."""
    last = rest = b""
    for part in client.calendar.bookings.iter_feed(**dates, redact=redact):
        *lines, rest = (rest + part).split(b"\r\n")
        for line in lines:
            if line.startswith(b"UID:") and line != last:
                counts["booking"] += 1
                last = line
        yield part
