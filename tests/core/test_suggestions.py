"""What a misspelt name may have meant."""

from __future__ import annotations

import pytest

from calbook.core.suggestions import did_you_mean, nearest


@pytest.mark.parametrize(
    ("asked", "known", "meant"),
    [
        ("crate", ["cancel", "create"], "create"),
        ("--jsno", ["--json", "--tz"], "--json"),
        ("DEMO", ["demo"], "demo"),
        ("no_show", ["no-show"], "no-show"),
        ("dmeo", ["evt_demo", "evt_other"], "demo"),
        ("evt_dmeo", ["evt_demo", "evt_other"], "evt_demo"),
        ("pendig", ["PENDING", "CONFIRMED"], "pending"),
        ("Pendig", ["PENDING", "CONFIRMED"], "PENDING"),
        ("ROUND ROBIN", ["SINGLE", "ROUND_ROBIN"], "ROUND_ROBIN"),
        ("hourly", ["WEEKLY", "DAILY"], None),
        ("zzz", ["create"], None),
        ("", ["create"], None),
        ("create", [], None),
    ],
)
def test_the_nearest_name_is_meant(
    asked: str, known: list[str], meant: str | None
) -> None:
    assert nearest(asked, known) == meant


def test_the_hint_names_it_else_another_hint_stands() -> None:
    assert did_you_mean("crate", ["create"], "see help") == "did you mean create?"
    assert did_you_mean("zzz", ["create"], "see help") == "see help"
    assert did_you_mean("zzz", ["create"]) is None
