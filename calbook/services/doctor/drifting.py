"""Dates to come whose wall time is another instant by the zones' rules of now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from calbook.core.doctor import drift
from calbook.core.doctor.drift import Drift, Found
from calbook.core.model import GivenStart
from calbook.core.time import times
from calbook.store.consistency import is_zone
from calbook.store.health import HealthReader

Releases = Collection[tuple[str, str | None]]


class ReleaseFacts(NamedTuple):
    """Zones with the rules by which dates to come were made, if not those of now.

    `newer` are those that are newer than what is here, each with how many dates.
    """

    other: Releases
    newer: Sequence[tuple[str, str, int]]


def read_releases(reader: HealthReader, now: datetime) -> ReleaseFacts:
    """Rules that are newer than those here are not judged by them."""
    other: list[tuple[str, str | None]] = []
    newer: list[tuple[str, str, int]] = []
    for zone, release, count in reader.releases_of_coming_dates(times.epoch(now)):
        if not is_zone(zone):
            continue  # `db check` names it
        here = times.tzdata_version(zone)
        if release is not None and times.is_newer(release, here):
            newer.append((zone, release, count))
        elif release != here:
            other.append((zone, release))
    return ReleaseFacts(other, newer)


def find_drifts(
    reader: HealthReader,
    releases: Releases,
    now: datetime,
    uids: Collection[str] | None = None,
) -> list[Drift]:
    """By start; of some bookings, or all."""
    if not releases:
        return []
    found: dict[str, dict[datetime, GivenStart]] = defaultdict(dict)
    for row in reader.dates_of_releases(releases, times.epoch(now), uids):
        wall, zone = datetime.fromisoformat(row["wall"]), row["wall_timezone"]
        belongs = drift.wall_start(times.instant(row["start_at"]), wall, zone)
        if belongs is not None:
            key = times.instant(row["recurrence_id"])
            found[row["uid"]][key] = GivenStart(belongs, wall, zone, by_offset=False)
    drifts = [
        Drift(booking, occurrence, starts[occurrence.recurrence_id])
        for uid, starts in found.items()
        for booking in [reader.booking(uid)]
        for occurrence in booking.occurrences
        if occurrence.recurrence_id in starts
    ]
    return sorted(drifts, key=lambda each: (each.occurrence.span, each.key))


def find_obstacles(
    reader: HealthReader, drifts: Sequence[Drift], now: datetime
) -> list[Found]:
    """What lies where they go, of all who give their time."""
    by_host: dict[str, list[int]] = defaultdict(list)
    for n, each in enumerate(drifts):
        for host_id in each.host_ids:
            by_host[host_id].append(n)
    return [
        (numbers[n], obstacle)
        for host_id, numbers in by_host.items()
        for n, obstacle in reader.each_obstacle(
            host_id, [drifts[number].claim for number in numbers], now=now
        )
        if obstacle.claim.uid != drifts[numbers[n]].booking.uid
        or obstacle.claim.recurrence_id != drifts[numbers[n]].key[1]
    ]
