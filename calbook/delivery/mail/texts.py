"""What an e-mail about a booking says, in the language of whoever reads it.

Text from people is hostile: it is data of a sentence, on one line, and harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from calbook.core.catalog import Host
from calbook.core.model import Attendee, Occurrence
from calbook.core.people import is_same, public_label
from calbook.core.text import printable
from calbook.ical.writing import event_text
from calbook.ical.writing.event_text import Invite
from calbook.ical.writing.method import Method
from calbook.languages.language import to_translate

Person = Attendee | Host

_SHOWN = 200  # of a name or title
_DATES = 12  # of a series that are listed

_SENTENCES = {
    "booked": to_translate("{what} is booked."),
    "requested": to_translate(
        "{what} is requested. You will be told when it is confirmed or declined."
    ),
    "confirmed": to_translate("{what} is confirmed."),
    "moved": to_translate("{what} has moved."),
    "moved again": to_translate(
        "{what} has moved, and is to be confirmed again. You will be told."
    ),
    "some moved": to_translate("Some dates of {what} have moved."),
    "some moved again": to_translate(
        "Some dates of {what} have moved, and are to be confirmed"
        " again. You will be told."
    ),
    "handed over": to_translate("{what} has a new host."),
    "some handed over": to_translate("Some dates of {what} have a new host."),
    "changed": to_translate("{what} has changed."),
    "extended": to_translate("{what} goes on: it has further dates."),
    "extended request": to_translate(
        "{what} goes on. The further dates are requested: you will be"
        " told when they are confirmed or declined."
    ),
    "cancelled": to_translate("{what} is cancelled."),
    "some cancelled": to_translate("Some dates of {what} are cancelled."),
    "declined": to_translate("{what} was declined."),
    "restored": to_translate("{what} is on again."),
    "restored request": to_translate(
        "{what} is on again, and is to be confirmed. You will be told."
    ),
    "asked again": to_translate("{what} is to be confirmed again. You will be told."),
    "some restored": to_translate("Some dates of {what} are on again."),
    "some restored request": to_translate(
        "Some dates of {what} are on again, and are to be confirmed. You will be told."
    ),
    "some asked again": to_translate(
        "Some dates of {what} are to be confirmed again. You will be told."
    ),
    "expired": to_translate("{what} was not confirmed in time and is off."),
    "some declined": to_translate("Some dates of {what} were declined."),
    "removed": to_translate("You no longer take part in {what}."),
    "date removed": to_translate("You no longer take part in one date of {what}."),
    "dates removed": to_translate("You no longer take part in some dates of {what}."),
    "reminder": to_translate("{what} is coming up."),
    "sent again": to_translate(
        "You asked for {what} once more. This is how it stands."
    ),
    "counter declined": to_translate(
        "{what} stays where it is: the time that you proposed is not taken."
    ),
    "offered": to_translate(
        "You are on the waiting list, and there is time for you now: {what}."
    ),
}


_ENDS = frozenset(
    {
        *("cancelled", "some cancelled", "declined", "some declined", "expired"),
        *("removed", "date removed", "dates removed"),
    }
)


def invitation_subject(invite: Invite, method: Method) -> str:
    """The calendar entry's title, whatever happened: Exchange makes it that.

    A request says so, as long as it is one.
    """
    is_request = method is Method.REQUEST and invite.is_request
    only = invite.occurrences[0] if invite.only else None
    title = one_line(event_text.summary(invite, only)) or invite.booking.uid
    if not is_request:
        return title
    return invite.language.translate("Request: {title}", title=title)


def reminder_subject(invite: Invite, person: Person, occurrence: Occurrence) -> str:
    zone = person.timezone or invite.booking.timezone
    named = "" if person.timezone else f" {zone}"
    start = f"{invite.language.moment(occurrence.span.start, zone)}{named}"
    title = one_line(invite.booking.title)
    return invite.language.translate(
        "Reminder: {title}, {start}", title=title, start=start
    )


def offer_subject(invite: Invite) -> str:
    title = one_line(invite.booking.title)
    return invite.language.translate("Offer: {title}", title=title)


def mail_text(
    invite: Invite,
    person: Person,
    what: str,
    dates: Sequence[Occurrence],
    *,
    reason: str | None = None,
    moved_from: datetime | None = None,
    held: tuple[str, datetime] | None = None,
) -> str:
    """In the zone and language of whoever reads it; `held` is an offer, until when."""
    language, zone = invite.language, person.timezone or invite.booking.timezone
    translate = language.translate
    values = {
        "When": _when(invite, dates, zone),
        "Before": moved_from and f"{language.moment(moved_from, zone)} {zone}",
        "Where": event_text.place(invite),
        "Link": event_text.link(invite),
        "Reason": reason,
        "Booked by": _booker(invite, person),
        "Booking": None if held else invite.booking.uid,
        "Offer": held and held[0],
        "Held until": held and f"{language.moment(held[1], zone)} {zone}",
    }
    labels = {name: translate(name) for name in _LABELS}
    margin = max(map(len, labels.values())) + 1
    facts = (_fact(labels[name], text, margin) for name, text in values.items() if text)
    about = _one_date if invite.only and what != "date removed" else _whole
    name = one_line(person.name) if person.name else None
    paragraphs = [
        translate("Hello {name},", name=name) if name else translate("Hello,"),
        translate(_SENTENCES[what], what=about(invite, person, dates)),
        "\n".join(facts),
    ]
    if what not in _ENDS and _can_answer(invite, person):
        paragraphs.append(translate(_ANSWERS[bool(held)]))
    return "\n\n".join(paragraphs) + "\n"


_LABELS = (
    to_translate("When"),
    to_translate("Before"),
    to_translate("Where"),
    to_translate("Link"),
    to_translate("Reason"),
    to_translate("Booked by"),
    to_translate("Booking"),
    to_translate("Offer"),
    to_translate("Held until"),
)
_ANSWERS = {
    True: to_translate("To take it, reply to this mail."),
    False: to_translate("To change or cancel it, reply to this mail."),
}


def _whole(invite: Invite, person: Person, dates: Sequence[Occurrence]) -> str:
    return invite.language.translate(
        "{title} with {company}",
        title=one_line(invite.booking.title),
        company=_company(invite, person, dates),
    )


def _one_date(invite: Invite, person: Person, dates: Sequence[Occurrence]) -> str:
    return invite.language.translate(
        "One date of {title} with {company}",
        title=one_line(invite.booking.title),
        company=_company(invite, person, dates),
    )


def _can_answer(invite: Invite, person: Person) -> bool:
    """Whether a reply goes to the host, and from somebody else."""
    return isinstance(person, Attendee) and bool(invite.organizer.email)


def _booker(invite: Invite, person: Person) -> str | None:
    """Who asked a guest along; nobody in a group was."""
    booker = invite.booking.attendee
    is_guest = isinstance(person, Attendee) and not is_same(person, booker)
    if invite.booking.is_group or not is_guest:
        return None
    return one_line(public_label(booker))


def _company(invite: Invite, person: Person, dates: Sequence[Occurrence]) -> str:
    """Whom the person meets; nobody in a group is told who else is in it."""
    if isinstance(person, Host):
        booking = invite.booking
        more = len(booking.guests)
        name = one_line(public_label(booking.attendee))
        if not more:
            return name
        return invite.language.translate_count(
            "{name} and {n} more", "{name} and {n} more", more, name=name
        )
    return _names(invite.hosts_of(dates[0] if len(dates) == 1 else None))


def _names(hosts: Sequence[Host]) -> str:
    return ", ".join(one_line(host.name) for host in hosts)


def _when(invite: Invite, dates: Sequence[Occurrence], zone: str) -> str:
    """The dates; of several, with whom those are that others give."""
    language = invite.language
    lines = [f"{language.meeting(*each.span, zone)} {zone}" for each in dates[:_DATES]]
    if len(dates) > 1:
        others = [invite.of_dates.get(each.recurrence_id) for each in dates]
        lines = [
            language.translate("{when}, with {hosts}", when=line, hosts=_names(hosts))
            if hosts
            else line
            for line, hosts in zip(lines, others, strict=False)
        ]
    if more := len(dates) - len(lines):
        lines.append(language.translate_count("and {n} more", "and {n} more", more))
    return "\n".join(lines)


def _fact(name: str, text: str, margin: int) -> str:
    """`When       Mon 18 Jan 2027, 10:00`; further lines stand below the first."""
    lines = event_text.clean_text(text).strip("\n").split("\n")
    return "\n".join(
        f"{'' if number else name:{margin}}{printable(line)}".rstrip()
        for number, line in enumerate(lines)
    )


def one_line(text: str) -> str:
    """On one line, harmless, and no longer than a name may be."""
    return printable(event_text.clean_line(text[:_SHOWN])).strip()
