"""The nouns whose JSON is a promise, and the documents that say what it is."""

from __future__ import annotations

from collections.abc import Mapping

from calbook.api.catalog_inputs import EventTypeFields
from calbook.api.inputs import BookingLine
from calbook.api.schema.descriptions import describe
from calbook.api.schema.lines import EXPORT_LINE, SUMMARY, write_export_line
from calbook.api.schema.objects import InputObjects, Json, Objects, kebab
from calbook.api.values import (
    answers,
    availability,
    bookings,
    calendars,
    catalog,
    doctor,
    feeds,
    host_dates,
    imports,
    moving,
    outbox,
    overview,
    people,
    replies,
    waiting,
)
from calbook.core.api_version import API_VERSION
from calbook.core.errors import NotFound

DIALECT = "https://json-schema.org/draft/2020-12/schema"
URN = f"urn:calbook:schema:{API_VERSION}"

_ANSWERS: tuple[type, ...] = (
    *(bookings.Booking, bookings.Attendee, bookings.Occurrence),
    *(bookings.Event, bookings.Note, waiting.WaitingEntry),
    *(people.Person, answers.PersonWithDates, replies.Answer, replies.Counter),
    *(people.Erasure, people.Retention),
    *(availability.Slot, availability.Block),
    *(availability.Explanation, availability.Rule, overview.Figures),
    *(availability.BusyCalendar, availability.BusyTime),
    *(calendars.ConnectedCalendar, calendars.CalendarCheck, calendars.CalendarFinding),
    *(feeds.PublishedFeed, answers.CalendarText, answers.WrittenFolder),
    *(catalog.EventType, catalog.Host, catalog.Resource, catalog.Schedule),
    *(host_dates.HostAway, host_dates.RetiredHost, host_dates.HostDate),
    *(outbox.Webhook, outbox.Delivery, outbox.Attempt, answers.VerifiedRequest),
    *(answers.Setting, answers.MailServerAnswer),
    *(answers.StorePath, answers.MadeStore, answers.Grants, answers.Migration),
    *(answers.Copied, answers.Restored, answers.Compacted, answers.SharedFile),
    *(doctor.Diagnosis, doctor.FixedTimes, answers.Exported, moving.Imported),
    imports.TakenOver,
    *(answers.Error, answers.WebhookBody),
)
INPUTS: Mapping[str, type] = {
    "input": BookingLine,
    "event-type-input": EventTypeFields,
}
NOUNS: Mapping[str, type] = {
    **{kebab(kind.__name__): kind for kind in _ANSWERS},
    **INPUTS,
}


NAMES = (*NOUNS, EXPORT_LINE)


def summaries() -> dict[str, str]:
    """Each noun with what it is."""
    found = {noun: describe(kind) for noun, kind in NOUNS.items()}
    return {**found, EXPORT_LINE: SUMMARY}


def schema(noun: str | None = None) -> Json:
    """The JSON Schema of a noun, which refers to nothing outside itself.

    Without a noun one document, with every noun and what is inside of them in its
    `$defs`.

    Raises:
        NotFound: there is no such noun.
    """
    if noun is not None and noun not in NAMES:
        raise NotFound("noun", noun, known=NAMES)
    head = {"$schema": DIALECT, "$id": URN if noun is None else f"{URN}:{noun}"}
    if noun is not None:
        body, parts = _write(noun)
        return head | body | ({"$defs": parts} if parts else {})
    nouns = {name: _write(name) for name in NAMES}
    parts = {name: part for _, parts in nouns.values() for name, part in parts.items()}
    return {**head, "$defs": parts | {name: body for name, (body, _) in nouns.items()}}


def _write(noun: str) -> tuple[Json, dict[str, Json]]:
    """A noun, and what it refers to."""
    if noun == EXPORT_LINE:
        body, parts = write_export_line()
    else:
        objects = InputObjects() if noun in INPUTS else Objects()
        body, parts = objects.write(NOUNS[noun]), objects.parts
    return {"title": noun, **body}, parts
