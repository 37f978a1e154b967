"""Text made harmless on its way out."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calbook.core import text


@pytest.mark.parametrize(
    "plain",
    [
        pytest.param("", id="empty"),
        pytest.param("Ada Lovelace", id="ascii"),
        pytest.param("Zoë Žižek — 李雷", id="letters"),
        pytest.param("مرحبا", id="arabic"),
        pytest.param("e\u0301", id="combining-accent"),
        pytest.param("\u00a0", id="no-break-space-kept-by-its-category"),
        pytest.param("[bold]x[/bold] <b>&amp;", id="markup"),
        pytest.param("\\u001b", id="spelt-out-already"),
        pytest.param("👍🏽", id="skin-tone"),
        pytest.param("👩\u200d💻", id="joined"),
        pytest.param("👩🏽\u200d🚀", id="joined-after-a-skin-tone"),
        pytest.param("❤\ufe0f\u200d🔥", id="joined-after-a-selector"),
        pytest.param("👩\u200d👩\u200d👧", id="joined-twice"),
    ],
)
def test_harmless_text_is_shown_as_it_is(plain: str) -> None:
    assert text.printable(plain) == plain


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param("\x1b[31mred", "\\u001b[31mred", id="escape"),
        pytest.param("a\rb", "a\\u000db", id="carriage-return"),
        pytest.param("a\nb", "a\\u000ab", id="line-break"),
        pytest.param("a\tb", "a\\u0009b", id="tab"),
        pytest.param("a\0b", "a\\u0000b", id="nul"),
        pytest.param("\x7f", "\\u007f", id="delete"),
        pytest.param("\x9b31m", "\\u009b31m", id="c1-control"),
        pytest.param("\u202egnp.exe", "\\u202egnp.exe", id="right-to-left-override"),
        pytest.param("\u2066x\u2069", "\\u2066x\\u2069", id="isolates"),
        pytest.param("a\u200bb", "a\\u200bb", id="zero-width-space"),
        pytest.param("a\u00adb", "a\\u00adb", id="soft-hyphen"),
        pytest.param("\ufeffa", "\\ufeffa", id="byte-order-mark"),
        pytest.param("a\u2028b\u2029c", "a\\u2028b\\u2029c", id="separators"),
        pytest.param("\U000e0041", "\\U000e0041", id="tag-letter"),
        pytest.param("\ud800", "\\ud800", id="lone-surrogate"),
        pytest.param("a\u200db", "a\\u200db", id="joiner-between-letters"),
        pytest.param("👩\u200d", "👩\\u200d", id="joiner-at-the-end"),
        pytest.param("\u200d👩", "\\u200d👩", id="joiner-at-the-start"),
        pytest.param("👩\u200d\u200d💻", "👩\\u200d\\u200d💻", id="two-joiners"),
    ],
)
def test_whatever_would_be_obeyed_is_spelt_out(given: str, shown: str) -> None:
    assert text.printable(given) == shown


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"name": "Zoë"}, id="letters"),
        pytest.param({"name": "\x7f\x9b\u202e\u2028\ufeff"}, id="unsafe"),
        pytest.param({"name": "\x7f"}, id="delete-alone"),
        pytest.param({"name": "a\ud800b"}, id="lone-surrogate"),
        pytest.param({"name": "\U000e0041👩\u200d💻"}, id="beyond-the-first-plane"),
        pytest.param({"name": "a\nb\\u0041"}, id="escaped-by-json"),
        pytest.param([{"\u202ekey": [1, None]}], id="in-a-key"),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_json_is_harmless_and_means_the_same(value: object, indent: int | None) -> None:
    document = json.dumps(value, ensure_ascii=False, indent=indent)

    escaped = text.escape_json(document)

    assert json.loads(escaped) == value
    assert escaped.replace("\n", "") == text.printable(escaped.replace("\n", ""))
    assert escaped.count("\n") == document.count("\n")


def test_json_spells_a_character_beyond_the_first_plane_as_a_pair() -> None:
    assert text.escape_json('"\U000e0041é"') == '"\\udb40\\udc41é"'


_JOINED = ("\u200d", "👩", "💻", "\u200d", "\ufe0f", "🏽", "\u00a0", "\n")
_OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _spell_one_by_one(document: str) -> str:
    """The rule without any haste: each character is looked at by itself."""
    return "".join(
        _units(char)
        if unicodedata.category(char) in _OBEYED - _kept_at(document, at)
        else char
        for at, char in enumerate(document)
    )


def _kept_at(document: str, at: int) -> set[str]:
    if document[at] == "\n":
        return _OBEYED
    if document[at] != "\u200d":
        return set()
    around = document[max(0, at - 2) : at + 2]
    return _OBEYED if "\u200d" in text.printable(around) else set()


def _units(char: str) -> str:
    data = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{data[at : at + 4]}" for at in range(0, len(data), 4))


def test_json_is_spelt_as_one_by_one_at_every_code_point() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))

    assert text.escape_json(every) == _spell_one_by_one(every)


@given(st.text(st.sampled_from(_JOINED)) | st.text(st.characters(codec=None)))
def test_json_is_spelt_as_one_by_one_in_any_order(document: str) -> None:
    document += "é"  # JSON in ASCII alone has none of them but what ends the first 127

    assert text.escape_json(document) == _spell_one_by_one(document)


def test_an_excerpt_shows_the_beginning_of_anything() -> None:
    """Python refuses to write long numbers, alone and inside of other values."""
    long = 10**5_000

    assert text.excerpt("a\x1b" + "b" * 100) == "a\\u001b" + "b" * 78
    assert text.excerpt([1, None]) == "[1, None]"
    assert text.excerpt(long) == text.excerpt([long]) == "that number"


@pytest.mark.parametrize(
    ("given", "closed"),
    [
        pytest.param("Ada", "Ada", id="left-to-right"),
        pytest.param("שיעור 300", "שיעור 300\u200e", id="right-to-left"),
        pytest.param("محمد\u200e", "محمد\u200e", id="closed-already"),
        pytest.param("safe\u200f", "safe\u200f", id="a-mark-alone"),
    ],
)
def test_what_runs_leftwards_is_closed_before_more_follows(
    given: str, closed: str
) -> None:
    """`10:00` behind a name stood before it, and ran the other way."""
    assert text.close(given) == closed


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param("שלום\u200e +2", "שלום\u200e +2", id="closes"),
        pytest.param("a\u200e +2", "a\\u200e +2", id="closes-nothing"),
        pytest.param("\u200eשלום", "\\u200eשלום", id="before-it"),
        pytest.param("a\u200f\u200e", "a\\u200f\\u200e", id="behind-a-mark"),
    ],
)
def test_a_mark_stays_where_it_closes_something(given: str, shown: str) -> None:
    assert text.printable(given) == shown
