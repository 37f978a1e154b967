"""The colours of a picture: of the paper in light and dark, and of what stands on it.

Text on each of them has a contrast of 4.5 or more (WCAG 2.2, 1.4.3).
"""

from collections.abc import Iterator
from typing import NamedTuple


class Colours(NamedTuple):
    """Of a box with text in it."""

    fill: str
    line: str
    text: str


class Scheme(NamedTuple):
    """The paper, what is written and drawn on it, and the boxes of each group."""

    paper: str
    text: str
    faint: str
    line: str
    closed: str
    missing: str
    today: str
    glow: str  # over today's column
    busy: Colours
    boxes: tuple[Colours, ...]


# Fill, line and text: pale, strong and deep in light, the other way round in dark.
_HUES = (
    ("#dbeafe", "#2563eb", "#60a5fa", "#1e3a8a"),  # blue
    ("#d1fae5", "#059669", "#34d399", "#064e3b"),  # green
    ("#fef3c7", "#d97706", "#fbbf24", "#78350f"),  # amber
    ("#ede9fe", "#7c3aed", "#a78bfa", "#4c1d95"),  # violet
    ("#ffe4e6", "#e11d48", "#fb7185", "#881337"),  # rose
    ("#cffafe", "#0891b2", "#22d3ee", "#164e63"),  # cyan
    ("#ecfccb", "#65a30d", "#a3e635", "#365314"),  # lime
    ("#fae8ff", "#c026d3", "#e879f9", "#701a75"),  # fuchsia
    ("#e2e8f0", "#475569", "#94a3b8", "#334155"),  # the others
)
GROUPS = len(_HUES) - 1  # that have a colour of their own

LIGHT = Scheme(
    paper="#ffffff",
    text="#111827",
    faint="#4b5563",
    line="#d1d5db",
    closed="#eef0f3",
    missing="#9ca3af",
    today="#1d4ed8",
    glow="#fde04733",
    busy=Colours("#e5e7eb", "#6b7280", "#374151"),
    boxes=tuple(Colours(pale, strong, deep) for pale, strong, _, deep in _HUES),
)
DARK = Scheme(
    paper="#111827",
    text="#f9fafb",
    faint="#9ca3af",
    line="#374151",
    closed="#0b0f19",
    missing="#4b5563",
    today="#93c5fd",
    glow="#fde04718",
    busy=Colours("#374151", "#9ca3af", "#e5e7eb"),
    boxes=tuple(Colours(deep, bright, pale) for pale, _, bright, deep in _HUES),
)
SCHEMES = ("auto", "light", "dark")

_FONTS = (
    *("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue"),
    *("Noto Sans", "Arial", "PingFang SC", "Hiragino Sans", "Microsoft YaHei"),
    *("Noto Sans CJK SC", "Noto Sans Arabic", "Noto Sans Hebrew"),
    *("Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji"),
)


def style_sheet(scheme: str) -> str:
    """Of `light` or `dark`; of `auto` both, as the viewer is."""
    fonts = ", ".join(f'"{name}"' if " " in name else name for name in _FONTS)
    lines = [
        f"text {{ font-family: {fonts}, sans-serif; font-size: 12px }}",
        ".title { font-size: 20px; font-weight: 600 }",
        ".day, .who { font-weight: 600 }",
        ".PENDING .box { stroke-dasharray: 5 3 }",
        ".HELD .box { stroke-dasharray: 1 3; stroke-linecap: round }",
        *_rules(DARK if scheme == "dark" else LIGHT),
    ]
    if scheme == "auto":
        dark = "\n".join(f"  {rule}" for rule in _rules(DARK))
        lines.append(f"@media (prefers-color-scheme: dark) {{\n{dark}\n}}")
    return "\n".join(lines)


def _rules(scheme: Scheme) -> Iterator[str]:
    yield f"text {{ fill: {scheme.text} }}"
    yield f".faint {{ fill: {scheme.faint} }}"
    yield f".now {{ fill: {scheme.today} }}"
    yield f".paper {{ fill: {scheme.paper} }}"
    yield f".closed {{ fill: {scheme.closed} }}"
    yield f".missing {{ fill: {scheme.missing} }}"
    yield f".today {{ fill: {scheme.glow[:7]}; fill-opacity: {_opacity(scheme.glow)} }}"
    yield f".rule {{ stroke: {scheme.line}; fill: none }}"
    yield from _box_rules("busy", scheme.busy)
    for number, colours in enumerate(scheme.boxes):
        yield from _box_rules(f"c{number}", colours)


def _box_rules(name: str, colours: Colours) -> Iterator[str]:
    yield f".{name} .box {{ fill: {colours.fill}; stroke: {colours.line} }}"
    yield f".{name} .bar {{ fill: {colours.line} }}"
    yield f".{name} text {{ fill: {colours.text} }}"


def _opacity(colour: str) -> str:
    return f"{int(colour[7:], 16) / 255:.2f}"
