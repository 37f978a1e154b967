"""A change answers in the forms of a listing: `--jsonl`, `--csv`, `--fields`."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

ADA = ("--name", "Ada", "--email", "ada@example.com")


@pytest.fixture
def uid(run: Run) -> str:
    run("event", "add", "demo", "--duration", "30")
    start = ("create", "--event", "demo", "--start", "2027-01-18 10:00")
    return str(run(*start, *ADA, "--json").json["uid"])


CHANGES = [
    ("create --event demo --start 2027-01-19T10:00 --name Bob --email b@x.org", "uid"),
    ("hold --event demo --start 2027-01-19T11:00", "uid"),
    ("reschedule UID --start 2027-01-20T10:00", "uid"),
    ("update UID --notes x", "uid"),
    ("cancel UID --by host", "uid"),
    ("note add UID hello", "id"),
    ("event add talk", "id"),
    ("event update demo --title Talk", "id"),
    ("host add bob", "id"),
    ("host update me --name Bob", "id"),
    ("resource add room", "id"),
    ("schedule add late --tz UTC", "id"),
    ("schedule override work --on 2027-02-01 --closed", "id"),
    ("webhook add https://a.example/", "id"),
    ("busy add --on 2027-03-01", "name"),
    ("person update ada@example.com --name Eve", "id"),
    ("init --name Grace", "id"),
]


@pytest.mark.parametrize(("line", "key"), CHANGES, ids=lambda value: str(value))
def test_a_change_answers_in_every_form(
    run: Run, uid: str, line: str, key: str
) -> None:
    args = line.replace("UID", uid).split()

    answer = run(*args, "--jsonl")

    assert answer.status == 0, answer
    (whole,) = map(json.loads, answer.out.splitlines())
    assert whole[key]


@pytest.mark.parametrize(("line", "key"), CHANGES, ids=lambda value: str(value))
def test_a_change_answers_with_the_fields_that_are_asked_for(
    run: Run, uid: str, line: str, key: str
) -> None:
    args = line.replace("UID", uid).split()

    answer = run(*args, "--csv", "--fields", key)

    assert answer.status == 0, answer
    head, row = csv.reader(answer.out.splitlines())
    assert head == [key]
    assert row[0]


def test_what_was_removed_is_told_as_it_is_asked_for(run: Run) -> None:
    run("event", "add", "demo")

    assert run("event", "remove", "demo", "--yes", "--fields", "id").out == "evt_demo\n"


def test_several_changes_answer_a_row_for_each(run: Run, uid: str) -> None:
    other = ("create", "--event", "demo", "--start", "2027-01-19 10:00")
    second = run(*other, *ADA, "--json").json["uid"]

    both = ("cancel", uid, second, "--yes", "--by", "host", "--csv")
    answer = run(*both, "--fields", "uid,status")

    assert answer.out.split() == [
        "uid,status",
        f"{uid},CANCELLED",
        f"{second},CANCELLED",
    ]


def test_csv_of_many_has_one_head(run: Run, uid: str) -> None:
    """Each row had its own."""
    line = '{"eventTypeId": "demo", "startTime": "2027-01-2%d 10:00", "attendee":'
    person = ' {"name": "Eve", "email": "eve@example.com"}}'
    lines = "\n".join(line % day + person for day in (0, 1))

    answer = run(
        "create", "--input", "-", "--csv", "--fields", "startTime", input=lines
    )

    head, *rows = answer.out.splitlines()
    assert (head, len(rows)) == ("startTime", 2)
