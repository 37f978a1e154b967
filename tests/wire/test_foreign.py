"""Tables, dates and dumps of other programs: what is read of them."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calbook.core import checks, imports
from calbook.core.errors import BadInput, CalbookError, UsageError
from calbook.core.imports import ForeignBooking, ForeignDate, Kept, Verdict
from calbook.core.model import Status
from calbook.wire.reading.foreign import (
    columns,
    date_forms,
    easyappointments,
    files,
    tables,
    words,
)
from calbook.wire.reading.foreign.csv_bookings import Reader
from calbook.wire.reading.foreign.sql_dump import read_dump

TEN = datetime(2027, 1, 18, 10)  # noqa: DTZ001 (a wall time)


# -- dates and times -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2027-01-18 10:00",
            "2027-01-18T10:00:00",
            "2027/1/18 10:00",
            "2027-01-18 10",
        ),
        *(
            "18.01.2027 10:00",
            "18.1.27, 10:00 Uhr",
            "18/01/2027 10h00",
            "18-01-2027 10.00",
        ),
        *("Mo, 18.01.2027 10:00", "18. Januar 2027 10:00", "18 Jan 2027, 10:00 AM"),
        *(
            "January 18, 2027 10:00 am",
            "Mon Jan 18 2027 10:00",
            "18 de enero de 2027 10:00",
        ),
        *("18-Jan-27 10:00", "18.01.2027 10:00 a. m.", "46405.4166667", "46405,41667"),
        *("18 janvier 2027 à 10:00", "18 gennaio 2027 10:00", "18 maart 2027 10:00"),
    ],
)
def test_a_time_is_read_as_it_is_written(text: str) -> None:
    found = date_forms.read_wall(text, "dmy")

    assert found is not None
    assert found.time == (TEN.replace(month=3) if "maart" in text else TEN)


@pytest.mark.parametrize(
    ("text", "hour"),
    [("12:15 am", 0), ("12:15 pm", 12), ("1:15 PM", 13), ("11:15 p.m.", 23)],
)
def test_noon_and_midnight_are_told_apart(text: str, hour: int) -> None:
    found = date_forms.read_wall(f"01/18/2027 {text}", "mdy")

    assert found is not None
    assert found.time == TEN.replace(hour=hour, minute=15)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2027-01-18T10:00:00.000Z", (10, 0)),
        ("2027-01-18T10:00:00+01:00", (9, 0)),
        ("2027-01-18 10:00 -0530", (15, 30)),
    ],
)
def test_an_offset_makes_an_instant(text: str, instant: tuple[int, int]) -> None:
    found = date_forms.read_wall(text, None)

    assert found is not None
    assert found.time == datetime(2027, 1, 18, *instant, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "18.01.2027 25:00", "31.02.2027 10:00", "13:00 pm", "0001-01-01"),
        *("18.13.2027 10:00", "2027-01-18 10:61", "18 Foo 2027 10:00", "9" * 5_000),
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert date_forms.read_wall(text, "dmy") is None


@given(st.text())
def test_any_text_is_a_time_or_none(text: str) -> None:
    for order in (*date_forms.ORDERS, None):
        found = date_forms.read_wall(text, order)
        assert found is None or 1970 < found.time.year < 9000
    date_forms.read_length(text)
    words.read_state(text)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1)), st.sampled_from("./-"))  # noqa: DTZ001
def test_day_and_month_are_read_in_their_order(moment: datetime, sign: str) -> None:
    wall = moment.replace(second=0, microsecond=0, fold=0)
    for order, form in (("dmy", "%d{0}%m{0}%Y %H:%M"), ("mdy", "%m{0}%d{0}%Y %H:%M")):
        found = date_forms.read_wall(wall.strftime(form.format(sign)), order)

        assert found is not None
        assert found.time == wall


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["01/02/2027", "13/02/2027"], "dmy"),
        (["01/02/2027", "02/13/2027"], "mdy"),
        (["01.02.2027"], "dmy"),
        (["02/02/2027"], "dmy"),
        (["2027-01-02", "2 Jan 2027"], "dmy"),
    ],
)
def test_the_whole_column_tells_which_is_the_day(values: list[str], order: str) -> None:
    assert date_forms.find_order(enumerate(values, 2), None) == order


def test_where_both_fit_both_are_said() -> None:
    with pytest.raises(BadInput) as refusal:
        date_forms.find_order([(2, "03/03/2027"), (3, "01/02/2027 10:00")], None)

    assert str(refusal.value) == (
        "01/02/2027 10:00 in line 3 is 1 February 2027 or 2 January 2027:"
        " both fit the whole column"
    )
    assert "--dates dmy" in str(refusal.value.command_hint)


def test_where_neither_fits_the_lines_are_said() -> None:
    with pytest.raises(BadInput, match="13/01/2027 in line 2 and 01/13/2027 in line 3"):
        date_forms.find_order([(2, "13/01/2027"), (3, "01/13/2027")], None)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *[("30", 30), ("30 min", 30), ("1:30", 90), ("0:45:00", 45), ("1h", 60)],
        *[("1h 30m", 90), ("1,5 Std", 90), ("2 hours", 120), ("90 Minuten", 90)],
        *[("", None), ("soon", None), ("0", None)],
    ],
)
def test_lengths_are_read(text: str, minutes: int | None) -> None:
    expected = None if minutes is None else timedelta(minutes=minutes)
    assert date_forms.read_length(text) == expected


# -- columns ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        ("Start Time,End Time,Full Name,Email", "start end name email"),
        ("Datum,Uhrzeit,Dauer (Min.),Vorname,Nachname,E-Mail",
         "date time duration first_name last_name email"),
        ("Date de début,Heure,Prénom,Nom,Courriel",
         "date time first_name last_name email"),
        ("Fecha y hora,Duración,Nombre,Correo", "start duration name email"),
        ("Data e ora,Durata,Nome,Cognome,Telefono",
         "start duration first_name last_name phone"),
        ("Data,Hora,Nome,Telemóvel", "date time name phone"),
        ("Begintijd,Eindtijd,Naam,E-mailadres", "start end name email"),
        ("Termin,Uhrzeit,Kunde,Leistung,Status", "date time name event status"),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_names(heading: str, found: str) -> None:
    assert set(columns.guess(heading.split(","))) == set(found.split())


@pytest.mark.parametrize(
    "heading",
    [
        *("Therapeut", "Therapeutin", "Behandler", "Mitarbeiterin", "Ärztin", "Arzt"),
        *("Beraterin", "Trainer", "Coach", "Doctor", "Practitioner", "Consultant"),
        *("Thérapeute", "Médecin", "Conseillère", "Terapeuta", "Médico", "Asesora"),
        *("Consulente", "Profissional", "Behandelaar", "Adviseur", "Arts"),
    ],
)
def test_who_gives_the_time_has_many_names(heading: str) -> None:
    assert columns.guess((heading,)) == {"host": heading}


def test_a_map_is_read_past_commas_in_names() -> None:
    wanted = columns.read_mapping(["start=Date, time,name=Kunde", "notes="])

    assert wanted == {"start": "Date, time", "name": "Kunde", "notes": ""}


@pytest.mark.parametrize("text", ["start", "wann=Zeit", "=x"])
def test_a_map_of_nothing_is_refused(text: str) -> None:
    with pytest.raises((UsageError, BadInput)):
        columns.read_mapping([text])


def test_what_is_mapped_is_not_guessed() -> None:
    names = ["Start", "Name", "Kunde"]

    assert columns.choose(names, {"name": "kunde"}) == (
        {"start": "Start", "name": "Kunde"},
        True,
    )
    whole = {"start": "Start", "name": "Kunde"}
    assert columns.choose(names[:1] + names[2:], whole) == (whole, False)
    with pytest.raises(BadInput, match="there is no column Zeit"):
        columns.choose(names, {"start": "Zeit"})


# -- tables ----------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_read_however_it_was_saved(delimiter: str, encoding: str) -> None:
    rows = [["Start", "Näme"], ["2027-01-18 10:00", "Löwe, A; B|C"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)

    found = tables.read_table((text + "\r\n").encode(encoding))

    assert found.columns == ("Start", "Näme")
    assert [tuple(row.cells.values()) for row in found.rows] == [tuple(rows[1])]
    assert found.rows[0].line == 2


def rows_of(text: str, **options: Any) -> list[str]:
    """What becomes of each row: its span, or why it is left out."""
    table = tables.read_table(text.encode())
    found = Reader(table, {}, timezone="UTC", dates="mdy", **options).content()
    spans = [(b.dates[0].start, b.dates[0].end) for b in found.bookings]
    read = [f"{start:%d %H:%M}-{end:%d %H:%M}" for start, end in spans]
    return [*read, *(remark.reason for remark in found.left_out)]


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("Date,Time\n2027-01-18 00:00:00,10:00", "18 10:00-18 10:00"),
        ("Date,Time\n46405,0.4166667", "18 10:00-18 10:00"),
        ("Date,Time\n2027-01-18 10:00,10:00:00", "18 10:00-18 10:00"),
        ("Start Date,Start Time\n1/18/2027,10:00:00 AM", "18 10:00-18 10:00"),
        (
            "Start Date,Start Time,End Date,End Time\n"
            "1/18/2027,10:00 PM,1/19/2027,9:00 AM",
            "18 22:00-19 09:00",
        ),
        ("Start,End\n1/18/2027 10:00,46405.5", "18 10:00-18 12:00"),
        ('Start,Duration (h)\n1/18/2027 10:00,"1,5"', "18 10:00-18 11:30"),
        ("Start,Dauer (Stunden)\n1/18/2027 10:00,1", "18 10:00-18 11:00"),
        ("Start,Dauer\n1/18/2027 10:00,60", "18 10:00-18 11:00"),
    ],
)
def test_a_day_and_its_time_may_be_apart(table: str, found: str) -> None:
    """A day with midnight behind it was read as midnight, an hour as a minute."""
    assert rows_of(table) == [found]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("Date,Time\n2027-01-18 09:00,10:00", "2027-01-18 09:00 10:00 is no time"),
        ("Date,Time\n2027-01-18 00:00,soon", "2027-01-18 00:00 soon is no time"),
        (
            "Start Date,Start Time,End Date,End Time\n1/18/2027,10:00,1/20/2027,11:00",
            "it is longer than 24 hours",
        ),
        ("Start,Time Zone\n2027-01-18 10:00,Mars", "time zone Mars is not known"),
    ],
)
def test_a_time_that_cannot_be_told_is_not_guessed(table: str, reason: str) -> None:
    assert rows_of(table) == [reason]


@pytest.mark.parametrize(
    ("day", "start", "end", "found"),
    [
        ("25.10.2026", "02:30", "03:10", "25 01:30-25 02:10"),  # the second pass
        ("25.10.2026", "01:30", "02:10", "24 23:30-25 00:10"),
        ("25.10.2026", "02:10", "02:50", "25 00:10-25 00:50"),
        ("24.10.2026", "23:30", "02:30", "24 21:30-25 00:30"),
        ("28.03.2027", "02:15", "03:05", "28 01:15-28 02:05"),  # skipped
        ("28.03.2027", "01:30", "02:30", "28 00:30-28 01:30"),
        ("28.03.2027", "01:30", "03:10", "28 00:30-28 01:10"),
        ("27.03.2027", "23:30", "00:30", "27 22:30-27 23:30"),
    ],
)
def test_a_meeting_is_as_long_as_it_says_where_the_clocks_change(
    day: str, start: str, end: str, found: str
) -> None:
    """40 minutes became 100, and a start that is skipped ended before it began."""
    table = tables.read_table(f"Date;Start;End\n{day};{start};{end}\n".encode())

    content = Reader(table, {}, timezone="Europe/Berlin").content()

    [booking] = content.bookings
    [span] = booking.dates
    assert f"{span.start:%d %H:%M}-{span.end:%d %H:%M}" == found


def test_which_of_two_times_was_read_is_said() -> None:
    table = tables.read_table(b"Date;Start;End\n25.10.2026;02:30;03:10\n")

    content = Reader(table, {}, timezone="Europe/Berlin").content()

    assert [each.reason for each in content.remarks] == [
        "2026-10-25 02:30 came twice in Europe/Berlin: read as the second"
    ]


def test_a_zone_may_have_another_name() -> None:
    """It was read in the host's zone, hours away."""
    zones = {"Eastern Standard Time": "America/New_York"}
    table = "Start,Time Zone\n2027-01-18 10:00,Eastern Standard Time"

    assert rows_of(table, find_zone=zones.get) == ["18 15:00-18 15:00"]


def test_another_row_with_the_same_id_is_a_fault() -> None:
    """Of two people with one number the second was silently left out."""
    rows = "1,2027-01-18 10:00,Ada\n1,2027-01-18 10:00,Bob\n1,2027-01-18 10:00,Ada\n"
    table = tables.read_table(f"ID,Start,Name\n{rows}".encode())

    left_out = Reader(table, {}, timezone="UTC").content().left_out

    assert [(each.line, each.is_fault) for each in left_out] == [(3, True), (4, False)]


@pytest.mark.parametrize("first", ['"sep=;"', "sep=;", "sep=\t", "SEP=;\r"])
def test_excel_says_its_delimiter_in_several_ways(first: str) -> None:
    sign = "\t" if "\t" in first else ";"
    table = tables.read_table(f"{first}\na{sign}b\n1{sign}2\n".encode())

    assert table.columns == ("a", "b")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Cancelled by client", Status.CANCELLED),
        ("No show", Status.NO_SHOW),
        ("storniert (Kunde)", Status.CANCELLED),
        ("client cancelled it", None),
    ],
)
def test_a_status_may_be_several_words(text: str, status: Status | None) -> None:
    """Who had cancelled by a word more was read as booked."""
    assert words.read_state(text) is status


def test_excels_word_on_the_delimiter_is_heeded() -> None:
    found = tables.read_table(b"sep=;\r\na;b,c\r\n1;2,3\r\n")

    assert (found.columns, found.rows[0].line) == (("a", "b,c"), 3)


def test_a_row_is_named_by_the_line_that_it_begins_in() -> None:
    """One with a line break was named by its last line."""
    found = tables.read_table(b'a,b\n1,"x\ny"\n\n2,z\n')

    assert [row.line for row in found.rows] == [2, 5]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    with suppress(CalbookError):
        table = tables.read_table(data)
        Reader(table, {}, timezone="UTC").content()


@given(st.lists(st.lists(st.text(max_size=20), min_size=4, max_size=4), max_size=5))
def test_any_cells_are_bookings_or_left_out(cells: list[list[str]]) -> None:
    columns_ = ("start", "duration", "name", "email")
    rows = tuple(
        tables.Row(n, dict(zip(columns_, row, strict=True)))
        for n, row in enumerate(cells, 2)
    )
    try:
        found = Reader(tables.Table(columns_, rows), {}, timezone="UTC").content()
    except BadInput:  # day and month
        return
    assert len(found.bookings) + len(found.left_out) == len(rows)


# -- dumps -----------------------------------------------------------------------------


@given(st.text(), st.integers(-(10**9), 10**9))
def test_what_a_dump_quotes_is_read_back(text: str, number: int) -> None:
    quoted = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")

    found = read_dump(
        f"-- x\nINSERT INTO `ea_users` (`id`, `name`) VALUES ({number}, '{quoted}');",
        ["ea_users"],
    )

    [row] = found["ea_users"]
    assert (row["id"], row["name"]) == (number, text)


@given(st.text(alphabet="INSERTO `ea_users`(VALUES)'1,;\\\n-/*", max_size=200))
def test_any_dump_is_read_or_refused(text: str) -> None:
    with suppress(BadInput):
        read_dump(text, ["ea_users"])


def test_a_dump_may_have_bytes_and_the_tables_of_other_programs() -> None:
    """A customer was called as the account of another program with that number."""
    dump = """
        INSERT INTO `wp_users` (`id`, `first_name`) VALUES (2, 'Admin');
        INSERT INTO `db`.`ea_users` (`id`, `first_name`, `email`)
        VALUES (2, 0x416461, _binary 'ada@example.com');
        INSERT INTO `wp_users` (`id`, `first_name`) VALUES (2, 'Admin');
        INSERT INTO `wp_appointments` (`id`) VALUES (1);
        INSERT INTO `ea_services` (`id`, `name`) VALUES (1, 'Cut');
        INSERT INTO `ea_appointments`
            (`id`, `start_datetime`, `id_services`, `id_users_customer`)
        VALUES (1, '2027-01-18 10:00:00', 1, 2);
    """

    [found] = easyappointments.read_text(dump, timezone="UTC").bookings

    assert [(p.name, p.email) for p in found.people] == [("Ada", "ada@example.com")]
    assert found.event == "Cut"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ("data", "uid", "start", "end", "attendees", "eventType", "status",
                 "hosts", "lengthInMinutes", "title", "slug", "bookingFields",
                 "collection", "duration", "name", "custom_questions", "email")
            ),
            inner,
            max_size=5,
        ),
        max_leaves=20,
    )
)  # fmt: skip
def test_any_json_is_read_or_refused(value: Any) -> None:
    data = json.dumps(value).encode()
    for source in ("calcom", "calendly"):
        with suppress(CalbookError):
            file = files.File("x.json", data)
            files.read_files(source, [file], timezone="UTC", dates=None)


# -- what becomes of it ----------------------------------------------------------------


def booking(**facts: Any) -> ForeignBooking:
    at = datetime(2027, 1, 18, 10, tzinfo=UTC)
    return ForeignBooking("u", (ForeignDate(at, at + timedelta(minutes=30)),), **facts)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (booking(), booking(), Verdict.SAME),
        (booking(sequence=1), booking(sequence=5), Verdict.SAME),
        (booking(sequence=1), booking(sequence=2, notes="x"), Verdict.CHANGED),
        (booking(sequence=2), booking(sequence=1, notes="x"), Verdict.OLDER),
        (booking(), booking(notes="x"), Verdict.CHANGED),
        (
            booking(changed_at=datetime(2027, 1, 3, tzinfo=UTC)),
            booking(changed_at=datetime(2027, 1, 2, tzinfo=UTC), notes="x"),
            Verdict.OLDER,
        ),
    ],
)
def test_a_booking_is_judged_beside_the_one_that_is_here(
    before: ForeignBooking, after: ForeignBooking, verdict: Verdict
) -> None:
    assert imports.judge(after, 0, imports.trace("ics", before)) is verdict
    assert imports.judge(after, None, {}) is Verdict.NEW


def test_uids_are_the_same_each_time_and_calbooks_own_are_kept() -> None:
    assert imports.uid_of("ics", "a") == imports.uid_of("ics", "a")
    assert imports.uid_of("ics", "a") != imports.uid_of("csv", "a")
    assert imports.uid_of("ics", "bk_npsrftd39ah8@calbook") == "bk_npsrftd39ah8"
    assert imports.uid_of("ics", "bk_short@x").startswith("bk_")


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none(), max_size=80))
def test_what_is_kept_fits_into_metadata(fields: dict[str, Any]) -> None:
    kept = Kept()
    found = kept.metadata(fields)

    own = imports.trace("calendly", booking(title="x", sequence=1))
    assert checks.metadata({**found, **own})
    assert kept.kept.keys().isdisjoint(kept.dropped)
