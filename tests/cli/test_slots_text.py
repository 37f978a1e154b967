"""`slots --text` and `--between`: times to paste into a message."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.running import Run, Terminal

from calbook import Client, EventType

pytest_plugins = ("support.running",)

WEEK = ("--from", "2027-03-25", "--days", "7")


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture(autouse=True)
def demo(client: Client) -> EventType:
    """Of Grace in New York, where the clocks have changed already."""
    client.set_up(name="Grace", email="grace@example.com", timezone="America/New_York")
    return client.calendar.event_types.create("demo", title="Product demo", duration=60)


TEXT = """\
Product demo, 60 minutes
Free times in the zone Europe/Lisbon (UTC+00:00):

Thu 25 Mar 2027: 18:00, 19:00
Fri 26 Mar 2027: 18:00, 19:00
From Mon 29 Mar 2027 on the clocks there show UTC+01:00:
Mon 29 Mar 2027: 18:00, 19:00
Tue 30 Mar 2027: 18:00, 19:00
Wed 31 Mar 2027: 18:00, 19:00
"""


@pytest.mark.parametrize("is_terminal", [False, True])
def test_it_is_a_message_wherever_it_is_written(
    run: Run, terminal: Callable[..., Terminal], is_terminal: bool
) -> None:
    args = ("slots", "--event", "demo", *WEEK, "--text", "--tz", "Europe/Lisbon")
    args = (*args, "--between", "18:00-20:00")

    if is_terminal:
        screen = terminal(*args)
        assert screen.end() == 0
        assert screen.shown == TEXT
    else:
        answer = run(*args)
        assert (answer.status, answer.out, answer.err) == (0, TEXT, "")


def test_it_is_in_the_language_of_its_reader_else_of_the_host(
    run: Run, client: Client
) -> None:
    client.calendar.hosts.update("me", language="de")
    args = ("slots", "--event", "demo", *WEEK, "--text", "--between", "16:00-17:00")

    london = ("--tz", "Europe/London")
    host_s = run(*args, "--limit", "2").out
    reader_s = run(*args, "--limit", "4", "--language", "fr-CA", *london).out

    assert host_s == (
        "Product demo, 60 Minuten\n"
        "Freie Zeiten in der Zeitzone America/New_York (UTC-04:00):\n\n"
        "Donnerstag, 25. März 2027: 16:00\n"
        "Freitag, 26. März 2027: 16:00\n"
        "und 3 weitere Zeiten\n"
    )
    assert reader_s.replace("\xa0", " ").endswith(
        "vendredi 26 mars 2027 : 16 h 00\n"
        "À partir du lundi 29 mars 2027, l’heure y est UTC+01:00 :\n"
        "lundi 29 mars 2027 : 16 h 00\nmardi 30 mars 2027 : 16 h 00\n"
        "et 1 autre horaire\n"
    )


def test_somebody_known_reads_their_own_language(run: Run) -> None:
    ada = ("--name", "Ada", "--email", "ada@example.com", "--language", "pt-BR")
    run("create", "--event", "demo", "--start", "2027-03-25 10:00", *ada)
    args = ("slots", "--event", "demo", "--on", "2027-03-26", "--text")

    known = run(*args, "--person", "ada@example.com").out
    other = run(*args).out

    assert "sexta-feira, 26 de março de 2027: 09:00" in known
    assert "Fri 26 Mar 2027: 09:00" in other


@pytest.mark.parametrize("tag", ["en", "fr"])
def test_where_nothing_is_free_it_says_so(run: Run, tag: str) -> None:
    args = ("slots", "--event", "demo", *WEEK, "--text", "--between", "03:00-04:00")

    answer = run(*args, "--language", tag)

    said = {
        "en": "There is no free time in these days.\n",
        "fr": "Aucun horaire n’est libre ces jours-là.\n",
    }[tag]
    assert (answer.status, answer.out, answer.err) == (0, said, "")


def test_places_of_a_group_are_counted(run: Run, client: Client) -> None:
    client.calendar.event_types.create("yoga", seats=2, duration=60)
    args = ("slots", "--event", "yoga", "--on", "2027-03-25", "--text")
    ada = ("--name", "Ada", "--email", "ada@example.com")
    run("create", "--event", "yoga", "--start", "2027-03-25 10:00", *ada)

    said = run(*args, "--language", "es", "--between", "10:00-12:00").out

    assert "10:00 (1 plaza libre), 11:00 (2 plazas libres)\n" in said


def test_a_time_that_the_clocks_show_twice_is_told_apart(
    run: Run, client: Client
) -> None:
    hours = ["sun 00:00-04:00"]
    assert run("schedule", "update", "work", "--hours", *hours).status == 0
    args = ("slots", "--event", "demo", "--on", "2027-11-07", "--text")

    said = run(*args).out

    assert said.endswith(
        "Sun 7 Nov 2027: 00:00 UTC-04:00, 01:00 UTC-04:00, 01:00 UTC-05:00,"
        " 02:00 UTC-05:00, 03:00 UTC-05:00\n"
    )


@pytest.mark.parametrize(
    ("between", "starts"),
    [
        ("09:00-11:00", ["09", "10"]),
        ("16:30-24:00", []),
        ("4pm-17.00", ["16"]),
        ("15:00-09:30", ["15", "16"]),
        ("00:00-24:00", [f"{n:02}" for n in range(9, 17)]),
    ],
)
def test_only_meetings_between_two_times_are_listed(
    run: Run, between: str, starts: list[str]
) -> None:
    args = ("slots", "--event", "demo", "--on", "2027-03-25", "--between", between)

    found = run(*args, "--json").json

    assert [slot["startTime"][11:13] for slot in found] == starts
    assert run(*args, "--limit", "1", "--json").json == found[:1]


@pytest.mark.parametrize(
    "args",
    [
        ("--text", "--json"),
        ("--text", "--csv"),
        ("--text", "--fields", "startTime"),
        ("--language", "de"),
        ("--text", "--language", "Deutsch, bitte"),
        ("--between", "8"),
        ("--between", "8-20"),
        ("--between", "25:00-26:00"),
        ("--explain", "--on", "2027-03-25", "--text"),
        ("--explain", "--on", "2027-03-25", "--between", "9:00-10:00"),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_refused(run: Run, args: tuple[str, ...]) -> None:
    answer = run("slots", "--event", "demo", *args)

    assert (answer.status, answer.out) == (2, "")


def test_a_title_is_harmless(run: Run, client: Client) -> None:
    client.calendar.event_types.update("demo", title="{n} \x1b[31m\u202e{zone}")

    said = run("slots", "--event", "demo", *WEEK, "--text").out

    assert said.startswith("{n} \\u001b[31m\\u202e{zone}, 60 minutes\n")
