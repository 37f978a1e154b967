"""Making somebody nobody: who is meant in what is stored, and what stands there then.

What is known by its place is replaced by it, see `personal_data`. What is left, in
texts that anybody wrote, is found by the person's own words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from calbook.core.checks import fold_email, fold_ref
from calbook.core.people import (
    fold_name,
    lasting_keys,
    phone_digits,
    possible_keys,
)
from calbook.core.personal_data import OWN_TEXTS, replace_personal_data

WORD = "erased"  # instead of a name, or of a word in a text

Json = Any

_FEWEST_DIGITS = 6  # of a number that is looked for in texts
_FEWEST_LETTERS = 3  # of a customer number there, and of a part of a name in a note
_NAME_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*$")


class Identity(NamedTuple):
    """By what somebody is told: in the book, by addresses and numbers, by names.

    `keys` are as `people.lasting_keys` has them. `emails`, `phones`, `refs` and `names`
    are as they were written. Who has but a name has no `ids` and no `keys`.
    """

    ids: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    refs: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def learn(self, person: Mapping[str, Any]) -> Identity:
        """With what a row or JSON says of the person."""

        def more(known: frozenset[str], name: str) -> frozenset[str]:
            return known | {person[name]} if person.get(name) else known

        return self._replace(
            keys=self.keys | set(lasting_keys(person)),
            emails=more(self.emails, "email"),
            phones=more(self.phones, "phone"),
            refs=more(self.refs, "ref"),
            names=more(self.names, "name"),
        )

    def without_keys(self, others: Collection[str]) -> Identity:
        """Without the addresses and numbers that are somebody else's by now."""

        def own(name: str) -> frozenset[str]:
            forms: frozenset[str] = getattr(self, name)
            fact = name.removesuffix("s")
            return frozenset(
                f for f in forms if not {*others}.intersection(lasting_keys({fact: f}))
            )

        return self._replace(
            keys=self.keys.difference(others),
            **{name: own(name) for name in ("emails", "phones", "refs")},
        )

    def without_names(self, others: Iterable[str | None]) -> Identity:
        """In company: a name that somebody else has as well tells nothing there."""
        taken = {fold_name(name) for name in others if name}
        own = frozenset(name for name in self.names if fold_name(name) not in taken)
        return self._replace(names=own)

    def is_meant(self, person: Mapping[str, Any]) -> bool:
        """Whether a person as JSON or a row has them is this one."""
        text = person.get("text")
        if isinstance(text, str):
            return self._is_called(text)
        key = person.get("personKey") or person.get("person_key")
        if isinstance(key, str) and "email" not in person:  # of a proposal
            return self._is_called(key)
        id = person.get("personId") or person.get("person_id")
        if id:
            return id in self.ids
        keys = lasting_keys({k: v for k, v in person.items() if isinstance(v, str)})
        if keys:
            return not self.keys.isdisjoint(keys)
        return isinstance(person.get("name"), str) and self._has_name(person["name"])

    def _is_called(self, text: str) -> bool:
        inner = _NAME_IN_BRACKETS.search(text)
        keys = {text, *possible_keys(inner[1] if inner else text)}
        if not self.keys.isdisjoint(keys):
            return True
        return "@" not in text and self._has_name(text.removeprefix("name:"))

    def _has_name(self, text: str) -> bool:
        name = fold_name(text)
        return any(fold_name(each) == name for each in self.names)


# -- words in texts -------------------------------------------------------------------


class Words:
    """A person's own words, to be found in texts that anybody wrote.

    Addresses and phone numbers are looked for everywhere; names and customer numbers,
    which may be any word, only where people write what they like. A part of a name
    that one of the `others` there has as well hints at nobody.
    """

    def __init__(self, identity: Identity, others: Iterable[str | None] = ()) -> None:
        digits = _dialled(identity)
        refs = {r for r in identity.refs if len(fold_ref(r)) >= _FEWEST_LETTERS}
        contacts = [*map(_address, _emails(identity)), *map(_number, sorted(digits))]
        words = [
            *(_whole(re.escape(ref)) for ref in _forms(refs)),
            *(_whole(_spaced(name)) for name in _forms(identity.names)),
        ]
        taken = {part for name in others if name for part in fold_name(name).split()}
        parts = {part for name in identity.names for part in name.split()}
        parts = {part for part in parts if fold_name(part) not in taken}
        long = [part for part in _forms(parts) if len(part) >= _FEWEST_LETTERS]
        self._contacts = _any_of(contacts)
        self._all = _any_of([*contacts, *words])
        self._parts = _any_of([_whole(re.escape(part)) for part in long])
        self.searched = tuple(
            sorted(
                {email.casefold() for email in _emails(identity)}
                | {p.casefold() for p in identity.phones if phone_digits(p) in digits}
                | {each.strip("+") for each in digits}
                | {ref.casefold() for ref in refs}
            )
        )  # by which a store finds where to look

    def are_in(self, text: str) -> bool:
        return bool(self._all and self._all.search(text))

    def are_hinted_in(self, text: str) -> bool:
        """Whether a note is about the person: by a part of the name, too."""
        return self.are_in(text) or bool(self._parts and self._parts.search(text))

    def take_out(self, text: str) -> str:
        return self._all.sub(WORD, text) if self._all else text

    def take_contacts_out(self, text: str) -> str:
        return self._contacts.sub(WORD, text) if self._contacts else text

    def take_out_of(self, value: Json, *, is_free: bool = False) -> Json:
        """Of all texts in JSON; `is_free` in what people wrote as they liked."""
        if isinstance(value, str):
            return self.take_out(value) if is_free else self.take_contacts_out(value)
        if isinstance(value, list):
            return [self.take_out_of(item, is_free=is_free) for item in value]
        if not isinstance(value, dict):
            return value
        take = self.take_out if is_free else self.take_contacts_out
        return {
            take(key): WORD
            if key == _NOTE and isinstance(item, str) and self.are_hinted_in(item)
            else self.take_out_of(item, is_free=is_free or key in _FREE)
            for key, item in value.items()
        }


class Marks:
    """By what somebody is told in what others wrote, in bookings that are not theirs.

    Addresses and numbers are theirs alone, and are taken out. A name may be another's:
    it is found, and taken out `with_names`, where it has two words at least. So is a
    customer number that could be any other word.
    """

    def __init__(self, identity: Identity, *, with_names: bool = False) -> None:
        digits = _dialled(identity)
        refs = {r for r in identity.refs if len(fold_ref(r)) >= _FEWEST_LETTERS}
        sure = {ref for ref in refs if _is_unmistakable(ref)}
        names = {name for name in identity.names if len(name.split()) > 1}
        emails = _any_of([*map(_address, _emails(identity))])
        contacts = [*map(_address, _emails(identity)), *map(_number, sorted(digits))]
        certain = [*contacts, *(_whole(re.escape(ref)) for ref in _forms(sure))]
        every = [
            *certain,
            *(_whole(re.escape(ref)) for ref in _forms(refs - sure)),
            *(_whole(_spaced(name)) for name in _forms(names)),
        ]
        self._emails, self._certain = emails, _any_of(certain)
        self._every = _any_of(every)
        self._taken = self._every if with_names else self._certain
        self.names = frozenset(map(fold_name, names))
        self.searched = tuple(
            sorted({*Words(identity).searched, *map(_longest_word, _forms(names))})
        )  # by which a store finds where to look

    def take_out(self, text: str) -> str:
        return self._taken.sub(WORD, text) if self._taken else text

    def take_out_of(self, value: Json, *, is_free: bool) -> Json:
        """Of what people wrote in JSON, and addresses everywhere."""
        return _rewrite(value, self._taken, self._emails, is_free=is_free)

    def are_in(self, text: str) -> bool:
        return bool(self._every and self._every.search(text))

    def are_in_json(self, value: Json, *, is_free: bool) -> bool:
        after = _rewrite(value, self._every, self._emails, is_free=is_free)
        return bool(after != value)

    def contacts_are_in(self, text: str) -> bool:
        return bool(self._certain and self._certain.search(text))


def _rewrite(
    value: Json,
    free: re.Pattern[str] | None,
    other: re.Pattern[str] | None,
    *,
    is_free: bool,
) -> Json:
    if isinstance(value, str):
        pattern = free if is_free else other
        return pattern.sub(WORD, value) if pattern else value
    if isinstance(value, list):
        return [_rewrite(item, free, other, is_free=is_free) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        _rewrite(key, free, other, is_free=is_free): _rewrite(
            item, free, other, is_free=is_free or key in _FREE
        )
        for key, item in value.items()
    }


def _dialled(identity: Identity) -> set[str]:
    phones = {phone_digits(phone) or "" for phone in identity.phones}
    return {d for d in phones if len(d.strip("+")) >= _FEWEST_DIGITS}


def _is_unmistakable(ref: str) -> bool:
    """Whether a customer number can be no other word or number."""
    is_mixed = re.search(r"\d", ref) and re.search(r"[^\W\d_]", ref)
    return len(fold_ref(ref)) >= (5 if is_mixed else 8) and any(map(str.isdigit, ref))


def _longest_word(name: str) -> str:
    words: list[str] = re.findall(r"\w+", name) or [name]
    return max(words, key=len).casefold()


_NOTE = "content"  # of a note, which is never empty
_FREE = OWN_TEXTS | {"title", "description"}


def _emails(identity: Identity) -> set[str]:
    return {*identity.emails, *(fold_email(email) for email in identity.emails)}


def _forms(texts: Iterable[str]) -> list[str]:
    """As composed and decomposed characters; the longest first."""
    forms = {unicodedata.normalize(f, t) for t in texts for f in ("NFC", "NFD")}
    return sorted(filter(None, map(str.strip, forms)), key=lambda t: (-len(t), t))


def _spaced(name: str) -> str:
    return r"\s+".join(map(re.escape, name.split()))


def _whole(pattern: str) -> str:
    return rf"(?<!\w){pattern}(?!\w)"


def _address(email: str) -> str:
    """No part of a longer one."""
    return rf"(?<![\w.+-]){re.escape(email)}(?![\w-]|\.\w)"


def _number(digits: str) -> str:
    """However it is grouped; `+351…`, `00351…` and `351…` are one."""
    body = r"[ ().\-/]*".join(digits.strip("+"))
    return rf"(?<![\d]){'(?:[+]|00)?' if digits[0] == '+' else ''}{body}(?!\d)"


def _any_of(patterns: list[str]) -> re.Pattern[str] | None:
    if not patterns:
        return None
    return re.compile("|".join(patterns), re.IGNORECASE)


# -- what stands there then -----------------------------------------------------------


def find_forms(value: Json, identity: Identity) -> Identity:
    """With all that JSON calls the person."""
    found = [identity]

    def is_meant(person: Mapping[str, Any]) -> bool:
        is_them = found[0].is_meant(person)
        if is_them and "text" not in person:
            texts = {k: v for k, v in person.items() if isinstance(v, str)}
            found[0] = found[0].learn(texts)
        return is_them

    replace_personal_data(value, is_meant, lambda key, fact: fact)
    return found[0]


def is_person_in(value: Json, identity: Identity) -> bool:
    """Whether one of the persons in JSON is this one."""
    found = []

    def is_meant(person: Mapping[str, Any]) -> bool:
        found.append(identity.is_meant(person))
        return False

    replace_personal_data(value, is_meant, lambda _, fact: fact)
    return any(found)


def erase_from_json(
    value: Json,
    is_meant: Callable[[Mapping[str, Any]], bool],
    words: Words,
    *,
    is_own: bool,
    keeps_place: bool = False,
    name: str = WORD,
) -> Json:
    """Of the same form, without the person, who is called `name` from now on.

    `is_own`: what is said of nobody in it is the person's. `keeps_place`: where it is,
    is no place of the person's.
    """

    def replace(key: str, fact: Json) -> Json:
        if key in ("name", "person"):
            return name
        if key in ("personKey", "person_key"):
            return f"name:{name}"
        if key == _NOTE:
            return WORD
        if keeps_place and key in _PLACE:
            return fact
        return type(fact)() if isinstance(fact, dict | list) and key in _KEPT else None

    return words.take_out_of(
        replace_personal_data(value, is_meant, replace, is_own=is_own)
    )


_PLACE = frozenset({"location", "meetingUrl", "meeting_url"})
_KEPT = frozenset({"responses", "metadata", "put", "drop"})  # empty, but there


def own_name(number: int) -> str:
    """Of the n-th who was made nobody in a booking, from 0: no two have the same."""
    return WORD if number == 0 else f"{WORD} {number + 1}"
