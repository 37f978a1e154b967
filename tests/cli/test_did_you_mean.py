"""What is misspelt is told with what is near, in one form for all that has names."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calbook import Client

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.mark.parametrize(
    ("line", "said", "meant"),
    [
        ("crate", "no such command: crate", "create"),
        ("lst", "no such command: lst", "list"),
        ("db chek", "no such command: chek", "check"),
        ("event ad", "no such command: ad", "add"),
        ("delete", "no such command: delete", "cancel"),
        ("event delete", "no such command: delete", "remove"),
        ("bok", "no such command: bok", "create"),
        ("version", "no such command: version", "--version"),
        ("event hlep", "no such command: hlep", "help"),
        ("event add x --limit 3/day", "no such option: --limit", "--booking-limit"),
        ("slots --series weekly", "no such option: --series", "--repeat"),
        ("config smtp --host mx", "no such option: --host", "--server"),
        ("config smtp-test --to a@b.c", "no such option: --to", "--send-to"),
        ("attendee move bk_x --to bk_y", "no such option: --to", "--into"),
        ("retention --after 3", "no such option: --after", "--keep"),
        ("deliver --every 5", "no such option: --every", "--refresh"),
        ("search Ada", "no such command: search", "list"),
        ("list --evnt demo", "no such option: --evnt", "--event"),
        ("create --strt now", "no such option: --strt", "--start"),
        ("list --quite", "no such option: --quite", "--quiet"),
        ("update bk_x --no-notfy", "no such option: --no-notfy", "--no-notify"),
        ("help boking", "no such topic or command: boking", "booking"),
        ("schema bookng", "no such noun: bookng", "booking"),
        ("list --event dmeo", "no such event type: dmeo", "demo"),
        ("list --host mee", "no such host: mee", "me"),
        ("schedule show wrok", "no such schedule: sched_wrok", "sched_work"),
        ("list --status pendig", "--status cannot be pendig", "pending"),
        ("stats --by evnt", "--by cannot be evnt", "event"),
        ("config get defaults.bye", "no such setting: defaults.bye", "defaults.by"),
        ("list --tz Europe/Lisbn", "no such time zone: Europe/Lisbn", "Europe/Lisbon"),
        ("list --fields uidd", "no such field: uidd", "uid"),
        ("list --person ada@exampel.com", "no such person: ada@exampel.com", "ada@"),
        ("person show 'Ada Lovelcae'", "no such person: Ada Lovelcae", "Ada Love"),
        ("completion fsh", "the shell cannot be fsh", "fish"),
    ],
    ids=lambda value: value.replace(" ", "_"),
)
def test_what_is_unknown_is_told_with_what_is_near(
    run: Run, client: Client, line: str, said: str, meant: str
) -> None:
    client.set_up(name="Grace Hopper", timezone="America/New_York")
    client.calendar.event_types.create("demo")
    client.calendar.bookings.create(
        event_type_id="demo",
        start_time="2027-01-18 10:00",
        attendee={"name": "Ada Lovelace", "email": "ada@example.com"},
    )

    answer = run(*shlex.split(line))

    assert answer.status in (2, 3)
    first, hint = answer.err.splitlines()
    assert first == f"calbook: {said}"
    assert re.fullmatch(rf"hint: did you mean {re.escape(meant)}[\w .@]*\?", hint)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("zzzzzz", "see calbook --help"),
        ("event zzzzzz", "see calbook event --help"),
        ("list --zzzzzz", "see calbook list --help"),
        ("list -x", "see calbook list --help"),
        ("list --search", "see calbook list --help"),
        ("event add --title", "see calbook event add --help"),
    ],
)
def test_where_nothing_is_near_the_help_is_named(
    run: Run, path: Path, line: str, hint: str
) -> None:
    answer = run(*line.split())

    assert answer.status == 2
    assert answer.err.splitlines()[1] == f"hint: {hint}"
    assert not path.exists()
