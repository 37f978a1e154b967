"""What is stored, section by section: facts for the report, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from calbook.core.catalog import EventType
from calbook.core.doctor import catalog_checks, drift, sending_checks
from calbook.core.doctor.drift import Drift, Plan
from calbook.core.doctor.findings import (
    MOST_NAMED,
    Finding,
    count_of,
    make_finding,
    name_some,
)
from calbook.core.doctor.sending_checks import CalendarFacts, OutboxFacts, WebhookFacts
from calbook.core.errors import BadUrl
from calbook.core.members import hosts_among
from calbook.core.model import SECOND
from calbook.core.time import times
from calbook.services.doctor import catalog_facts, environment
from calbook.services.doctor.drifting import find_drifts, find_obstacles, read_releases
from calbook.store.health import HealthReader
from calbook.wire.json_objects import Json
from calbook.wire.reading.webhooks import check_url
from calbook.wire.writing.drift import drift_to_json

Look = tuple[Json, Iterable[Finding]]


def look_at_outbox(reader: HealthReader, now: datetime) -> Look:
    moment = times.epoch(now)
    row, failed = reader.outbox_row(moment), reader.failed_rows(moment)
    facts = OutboxFacts(
        due=row["due"],
        oldest_due=_age(row["oldest_due"], moment) or 0,
        failed=sum(each["number"] for each in failed),
        failed_channels=[each["channel"] for each in failed],
        retried=row["retried"],
        oldest_retried=_age(row["oldest_retried"], moment) or 0,
        webhooks=[
            WebhookFacts(
                *(each["id"], bool(each["active"]), each["disabled_reason"]),
                _is_plain_http(each["url"], bool(each["allow_http"])),
            )
            for each in reader.webhook_rows()
        ],
        event_ahead=(
            0
            if environment.is_clock_given()
            else max(0, (row["newest_event"] or 0) - moment)
        ),
    )
    said = {
        "due": facts.due,
        "oldestDueSeconds": facts.oldest_due,
        "failed": facts.failed,
        "retriedForOverADay": facts.retried,
        "webhooks": len(facts.webhooks),
        "events": row["events"] or 0,
        "deliveries": row["deliveries"] or 0,
        "bookings": row["bookings"] or 0,
    }
    return said, sending_checks.check_outbox(facts)


def _age(moment: int | None, now: int) -> int | None:
    return None if moment is None else max(0, now - moment)


def _is_plain_http(url: str, allow_http: bool) -> bool:
    try:
        check_url(url, allow_http=allow_http)
    except BadUrl:
        return url.startswith("http://")
    return False


def look_at_mail(reader: HealthReader, now: datetime) -> Look:
    telling = [e for e in catalog_facts.read_event_types(reader) if _tells(e)]
    hosts = reader.hosts(hosts_among(each.host_id for e in telling for each in e.hosts))
    reminding = {e.id for e in telling if any(r.to != "host" for r in e.reminders)}
    uids = reader.uids_without_address(reminding, times.epoch(now)) if reminding else []
    facts = environment.read_mail_settings()._replace(
        event_types=[e.id for e in telling],
        hosts_without_email=[
            host.id
            for host in hosts.values()
            if host.email is None and (host.retired_at or now) >= now
        ],
        without_address=uids[:MOST_NAMED],
        count_without_address=len(uids),
    )
    said = environment.mail_server_json(facts)
    return said | {"eventTypesTelling": len(telling)}, sending_checks.check_mail(facts)


def _tells(event_type: EventType) -> bool:
    return event_type.notify or bool(event_type.reminders)


def look_at_calendars(reader: HealthReader, now: datetime) -> Look:
    moment = times.epoch(now)
    read = [
        CalendarFacts(
            row["name"],
            _age(row["checked_at"], moment) if row["is_busy"] else 0,
            row["fault"],
            environment.find_password_fault(
                row["password_command"], row["password_env"]
            ),
        )
        for row in reader.read_calendar_rows()
    ]
    said = {"number": len(read), "withFault": sum(bool(c.fault) for c in read)}
    return said, sending_checks.check_calendars(read)


# -- time zones --------------------------------------------------------------------


def look_at_zones(reader: HealthReader, now: datetime) -> Look:
    releases = read_releases(reader, now)
    drifts = find_drifts(reader, releases.other, now)
    plan = drift.plan_moves(drifts, find_obstacles(reader, drifts, now), now)
    said = {"data": times.zone_data(), "moved": len(drifts)}
    return said, _zone_findings(drifts, plan, releases.newer)


def _zone_findings(
    drifts: Sequence[Drift], plan: Plan, newer: Sequence[tuple[str, str, int]]
) -> Iterator[Finding]:
    if drifts:
        errors = {each.key: error for each, error in plan.left}
        dates = count_of(len(drifts), "date is", "dates are")
        yield make_finding(
            "time_moved",
            f"{dates} not at the booked time of day any more, as the clocks have"
            f" changed: {name_some(map(_drift_text, drifts))}",
            count=len(drifts),
            wouldOverlap=len(plan.left),
            dates=[
                drift_to_json(each, errors.get(each.key))
                for each in drifts[:MOST_NAMED]
            ],
        )
    if plan.left:
        each = (f"{d.booking.uid} ({error.json_message})" for d, error in plan.left)
        yield make_finding(
            "cannot_move_back",
            f"moved back, they would not fit: {name_some(each)}",
            name=plan.left[0][0].booking.uid,
            count=len(plan.left),
        )
    if newer:
        each = (f"{zone} ({release})" for zone, release, _ in newer)
        yield make_finding(
            "zone_data_old",
            "dates to come were booked by newer rules of the clocks than are here:"
            f" {name_some(each)}",
            zones=[zone for zone, _, _ in newer[:MOST_NAMED]],
        )


def _drift_text(each: Drift) -> str:
    zone, seconds = each.start.timezone, each.shift // SECOND
    here = times.wall_time(each.occurrence.span.start, zone)
    ahead = "later" if seconds < 0 else "earlier"
    return (
        f"{each.booking.uid} on {each.start.wall:%Y-%m-%d} at {here:%H:%M} instead of"
        f" {each.start.wall:%H:%M}, {abs(seconds) // 60} min {ahead}"
    )


# -- the catalog -------------------------------------------------------------------


def look_at_catalog(
    reader: HealthReader, now: datetime, *, looks_for_starts: bool
) -> Look:
    event_types = catalog_facts.read_event_types(reader)
    facts = catalog_facts.read_catalog_facts(
        reader, event_types, now, looks_for_starts=looks_for_starts
    )
    said = {
        "eventTypes": len(event_types),
        "lookedForStarts": (
            min(len(event_types), catalog_facts.MOST_EVENT_TYPES)
            if looks_for_starts
            else 0
        ),
        "hosts": len(reader.ids("host")),
        "schedules": len(reader.ids("schedule")),
    }
    return said, catalog_checks.check_catalog(facts)
