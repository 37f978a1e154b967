"""`doctor`: all facts read, as far as they can be, and what is wrong found in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from calbook.core.doctor import (
    catalog_checks,
    file_checks,
    sending_checks,
    server_checks,
)
from calbook.core.doctor.file_checks import MEMORY, FileFacts
from calbook.core.doctor.findings import CRITICAL, Finding, in_order, make_finding
from calbook.core.doctor.monitor import monitor_line
from calbook.core.doctor.server_checks import ServerFacts
from calbook.core.errors import CalbookError, Damaged
from calbook.services import retention
from calbook.services.doctor import environment, store_facts
from calbook.store.engines import administer
from calbook.store.health import HealthReader
from calbook.wire.json_objects import Json
from calbook.wire.writing.doctor import file_to_json, finding_to_json, server_to_json

if TYPE_CHECKING:
    from calbook.core.progress import Progress
    from calbook.store.context import Context

_PATIENCE = 2.0  # seconds for a lock, of which two are taken one after the other

Look = tuple[Json, Iterable[Finding]]
Section = Callable[[HealthReader, datetime], Look]


def diagnose(
    context: Context, *, is_quick: bool = False, progress: Progress | None = None
) -> Json:
    """What is wrong, and the facts; no fault of the file keeps the rest from it.

    A quick one leaves out what reads the whole file or looks for free starts.
    """
    if is_quick:
        with _without_patience(context) as hasty:
            return _diagnose(_Diagnosis(), hasty, is_quick=True)
    return _diagnose(_Diagnosis(progress), context, is_quick=False)


@contextmanager
def _without_patience(context: Context) -> Iterator[Context]:
    """The same store, which waits shortly where another program holds it."""
    store = context.store.with_patience(_PATIENCE)
    if store is None:
        yield context
        return
    with closing(store):
        yield type(context)(store, context.clock)


def _diagnose(work: _Diagnosis, context: Context, *, is_quick: bool) -> Json:
    work.look_at_program()
    work.facts["path"] = context.store.path
    try:
        described = administer(context.store).describe()
    except CalbookError as error:
        work.add_failure(error)
        return work.answer()
    work.judge_place(described)
    is_behind = isinstance(described, FileFacts) and described.is_behind
    if work.is_known and not (is_quick and is_behind):
        work.look_inside(context, is_quick=is_quick)
    return work.answer()


def report_failure(error: CalbookError) -> Json:
    """What can be said where not even the place of the file is known."""
    work = _Diagnosis()
    work.look_at_program()
    work.facts["path"] = None
    work.add_failure(error)
    return work.answer()


def describe_for_monitor(diagnosis: Json) -> tuple[str, int]:
    """A quick diagnosis as a line for a monitor, and its exit status."""
    facts = diagnosis["facts"]
    figures = {}
    if outbox := facts.get("outbox"):
        figures = {
            "due": str(outbox["due"]),
            "failed": str(outbox["failed"]),
            "oldest_due": f"{outbox['oldestDueSeconds']}s;{sending_checks.LATE}",
        }
    if file := facts.get("file"):
        figures["size"] = f"{file['size']}B"
    read = [
        Finding(f["code"], f["message"], f["details"], f["severity"], f["hint"] or "")
        for f in diagnosis["findings"]
    ]
    return monitor_line(read, figures, is_known=facts["readable"])


class _Diagnosis:
    """Facts and findings as they come; `progress` is of what takes longest."""

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress = progress
        self.facts: Json = {}
        self.is_known = True  # what is stored could be read
        self._findings: list[Finding] = []

    def add(self, found: Iterable[Finding]) -> None:
        self._findings += found

    def add_failure(self, error: CalbookError) -> None:
        """The file or database is of no use; a damaged one is known to be so."""
        self.is_known = isinstance(error, Damaged)
        if any(error.json_message == f.message for f in self._findings):
            return
        hint = error.json_hint
        self.add([make_finding("unusable", error.json_message, hint=hint)])

    def answer(self) -> Json:
        found = [finding_to_json(each) for each in in_order(self._findings)]
        return {"findings": found, "facts": self.facts | {"readable": self.is_known}}

    def look_at_program(self) -> None:
        libraries = environment.read_libraries()
        self.facts |= {
            "versions": environment.read_versions(libraries),
            "paths": environment.read_paths(),
            "variables": environment.read_variables(),
        }
        self.add(catalog_checks.check_libraries(libraries))

    def judge_place(self, described: FileFacts | ServerFacts) -> None:
        if isinstance(described, ServerFacts):
            self.facts["server"] = server_to_json(described)
            self.add(server_checks.check_server(described))
            return
        self.facts["file"] = file_to_json(described)
        self.add(file_checks.check_file(described))
        if described.is_missing:
            self.is_known = False
            said = f"there are no bookings in {described.path}"
            self.add([make_finding("missing", said)])
        elif described.fault:
            self.add_failure(described.fault)

    def look_inside(self, context: Context, *, is_quick: bool) -> None:
        """At what is stored, without a change of it."""
        with self._going_on("rows"), administer(context.store).unchanged() as store:
            seen = type(context)(store, context.clock)
            self.look_into_store(seen, is_quick=is_quick)
            if self.is_known and not is_quick and store.path != MEMORY:
                self.check_rows(seen)

    def look_into_store(self, context: Context, *, is_quick: bool) -> None:
        """Each section by itself: what fails says that it could not be looked at."""
        sections: dict[str, Section] = {
            "outbox": store_facts.look_at_outbox,
            "mail": store_facts.look_at_mail,
            "calendars": store_facts.look_at_calendars,
            "retention": self.look_at_retention,
            "timeZones": store_facts.look_at_zones,
            "catalog": lambda reader, now: store_facts.look_at_catalog(
                reader, now, looks_for_starts=not is_quick
            ),
        }
        now = context.clock()
        for name, look in sections.items():
            with self._going_on(name), context.store.read(HealthReader) as reader:
                self.facts[name], found = look(reader, now)
                self.add(found)
            if not self.is_known:
                return

    def look_at_retention(self, reader: HealthReader, now: datetime) -> Look:
        said = retention.describe(reader, now)
        server = self.facts.get("server", {"mayErase": True})
        if server["mayErase"] or not retention.is_left_undone(reader, now):
            return said, ()
        found = make_finding(
            "cannot_erase",
            "retention is on, and for two days nobody has run tick who may erase"
            f" people: the role {server['role']} may not",
        )
        return said, [found]

    def check_rows(self, context: Context) -> None:
        with self._going_on("rows"):
            faults = administer(context.store).check(self._progress)
            self.add(make_finding("inconsistent", text) for text in faults)

    @contextmanager
    def _going_on(self, what: str) -> Iterator[None]:
        """Around one look: rows that another program wrote may fail it in any way."""
        try:
            yield
        except CalbookError as error:
            self.add_failure(error)
        except OSError as error:
            said = f"could not look at {what}: {error.strerror or error}"
            self.add([make_finding("not_checked", said)])
        except Exception as error:
            why = type(error).__name__
            said = f"could not look at {what}: what is stored is damaged ({why})"
            self.add([make_finding("not_checked", said, severity=CRITICAL)])
