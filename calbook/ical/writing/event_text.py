"""What a calendar entry says of a booking in words, and how text is made harmless.

No phone number, no metadata, no private note: the entry goes to everybody. But the one
in the host's own calendar says how to reach whom.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from calbook.core.booking import participation
from calbook.core.catalog import Host
from calbook.core.members import hosts_among, resources_among
from calbook.core.model import Attendee, Booking, Occurrence, Status
from calbook.languages.finding import find_language
from calbook.languages.language import ENGLISH, Language, to_translate

_LINE_BREAK = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SPACES = dict.fromkeys(map(ord, "\t\n"), " ")
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f]")

REQUESTED = to_translate("Request: not confirmed yet")

_PLACES = {
    "GOOGLE_MEET": "Google Meet",
    "ZOOM": "Zoom",
    "TEAMS": "Microsoft Teams",
    "PHONE": to_translate("Phone call"),
    "PHONE_INBOUND": to_translate("Phone call"),
}


class Invite(NamedTuple):
    """One booking with what its calendar entry needs; the first host organizes.

    `only` is the original local date of the one occurrence that it is about; `leaver`
    who was taken out, and is told alone that it is off for them; `joiner` the one
    attendee that it lists, where nobody is told who else is in a group; `of_dates` are
    the hosts of dates that others give, by `recurrence_id`. With `names_nobody` it
    lists no attendee; `is_hosts_own` says that it is for hosts alone, and `owner_id`
    for which, where it is one's. With `only_title` it says that and its times alone.
    `language` is that of whoever reads it.
    """

    booking: Booking
    hosts: tuple[Host, ...]
    only: date | None = None
    leaver: Attendee | None = None
    joiner: Attendee | None = None
    of_dates: Mapping[datetime, tuple[Host, ...]] = {}
    resources: tuple[Host, ...] = ()  # rooms and things, of whom nobody is told
    names_nobody: bool = False
    is_hosts_own: bool = False
    owner_id: str | None = None
    only_title: str | None = None
    language: Language = ENGLISH

    @property
    def organizer(self) -> Host:
        """Of all dates: a calendar knows one of each entry."""
        return self.hosts[0]

    def hosts_of(self, occurrence: Occurrence | None) -> tuple[Host, ...]:
        """Who gives one of its dates, or what it all is."""
        if occurrence is None or not self.of_dates:
            return self.hosts
        return self.of_dates.get(occurrence.recurrence_id, self.hosts)

    @property
    def listed(self) -> tuple[Attendee, ...]:
        """The attendees that it lists, by an address or by their names."""
        if self.leaver or self.names_nobody:
            return ()
        return (self.joiner,) if self.joiner else self.booking.attendees

    @property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """Those that it is about, by their `recurrence_id`.

        Of a drop-in the dates that are not off, if any.

        Raises:
            NotFound: `only` is no date of the booking.
        """
        if self.only is not None:
            from calbook.core.booking import series  # slow to import

            return (series.occurrence_on(self.booking, self.only),)
        if self.drop_in is None:
            return self.booking.occurrences
        own = participation.meetings_of(self.drop_in, self.booking.occurrences)
        return tuple(o for o in own if o.status is not Status.CANCELLED) or own

    @property
    def drop_in(self) -> Attendee | None:
        """Who has single dates of a series alone, each told of by itself."""
        person = self.leaver or self.joiner
        return person if person and participation.is_drop_in(person) else None

    @property
    def is_of_dates(self) -> bool:
        """Whether it is about single dates and says no rule (RFC 4791, 4.1)."""
        return self.only is not None or self.drop_in is not None

    @property
    def is_cancelled(self) -> bool:
        return all(o.status is Status.CANCELLED for o in self.occurrences)

    @property
    def is_request(self) -> bool:
        """Whether most of what is to come awaits the host's word."""
        ahead = (Status.PENDING, Status.CONFIRMED)
        live = [o.status for o in self.occurrences if o.status in ahead]
        return 2 * live.count(Status.PENDING) > len(live)


def read_invite(booking: Booking, host: Callable[[str], Host]) -> Invite:
    """A booking with its hosts and resources, each read by its id."""
    return Invite(
        booking,
        tuple(map(host, hosts_among(booking.host_ids))),
        of_dates={
            o.recurrence_id: tuple(map(host, hosts_among(o.host_ids)))
            for o in booking.occurrences
            if o.host_ids
        },
        resources=tuple(map(host, resources_among(booking.host_ids))),
    )


def invite_for(invite: Invite, person: Attendee) -> Invite:
    """As one person may see it: their own dates, and nobody else's name."""
    own = participation.booking_of(invite.booking, person)
    return invite._replace(booking=own, joiner=person)


def in_language(invite: Invite, reader: Attendee | Host) -> Invite:
    """As somebody reads it: in their language, else in their host's."""
    tag = reader.language or invite.organizer.language
    return invite._replace(language=find_language(tag))


def summary(invite: Invite, occurrence: Occurrence | None = None) -> str:
    """Both names, as one entry serves both calendars; a group has the title alone.

    The copy for a guest has the guest's, and a host's own does not name that host.
    """
    title = invite.booking.title
    if invite.is_hosts_own and invite.booking.is_group:
        count = len(invite.booking.attendees)
        return f"{title} ({count} {'person' if count == 1 else 'people'})"
    attendee = (invite.joiner or invite.booking.attendee).name
    if invite.booking.is_group or not attendee:
        return title
    hosts = [h for h in invite.hosts_of(occurrence) if h.id != invite.owner_id]
    if not hosts:
        return f"{title}: {attendee}"
    return invite.language.translate(
        "{title}: {hosts} and {attendee}",
        title=title,
        hosts=", ".join(host.name for host in hosts),
        attendee=attendee,
    )


def link(invite: Invite) -> str | None:
    return invite.booking.meeting_url or _location(invite).get("url")


def place(invite: Invite) -> str | None:
    """Where to go; None when the link says it."""
    location, url = _location(invite), link(invite)
    given = location.get("address") or location.get("text")
    if given or invite.booking.location or url:
        kind = None if url else _PLACES.get(location.get("type", ""))
        return given or (kind and invite.language.translate(kind))
    return _resource_names(invite)


def _resource_names(invite: Invite) -> str | None:
    return ", ".join([resource.name for resource in invite.resources]) or None


def _location(invite: Invite) -> Mapping[str, str]:
    return invite.booking.location or {}


def description(invite: Invite, *, has_names: bool = False) -> str:
    """Paragraphs: what it is, the answers, the notes, the link, who is not listed.

    In a group nobody reads what another one answered or wrote, nor does a guest in a
    copy of their own.
    """
    booking = invite.booking
    is_own = invite.joiner in (None, booking.attendee) and not booking.is_group
    unlisted = [p for p in invite.listed if not p.email] if has_names else []
    url, notes = link(invite), clean_text(booking.notes or "")
    rooms = _resource_names(invite)
    if invite.is_hosts_own:
        people, answers = _people(booking), _answers(booking, has_phones=True)
    else:
        people, answers = [], _answers(booking, language=invite.language)
    translate = invite.language.translate
    paragraphs = (
        booking.description,
        rooms if rooms and rooms != place(invite) else None,
        "\n".join(people),
        "\n".join(answers) if is_own else None,
        translate("Notes: {text}", text=notes) if notes and is_own else None,
        translate("Join: {url}", url=url) if url else None,
        translate("With: {names}", names=_names(unlisted, invite.language))
        if unlisted
        else None,
    )
    return "\n\n".join(filter(None, paragraphs))


def _names(persons: Sequence[Attendee], language: Language) -> str:
    """By their names alone: a phone or customer number is nobody else's matter."""
    names = [clean_line(person.name) for person in persons if person.name]
    more = len(persons) - len(names)
    others = [language.translate_count("{n} more", "{n} more", more)] * bool(more)
    return ", ".join([*names, *others])


def _people(booking: Booking) -> list[str]:
    """A line for each attendee, with how to reach them; in a group their answers."""
    lines = []
    for person in booking.attendees:
        name, email = clean_line(person.name), clean_line(person.email)
        named = " ".join(filter(None, [name, f"<{email}>" if email else ""]))
        reached = filter(
            None, [named, clean_line(person.phone), clean_line(person.ref)]
        )
        lines.append(", ".join(reached))
        if booking.is_group:
            is_first = person == booking.attendee  # whose stand on the booking itself
            given = booking.responses if is_first else person.responses
            answers = _answers(booking, given, has_phones=True)
            lines += [f"  {answer}" for answer in answers]
    return list(filter(None, lines))


def _answers(
    booking: Booking,
    responses: Mapping[str, Any] | None = None,
    *,
    has_phones: bool = False,
    language: Language = ENGLISH,
) -> list[str]:
    """A line for each answer, in the order of the questions."""
    given = booking.responses if responses is None else responses
    return [
        f"{question.label}: {_answer_text(given[question.key], language)}"
        for question in booking.policy.questions
        if question.key in given and (has_phones or question.type != "PHONE")
    ]


def _answer_text(answer: Any, language: Language) -> str:
    if isinstance(answer, bool):
        return language.translate("yes") if answer else language.translate("no")
    return ", ".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def clean_text(text: str) -> str:
    """Every kind of line break as `\\n`, and no other control character but tabs.

    Readers split lines at more characters than RFC 5545 does.
    """
    if text.isprintable():  # nothing of what is looked for
        return text
    return _CONTROL.sub("", _LINE_BREAK.sub("\n", text))


def clean_line(text: str | None) -> str:
    """As `clean_text`, with spaces for line breaks and tabs."""
    cleaned = clean_text(text or "")
    return cleaned if cleaned.isprintable() else cleaned.translate(_SPACES)
