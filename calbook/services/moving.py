"""Everything as lines that another calbook takes in, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from calbook.core.errors import BadInput, CalbookError
from calbook.core.text import excerpt
from calbook.store.administration import Target
from calbook.store.consistency import row_faults
from calbook.store.context import Context
from calbook.store.engines import administer
from calbook.store.lines.exporting import Progress, export_lines
from calbook.store.lines.importing import Import
from calbook.store.lines.nouns import BY_TYPE
from calbook.wire.json_objects import Json
from calbook.wire.reading.export_lines import read_head, read_lines
from calbook.wire.reading.webhooks import new_secret
from calbook.wire.writing.export_lines import head_line, write_document, write_lines

Skipped = Callable[[CalbookError], object]


class Taken(NamedTuple):
    """What an import did: lines by type, and webhooks that have a new secret."""

    imported: dict[str, int]
    there: dict[str, int]
    skipped: dict[str, int]
    new_secrets: tuple[str, ...]


@contextmanager
def exporting(
    context: Context,
    *,
    redact: bool = False,
    secrets: bool = False,
    is_document: bool = False,
    progress: Progress | None = None,
) -> Iterator[Iterator[bytes]]:
    """All that is stored, as text of one snapshot.

    Raises:
        StoreError: there is nothing.
    """
    head = head_line(context.store.version, is_redacted=redact)
    with administer(context.store).exporting() as source:
        lines: Iterator[Json] = export_lines(source, secrets=secrets, progress=progress)
        if redact:
            from calbook.core.redaction import redact_line  # slow to import

            lines = (each for line in lines if (each := redact_line(line)) is not None)
        yield (write_document if is_document else write_lines)(head, lines)


def import_lines(
    context: Context,
    file: BinaryIO,
    *,
    dry_run: bool = False,
    skipped: Skipped | None = None,
    progress: Callable[[int], object] | None = None,
) -> Taken:
    """Take an export in; `progress` is told how many bytes have been read.

    `skipped` is told of lines that are left out as something is in their way; without
    it the first refuses all.

    Raises:
        BadInput: a line cannot be read, or says what cannot be.
        ImportConflict: something is there already, and differs.
        Newer: a newer calbook made it.
    """
    taken: list[Taken] = []
    try:
        with administer(context.store).importing() as target:
            taken.append(_import(context, target, file, skipped, progress))
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return taken[0]


class _DryRun(Exception):
    """Takes back what a dry run has written."""


def _import(
    context: Context,
    target: Target,
    file: BinaryIO,
    skipped: Skipped | None,
    progress: Callable[[int], object] | None,
) -> Taken:
    lines = read_lines(file)
    read_head(next(lines, None), schema_version=context.store.version)
    # Lines of an older version are brought up to date here, before their keys are
    # looked at: there are none before version 9.
    work = Import(target, new_secret=new_secret, skipped=skipped)
    before = set() if work.is_new else {*row_faults(target.conn)}
    done = 0
    for line in lines:
        noun = BY_TYPE.get(str(line.item.get("type")))
        if noun is None:
            said = f"line {line.number} has the unknown type"
            raise BadInput(
                f"{said} {excerpt(str(line.item.get('type')))}", line=line.number
            )
        work.take(line.number, line.size, noun, line.item)
        done += line.size
        if progress is not None:
            progress(done)
    work.finish()
    _check_rows(target, before)
    target.finish()
    return Taken(*(dict(counts) for counts in work.counts), tuple(work.without_secret))


def _check_rows(target: Target, before: set[str]) -> None:
    """What `db check` would say of what came in is refused."""
    found = [fault for fault in row_faults(target.conn) if fault not in before]
    if found:
        raise BadInput(
            f"what would be imported contradicts itself: {found[0]}",
            hint="look for contradictions where it was exported: client.check()",
            command_hint="look for contradictions where it was exported:"
            " calbook db check",
            findings=found,
        )
