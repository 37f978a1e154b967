"""`--format`: a line for each item, of keys of its JSON and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calbook import Booking, errors
from calbook.cli import line_format
from calbook.cli.list_texts import OutputOptions, list_texts

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{startTime} {attendee.name}", "2027-01-18T10:00:00+00:00 Ada"),
        ("{ status }|{attendee.phone}|", "CONFIRMED||"),
        ("{{{eventTypeId}}}", "{evt_demo}"),
        ("{{eventTypeId}}", "{eventTypeId}"),
        ("{hostIds} {version}", '["user_me"] 0'),
        ("{metadata.crm} {metadata.none}", "17 "),
        ("{metadata}", '{"crm": "17"}'),
        ("nothing of it", "nothing of it"),
        ("", ""),
        ("%s $(id) \\t", "%s $(id) \\t"),
    ],
)
def test_a_line_has_the_values_of_its_keys(
    run: Run, booking: Callable[..., Booking], template: str, expected: str
) -> None:
    booking(metadata={"crm": "17"})

    answer = run("list", "--format", template)

    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"{expected}\n"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{startTim}", "did you mean startTime?"),
        ("{attendee.nam}", "did you mean attendee.name?"),
        ("{attendee.__class__}", "no such field: attendee.__class__"),
        ("{uid.__class__.__mro__}", None),
        ("{uid[0]}", "no such field: uid[0]"),
        ("{uid!r}", "no such field: uid!r"),
        ("{startTime:%H}", "no such field: startTime:%H"),
        ("{}", "no such field:"),
        ("{0}", "no such field: 0"),
        ("{uid", "write {{ for the sign itself"),
        ("uid}", "write }} for the sign itself"),
        ("{uid}}", "write }} for the sign itself"),
    ],
)
def test_what_is_no_key_is_refused(
    run: Run, booking: Callable[..., Booking], template: str, said: str | None
) -> None:
    booking()

    answer = run("list", "--format", template)

    if said is None:  # below a text there is nothing, as with --fields
        assert (answer.status, answer.out) == (0, "\n")
        return
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err


def test_an_unknown_field_below_an_object_is_refused_in_fields_too(
    run: Run, booking: Callable[..., Booking]
) -> None:
    """An empty column for each booking, where a letter was missing."""
    booking()

    answer = run("list", "--fields", "uid,attendee.nam")

    assert (answer.status, answer.out) == (2, "")
    assert "attendee.name" in answer.err


@pytest.mark.parametrize(
    "form", ["--fields=change.undoes.type", "--format={change.undoes.type}"]
)
def test_what_changed_has_other_fields_in_each_history(
    run: Run, booking: Callable[..., Booking], form: str
) -> None:
    """Where nothing was taken back yet, the field was said not to be: `there are `."""
    uid = booking().uid

    answer = run("history", uid, form)

    assert (answer.status, answer.out, answer.err) == (0, "\n", "")


def test_what_people_wrote_breaks_no_line(
    run: Run, booking: Callable[..., Booking]
) -> None:
    booking(
        attendee={"name": "\u202eAda\x1b]0;x\x07", "email": "ada@example.com"},
        notes="one\ntwo\x1b[31m",
    )

    (line,) = run("list", "--format", "{attendee.name}: {notes}").out.splitlines()

    assert line.isprintable()


@pytest.mark.parametrize("other", ["--json", "--jsonl", "--csv", "--fields=uid"])
def test_it_excludes_other_forms(run: Run, other: str) -> None:
    answer = run("list", "--format", "{uid}", other)

    assert (answer.status, answer.out) == (2, "")
    assert "exclude each other" in answer.err


def test_times_follow_the_zone(run: Run, booking: Callable[..., Booking]) -> None:
    booking()

    answer = run("list", "--format", "{startTime}", "--tz", "Asia/Tokyo")

    assert answer.out == "2027-01-18T19:00:00+09:00\n"


@pytest.mark.parametrize(
    ("line", "template", "expected"),
    [
        (("show", "{uid}"), "{status}", "CONFIRMED\n"),
        (("history", "{uid}"), "{type}", "booking.created\n"),
        (("slots", "--event", "demo", "--limit", "1"), "{durationMinutes}", None),
        (("event", "list"), "{id}: {duration}", "evt_demo: 30\n"),
        (("next",), "{attendee.email}", "ada@example.com\n"),
        (("list", "--search", "nobody"), "{uid}", ""),
    ],
)
def test_listings_and_what_is_shown_have_it(
    run: Run,
    booking: Callable[..., Booking],
    line: tuple[str, ...],
    template: str,
    expected: str | None,
) -> None:
    uid = booking().uid

    answer = run(*(word.format(uid=uid) for word in line), "--format", template)

    if expected is None:
        assert (answer.status, "there are startTime" in answer.err) == (2, True)
        return
    assert (answer.status, answer.out) == (0, expected)


def test_a_terminal_shows_the_lines(
    terminal: Callable[..., object], booking: Callable[..., Booking]
) -> None:
    uid = booking().uid
    shown = terminal("list", "--format", "{uid}")

    assert shown.end() == 0  # type: ignore[attr-defined]
    assert shown.shown == f"{uid}\n"  # type: ignore[attr-defined]


def fill(template: str, item: dict[str, object]) -> str:
    form = OutputOptions(format=template)
    return "".join(list_texts([item], form, (), indent=None))


@given(st.text(alphabet=st.characters(exclude_characters="{}")))
def test_other_text_is_as_it_was_typed(text: str) -> None:
    assert fill(text, {"uid": "x"}) == f"{text}\n"
    assert fill(f"{text}{{uid}}", {"uid": "x"}) == f"{text}x\n"


@given(st.text(alphabet="{}.aui d!:[]0"))
def test_every_template_is_read_or_refused(template: str) -> None:
    try:
        parts = line_format.read_template(template)
    except errors.UsageError:
        return

    text = "".join(t.replace("{", "{{").replace("}", "}}") for t, _ in parts)
    keys = line_format.keys_of(parts)
    assert len(text) + sum(map(len, keys)) + 2 * len(keys) <= len(template)
