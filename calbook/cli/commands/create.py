"""`create`: book one meeting from options, by asking, or many from JSON."""

from typing import Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import (
    booked_word,
    open_client,
    read_minutes,
    read_pairs,
    read_recurring,
    show_change,
    split_words,
)

Json = dict[str, Any]

_NEEDED = {
    "event_type_id": "--event",
    "start_time": "--start",
    "name": "--name",
    "email": "--email",
}


def create(
    event: o.EventType = None,
    start: o.Start = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Who books.")
    ] = None,
    email: o.Email = None,
    phone: o.Phone = None,
    attendee_tz: o.AttendeeTz = None,
    guest: Annotated[
        list[str] | None,
        typer.Option("--guest", metavar="ADDRESS", help="May be repeated."),
    ] = None,
    notes: o.BookingNotes = None,
    response: o.Response = None,
    meta: o.Meta = None,
    host: o.Host = None,
    location: o.Location = None,
    meeting_url: o.MeetingUrl = None,
    by: o.By = "attendee",
    override: o.Override = None,
    duration: Annotated[
        str | None,
        typer.Option("--duration", metavar="MINUTES", help="Of this booking alone."),
    ] = None,
    repeat: Annotated[
        str | None,
        typer.Option(
            "--repeat",
            metavar="daily|weekly|monthly|yearly",
            help="Book a series.",
        ),
    ] = None,
    every: o.Every = None,
    count: Annotated[
        str | None,
        typer.Option("--count", metavar="N", help="With --repeat: how many, to 730."),
    ] = None,
    until: o.Until = None,
    by_day: o.ByDay = None,
    on_conflict: Annotated[
        str | None,
        typer.Option(
            "--on-conflict",
            metavar="refuse|skip",
            help="With --repeat: book none, or leave out the dates in the way.",
        ),
    ] = None,
    input_: o.Input = None,
    atomic: Annotated[
        bool, typer.Option("--atomic", help="With --input: all lines or none.")
    ] = False,
    idempotency_key: o.IdempotencyKey = None,
    notify: o.Notify = None,
    dry_run: o.DryRun = False,
    no_deliver: o.NoDeliver = False,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    db: o.Db = None,
) -> None:
    """Book a meeting. On a terminal it asks for what is missing."""
    form = OutputOptions(json=json, jsonl=jsonl, tz=output.read_timezone(tz))
    given = _given(
        event_type_id=event,
        start_time=start,
        guests=guest,
        notes=notes,
        responses=read_pairs(response, "--response"),
        metadata=read_pairs(meta, "--meta"),
        host_id=host,
        location=location,
        meeting_url=meeting_url,
        timezone=form.tz,
        duration=read_minutes(duration, "--duration"),
        by=by if by != "attendee" else None,
        override=split_words(override),
        recurring=read_recurring(
            "--repeat",
            frequency=repeat,
            interval=every,
            count=count,
            until=until,
            by_day=by_day,
        ),
        on_conflict=on_conflict,
        idempotency_key=idempotency_key,
    )
    if notify is not None:
        given["notify_attendee"] = notify
    person = _given(name=name, email=email, phone=phone, timezone=attendee_tz)
    _check_batch(input_, atomic)
    with open_client(db) as client:
        if input_ is not None:
            from calbook.cli.commands import create_input  # only for --input

            if person:
                given["attendee"] = person
            create_input.create_from_input(
                client, input_, given, form, atomic=atomic, dry_run=dry_run
            )
            return
        missing = [
            option for key, option in _NEEDED.items() if not (given | person).get(key)
        ]
        if missing:
            given, person = _asked(client, given, person, missing, form)
        booking = _booked(client, given, person, form, dry_run=dry_run)
        is_team = output.is_for_people(form) and _is_team(client, booking)
    show_change(booked_word(booking), booking, form, dry_run=dry_run, with_host=is_team)


def _check_batch(input_: str | None, atomic: bool) -> None:
    if atomic and input_ is None:
        from calbook.core.errors import UsageError

        raise UsageError("--atomic is for several bookings", hint="add --input FILE")


def _is_team(client: Any, booking: Any) -> bool:
    """Whether it could have been another host's."""
    event_type = client.calendar.event_types.get(booking.event_type_id)
    return len(event_type.hosts) > 1


def _booked(
    client: Any, given: Json, person: Json, form: OutputOptions, *, dry_run: bool
) -> Any:
    """Book it; on a terminal, ask for answers that are missing, or offer a start."""
    create = client.calendar.bookings.create
    if not output.is_for_people(form):
        return create(**given, attendee=person, dry_run=dry_run)
    from calbook.cli import free_start_hint  # only on a terminal
    from calbook.core.errors import InvalidResponses

    try:
        with free_start_hint.hint_at_next_free(
            client, given["event_type_id"], given["start_time"], given, form.tz
        ):
            return create(**given, attendee=person, dry_run=dry_run)
    except InvalidResponses:
        if not output.is_interactive():
            raise
    given, person = _asked(client, given, person, [], form)
    return create(**given, attendee=person, dry_run=dry_run)


def _asked(
    client: Any, given: Json, person: Json, missing: list[str], form: OutputOptions
) -> tuple[Json, Json]:
    if output.is_interactive():
        from calbook.cli import prompts  # only on a terminal

        return prompts.ask_missing(client, given, person, form.tz)
    from calbook.core.errors import UsageError

    raise UsageError(
        f"missing {', '.join(missing)}",
        hint="calbook create --event demo --start 'fri 14:30' --name Ada"
        " --email ada@example.com",
        missing=missing,
    )


def _given(**facts: Any) -> Json:
    """Only what was said, though it be empty or 0, which is refused later."""
    return {
        key: value
        for key, value in facts.items()
        if value is not None and value is not False and value not in ((), {})
    }
