"""One option, one meaning: every command of the tree against one table of options.

A new option has its line here. A name that stands here already means that, or is to be
another name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from support.options import commands

import calbook
from calbook.cli import global_options
from calbook.cli.groups import SHORT
from calbook.cli.help.headings import HEADINGS, heading_of

# A name, what follows it, and what it means wherever it is.
TABLE = """
--active ||| - ||| whether it is switched on
--actor ||| NAME ||| who makes a change, for the history
--after ||| UID ||| the page behind a booking
--alarm ||| MINUTES ||| a reminder in a calendar file
--all ||| - ||| all there is, where a part is usual
--all-attendees ||| - ||| a copy that names all attendees
--allow-http ||| - ||| send without encryption
--allow-plain ||| - ||| let mail go without encryption
--allow-private ||| - ||| an address in a private network
--apply-to-coming ||| - ||| write it into bookings to come
--as-new ||| - ||| book once more what was printed
--assignment ||| RULE ||| which host's turn it is
--atomic ||| - ||| all lines or none
--attendee-tz ||| ZONE ||| the attendee's zone, beside --tz
--between ||| HH:MM-HH:MM ||| times of day that are shown
--booking-limit ||| N/PERIOD ||| the most that may be booked in a period
--break ||| MINUTES ||| how long a host's break is
--buffer-after ||| MINUTES ||| time kept free after
--buffer-before ||| MINUTES ||| time kept free before
--busy ||| - ||| a calendar blocks its host
--busy-only ||| - ||| a feed says only when somebody is busy
--by ||| attendee|host ||| who asks
--by-day ||| DAYS ||| weekdays of a series
--cancel ||| - ||| cancel what is still to come
--cancellation ||| - ||| attendees may cancel and move
--cancellation-deadline ||| MINUTES ||| until when attendees may cancel
--capacity ||| N ||| persons that a resource holds
--careful ||| - ||| block what cannot be read too
--claim-existing ||| - ||| give coming bookings what is needed
--clear ||| FIELD ||| take a field out
--closed ||| - ||| closed all day
--color-scheme ||| auto|light|dark ||| colours of a picture
--contact ||| email|phone|any|none ||| what people are reached by
--count ||| N ||| how many dates
--count-window ||| DAYS ||| days in which turns are counted
--csv ||| - ||| print CSV
--dates ||| dmy|mdy ||| how another program writes dates
--days ||| N ||| how many days a range has
--db ||| FILE ||| the bookings file or database
--description ||| TEXT ||| what an event type is
--dry-run ||| - ||| show what would happen
--duration ||| MINUTES ||| how long a meeting is
--each ||| - ||| of several, change what can be
--edit ||| - ||| write it in an editor
--email ||| ADDRESS ||| somebody's e-mail address
--event ||| EVENT ||| the event type
--every ||| N ||| the interval of a series
--exclude ||| UID ||| as if a booking were not there
--exclude-on ||| DATE ||| as if a date of it were not there
--explain ||| - ||| say what is in the way
--extend ||| - ||| go on until there are so many dates
--feed ||| - ||| a feed to subscribe to
--fields ||| A,B ||| which keys are printed
--first-date ||| DATE ||| no start before it
--fix-times ||| - ||| move dates back to their time of day
--folder ||| DIR ||| a file for each booking in a folder
--force ||| - ||| write over what is there
--format ||| TEXT ||| a line for each, with keys filled in
--free-busy ||| - ||| of a calendar only when somebody is busy
--from ||| WHEN ||| where a range begins
--from-host ||| HOST ||| in whose place
--full ||| - ||| a feed says all there is
--grants ||| - ||| what a role is granted
--group ||| NAME ||| a group of users
--guest ||| ADDRESS ||| who comes along
--header ||| NAME=VALUE ||| a header that is sent along
--header-stdin ||| - ||| headers from standard input
--hold ||| UID ||| what was held before
--hold-minutes ||| MINUTES ||| how long a freed start is offered
--host ||| HOST ||| the host
--hours ||| HOURS ||| hours of a day in which it is open
--id ||| DELIVERY ||| one delivery
--idempotency-key ||| KEY ||| the same request gives the first answer
--if-version ||| N ||| only if the booking is at a version
--input ||| FILE|- ||| JSON to read
--into ||| UID ||| the group that a seat goes to
--json ||| - ||| print JSON
--jsonl ||| - ||| print JSON lines
--keep ||| PERIOD ||| how long people are kept
--kind ||| WORD ||| what a resource is
--language ||| TAG ||| the language of who reads it
--last-date ||| DATE ||| no start after it
--limit ||| N ||| the most rows
--list ||| - ||| only list it
--location ||| TYPE:… ||| where it takes place
--maildir ||| DIR ||| a folder of mail
--map ||| FIELD=COLUMN ||| what the columns of a table are
--max-in-a-row ||| N ||| meetings before a break
--max-occurrences ||| N ||| the most dates of a series
--maximum-advance ||| DAYS ||| how far ahead may be booked
--meeting-url ||| URL ||| the address of a meeting
--meeting-url-template ||| URL ||| how such addresses are made
--meta ||| K=V ||| a key of metadata
--method ||| publish|request|cancel|none ||| what a calendar file asks
--minimum-notice ||| MINUTES ||| how long before must be booked
--minutes ||| MINUTES ||| how long a start is held
--monitor ||| - ||| a line for monitors
--name ||| NAME ||| what somebody or something is called
--needs ||| NEED ||| what a meeting needs beside its host
--no-deliver ||| - ||| leave it in the outbox
--no-double ||| - ||| nobody in two bookings at once
--no-exclusion ||| - ||| a database without such constraints
--notes ||| TEXT ||| what the attendee writes
--notify ||| - ||| tell people by e-mail
--occurrences ||| - ||| a row for each date
--of ||| WHEN ||| a day of the week or month that is shown
--off ||| - ||| erase nobody by itself
--offset ||| N ||| rows that are left out first
--on ||| WHEN ||| one day
--on-conflict ||| refuse|skip ||| what becomes of what is in the way
--on-decline ||| record|cancel ||| what a no by mail does
--on-free ||| offer|book ||| what becomes of freed time
--output ||| FILE|- ||| the file that is written
--override ||| RULES ||| rules that the host passes
--password-command ||| COMMAND ||| a command that prints the password
--password-env ||| NAME ||| a variable that holds the password
--past ||| - ||| what has begun
--per-person ||| N/PERIOD ||| the most of one person in a period
--per-person-open ||| N ||| the most to come of one person
--person ||| PERSON ||| somebody by whatever they are known
--phone ||| NUMBER ||| somebody's phone number
--port ||| N ||| a server's port
--print ||| - ||| for paper
--private ||| - ||| a note for the host alone
--push ||| - ||| a calendar is written to
--question ||| Q ||| what attendees are asked
--quick ||| - ||| not what takes long in a large file
--reason ||| TEXT ||| why
--reassign ||| - ||| another host takes it
--redact ||| - ||| without persons
--ref ||| REF ||| a customer number
--refresh ||| MINUTES ||| after how long it is read again
--reminder ||| MINUTES[:WHO] ||| a mail before it
--remove ||| - ||| take it away again
--remove-guest ||| PERSON ||| who comes along no more
--reopen ||| - ||| begin a group where one was cancelled
--repeat ||| daily|weekly|monthly|yearly ||| a series
--requires-confirmation ||| - ||| the host must say yes
--resource ||| RESOURCE ||| a room or thing
--response ||| K=V ||| an answer to a question
--retry-now ||| - ||| what waits for another attempt too
--reverse ||| - ||| the last first
--rotate ||| - ||| new names
--schedule ||| SCHEDULE ||| the schedule
--scheduling-type ||| single|round-robin|collective ||| how hosts share an event type
--search ||| TEXT ||| a text that is somewhere in it
--seats ||| N ||| persons of a group
--secret-env ||| NAME ||| a variable that holds the secret
--secret-file ||| FILE ||| a file that holds the secret
--secret-stdin ||| - ||| the secret from standard input
--secrets ||| - ||| with what is secret
--security ||| starttls|tls|none ||| how a connection is encrypted
--send-to ||| ADDRESS ||| where a mail is sent to try it
--sender ||| ADDRESS ||| whom mail comes from
--server ||| SERVER ||| the mail server
--short ||| - ||| one short line
--show ||| - ||| say what the time is blocked by
--slot-interval ||| MINUTES ||| how often there is a start
--slots-per-day ||| N ||| the seed's name of a limit by day
--slug ||| SLUG ||| an event type's short name
--sort ||| KEY,KEY ||| by which key rows are in order
--start ||| WHEN ||| when a meeting begins
--status ||| STATUS ||| what became of it
--strict ||| - ||| skip what is in an unknown zone
--svg ||| - ||| a picture
--text ||| - ||| a message to paste
--texts ||| - ||| out of what others wrote too
--times ||| - ||| each stretch of time
--title ||| TEXT ||| an event type's title
--to ||| WHEN ||| where a range ends
--tolerance ||| TIME ||| how old a request may be
--trust-forwarded ||| - ||| what somebody else has sent on too
--type ||| TYPE ||| a type of events
--tz ||| ZONE ||| the zone of times, or of who is set up
--uid ||| UID ||| one booking
--until ||| DATE ||| the last day of a series
--upcoming ||| - ||| what is to come
--url ||| URL ||| an address
--user ||| NAME ||| who logs in
--wait ||| - ||| wait where it is taken
--watch ||| - ||| go on for ever
--yes ||| - ||| yes to what is asked
"""

# Names that mean something else in one command, or take something else, and why.
OTHERWISE = {
    ("import", "--from"): "promised as `import --from PROGRAM`",
    ("db copy", "--from"): "promised as `db copy --from FILE --to FILE`",
    ("db copy", "--to"): "promised as `db copy --from FILE --to FILE`",
    ("stats", "--by"): "promised as `stats --by event`: rows, and nobody asks there",
    ("week", "--by"): "as `stats --by`: columns, and nobody asks there",
    ("day", "--by"): "as `stats --by`: columns, and nobody asks there",
    ("export", "--format"): "promised as `export --format csv`: of the whole file",
    ("import", "--contact"): "of the words only the one that lets all people in",
    ("create", "--from"): "one start of a wait, with --to: two parameters of start-up",
    ("create", "--to"): "as its --from",
}
# Of a name: what it may also take, as it is the same thing elsewhere.
ALSO = {
    "--from": {"DATE"},  # of a series whole dates
    "--on": {"DATE"},  # of a series, and of one day, whole dates
    "--refresh": {"MINUTES|never"},
    "--status": {"pending|delivered|failed|dropped"},  # of deliveries
    "--url": {"URL|DIR"},  # of calendars, which may be a directory
}
RANGE = {"--on", "--from", "--to", "--days"}
FORMS = {"--json", "--jsonl", "--csv", "--fields"}
# What prints an object that is of no noun, or no answer at all: JSON or words.
WITHOUT_FORMS = {
    *("ics", "export", "import", "erase", "retention", "doctor", "schema", "help"),
    *("completion", "completion install", "demo", "webhook verify"),
}


def _read(line: str) -> tuple[str, tuple[str, str]]:
    name, metavar, meaning = (part.strip() for part in line.split("|||"))
    return name, (metavar, meaning)


MEANINGS = dict(map(_read, TABLE.strip().splitlines()))


def _options() -> list[tuple[str, str, Any]]:
    """Each option of each command, with its long name."""
    return [
        (command, _long(param), param)
        for command, built in commands().items()
        for param in built.params
        if param.param_type_name == "option"
    ]


def _long(param: Any) -> str:
    return next(name for name in param.opts if name.startswith("--"))


OPTIONS = _options()


def test_every_option_has_one_line_in_the_table() -> None:
    names = {name for _, name, _ in OPTIONS}
    lines = [line.split("|||")[0].strip() for line in TABLE.strip().splitlines()]

    assert lines == sorted(names)
    assert not names & {
        name for row in global_options.OPTIONS.values() for name in row[0]
    }


def test_a_name_takes_the_same_everywhere() -> None:
    wrong = [
        (command, name, param.metavar)
        for command, name, param in OPTIONS
        if (command, name) not in OTHERWISE and not _is_as_in_table(name, param)
    ]
    assert wrong == []


def _is_as_in_table(name: str, param: Any) -> bool:
    metavar, _ = MEANINGS.get(name, ("", ""))
    is_same = (param.metavar or "-") in {metavar, *ALSO.get(name, ())}
    return is_same and param.is_flag == (metavar == "-")


def test_the_same_thing_has_one_name() -> None:
    meanings = [meaning for _, meaning in MEANINGS.values()]
    names = defaultdict(set)
    for _, name, param in OPTIONS:
        names[param.help].add(name)

    assert len(meanings) == len(set(meanings))
    assert {said: found for said, found in names.items() if len(found) > 1} == {}


def test_what_is_otherwise_is_there() -> None:
    """Exceptions that are no exceptions any more go."""
    there = {(command, name): param for command, name, param in OPTIONS}

    assert OTHERWISE.keys() <= there.keys()
    for name, also in ALSO.items():
        assert also <= {p.metavar for _, found, p in OPTIONS if found == name}


def test_short_names_never_differ() -> None:
    shorts = {
        (name, long)
        for _, long, param in OPTIONS
        for name in param.opts
        if not name.startswith("--")
    }
    of_all = {
        tuple(sorted(spelt, key=len, reverse=True))
        for spelt, *_ in global_options.OPTIONS.values()
        if len(spelt) > 1
    }

    assert shorts == {(short, name) for name, short in SHORT.items()}
    assert {*SHORT.items()} | of_all == {
        *(("--dry-run", "-n"), ("--yes", "-y"), ("--quiet", "-q"), ("--limit", "-L")),
        *(("--event", "-e"), ("--output", "-o")),
    }
    for _, long, param in OPTIONS:
        assert (SHORT.get(long) in param.opts) == (long in SHORT)


def _of(command: str) -> set[str]:
    return {name for found, name, _ in OPTIONS if found == command}


@pytest.mark.parametrize("command", commands())
def test_a_range_has_all_its_ends(command: str) -> None:
    ends = {
        name
        for name in _of(command) & {"--from", "--to", "--days"}
        if (command, name) not in OTHERWISE
    }
    if ends in (set(), {"--from"}):  # no range, or from a date of a series on
        return

    assert _of(command) >= RANGE


@pytest.mark.parametrize("command", commands())
def test_json_has_its_sisters(command: str) -> None:
    group = command.split()[0]
    if command in WITHOUT_FORMS or group in ("db", "config"):
        return

    assert _of(command) >= FORMS


@pytest.mark.parametrize("command", commands())
def test_a_file_that_is_written_can_be_overwritten_by_force(command: str) -> None:
    if "--output" in _of(command):
        assert "--force" in _of(command)


def test_what_goes_with_a_change_of_a_booking_is_with_each() -> None:
    changes = [command for command in commands() if "--if-version" in _of(command)]

    assert len(changes) > 10
    for command in changes:
        assert _of(command) >= {"--dry-run", "--no-deliver", "--actor", "--db"}, command


def test_a_name_stands_under_one_heading() -> None:
    found = defaultdict(set)
    for command, name, _ in OPTIONS:
        found[name].add(heading_of(name, command.split()[-1]))

    several = {name for name, headings in found.items() if len(headings) > 1}
    assert several <= {"--by", "--after", "--all", "--language", "--tz"}
    assert {heading for headings in found.values() for heading in headings} <= {
        *HEADINGS
    }


ROOT = Path(calbook.__file__).parent
# Of other programs, which are shown beside: pg_dump, psql, groupadd; and completion's.
OTHERS = {
    *("--clean", "--command", "--dbname", "--file", "--gid", "--if-exists"),
    *(
        "--no-privileges",
        "--now",
        "--schema",
        "--single-transaction",
        "--system",
        "--word",
    ),
}
CALL = re.compile(r"calbook ((?:[a-z-]+ ?){1,3})((?:[^\n`|>;&#\"]|\" *\n? *f?\")*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z](?![\w-])")


def _texts() -> list[tuple[str, str]]:
    files = [*ROOT.rglob("*.py"), *ROOT.rglob("*.md"), *ROOT.rglob("examples.txt")]
    return [
        (str(file.relative_to(ROOT)), file.read_text(encoding="utf-8"))
        for file in files
    ]


def _known_everywhere() -> set[str]:
    spelt = {name for row in global_options.OPTIONS.values() for name in row[0]}
    return spelt | {"--help", "--version"}


def test_every_option_that_is_named_anywhere_exists() -> None:
    """Hints named options by names that they had before."""
    names = {name for _, _, param in OPTIONS for name in _spelt(param)}
    known = names | _known_everywhere() | OTHERS

    unknown = {
        (file, name)
        for file, text in _texts()
        for name in OPTION.findall(text)
        if name not in known
    }
    assert unknown == set()


def test_a_command_that_is_shown_has_the_options_that_are_shown_with_it() -> None:
    wrong = {
        (file, command, name)
        for file, text in _texts()
        for words, rest in CALL.findall(text)
        if (command := _command(words)) is not None
        for name in OPTION.findall(words + re.split(r", |,? or ", rest)[0])
        if name not in _all_of(command)
    }
    assert wrong == set()


def _spelt(param: Any) -> list[str]:
    return [*param.opts, *param.secondary_opts]


def _all_of(command: str) -> set[str]:
    own = {n for found, _, p in OPTIONS if found == command for n in _spelt(p)}
    return own | _known_everywhere()


def _command(words: str) -> str | None:
    """The command that some words begin with."""
    parts = words.split()
    return next(
        (
            " ".join(parts[:number])
            for number in (2, 1)
            if " ".join(parts[:number]) in commands()
        ),
        None,
    )
