"""The signs that screens are drawn with, as ASCII; what people wrote stays.

Each is as wide as it was, but for those of whole sentences.
"""

_BOXES = range(0x2500, 0x2580)
_LEVEL = "─━┄┅┈┉╌╍═╴╶╸╺╼╾"
_UPRIGHT = "│┃┆┇┊┋╎╏║╵╷╹╻╽╿"
_SIGNS = {
    **dict.fromkeys(map(chr, _BOXES), "+"),
    **dict.fromkeys(map(chr, range(0x2580, 0x25A0)), "#"),
    **dict.fromkeys(_LEVEL, "-"),
    **dict.fromkeys(_UPRIGHT, "|"),
    **{"╱": "/", "╲": "\\", "╳": "X", "░": ".", "▒": ":"},
    **{"–": "-", "—": "-", "−": "-", "×": "x", "✓": "+", "✗": "x"},
    **{"·": ".", "•": "*", "●": "*", "○": "o", "▶": ">", "◀": "<", "▸": ">"},
    **{"⋮": ":", "→": ">", "←": "<", "↑": "^", "↓": "v", "≤": "<", "≥": ">"},
    **{"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"},
}
_TABLE = str.maketrans({**_SIGNS, "…": "..."})


def to_ascii(text: str) -> str:
    return text.translate(_TABLE)
