"""Lines in colours are what rich makes of them, to the byte."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from calbook.cli.screen import colours
from calbook.cli.screen.cells import BLANK, Line, StyledText, plain_text

STYLES = [*colours._COLOURS, "", "bold", "dim", "red", "green", "bold cyan"]
TEXTS = st.text(max_size=12) | st.text(f" {BLANK}a─│…é日", max_size=12)
PARTS = st.builds(StyledText, TEXTS.map(plain_text), st.sampled_from(STYLES))
LINES = st.lists(st.lists(PARTS, max_size=5), max_size=3)


def by_rich(lines: Iterable[Line], *, has_colours: bool) -> str:
    console = Console(
        file=io.StringIO(),
        width=10,  # of which nothing depends
        force_terminal=has_colours,
        color_system="standard" if has_colours else None,
        no_color=False,
        highlight=False,
    )
    with console.capture() as capture:
        for line in lines:
            styled = ((part.text.replace(BLANK, " "), part.style) for part in line)
            text = Text.assemble(*((t, colours._COLOURS.get(s, s)) for t, s in styled))
            text.rstrip()
            console.print(text, soft_wrap=True)
    return capture.get()


@pytest.mark.parametrize("said", ["always", "never"])
@given(lines=LINES)
@example(lines=[[StyledText("a ", "bold"), StyledText(" ", "CANCELLED")], []])
@example(lines=[[StyledText("", "bold"), StyledText("a", "PENDING")]])
def test_lines_are_painted_as_rich_paints_them(said: str, lines: list[Line]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        has_colours = said == "always"
        patch.setattr(colours.global_options, "has_colours", lambda _: has_colours)
        painted = colours.paint_lines(lines)

    assert painted == by_rich(lines, has_colours=has_colours)


def test_what_demo_shows_is_never_in_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colours.global_options, "has_colours", lambda _: True)
    monkeypatch.setattr(colours.output, "as_terminal", True)

    painted = colours.paint_lines([[StyledText("a", "bold")]])

    assert painted == "a\n"
