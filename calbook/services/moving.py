"""Everything as lines that another calbook takes in, whole or not at all."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from shutil import copyfileobj
from typing import BinaryIO, NamedTuple

from calbook import whole_files
from calbook.core import checks
from calbook.core.errors import BadInput, CalbookError, OutputError, UsageError
from calbook.core.progress import Progress
from calbook.core.text import excerpt
from calbook.store.administration import Target
from calbook.store.consistency import row_faults
from calbook.store.context import Context
from calbook.store.engines import administer
from calbook.store.lines.exporting import export_lines
from calbook.store.lines.importing import Import
from calbook.store.lines.nouns import BY_TYPE
from calbook.store.lines.tables import Noun
from calbook.wire.json_objects import Json
from calbook.wire.reading.export_lines import (
    ReadLine,
    read_body,
    read_head,
    read_lines,
)
from calbook.wire.reading.webhooks import new_secret
from calbook.wire.writing.export_lines import (
    LONGEST,
    head_line,
    write_document,
    write_lines,
)

Skipped = Callable[[CalbookError], object]

_MODE = 0o600  # it holds what people told their hosts


class Listener(NamedTuple):
    """Who is told of lines that are left out, and how many bytes have been read."""

    skipped: Skipped | None = None
    progress: Callable[[int], object] | None = None


class Form(NamedTuple):
    """How an export is written, and what of it is left out."""

    name: str = "jsonl"
    is_redacted: bool = False
    has_secrets: bool = False


_WRITERS = {"jsonl": write_lines, "json": write_document}


def export(
    context: Context,
    target: str | os.PathLike[str] | BinaryIO,
    form: Form,
    force: bool = False,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Write all that is stored, as it is at one moment; how many of each type.

    Into a file that is either not there or whole, and its owner's alone.

    Raises:
        OutputError: the file is there, and not to be replaced, or cannot be written.
        StoreError: there is nothing to export.
    """
    write = _WRITERS[checks.choice(form.name, "form", _WRITERS)]
    if form.is_redacted and form.has_secrets:
        raise UsageError("what is redacted has no secrets")
    counts: Counter[str] = Counter()
    with administer(context.store).exporting(is_long=True) as source:
        found = export_lines(source, secrets=form.has_secrets, progress=progress)
        lines = _count(_redacted(found) if form.is_redacted else found, counts)
        head = head_line(context.store.version, is_redacted=form.is_redacted)
        parts = write(head, lines)
        if isinstance(target, str | os.PathLike):
            _write_file(os.fspath(target), parts, force=force)
        else:
            target.writelines(parts)
    return dict(counts)


@contextmanager
def _temporary() -> Iterator[BinaryIO]:
    """Between a pipe and the store, so that nobody waits for who is at its other end.

    While an import is written, nobody else can.
    """
    import tempfile  # slow to import

    try:
        with tempfile.TemporaryFile() as file:
            yield file
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise OutputError(
            f"no room in {tempfile.gettempdir()} for what is in between",
            hint="name a folder with more by TMPDIR, or a file",
        ) from None


def _redacted(lines: Iterable[Json]) -> Iterator[Json]:
    from calbook.core.redaction import redact_line  # slow to import

    return (each for line in lines if (each := redact_line(line)) is not None)


def _count(lines: Iterable[Json], counts: Counter[str]) -> Iterator[Json]:
    for line in lines:
        counts[line["type"]] += 1
        yield line


def _write_file(path: str, parts: Iterable[bytes], *, force: bool) -> None:
    try:
        if not force and os.path.lexists(path):
            raise FileExistsError
        with whole_files.writing(path, replaces=force, mode=_MODE) as file:
            file.writelines(parts)
    except FileExistsError:
        hint = "give another name, or force=True"
        command_hint = "replace it with --force"
        raise OutputError(
            f"{path} exists", hint=hint, command_hint=command_hint, path=path
        ) from None
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}", path=path) from None


ON_CONFLICT = ("refuse", "skip")


def take_in(
    context: Context,
    source: str | os.PathLike[str] | BinaryIO,
    on_conflict: str = "refuse",
    dry_run: bool = False,
    told: Listener | None = None,
) -> Json:
    """Take an export in, or nothing of it; how many lines of each type.

    Raises:
        BadInput: a line cannot be read, or says what cannot be.
        ImportConflict: something is there already and differs, or has what a line
            wants, and such are not to be skipped.
        Newer: a newer calbook made it.
    """
    skips = checks.choice(on_conflict, "onConflict", ON_CONFLICT) == "skip"
    told = told or Listener()
    skipped = (told.skipped or _tell_nobody) if skips else None
    dry_run = checks.boolean(dry_run, "dryRun")
    with _opened(source, context.store.version) as file:
        answer: Json = {}
        with suppress(_DryRun), administer(context.store).importing() as target:
            answer = _import(context, target, file, told._replace(skipped=skipped))
            if dry_run:
                raise _DryRun
    return {**answer, "dryRun": dry_run}


def _tell_nobody(error: CalbookError) -> None:
    """What is left out is counted all the same."""


class _DryRun(Exception):
    """Takes back what a dry run has written."""


@contextmanager
def _opened(
    source: str | os.PathLike[str] | BinaryIO, version: int
) -> Iterator[BinaryIO]:
    with ExitStack() as stack:
        if isinstance(source, str | os.PathLike):
            path = os.fspath(source)
            try:
                source = stack.enter_context(open(path, "rb"))
            except (OSError, ValueError) as error:
                said = error.strerror if isinstance(error, OSError) else error
                raise BadInput(f"cannot read {path}: {said}") from None
        if not source.seekable():
            slow, source = source, stack.enter_context(_temporary())
            _copy_export(slow, source, version)
        yield source


def _copy_export(slow: BinaryIO, file: BinaryIO, version: int) -> None:
    """All of it, unless its first line shows that it is none."""
    first = slow.readline(LONGEST + 1)
    while first.isspace() and first:
        file.write(first)
        first = slow.readline(LONGEST + 1)
    read_head(next(read_lines(BytesIO(first)), None), schema_version=version)
    file.write(first)
    copyfileobj(slow, file)
    file.seek(0)


def _import(context: Context, target: Target, file: BinaryIO, told: Listener) -> Json:
    version = context.store.version
    lines = read_lines(file)
    read_head(next(lines, None), schema_version=version)
    work = Import(target, new_secret=new_secret, skipped=told.skipped)
    before = set() if work.is_new else {*row_faults(target.conn)}
    done = 0
    for line in read_body(lines):
        # A line of an older version is to be brought up to date here, before its keys
        # are looked at: there are none yet.
        work.take(line.number, line.size, _noun(line), line.item)
        done += line.size
        if told.progress is not None:
            told.progress(done)
    work.finish()
    _check_rows(target, before)
    target.finish()
    return {
        "imported": dict(work.counts.imported),
        "there": dict(work.counts.there),
        "skipped": dict(work.counts.skipped),
        "newSecrets": work.without_secret,
        "replaced": work.replaced,
    }


def _noun(line: ReadLine) -> Noun:
    name = line.item.get("type")
    noun = BY_TYPE.get(name) if type(name) is str else None
    if noun is None:
        said = f"line {line.number} has the unknown type {excerpt(name)}"
        raise BadInput(said, line=line.number)
    return noun


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
