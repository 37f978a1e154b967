"""How a person's language is found."""

from __future__ import annotations

from functools import cache

from calbook.languages.language import ENGLISH, LANGUAGES, Language


@cache
def find_language(tag: str | None) -> Language:
    """By a BCP 47 tag, as in `pt-BR`; English where it is another's or none."""
    name, *more = (tag or "en").split("-")
    region = next((part.upper() for part in more if len(part) == 2), "")
    if name.lower() == "en" or name.lower() not in LANGUAGES:
        return Language(region) if name.lower() == "en" and region else ENGLISH
    from calbook.languages.translated import Translated  # slow to import

    return Translated(name.lower(), region)
