"""A command's client, and the way every change is printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial

from calbook.cli import after_command, output, short_ids
from calbook.cli.output import Json, OutputOptions
from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.value import Value
    from calbook.core.errors import UsageError
    from calbook.core.upgrade import Upgrade

_LARGE = 20_000_000  # bytes, which take some seconds to be brought up to date

BOOKING_KEYS = (
    *("uid", "startTime", "endTime", "timezone", "status"),
    *("eventTypeId", "hostId", "attendee.name", "attendee.email"),
)


@contextmanager
def open_client(
    db: str | None, actor: str | None = None, *, may_be_new: bool = False
) -> Iterator[Client]:
    """The client on `--db`, else the default file; closed before printing.

    That there is no such file is not said where one is to be made.
    """
    from calbook.api.client import Client

    if db is not None and ("\0" in db or not db):
        from calbook.core.errors import BadInput

        raise BadInput("--db is not a path", field="db")
    if actor is not None:
        from calbook.core import checks

        checks.actor(actor, "--actor")
    with Client(db, actor=actor, on_upgrade=_tell_upgrade) as client:
        is_said = not may_be_new and (db is not None or sys.stderr.isatty())
        try:
            yield client
        except (ArithmeticError, LookupError, TypeError, ValueError):
            _blame_damage(client)
            raise
        except Exception as error:
            is_not_found = getattr(error, "code", "") == "not_found"
            if is_not_found and is_said and not client.exists:
                from calbook.cli import missing_file

                missing_file.blame_missing(error, client.path)
            raise
        finally:
            after_command.remember_client(client)
            output.shorten = partial(short_ids.shorten, db)
        if is_said and not client.exists:
            from calbook.cli import missing_file

            missing_file.say_missing(client.path)


def _blame_damage(client: Client) -> None:
    """An error that nobody foresaw is no bug where what is stored is damaged.

    Raises:
        Damaged: it is.
    """
    from calbook.core.errors import Damaged

    if client.exists and client.check():
        raise Damaged(
            f"{client.path} is damaged, and cannot be used for this",
            hint="calbook db check says what is wrong; restore a backup",
            path=client.path,
        ) from None


def _tell_upgrade(upgrade: Upgrade) -> None:
    """What is done, before it where somebody would wait; it is done all the same."""
    what = f"{upgrade.path} from version {upgrade.before} to {upgrade.now}"
    with suppress(OSError):
        if upgrade.seconds is not None:
            kept = f"; the file as it was: {upgrade.kept}" if upgrade.kept else ""
            output.say(f"Brought {what} in {upgrade.seconds:.1f} s{kept}")
        elif (upgrade.size or 0) >= _LARGE and sys.stderr.isatty():
            output.say(f"Bringing {what}, which may take a minute …")


def unchecked(word: object) -> Any:
    """A word as typed, for the library to check: it knows which words there are."""
    return word


def usage_error(message: str, hint: str | None = None) -> UsageError:
    from calbook.core.errors import UsageError  # only when something is wrong

    return UsageError(message, hint=hint)


def needed(text: str | None, option: str, hint: str) -> str:
    """The text of an option that a command cannot do without."""
    if text is None:
        raise usage_error(f"missing {option}", hint)
    return text


def display_timezone(client: Client, form: OutputOptions) -> str:
    """For people: the zone that they asked for, else the first host's."""
    if form.tz or not output.is_for_people(form):
        return form.tz or "UTC"
    return client.calendar.hosts.timezone()


def show_change(
    what: str,
    booking: Value,
    form: OutputOptions,
    *,
    dry_run: bool = False,
    before: Value | None = None,
    dates: Sequence[str] = (),
    with_host: bool = False,
    as_host: bool = False,
) -> None:
    """A booking after a change; people are told of the dates that differ by it.

    These are `dates`, or seen from the booking `before`.
    """
    item = booking.to_dict()
    dates = changed_dates(before, booking) if before else dates
    said = would_be(what) if dry_run else what
    if after_command.is_unchanged(item["uid"]):
        said = "Unchanged"
    with report_write_failure(what, [] if dry_run else [item["uid"]]):
        output.print_object(
            item,
            form,
            keys=BOOKING_KEYS,
            card=lambda facts: change_text(
                said, facts, form.tz, dates, with_host=with_host, as_host=as_host
            ),
        )
    mark_dry_run(form, dry_run=dry_run)


def mark_dry_run(form: OutputOptions, *, dry_run: bool) -> None:
    """Off a terminal, where the line is that of a real change."""
    if dry_run and not (output.is_terminal() or output.is_for_programs(form)):
        say_not_written()


def say_not_written() -> None:
    output.flush()
    output.say("Nothing was written: --dry-run")


def would_be(what: str) -> str:
    """What is said of a change that is only tried."""
    return f"Would be {_lower_first(what)}"


def _lower_first(what: str) -> str:
    """Inside a sentence; an address keeps its capitals."""
    return f"{what[:1].lower()}{what[1:]}"


@contextmanager
def report_write_failure(what: str, uids: list[str]) -> Iterator[None]:
    """Around the answer after a change: an error names it when stdout cannot.

    No pager keeps waiting what is sent behind it.
    """
    try:
        with output.without_pager():
            yield
        output.flush()
    except BrokenPipeError:
        if uids:
            said = f"{_lower_first(what)} {', '.join(uids)}"
            output.say_always(f"calbook: {said}; its reader left before the answer")
        raise
    except OSError as error:
        if not uids:
            raise
        from calbook.core.errors import OutputError

        raise OutputError(
            f"{_lower_first(what)} {', '.join(uids)},"
            f" but could not say so: {error.strerror}",
            uids=uids,
        ) from None


def booked_word(booking: Value | Json, *, was_held: bool = False) -> str:
    """A booking that was there before was joined, if it was not held."""
    facts = output.as_json(booking)
    if facts["version"] > 0 and not was_held:
        return "Joined"
    return "Requested" if facts["status"] == "PENDING" else "Booked"


def changed_dates(before: Value, after: Value) -> tuple[str, ...]:
    """The dates whose occurrences differ between two states of a booking."""
    old = {o["date"]: o for o in before.to_dict()["occurrences"]}
    new = after.to_dict()["occurrences"]
    return tuple(o["date"] for o in new if old.get(o["date"]) != o)


def occurrence_on(booking: Value, day: str, now: datetime) -> Json:
    """The occurrence of a date, as it was first booked."""
    from calbook.core.booking import series
    from calbook.core.time import parsing

    facts = booking.to_dict()
    found: dict[str, Json] = {o["date"]: o for o in facts["occurrences"]}
    wanted = parsing.day(day, now=now, timezone=facts["timezone"])
    if wanted.isoformat() not in found:
        starts = {
            date: datetime.fromisoformat(o["startTime"]).date()
            for date, o in found.items()
        }
        raise series.missing_date_error(facts["uid"], wanted, starts)
    return found[wanted.isoformat()]


def change_text(
    what: str,
    booking: Json,
    tz: str | None,
    dates: Sequence[str] = (),
    *,
    with_host: bool = False,
    as_host: bool = False,
) -> str:
    from calbook.cli.screen.change_lines import change_lines
    from calbook.core.text import printable

    lines = change_lines(what, booking, tz, dates, with_host=with_host, as_host=as_host)
    return "".join(f"{printable(line)}\n" for line in lines)


def require_yes(
    question: str, *, yes: bool, look: str | None = "with --dry-run"
) -> None:
    """Ask on a terminal; off one, or where nobody may be asked, `--yes` has to be said.

    `look` is how to look at it first.

    Raises:
        Interrupted: anything but yes was answered.
        UsageError: nobody is there to ask.
    """
    if yes:
        return
    if not output.is_interactive():
        first = f", or look at it first {look}" if look else ""
        raise usage_error(
            f"nobody is there to ask: {_lower_first(question)}",
            hint=f"say --yes{first}",
        )
    from calbook.cli.asking import ask_yes  # only where somebody is asked
    from calbook.core.errors import Interrupted

    if not ask_yes(question):
        raise Interrupted


def require_stored(
    client: Client, hint: str = "name the file with --db or CALBOOK_DB"
) -> None:
    """Raises StoreError where nothing is stored, as under a wrong name."""
    if not client.exists:
        from calbook.core.errors import StoreError

        raise StoreError(
            f"there are no bookings in {client.path}",
            hint=hint,
            path=client.path,
        )


def table_of(
    name: str, *facts: Any, of: Json | None = None
) -> Callable[[Sequence[Json]], str]:
    """A table of screen/tables.py, which is slow to import, by its function's name.

    It is of the items that are printed, unless it is `of` the object they come from.
    """

    def table(items: Sequence[Json]) -> str:
        from calbook.cli.screen import tables

        text: str = getattr(tables, name)(of or items, *facts)
        return text

    return table
