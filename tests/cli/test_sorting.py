"""`--sort` and `--reverse` of listings, `last` and `next` for a uid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from conftest import MONDAY, Clock
from hypothesis import given
from hypothesis import strategies as st

from calbook import Booking, Client
from calbook.cli import sorting
from calbook.cli.sorting import sort_items

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

NAMES = ("Cleo", "ada", "Bob", "Ada")


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def four(booking: Callable[..., Booking]) -> list[str]:
    """Bookings an hour after one another, by `NAMES`."""
    return [
        booking(attendee={"name": name, "email": f"{name}{n}@example.com"}).uid
        for n, name in enumerate(NAMES)
    ]


def names(run: Run, *line: str) -> list[str]:
    return run("list", *line, "--format", "{attendee.name}").out.split()


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--reverse", "Ada Bob ada Cleo"),
        ("--sort attendee.name", "Ada ada Bob Cleo"),
        ("--sort attendee.name --reverse", "Cleo Bob ada Ada"),
        ("--sort startTime", "Cleo ada Bob Ada"),
        ("--sort status,attendee.name", "Ada ada Bob Cleo"),
        ("--sort status", "Cleo ada Bob Ada"),
        ("--sort attendee.name --limit 2", "Ada ada"),
        ("--sort attendee.name --limit 2 --offset 1", "ada Bob"),
        ("--sort attendee.name --reverse --limit 1", "Cleo"),
        ("--sort attendee.name --limit 0", ""),
        ("--sort startTime --reverse --limit 1", "Ada"),
        ("--reverse --limit 1", "Ada"),
        ("--reverse --limit 1 --offset 1", "Bob"),
        ("--occurrences --sort attendee.name --limit 1", "Ada"),
        ("--occurrences --reverse --limit 1", "Ada"),
    ],
)
def test_the_whole_result_is_sorted_before_a_part_is_shown(
    run: Run, line: str, expected: str
) -> None:
    assert names(run, *line.split()) == expected.split()


@pytest.mark.usefixtures("four")
def test_past_ones_are_turned_round_too(run: Run, clock: Clock) -> None:
    clock.now = MONDAY + timedelta(days=30)

    assert names(run, "--past") == ["Ada", "Bob", "ada", "Cleo"]
    assert names(run, "--past", "--reverse", "--limit", "1") == ["Cleo"]


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("--sort", "attendee.nam"), "did you mean attendee.name?"),
        (("--sort", "starttime"), "did you mean startTime?"),
        (("--sort", ","), "--sort is empty"),
        (("--sort", "uid", "--after", "bk_0000"), "--after goes by whole bookings"),
    ],
)
def test_what_cannot_be_sorted_is_refused(
    run: Run, line: tuple[str, ...], said: str
) -> None:
    answer = run("list", *line)

    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err


@pytest.mark.usefixtures("four")
def test_a_screen_says_how_to_go_on(terminal: Callable[..., object]) -> None:
    shown = terminal("list", "--sort", "attendee.name", "--limit", "2")
    shown.end()  # type: ignore[attr-defined]

    assert "2 more: --offset 2, --limit N or --all" in shown.shown  # type: ignore[attr-defined]


def test_other_listings_are_sorted_too(run: Run) -> None:
    for slug, minutes in (("beta", 20), ("alpha", 100), ("gamma", 3)):
        run("event", "add", slug, "--duration", str(minutes))

    by_length = run("event", "list", "--sort", "duration", "--fields", "slug")
    turned = run("event", "list", "--reverse", "--fields", "slug")

    assert by_length.out.split() == ["gamma", "beta", "alpha"]
    assert turned.out.split() == ["gamma", "beta", "alpha"]


ITEM = st.fixed_dictionaries(
    {"id": st.integers(0, 99), "n": st.none() | st.integers(0, 5) | st.text(max_size=2)}
)


@given(st.lists(ITEM), st.booleans())
def test_nothing_is_lost_and_what_has_no_value_comes_last(
    items: list[dict[str, object]], reverse: bool
) -> None:
    found = [*sort_items(items, "n,id", reverse=reverse, times=())]

    assert sorted(map(repr, found)) == sorted(map(repr, items))
    there = [item["n"] not in (None, "") for item in found]
    assert there == sorted(there, reverse=True)
    numbers = [(i["n"], i["id"]) for i in found if isinstance(i["n"], int)]
    assert numbers == sorted(numbers, reverse=reverse)  # type: ignore[type-var]


@given(st.lists(ITEM, max_size=40), st.booleans())
def test_what_waits_in_a_file_is_put_in_the_same_order(
    items: list[dict[str, object]], reverse: bool
) -> None:
    keys = {"reverse": reverse, "times": ()}
    numbered = [{**item, "place": place} for place, item in enumerate(items)]
    with pytest.MonkeyPatch.context() as patch:
        whole = [*sort_items(numbered, "n", **keys)] if items else []
        patch.setattr(sorting, "_AT_ONCE", 3)
        assert ([*sort_items(numbered, "n", **keys)] if items else []) == whole


def test_times_are_compared_as_instants() -> None:
    early = {"at": "2027-01-18T10:00:00+09:00"}
    late = {"at": "2027-01-18T09:00:00-05:00"}

    found = sort_items([late, early], "at", reverse=False, times={"at"})

    assert [*found] == [early, late]


# -- words for a uid


def test_metadata_may_have_the_name_of_a_time(
    run: Run, booking: Callable[..., Booking]
) -> None:
    """It was read as a time, and ended as a bug."""
    uids = [booking(metadata={"startTime": word}).uid for word in ("soon", "later")]

    answer = run("list", "--sort", "metadata.startTime", "--fields", "uid")

    assert (answer.status, answer.out.split()) == (0, uids[::-1])


def test_last_is_the_booking_that_was_made_last(run: Run, four: list[str]) -> None:
    assert run("show", "last", "--format", "{uid}").out.strip() == four[-1]

    run("cancel", four[0])

    assert run("show", "last", "--format", "{uid}").out.strip() == four[-1]


def test_next_is_the_meeting_that_calbook_next_shows(
    run: Run, four: list[str], clock: Clock
) -> None:
    assert run("show", "next", "--format", "{uid}").out.strip() == four[0]

    run("cancel", "next", "--yes")
    assert run("show", "next", "--format", "{uid}").out.strip() == four[1]

    clock.now = MONDAY + timedelta(days=14, hours=3, minutes=10)  # amid the third
    assert run("show", "next", "--format", "{uid}").out.strip() == four[2]


def test_several_may_be_named(run: Run, four: list[str]) -> None:
    answer = run("cancel", "last", "next", four[1], "--yes")

    assert answer.status == 0
    assert {line.split("\t")[0] for line in answer.out.splitlines()} == {
        four[0],
        four[1],
        four[3],
    }


def test_an_option_takes_the_words_too(run: Run, four: list[str]) -> None:
    answer = run("list", "--after", "next", "--fields", "uid")

    assert answer.out.split() == four[1:]


@pytest.mark.parametrize("word", ["last", "next"])
def test_where_there_is_none_that_is_said(run: Run, word: str) -> None:
    run("event", "add", "demo")

    answer = run("show", word)

    assert (answer.status, answer.out) == (3, "")
    assert f"no such booking: {word}" in answer.err


def test_a_uid_that_begins_like_a_word_is_named_with_its_noun(
    run: Run, four: list[str]
) -> None:
    """`bk_next…` is a uid as good as any; `bk_last…` is none, as there is no l."""
    assert "no such booking: bk_next" in run("show", "bk_next").err


def test_the_library_knows_no_such_word(
    client: Client, booking: Callable[..., Booking]
) -> None:
    """There a uid may come from a stranger, in an address of the web."""
    from calbook import errors

    uid = booking().uid

    with pytest.raises(errors.NotFound):
        client.calendar.bookings.get("last")
    with pytest.raises(errors.NotFound):
        client.calendar.bookings.cancel("next")
    last = client.calendar.bookings.last_made()
    assert last is not None
    assert last.uid == uid
