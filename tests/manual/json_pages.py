"""Write the manual's pages of JSON: `python -m tests.manual.json_pages`.

They say what `calbook schema` says, for people, and are made of the same types.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import calbook
from calbook.api.schema.nouns import NAMES, summaries
from calbook.api.schema.objects import OPEN_WORD
from calbook.cli.answers import ANSWERS

MANUAL = Path(calbook.__file__).parent / "manual"
_WORDS = 12  # as many are named in a cell

Json = dict[str, Any]


class Page(NamedTuple):
    """A page's title, what it shows, and the nouns on it."""

    title: str
    shows: str
    before: str
    nouns: tuple[str, ...]


_INTRODUCTION = """\
The JSON that calbook prints and takes is described in JSON Schema 2020-12, for \
programs. `calbook schema` lists the nouns, `calbook schema NOUN` prints the schema of \
one, and `calbook schema --all` prints all of them as one document. In Python it is \
`calbook.schema("booking")`. The pages about JSON are made from the same types. What \
may change in a later version is said in [Stability](stability.md).

```console
$ calbook schema | head -3
{listed}
$ calbook schema booking | cut -c1-100
{begin}
```

Every key is always there, and what is unknown is null; a key that may be missing says \
*sometimes*. In what goes in, a key that has to be there says *needed*. Times are RFC \
3339 with an offset, and lengths are minutes where nothing else is said. Where a list \
of words ends in *…*, a later version may add some. What is within an object or a list \
has a dotted key.
"""
_MORE = """\
How to read it is said in [JSON](json.md).

```console
$ calbook schema {noun} | cut -c1-100
{begin}
```
"""
PAGES: Mapping[str, Page] = {
    "json": Page(
        "JSON",
        "how to read the JSON of bookings and of the people in them, and how to write"
        " what is booked from",
        _INTRODUCTION,
        (
            *("booking", "attendee", "occurrence", "event", "note", "waiting-entry"),
            *("person", "person-with-dates", "answer", "counter", "input"),
        ),
    ),
    "json-times": Page(
        "JSON of times",
        "how to read the JSON of free and busy time, calendars and statistics",
        _MORE,
        (
            *("slot", "block", "explanation", "rule", "figures", "busy-calendar"),
            *("busy-time", "connected-calendar", "calendar-check", "calendar-finding"),
            *("published-feed", "calendar-text", "written-folder"),
        ),
    ),
    "json-setup": Page(
        "JSON of the set-up",
        "how to read the JSON of event types, hosts, rooms and hours, and how to write"
        " an event type",
        _MORE,
        (
            *("event-type", "event-type-input", "host", "resource", "schedule"),
            *("host-away", "retired-host", "host-date"),
        ),
    ),
    "json-other": Page(
        "Other JSON",
        "how to read the JSON of errors, webhooks, deliveries and settings",
        _MORE,
        (
            *("error", "webhook-body", "webhook", "delivery", "attempt"),
            *("verified-request", "setting", "mail-server-answer"),
        ),
    ),
    "json-file": Page(
        "JSON of the file",
        "how to read the JSON of the bookings file, of its health and of exports",
        _MORE,
        (
            *("store-path", "made-store", "grants", "migration", "copied", "restored"),
            *("compacted", "shared-file", "diagnosis", "fixed-times"),
            *("exported", "imported", "export-line", "taken-over"),
            *("erasure", "retention"),
        ),
    ),
}
_PAGE_OF = {noun: topic for topic, page in PAGES.items() for noun in page.nouns}


def page(topic: str) -> str:
    """The text of a page."""
    found = PAGES[topic]
    first = found.nouns[0]
    listed = "\n".join("\t".join(line) for line in [*summaries().items()][:3])
    before = found.before.format(noun=first, begin=_begin(first), listed=listed)
    head = f"# {found.title}\n\nThis page shows {found.shows}.\n\n{before}"
    return "\n".join((head, *(_section(topic, noun) for noun in found.nouns)))


def _begin(noun: str) -> str:
    return json.dumps(calbook.schema(noun), ensure_ascii=False)[:100]


def _section(topic: str, noun: str) -> str:
    schema = calbook.schema(noun)
    if "properties" not in schema:
        return _lines_section(noun, schema)
    printed = ", ".join(sorted(_printed_by(noun)))
    by = f" Printed by {printed}." if printed else ""
    lines = [
        f"## {noun}\n",
        f"{schema['description']}{by}\n",
        "| key | JSON | what |",
        "|---|---|---|",
        *_rows(schema, schema.get("$defs", {}), topic),
    ]
    return "\n".join(lines) + "\n"


def _lines_section(noun: str, schema: Json) -> str:
    """One of several objects; which, and their keys."""
    lines = [f"## {noun}\n", f"{schema['description']}\n"]
    lines += ["| type | keys |", "|---|---|"]
    for each in schema["$defs"].values():
        kind, *keys = each["properties"].items()
        [word] = kind[1].get("enum") or [kind[1]["const"]]
        lines.append(f"| `{word}` | {', '.join(f'`{key}`' for key, _ in keys)} |")
    return "\n".join(lines) + "\n"


def _printed_by(noun: str) -> Iterator[str]:
    for command, shapes in ANSWERS.items():
        if {noun, f"{noun}[]", f"{noun}?"} & {*shapes}:
            yield f"`{command}`"


def _rows(
    schema: Json, parts: Mapping[str, Json], topic: str, within: str = ""
) -> Iterator[str]:
    """A row for each key; those that are explained together in one.

    What is inside of a part that is no noun follows it, under a dotted key.
    """
    for meaning, group in groupby(schema["properties"].items(), _meaning):
        keys = dict(group)
        names = ", ".join(f"`{within}{key}`" for key in keys)
        said = meaning.removeprefix(f"{', '.join(keys)}: ")
        kinds = ", ".join(dict.fromkeys(_kind(each, topic) for each in keys.values()))
        is_input = not schema.get("additionalProperties", True)
        if is_input == (keys.keys() <= {*schema["required"]}):
            kinds = f"*{'needed' if is_input else 'sometimes'}* {kinds}"
        yield f"| {names} | {kinds} | {said} |"
        for key, each in keys.items():
            for name in _references(each):
                if name not in NAMES:
                    yield from _rows(parts[name], parts, topic, f"{within}{key}.")


def _meaning(item: tuple[str, Json]) -> str:
    return str(item[1]["description"]).removesuffix(OPEN_WORD)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _references(each)
    elif isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for each in schema.values():
            yield from _references(each)


def _kind(schema: Json, topic: str) -> str:
    """What a value may be, in words."""
    if "$ref" in schema:
        return _link(schema["$ref"].rpartition("/")[2], topic)
    if "anyOf" in schema:
        return _any_of(schema["anyOf"], topic)
    if "enum" in schema:
        return _words(schema["enum"])
    types = schema.get("type", "anything")
    first, *null = [types] if isinstance(types, str) else types
    return _plain(first, schema, topic) + " or null" * bool(null)


def _any_of(schemas: list[Json], topic: str) -> str:
    if "enum" in schemas[0]:
        null = " or null" * ({"type": "null"} in schemas)
        return f"{_words(schemas[0]['enum'])}, …{null}"
    return " or ".join(_kind(each, topic) for each in schemas)


def _words(words: list[str | None]) -> str:
    said = [f"`{word}`" for word in words if word is not None]
    listed = "words" if len(said) > _WORDS else ", ".join(said)
    return listed + " or null" * (None in words)


def _plain(kind: str, schema: Json, topic: str) -> str:
    if kind == "array":
        return f"list of {_kind(schema['items'], topic)}"
    if kind == "string":
        return str(schema.get("format", "text")).removeprefix("idn-")
    words = {"integer": "whole number", "boolean": "true or false", "null": "null"}
    return words.get(kind, kind)


def _link(name: str, topic: str) -> str:
    """Within the page, or to the page of a noun; a part follows at once."""
    if name not in NAMES:
        return "object"
    other = _PAGE_OF[name]
    return f"[{name}]({other}.md)" if other != topic else f"`{name}`"


if __name__ == "__main__":
    for topic in PAGES:
        (MANUAL / f"{topic}.md").write_text(page(topic), encoding="utf-8")
