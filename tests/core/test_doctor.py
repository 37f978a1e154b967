"""What is found wrong in given facts, where nothing real can be made wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.properties import examples

from calbook.core.booking.effective_status import Status
from calbook.core.doctor import drift
from calbook.core.doctor.catalog_checks import LibraryFacts, check_libraries
from calbook.core.doctor.drift import Drift
from calbook.core.doctor.file_checks import (
    FileFacts,
    check_file,
    find_file_system,
    is_network,
)
from calbook.core.doctor.findings import KINDS, age_text, make_finding, size_text
from calbook.core.doctor.monitor import monitor_line
from calbook.core.doctor.server_checks import ServerFacts, check_server
from calbook.core.model import (
    Attendee,
    Booking,
    BookingTerms,
    Claim,
    GivenStart,
    Occurrence,
    Span,
)
from calbook.core.rules.obstacles import Obstacle

SOUND = FileFacts("b.db", (3, 53, 0), exists=True, size=1000, mode=0o600, free=10**12)
SERVER = ServerFacts(
    *("18.1", 180001, "staff", True, "1.7"),
    is_standby=False,
    is_local=False,
    is_encrypted=True,
    ahead=0.2,
)
MOUNTS = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 27 0:50 / /home rw,relatime shared:2 master:3 - nfs4 server:/home rw,vers=4.2
41 40 0:51 / /home/grace/my\\040files rw - fuse.sshfs grace@host: rw,user_id=1000
42 27 0:52 / /mnt rw - ext4 /dev/sdb1 rw
43 42 0:53 / /mnt rw - cifs //nas/share rw
44 27 0:54 / /homework rw - 9p drvfs rw
garbage
"""


def codes(facts: FileFacts) -> list[str]:
    return [finding.code for finding in check_file(facts)]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/b.db", "ext4"),
        ("/home/grace/b.db", "nfs4"),
        ("/home/grace/my files/b.db", "fuse.sshfs"),
        ("/mnt/b.db", "cifs"),
        ("/homework/b.db", "9p"),
        ("/home", "nfs4"),
        ("/homeless/b.db", "ext4"),
    ],
)
def test_the_file_system_of_a_path_is_the_innermost_and_last_mounted(
    path: str, kind: str
) -> None:
    assert find_file_system(MOUNTS, path) == kind


def test_where_the_kernel_says_nothing_the_file_system_is_unknown() -> None:
    assert find_file_system("", "/b.db") is None


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "virtiofs", "ceph"]
)
def test_a_network_drive_is_named(kind: str) -> None:
    assert is_network(kind)
    assert codes(SOUND._replace(file_system=kind)) == ["network_drive"]


@pytest.mark.parametrize("kind", ["ext4", "btrfs", "tmpfs", "fuse.gocryptfs", "zfs"])
def test_a_disk_is_no_network_drive(kind: str) -> None:
    assert codes(SOUND._replace(file_system=kind)) == []


@pytest.mark.parametrize(
    ("version", "is_wal", "expected"),
    [
        ((3, 37, 2), False, ["sqlite_fault"]),
        ((3, 38, 0), False, []),
        ((3, 51, 2), True, ["sqlite_fault"]),
        ((3, 51, 2), False, []),
        ((3, 51, 3), True, []),
        ((3, 50, 7), True, []),
        ((3, 50, 6), True, ["sqlite_fault"]),
        ((3, 44, 6), True, []),
        ((3, 45, 0), True, ["sqlite_fault"]),
        ((3, 52, 0), False, ["sqlite_fault"]),
        ((3, 53, 0), True, []),
    ],
)
def test_faults_of_sqlite_count_where_they_matter(
    version: tuple[int, int, int], is_wal: bool, expected: list[str]
) -> None:
    file = SOUND._replace(sqlite=version, is_wal=is_wal, has_wal_file=True)

    assert codes(file) == expected


@pytest.mark.parametrize(
    ("mode", "allowed", "expected"),
    [
        (0o600, 0o600, []),
        (0o660, 0o600, []),
        (0o640, 0o600, ["readable_by_others"]),
        (0o640, 0o640, []),
        (0o664, 0o600, ["readable_by_others"]),
        (0o606, 0o600, ["readable_by_others"]),
    ],
)
def test_who_may_read_it_is_its_owner_or_a_group_that_shares_it(
    mode: int, allowed: int, expected: list[str]
) -> None:
    assert codes(SOUND._replace(mode=mode, allowed_mode=allowed)) == expected


def test_a_file_of_somebody_else_is_to_be_shared() -> None:
    other = SOUND._replace(is_own=False, owner="mary")

    assert codes(other) == ["other_owner"]
    assert codes(other._replace(mode=0o660)) == []


@pytest.mark.parametrize(
    ("free", "severity"),
    [(10**12, None), (150_000_000, "warning"), (90_000_000, "critical")],
)
def test_room_is_needed_for_the_file_twice(free: int, severity: str | None) -> None:
    file = SOUND._replace(size=100_000_000, free=free)

    assert [f.severity for f in check_file(file)] == [severity] * bool(severity)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"number": 140009}, "server_too_old"),
        ({"is_standby": True}, "server_read_only"),
        ({"missing_rights": ("insert on calbook.bookings",)}, "missing_rights"),
        ({"ahead": -61.0}, "clock_differs"),
        ({"is_encrypted": False}, "unencrypted"),
    ],
)
def test_what_is_wrong_with_a_server_is_found(
    change: dict[str, Any], code: str
) -> None:
    assert [f.code for f in check_server(SERVER._replace(**change))] == [code]


def test_nothing_is_wrong_with_a_sound_server() -> None:
    assert [*check_server(SERVER)] == []
    assert [*check_server(SERVER._replace(is_local=True, is_encrypted=False))] == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (LibraryFacts({"urllib3": "2.5.0"}, "2.5.0", ("urllib3",)), None),
        (
            LibraryFacts({"urllib3": "2.5.0"}, "2.13.9", ("urllib3", "urllib3-future")),
            "urllib3 2.5.0 was replaced by urllib3-future: 2.13.9 is loaded",
        ),
        (
            LibraryFacts({"urllib3": "2.5.0"}, "2.13.9", ("urllib3",)),
            "urllib3 2.5.0 was replaced: 2.13.9 is loaded",
        ),
        (
            LibraryFacts({"icalendar": None}),
            "1 library is not installed: icalendar",
        ),
    ],
)
def test_a_library_that_was_replaced_or_is_missing_is_named(
    facts: LibraryFacts, said: str | None
) -> None:
    assert [f.message for f in check_libraries(facts)] == [said] * bool(said)


def test_sizes_and_ages_are_said_shortly() -> None:
    assert [age_text(n) for n in (0, 119, 900, 7200, 200_000)] == [
        *("0 s", "119 s", "15 min", "2 h", "2 days")
    ]
    assert [size_text(n) for n in (0, 1, 999_999, 1_200_000, 3_400_000_000)] == [
        *("0 kB", "1 kB", "1000 kB", "1.2 MB", "3.4 GB")
    ]


def test_every_kind_of_finding_says_what_to_do() -> None:
    assert all(kind.hint for kind in KINDS.values())


# -- the line for monitors ---------------------------------------------------------


def test_a_monitor_gets_the_worst_first_and_all_in_one_line() -> None:
    found = [
        make_finding("clock_behind", "the clock | is\nbehind"),
        make_finding("inconsistent", "bk_x is wrong"),
    ]

    line, status = monitor_line(found, {"due": "0"}, is_known=True)

    assert status == 2
    assert line == (
        "CALBOOK CRITICAL - 2 findings: bk_x is wrong; the clock / is\\u000abehind"
        " | due=0"
    )


@pytest.mark.parametrize(
    ("codes", "is_known", "begins", "expected"),
    [
        ([], True, "CALBOOK OK - no findings", 0),
        (["clock_behind"], True, "CALBOOK WARNING - ", 1),
        (["missing"], False, "CALBOOK UNKNOWN - ", 3),
    ],
)
def test_the_state_is_the_exit_status(
    codes: list[str], is_known: bool, begins: str, expected: int
) -> None:
    found = [make_finding(code, "x" * 1000) for code in codes]

    line, status = monitor_line(found, {}, is_known=is_known)

    assert (line.startswith(begins), status) == (True, expected)
    assert len(line) < 350


# -- who goes back to their wall time ---------------------------------------------

_NOW = datetime(2027, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)


def _drift(number: int, host: str, start: int, length: int, shift: int) -> Drift:
    span = Span(_NOW + start * _HOUR, _NOW + (start + length) * _HOUR)
    given = GivenStart(span.start, span.start.replace(tzinfo=None), "UTC", False)
    occurrence = Occurrence(
        span.start, span.start.date(), given, span, span, Status.CONFIRMED
    )
    booking = Booking(
        uid=f"bk_{number}",
        event_type_id="evt_demo",
        host_ids=(host,),
        timezone="UTC",
        occurrences=(occurrence,),
        attendees=(Attendee(),),
        policy=BookingTerms(False, True, None),
        created_at=_NOW,
        updated_at=_NOW,
    )
    belongs = given._replace(instant=span.start + shift * _HOUR)
    return Drift(booking, occurrence, belongs)


@st.composite
def _calendars(draw: st.DrawFn) -> list[Drift]:
    """Dates of two hosts that overlap nowhere, some of which are to move."""
    drifts: list[Drift] = []
    for host in ("user_a", "user_b"):
        at = 10
        for _ in range(draw(st.integers(0, 7))):
            at += draw(st.integers(0, 2))
            length = draw(st.integers(1, 2))
            shift = draw(st.integers(-2, 2))
            drifts.append(_drift(len(drifts), host, at, length, shift))
            at += length
    return drifts


def _found(drifts: list[Drift], everybody: list[Drift]) -> list[tuple[int, Obstacle]]:
    return [
        (n, Obstacle(Claim(h, other.occurrence.claim, *other.key), other.meeting))
        for n, each in enumerate(drifts)
        for other in everybody
        for h in each.host_ids
        if other.key != each.key
        and h in other.host_ids
        and other.occurrence.claim.overlaps(each.claim)
    ]


def _is_free_of_overlaps(moving: list[Drift], staying: list[Drift]) -> bool:
    places = [(d.host_ids[0], d.claim) for d in moving]
    places += [(d.host_ids[0], d.occurrence.claim) for d in staying]
    return not any(
        a[0] == b[0] and a[1].overlaps(b[1])
        for n, a in enumerate(places)
        for b in places[:n]
    )


@given(_calendars())
@examples(150)
def test_whoever_moves_overlaps_nobody_and_whoever_stays_has_to(
    everybody: list[Drift],
) -> None:
    drifts = [each for each in everybody if each.shift]
    still = [each for each in everybody if not each.shift]

    plan = drift.plan_moves(drifts, _found(drifts, everybody), _NOW)

    moving, left = [*plan.moving], [each for each, _ in plan.left]
    assert sorted(moving + left, key=lambda d: d.key) == sorted(
        drifts, key=lambda d: d.key
    )
    assert _is_free_of_overlaps(moving, left + still)
    for each in left:
        rest = [other for other in left if other != each]
        assert not _is_free_of_overlaps([*moving, each], rest + still)


@given(_calendars())
@examples(150)
def test_what_is_decided_by_groups_is_what_is_decided_together(
    everybody: list[Drift],
) -> None:
    drifts = [each for each in everybody if each.shift]
    found = _found(drifts, everybody)

    together = drift.plan_moves(drifts, found, _NOW)
    apart = [
        drift.plan_moves(
            [drifts[n] for n in numbers],
            _found([drifts[n] for n in numbers], everybody),
            _NOW,
        )
        for numbers in drift.find_links(drifts, found)
    ]

    moved = {each.key for plan in apart for each in plan.moving}
    assert moved == {each.key for each in together.moving}
