"""`import`: what an export holds, taken in; with `--from` another program's."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from calbook.cli import error_output, output
from calbook.cli import options as o
from calbook.cli.commands.export import count_text
from calbook.cli.foreign_import import Elsewhere, import_files
from calbook.cli.progress import none_or_all, show_progress
from calbook.core.errors import BadInput, CalbookError, ImportConflict, UsageError

_NEW_SECRET = (
    "hint: webhook {id} came without its secret and headers, and has a new secret:"
    " calbook webhook rotate {id}"
)
_ALL = "hint: to have all of them import into a file that is not there yet: --db NEW"


class Import(o.Group):
    """How much of it comes in."""

    on_conflict: str | None = o.option(
        "--on-conflict",
        "refuse|skip",
        "Of what is in the way of a line [default: refuse; with --from skip].",
    )
    dry_run: bool = o.flag("--dry-run", "Only say what would come in.")


Printing = Annotated[o.Output, "tz", "json", "no_deliver", "db"]


def import_(
    files: Annotated[
        list[str],
        o.Argument(
            metavar="FILE|-…", help="An export; - is standard input. With --from many."
        ),
    ],
    *,
    how: Import,
    elsewhere: Elsewhere,
    yes: o.Yes = False,
    out: Printing,
) -> None:
    """Take in what `calbook export` wrote, or what another program exports.

    An export comes in as a whole, or not at all. With --from the bookings of another
    program do, and what is in the way of others is left out.
    """
    with _named_options():
        _import(files, how, elsewhere, yes=yes, out=out)


@contextmanager
def _named_options() -> Iterator[None]:
    """An option that cannot be what it is, by the name that it has here."""
    try:
        yield
    except BadInput as error:
        name = error.to_dict()["error"]["details"].get("field")
        if name in _OPTIONS and error.json_message.startswith(f"{name} cannot be "):
            said = error.json_message.removeprefix(name)
            error.json_message = f"{_OPTIONS[name]}{said}"
        raise


_OPTIONS = {
    **{name: f"--{name}" for name in ("map", "dates", "contact")},
    **{"source": "--from", "onConflict": "--on-conflict"},
}


def _import(
    files: list[str], how: Import, elsewhere: Elsewhere, *, yes: bool, out: o.Output
) -> None:
    form = out.form_in_zone()
    if elsewhere.source is not None:
        with out.client(may_be_new=True) as client:
            import_files(
                *(client, files, elsewhere, form),
                on_conflict=how.on_conflict,
                dry_run=how.dry_run,
                yes=yes,
            )
        return
    elsewhere.check_unused()
    if len(files) > 1:
        raise UsageError("one export is taken in at a time")
    _import_export(files[0], how, out)


class _LeftOut:
    """The lines that were left out, each named at once, and why bookings were."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        self._first = ""
        self._bookings, self._dependent = 0, 0

    def tell(self, error: CalbookError) -> None:
        if self._json:
            error_output.show(error, wants_json=True)
        else:
            output.say_always(f"left out: {error.json_message}")
        self._first = self._first or error.json_message
        if error.details.get("noun") == "booking":
            self._bookings += 1
            self._dependent += "needs" in error.details

    def finish(self) -> None:
        """Raises Failures where there were any."""
        if not self._first:
            return
        if self._bookings and not self._json:
            output.say(self._why())
            output.say(_ALL)
        raise error_output.Failures(ImportConflict.exit_code)

    def _why(self) -> str:
        own = self._bookings - self._dependent
        reasons = (
            f"{own:,} as something is in the way" if own else "",
            f"{self._dependent:,} as what they need was" if self._dependent else "",
        )
        return (
            f"Of the bookings {self._bookings:,} were left out,"
            f" {', '.join(filter(None, reasons))}; the first reason was {self._first}"
        )


def _import_export(file: str, how: Import, out: o.Output) -> None:
    is_stdin = file == "-"
    source: Any = sys.stdin.buffer if is_stdin else file
    left_out = _LeftOut(json=out.json)
    shown = show_progress("Importing", counts=False, stopped=none_or_all)
    with out.client(may_be_new=True) as client, shown as progress:
        size = 0 if is_stdin else _size(file)
        options: Any = {
            "on_conflict": how.on_conflict or "refuse",
            "dry_run": how.dry_run,
        }
        if size:
            options["progress"] = lambda done: progress(done, size)
        taken = client.import_from(source, skipped=left_out.tell, **options)
    would = "would be " if how.dry_run else ""
    said = f"{count_text(taken.imported)} {would}imported into {client.path}"
    if taken.there:
        said += f"; there already: {count_text(taken.there)}"
    if taken.skipped:
        said += f"; left out: {count_text(taken.skipped)}"
    if taken.replaced:
        said += f"; replaced what was set up there: {', '.join(taken.replaced)}"
    for id in taken.new_secrets if not how.dry_run else ():
        output.say(_NEW_SECRET.format(id=id))
    output.print_done(said, taken, form=out.form())
    left_out.finish()


def _size(file: str) -> int:
    try:
        return os.path.getsize(file)
    except (OSError, ValueError):
        return 0
