"""Bring the catalogs up to date: `python -m tests.languages.catalogs`.

Sentences are found in the code by `translate`, `translate_count` and `to_translate`. A
new one is added without a translation, one that is no more goes; none is guessed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import calbook
from calbook.languages.language import LANGUAGES
from calbook.languages.translated import DOMAIN, LOCALE

PACKAGE = Path(calbook.__file__).parent
OTHERS = tuple(tag for tag in LANGUAGES if tag != "en")
_KEYWORDS = {"translate": None, "to_translate": None, "translate_count": (1, 2)}
_PLURALS = {"fr": "> 1"}  # 0 is one of the singular
_HEAD = "# What attendees read, in {language}. See CONTRIBUTING.md."


class Sentence(NamedTuple):
    """What is to be translated; of two it is the singular and the plural."""

    id: str | tuple[str, str]
    places: tuple[str, ...]


def sentences() -> Iterator[Sentence]:
    """Each once, in the order of the code, with the modules that say it."""
    found: dict[str | tuple[str, str], list[str]] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        module = file.relative_to(PACKAGE.parent).as_posix()
        for _, id, _, _ in extract_from_file("python", file, keywords=_KEYWORDS):
            key = (id[0], id[1]) if isinstance(id, tuple) else id
            places = found.setdefault(key, [])
            places += [module] if module not in places else []
    yield from (Sentence(id, tuple(places)) for id, places in found.items())


def po_file(tag: str) -> Path:
    return LOCALE / tag / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalog(tag: str) -> Catalog:
    file = po_file(tag)
    if not file.exists():
        return Catalog(locale=tag)
    with file.open("rb") as stream:
        return read_po(stream, locale=tag, abort_invalid=True)


class PlainCatalog(Catalog):
    """Without names, versions and times, so that the same texts are the same bytes.

    With two forms by how many there are, as gettext's manual has them; CLDR has one
    more, for whole millions.
    """

    num_plurals = 2

    @property
    def plural_forms(self) -> str:  # type: ignore[override]
        return f"nplurals=2; plural=(n {_PLURALS.get(str(self.locale), '!= 1')});"

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [
            ("Language", str(self.locale_identifier)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def updated(tag: str) -> Catalog:
    """The catalog with all sentences that there are, and no other."""
    before = read_catalog(tag)
    head = _HEAD.format(language=LANGUAGES[tag])
    after = PlainCatalog(locale=tag, header_comment=head, fuzzy=False)
    for sentence in sentences():
        old = before.get(sentence.id)
        said = old.string if old is not None and not old.fuzzy else None
        after.add(
            sentence.id,
            string=said,
            locations=[(place, None) for place in sentence.places],
        )
    return after


def po_bytes(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_po(stream, catalog, include_lineno=False, width=80)
    return stream.getvalue().rstrip(b"\n") + b"\n"


def mo_bytes(catalog: Catalog) -> bytes:
    """As gettext reads it."""
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def write_catalogs() -> None:
    for tag in OTHERS:
        catalog, file = updated(tag), po_file(tag)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(po_bytes(catalog))
        file.with_suffix(".mo").write_bytes(mo_bytes(catalog))


if __name__ == "__main__":
    write_catalogs()
