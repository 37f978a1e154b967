"""`create`: book one meeting from options, by asking, or many from JSON."""

from collections.abc import Callable
from functools import partial

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.asker import hint_at_confirmation, is_host, read_asker
from calbook.cli.option_values import (
    read_minutes,
    read_on_conflict,
    read_pairs,
    read_recurring,
)
from calbook.cli.output import Json, OutputOptions
from calbook.cli.session import booked_word, show_change, unchecked
from calbook.core.errors import InvalidResponses, UsageError
from calbook.core.text import split_words
from calbook.core.typing_names import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.bookings import Booking


_NEEDED = {
    "event_type_id": "--event",
    "start_time": "--start",
    "name": "--name",
}


_CONTACT = ("email", "phone", "ref", "person")


class Person(o.Group):
    name: str | None = o.option("--name", "NAME", "Who books.")
    email: o.Email = None
    phone: o.Phone = None
    ref: o.Ref = None
    person: o.PersonText = None
    timezone: o.AttendeeTz = None
    language: o.Language = None


class Details(o.Group):
    """What is booked; named as the library's arguments are."""

    guests: list[str] | None = o.option(
        "--guest", "ADDRESS", "Or NAME <ADDRESS>, or a name; may be repeated."
    )
    notes: o.BookingNotes = None
    responses: o.Response = None
    metadata: o.Meta = None
    host_id: o.Host = None
    resource_id: o.Resource = None
    location: o.Location = None
    meeting_url: o.MeetingUrl = None
    by: o.By = None
    override: o.Override = None
    duration: o.Duration = None
    hold: str | None = o.option("--hold", "UID", "Book what calbook hold claimed.")
    reopen: o.Reopen = False


class Batch(o.Group):
    exclusive = (("atomic", "each"),)

    on_conflict: str | None = o.option(
        "--on-conflict",
        "refuse|skip",
        "With --repeat: book none, or leave out the dates in the way.",
    )
    input_: o.Input = None
    atomic: bool = o.flag("--atomic", "With --input: all lines or none.")
    each: bool = o.flag(
        "--each", "With --input: commit each line by itself, not 200 at a time."
    )
    as_new: bool = o.flag(
        "--as-new", "With --input: bookings as list --json printed them, once more."
    )
    extend: bool = o.flag(
        "--extend", "With --on-conflict skip: go on until --count dates are booked."
    )


class Line(o.Group):
    """What becomes of who finds it taken."""

    wait: bool = o.flag("--wait", "Where it is full or taken: wait for it, in line.")
    earliest: str | None = o.option(
        "--from", "WHEN", "With --wait and --to: wait for any start from then on."
    )
    latest: str | None = o.option(
        "--to", "WHEN", "With --wait and --from: up to then, or that day."
    )


class Series(o.Group):
    frequency: str | None = o.option(
        "--repeat", "daily|weekly|monthly|yearly", "Book a series."
    )
    interval: o.Every = None
    count: str | None = o.option("--count", "N", "With --repeat: how many, to 730.")
    until: o.Until = None
    by_day: o.ByDay = None


Creating = Annotated[
    o.Change, "idempotency_key", "notify_attendee", "dry_run", "no_deliver"
]
Printing = o.PrintingChange


def create(
    *,
    event: o.EventType = None,
    start: o.Start = None,
    person: Person,
    details: Details,
    series: Series,
    line: Line,
    batch: Batch,
    change: Creating,
    out: Printing,
) -> None:
    """Book a meeting. On a terminal it asks for what is missing."""
    form, dry_run = out.form_in_zone(), change.dry_run
    given = _given(
        event_type_id=event,
        start_time=start,
        **_read_details(details),
        timezone=form.tz,
        recurring=read_recurring("--repeat", **series.options()),
        on_conflict=read_on_conflict(batch.on_conflict, extend=batch.extend),
        idempotency_key=change.idempotency_key,
        earliest=line.earliest,
        latest=line.latest,
    )
    _check_line(line, given, batch)
    given |= o.said(notify_attendee=change.notify_attendee)
    if batch.input_ is None:
        given |= _defaults(given)
    if batch.input_ is None or details.by is not None:
        given |= _asker(details.by)
    booker = _given(**person.options())
    for name in ("atomic", "each", "as_new"):
        if getattr(batch, name) and batch.input_ is None:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option} is for --input", hint="add --input FILE")
    with out.client() as client:
        if batch.input_ is not None:
            from calbook.cli import create_input  # only for --input

            if booker:
                given["attendee"] = booker
            create_input.create_from_input(
                *(client, batch.input_, given, form),
                as_new=batch.as_new,
                atomic=batch.atomic,
                each=batch.each,
                dry_run=dry_run,
            )
            return
        if details.hold is not None:
            given = _place_of_hold(client, details.hold) | given
        known = {"name": booker.get("person")} if booker.get("person") else {}
        known |= {"start_time": "any"} if line.earliest or line.latest else {}
        missing = [
            option
            for key, option in _NEEDED.items()
            if not (given | known | booker).get(key)
        ]
        if not any(booker.get(key) for key in _CONTACT) and (
            missing or output.is_interactive()
        ):
            missing.append("--email")  # or another, as the event type says
        if missing:
            given, booker = _ask(client, given, booker, missing, form)
        made = _book_or_wait(*(client, given, booker, line, form), dry_run=dry_run)
        if made is None:
            return
        booking = made
        is_team = output.is_for_people(form) and _is_team(client, booking)
    show_change(
        booked_word(booking, was_held=details.hold is not None),
        booking,
        form,
        dry_run=dry_run,
        with_host=is_team,
        as_host=is_host(given.get("by", "attendee")),
    )
    if booking.version == 0:  # who joins a group does not make it wait
        hint_at_confirmation(booking, details.by, form)
    _hint_at_short_months(booking)


def _place_of_hold(client: "Client", uid: str) -> Json:
    held = client.calendar.bookings.get(uid)
    return {"event_type_id": held.event_type_id, "start_time": held.start_time}


def _hint_at_short_months(booking: "Booking") -> None:
    """RFC 5545, 3.3.10 leaves out a date that a month does not have."""
    rule, day = booking.recurring, int(booking.start_time[8:10])
    if rule and rule["frequency"] == "MONTHLY" and not rule["byDay"] and day > 28:
        output.say(
            f"hint: months without a {day}{'th' if day < 31 else 'st'} are left out;"
            " Exchange and Outlook show their last day instead"
        )


def _defaults(given: Json) -> Json:
    """What is set to count where it is not said; not what a hold is of."""
    event = (
        None
        if "hold" in given
        else o.read_event(given.get("event_type_id"), refuses=True)
    )
    notify = o.read_notify(given.get("notify_attendee"))
    return o.said(event_type_id=event, notify_attendee=notify)


def _asker(by: str | None) -> Json:
    """Who asks, unless it is who asks anyway."""
    read = read_asker(by)
    return {} if read == "attendee" else {"by": read}


def _read_details(details: Details) -> Json:
    return {
        **details.options(),
        "responses": read_pairs(details.responses, "--response"),
        "metadata": read_pairs(details.metadata, "--meta"),
        "override": split_words(details.override),
        "duration": read_minutes(details.duration, "--duration"),
    }


def _is_team(client: "Client", booking: "Booking") -> bool:
    """Whether it could have been another host's."""
    event_type = client.calendar.event_types.get(booking.event_type_id)
    return len(event_type.hosts) > 1


def _check_line(line: Line, given: Json, batch: Batch) -> None:
    is_range = line.earliest is not None or line.latest is not None
    if is_range and not line.wait:
        raise UsageError(
            "--from and --to are for who waits for any start", hint="add --wait"
        )
    if line.wait:
        from calbook.cli import create_waiting  # only for --wait

        if batch.input_ is not None:
            raise UsageError("--wait is for one person at a time")
        create_waiting.check_options(given)


def _book_or_wait(
    client: "Client",
    given: Json,
    person: Json,
    line: Line,
    form: OutputOptions,
    *,
    dry_run: bool,
) -> "Booking | None":
    """The booking; None where the person was put in line, which is told.

    On a terminal whether to wait is asked.
    """
    may_wait = line.wait or (output.is_interactive() and output.is_for_people(form))
    book = partial(
        _book, client, given, person, form, dry_run=dry_run, may_wait=may_wait
    )
    if not may_wait:
        return book()
    from calbook.cli import create_waiting  # only where somebody may wait

    wish = create_waiting.Wish(client, given, person, dry_run)
    return create_waiting.book_or_wait(wish, book, form, is_wanted=line.wait)


def _book(
    client: "Client",
    given: Json,
    person: Json,
    form: OutputOptions,
    *,
    dry_run: bool,
    may_wait: bool = False,
) -> "Booking":
    """Book it; on a terminal, ask for answers that are missing, or offer a start."""
    bookings, hold = client.calendar.bookings, given.pop("hold", None)
    create: Callable[..., Booking] = (
        partial(bookings.book_hold, hold) if hold else bookings.create
    )
    if not output.is_for_people(form):
        return create(**given, attendee=unchecked(person), dry_run=dry_run)
    from calbook.cli import free_start_hint  # only on a terminal

    try:
        with free_start_hint.hint_at_next_free(
            *(client, given["event_type_id"], given["start_time"], given, form.tz),
            hints_at_line=not hold and not may_wait,
        ):
            return create(**given, attendee=unchecked(person), dry_run=dry_run)
    except InvalidResponses:
        if not output.is_interactive():
            raise
    given, person = _ask(client, given, person, [], form)
    return create(**given, attendee=unchecked(person), dry_run=dry_run)


def _ask(
    client: "Client", given: Json, person: Json, missing: list[str], form: OutputOptions
) -> tuple[Json, Json]:
    if output.is_interactive():
        from calbook.cli import prompts  # only on a terminal

        return prompts.ask_missing(client, given, person, form.tz)
    from shlex import quote

    named = ", ".join(missing).replace("--email", "--email or --phone")
    raise UsageError(
        f"missing {named}",
        hint=f"calbook create --event {quote(str(given.get('event_type_id', 'demo')))}"
        " --start 'fri 14:30' --name Ada --email ada@example.com",
        missing=missing,
    )


def _given(**facts: Any) -> Json:
    """Only what was said, though it be empty or 0, which is refused later."""
    return {
        key: value
        for key, value in facts.items()
        if value is not None and value is not False and value not in ((), {})
    }
