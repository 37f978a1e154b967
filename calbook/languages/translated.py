"""Other languages than English: gettext's catalogs, and dates by CLDR.

Slow to import: it loads babel.
"""

from __future__ import annotations

import gettext
from datetime import date, datetime
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from calbook.languages.language import Language

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "calbook"


class Translated(Language):
    """A language with a catalog, as it is written in a region if that is known."""

    def __init__(self, tag: str, region: str) -> None:
        super().__init__(region)
        self.tag = f"{tag}-{region}" if region else tag
        file = LOCALE / tag / "LC_MESSAGES" / f"{DOMAIN}.mo"
        with file.open("rb") as catalog:
            self._catalog = gettext.GNUTranslations(catalog)
        self._locale = _locale(tag, region)

    def _sentence(self, text: str) -> str:
        return self._catalog.gettext(text)

    def _counted(self, one: str, many: str, n: int) -> str:
        return self._catalog.ngettext(one, many, n)

    def day(self, day: date) -> str:
        """`Montag, 18. Januar 2027`."""
        return format_date(day, "full", locale=self._locale)

    def clock(self, wall: datetime) -> str:
        return format_time(wall.time(), "short", locale=self._locale)


def _locale(tag: str, region: str) -> Locale:
    """That of the region, or of the language alone where babel has no such region."""
    if region:
        try:
            return Locale.parse(f"{tag}_{region}")
        except (UnknownLocaleError, ValueError):
            pass
    return Locale(tag)
