"""The form in which texts are searched."""

from __future__ import annotations

import pytest

from calbook.core.search import fold_text


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("José", "jose"),
        ("Weiß", "WEISS"),
        ("Łukasz Łoś", "lukasz los"),
        ("Øster SØREN", "oster soren"),
        ("Yılmaz", "YILMAZ"),
        ("İstanbul", "istanbul"),
        ("Đorđe", "Dorde"),
        ("Æsir, Œuvre", "aesir, oeuvre"),
        ("Þór Sigurðsson", "thor sigurdsson"),
        ("O’Brien", "o'brien"),
        ("김각", "김각"),
    ],
)
def test_a_name_is_found_as_it_is_typed_elsewhere(said: str, typed: str) -> None:
    assert fold_text(said) == fold_text(typed)


def test_other_letters_stay() -> None:
    assert fold_text("Хелло 😀 각") == "хелло 😀 각"
