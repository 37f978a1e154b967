"""The catalogs are whole and current, and say of each sentence what it names."""

from __future__ import annotations

import ast
import gettext
import re
import string
from typing import Any

import pytest
from babel import Locale
from babel.localedata import locale_identifiers

from calbook.languages import language
from calbook.languages.finding import find_language
from calbook.languages.language import LANGUAGES
from languages import catalogs

SENTENCES = {sentence.id for sentence in catalogs.sentences()}


def names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_sentences_are_found_in_the_code() -> None:
    assert "{what} is booked." in SENTENCES
    assert ("and {n} more", "and {n} more") in SENTENCES
    assert "Phone call" in SENTENCES


def test_every_sentence_is_in_the_catalogs_or_from_a_table() -> None:
    """What `translate` is given by a name stands in a table of `to_translate`."""
    tables = {"kind", "name", "_SENTENCES[what]", "_ANSWERS[bool(held)]"}
    tables |= {"event_text.REQUESTED"}
    sources = (f.read_text(encoding="utf-8") for f in catalogs.PACKAGE.rglob("*.py"))
    for source in filter(re.compile(r"\blanguage\b").search, sources):
        for call in ast.walk(ast.parse(source)):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            name = ast.unparse(call.func).rpartition(".")[2]
            is_of_text = ast.unparse(call.args[0]) == "_SPACES"  # `str.translate`
            if is_of_text or name not in ("translate", "translate_count"):
                continue
            for said in call.args[: 1 + (name == "translate_count")]:
                literal = isinstance(said, ast.Constant)
                assert literal or ast.unparse(said) in tables, ast.unparse(call)


@pytest.mark.parametrize("tag", catalogs.OTHERS)
def test_no_sentence_is_missing_or_guessed(tag: str) -> None:
    catalog = catalogs.read_catalog(tag)

    entries = {message.id: message for message in catalog if message.id}
    assert entries.keys() == SENTENCES
    for id, message in entries.items():
        texts = message.string if isinstance(id, tuple) else (message.string,)
        sources = id if isinstance(id, tuple) else (id,)
        assert all(texts), id
        assert not message.fuzzy, id
        assert {frozenset(names(text)) for text in (*texts, *sources)} == {
            frozenset(names(sources[0]))
        }, id
        assert len(texts) == (2 if isinstance(id, tuple) else 1)


@pytest.mark.parametrize("tag", catalogs.OTHERS)
def test_the_catalogs_are_those_of_the_code(tag: str) -> None:
    """Else: python -m tests.languages.catalogs"""
    file = catalogs.po_file(tag)

    catalog = catalogs.updated(tag)

    assert file.read_bytes() == catalogs.po_bytes(catalog)
    with file.with_suffix(".mo").open("rb") as stream:
        read: Any = gettext.GNUTranslations(stream)
    for message in catalog:
        if isinstance(message.id, tuple):
            told = [read.ngettext(*message.id, n) for n in (1, 2)]
            assert tuple(told) == message.string
        elif message.id:
            assert read.gettext(message.id) == message.string


@pytest.mark.parametrize("tag", catalogs.OTHERS)
def test_nobody_is_addressed_as_a_friend(tag: str) -> None:
    friendly = {
        "de": {"du", "dich", "dir", "dein", "deine"},
        "fr": {"tu", "toi", "ton", "ta", "tes"},
        "es": {"tú", "te", "tu", "tus", "vosotros"},
        "pt": {"tu", "te", "teu", "tua", "contigo"},
    }[tag]

    for message in catalogs.read_catalog(tag):
        said = message.string if isinstance(message.string, str) else message.string[1]
        words = {word.strip(".,:!?«»„“”").lower() for word in said.split()}
        assert not words & friendly, said


def test_english_is_read_by_region_as_cldr_has_it() -> None:
    twelve, month_first = set(), set()
    for name in locale_identifiers():
        if name.startswith("en_") and len(name) == 5:
            locale = Locale.parse(name)
            if "a" in locale.time_formats["short"].pattern:
                twelve.add(name[3:])
            if locale.date_formats["medium"].pattern.startswith("M"):
                month_first.add(name[3:])

    assert set(language._TWELVE.split()) == twelve
    assert set(language._MONTH_FIRST.split()) == month_first


@pytest.mark.parametrize(
    ("tag", "is_tag"),
    [
        *((tag, tag) for tag in LANGUAGES),
        *(("pt-BR", "pt-BR"), ("de-AT", "de-AT"), ("de-XX", "de-XX"), ("DE", "de")),
        *(("en-GB", "en-GB"), ("zh-Hans", "en"), ("ja", "en"), (None, "en")),
        *(("fr-1996", "fr"), ("es-419", "es"), ("pt-Latn-BR", "pt-BR")),
    ],
)
def test_a_language_is_found_by_its_tag(tag: str | None, is_tag: str) -> None:
    assert find_language(tag).tag == is_tag


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize(
    "name",
    ["{0}", "{what}", "{what!r}", "%s", "שרה", "}{", "{__class__}", "\u202eevil"],
)
def test_what_is_named_is_never_read_as_a_sentence(tag: str, name: str) -> None:
    said = find_language(tag).translate(
        "{title} with {company}", title=name, company="A"
    )

    assert name in said
    assert find_language(tag).translate("{what} is booked.", what=said).count(said) == 1
