"""`--clear FIELD`: a field taken out, by the name of its option."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.options import commands

from calbook.cli.clearing import clear_fields
from calbook.cli.command import Command
from calbook.cli.groups import Group
from calbook.cli.tree import COMMANDS, build_command

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

CLEARING: dict[str, Command] = {
    name: command
    for name, command in commands().items()
    if any("--clear" in param.opts for param in command.params)
}
FIELDS = [
    (name, kind, field)
    for name, command in CLEARING.items()
    for kind in command.groups
    for field in kind.clearable
]


def test_every_update_can_clear() -> None:
    updates = {name for name in commands() if name.split()[-1] == "update"}

    assert CLEARING.keys() == updates
    assert {name for name, *_ in FIELDS} == updates


@pytest.mark.parametrize(
    ("command", "kind", "field"), FIELDS, ids=lambda value: str(value)
)
def test_what_can_be_cleared_is_an_option_of_the_command(
    command: str, kind: type[Group], field: str
) -> None:
    names = {name for param in CLEARING[command].params for name in param.opts}

    assert kind.option_of(field) in names


@pytest.mark.parametrize(
    ("add", "update", "keys", "nothing"),
    [
        (
            ("event", "add", "demo", "--seats", "3", "--booking-limit", "3/day"),
            ("event", "update", "demo", "--clear", "seats", "--clear", "booking-limit"),
            ("seats", "limits"),
            (None, []),
        ),
        (
            ("event", "add", "demo", "--buffer-after", "5", "--meta", "a=b"),
            ("event", "update", "demo", "--clear", "buffer_after", "--clear", "meta"),
            ("bufferAfter", "metadata"),
            (0, {}),
        ),
        (
            ("host", "add", "bob", "--email", "b@x.org", "--booking-limit", "3/day"),
            ("host", "update", "bob", "--clear", "email", "--clear", "booking-limit"),
            ("email", "limits"),
            (None, []),
        ),
        (
            ("resource", "add", "room", "--capacity", "3"),
            ("resource", "update", "room", "--clear", "capacity"),
            ("capacity",),
            (None,),
        ),
        (
            ("schedule", "add", "late", "--tz", "UTC", "--hours", "mon 20:00-22:00"),
            ("schedule", "update", "late", "--clear", "hours"),
            ("availability",),
            ([],),
        ),
    ],
    ids=lambda value: " ".join(map(str, value)),
)
def test_a_field_is_taken_out(
    run: Run,
    add: tuple[str, ...],
    update: tuple[str, ...],
    keys: tuple[str, ...],
    nothing: tuple[Any, ...],
) -> None:
    before = run(*add, "--json").json

    after = run(*update, "--json").json

    assert all(before[key] for key in keys)
    assert tuple(after[key] for key in keys) == nothing


def test_of_a_booking_details_and_keys_are_taken_out(run: Run) -> None:
    run("event", "add", "demo")
    start = ("create", "--event", "demo", "--start", "2027-01-18 10:00")
    uid = run(*start, "--name", "Ada", "--email", "ada@x.org", "--json").json["uid"]
    run("update", uid, "--notes", "By bike", "--meta", "a=1", "--meta", "b.c=2")

    cleared = ("--clear", "notes", "--clear", "meta.a", "--clear", "meta.b.c")
    after = run("update", uid, *cleared, "--json").json

    assert (after["notes"], after["metadata"]) == (None, {})


def test_of_a_webhook_types_and_headers_are_taken_out(run: Run) -> None:
    given = ("--type", "created", "--header", "Authorization=Bearer x")
    id = run("webhook", "add", "https://a.example/", *given, "--json").json["id"]

    cleared = ("--clear", "type", "--clear", "header.Authorization")
    after = run("webhook", "update", id, *cleared, "--json").json

    assert (after["events"], after["headers"]) == ([], {})


@pytest.mark.parametrize(
    ("args", "said", "hint"),
    [
        (
            ("--clear", "title"),
            "--clear cannot be title",
            "choose one of description, schedule, location",
        ),
        (
            ("--seats", "3", "--clear", "seats"),
            "--seats and --clear seats exclude each other",
            None,
        ),
    ],
)
def test_what_cannot_be_cleared_is_said(
    run: Run, args: tuple[str, ...], said: str, hint: str | None
) -> None:
    run("event", "add", "demo")

    error = run("event", "update", "demo", *args, "--json").error

    assert (error["code"], error["message"]) == ("usage", said)
    assert str(error["hint"]).startswith(str(hint))


def test_nothing_is_cleared_where_one_of_several_cannot_be() -> None:
    group = build_command("host", COMMANDS["host"])
    fields = group.get_command(None, "update").groups[0]()

    with pytest.raises(Exception, match="--clear cannot be name"):
        clear_fields(fields, ["email", "name"])
    assert fields.email is None
