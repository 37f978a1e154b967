"""What may keep webhooks, mail and calendars from being up to date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from calbook.core.doctor.findings import (
    CRITICAL,
    MOST_NAMED,
    Finding,
    age_text,
    count_of,
    make_finding,
    name_some,
)

_DAY = 86_400  # seconds
LATE = 15 * 60  # after which somebody should have sent what is due
_CLOCK_TOLERANCE = 60


class WebhookFacts(NamedTuple):
    id: str
    is_active: bool
    disabled_reason: str | None
    is_plain_http: bool  # and not allowed to be


class OutboxFacts(NamedTuple):
    """What is to be sent; ages are seconds, of what is due and of what is retried."""

    due: int = 0
    oldest_due: int = 0
    failed: int = 0  # in the last week
    failed_channels: Sequence[str] = ()
    retried: int = 0  # for over a day
    oldest_retried: int = 0
    webhooks: Sequence[WebhookFacts] = ()
    event_ahead: int = 0  # seconds that the newest event lies ahead of the clock


class MailFacts(NamedTuple):
    """The mail server as it is set up, and who depends on it.

    `fault` says why the settings cannot be read, `password_fault` why no password can.
    """

    config: str
    is_configured: bool = False
    fault: str | None = None
    password_fault: str | None = None
    config_mode: int | None = None
    event_types: Sequence[str] = ()  # that tell people by mail
    hosts_without_email: Sequence[str] = ()  # of those
    without_address: Sequence[str] = ()  # bookings whose reminders reach nobody
    count_without_address: int = 0


class CalendarFacts(NamedTuple):
    """A calendar that is read from elsewhere; `age` is None where it never was."""

    name: str
    age: int | None
    fault: str | None
    password_fault: str | None = None


def check_outbox(outbox: OutboxFacts) -> Iterator[Finding]:
    if outbox.event_ahead > _CLOCK_TOLERANCE:
        yield make_finding(
            "clock_behind",
            f"the newest event is dated {age_text(outbox.event_ahead)} ahead of"
            " this clock",
            seconds=outbox.event_ahead,
        )
    if outbox.due and outbox.oldest_due > LATE:
        yield make_finding(
            "not_delivered",
            f"{count_of(outbox.due, 'delivery is', 'deliveries are')} due, the oldest"
            f" for {age_text(outbox.oldest_due)}: nothing runs `calbook deliver`",
            severity=CRITICAL if outbox.oldest_due > _DAY else None,
            due=outbox.due,
            oldestSeconds=outbox.oldest_due,
        )
    if outbox.failed:
        yield make_finding(
            "deliveries_failed",
            f"{count_of(outbox.failed, 'delivery has', 'deliveries have')} failed for"
            f" good in the last 7 days ({', '.join(outbox.failed_channels)})",
            failed=outbox.failed,
        )
    if outbox.retried:
        yield make_finding(
            "retried_for_long",
            f"{count_of(outbox.retried, 'delivery has', 'deliveries have')} been tried"
            f" for over a day, the oldest for {age_text(outbox.oldest_retried)}",
            retried=outbox.retried,
        )
    yield from _check_webhooks(outbox.webhooks)


def _check_webhooks(webhooks: Sequence[WebhookFacts]) -> Iterator[Finding]:
    off = [w.id for w in webhooks if not w.is_active and w.disabled_reason]
    if off:
        yield make_finding(
            "webhook_disabled",
            f"switched off by the receiver: {name_some(off)}",
            name=off[0],
            ids=off[:MOST_NAMED],
        )
    plain = [w.id for w in webhooks if w.is_active and w.is_plain_http]
    if plain:
        yield make_finding(
            "webhook_plain_http",
            f"an http address that was not allowed: {name_some(plain)}",
            name=plain[0],
            ids=plain[:MOST_NAMED],
        )


def check_mail(mail: MailFacts) -> Iterator[Finding]:
    if mail.fault:
        yield make_finding("mail_settings", mail.fault)
    elif mail.event_types and not mail.is_configured:
        yield make_finding(
            "mail_not_configured",
            f"{name_some(mail.event_types)} would tell people by e-mail, and no mail"
            " server is set up",
            ids=list(mail.event_types[:MOST_NAMED]),
        )
    if mail.password_fault:
        yield make_finding("password_missing", mail.password_fault)
    if mail.config_mode is not None and mail.config_mode & 0o007:
        yield make_finding(
            "config_readable",
            f"{mail.config} is open to everybody (mode {mail.config_mode:04o})",
            name=mail.config,
            mode=f"{mail.config_mode:04o}",
        )
    if mail.hosts_without_email:
        yield make_finding(
            "host_without_email",
            "no e-mail in whose name invitations and reminders could be sent:"
            f" {name_some(mail.hosts_without_email)}",
            name=mail.hosts_without_email[0],
            ids=list(mail.hosts_without_email[:MOST_NAMED]),
        )
    if mail.without_address:
        yield make_finding(
            "no_address",
            "reminders cannot reach everybody in "
            + name_some(mail.without_address, mail.count_without_address)
            + ": somebody has no e-mail",
            name=mail.without_address[0],
            uids=list(mail.without_address),
            count=mail.count_without_address,
        )


def check_calendars(calendars: Sequence[CalendarFacts]) -> Iterator[Finding]:
    old = [c for c in calendars if c.fault or c.age is None or c.age > _DAY]
    if old:
        yield make_finding(
            "calendar_not_read",
            name_some(map(_read_text, old)),
            name=old[0].name,
            calendars=[
                {"name": c.name, "ageSeconds": c.age, "fault": c.fault}
                for c in old[:MOST_NAMED]
            ],
        )
    for each in [c for c in calendars if c.password_fault][:MOST_NAMED]:
        yield make_finding(
            "calendar_password",
            f"calendar {each.name}: {each.password_fault}",
            name=each.name,
        )


def _read_text(calendar: CalendarFacts) -> str:
    age = calendar.age
    said = "was never read" if age is None else f"was last read {age_text(age)} ago"
    why = f" ({calendar.fault})" if calendar.fault else ""
    return f"calendar {calendar.name} {said}{why}"
