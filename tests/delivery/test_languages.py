"""Mail in the language of whoever reads it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from support.mailing import Received, Server

from calbook import Client
from calbook.languages.language import LANGUAGES

pytest_plugins = ("support.running", "support.mailing")

Sent = Callable[[], list[Received]]
START = "2027-01-18 10:00"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def sent(client: Client, post: Server) -> Sent:
    """Delivers, and gives what the server got by that."""

    def sent() -> list[Received]:
        post.received.clear()
        client.deliver()
        return [*post.received]

    return sent


@pytest.fixture
def host(client: Client, post: Server) -> Client:
    client.set_up(
        name="Grace Hopper", email="grace@example.com", timezone="America/New_York"
    )
    client.calendar.event_types.create(
        "demo", title="Product demo", duration=30, notify=True
    )
    return client


def book(host: Client, language: str | None, **fields: Any) -> Any:
    person = {"name": "Ada", "email": "ada@example.com", "timezone": "Europe/Lisbon"}
    return host.calendar.bookings.create(
        event_type_id="demo",
        start_time=START,
        attendee=person | ({"language": language} if language else {}),
        **fields,
    )


WRITTEN = {
    "de": (
        "Guten Tag Ada,\n\n"
        "„Product demo“ mit Grace Hopper ist gebucht.\n\n"
        "Wann  Montag, 18. Januar 2027, 15:00–15:30 Europe/Lisbon\n"
        "Buchung  UID\n\n"
        "Um den Termin zu ändern oder abzusagen, antworten Sie bitte auf diese"
        " E-Mail.\n"
    ),
    "fr": (
        "Bonjour Ada,\n\n"
        "La réservation est faite : « Product demo » avec Grace Hopper.\n\n"
        "Quand  lundi 18 janvier 2027, 15:00–15:30 Europe/Lisbon\n"
        "Réservation  UID\n\n"
        "Pour modifier ou annuler le rendez-vous, répondez à ce message.\n"
    ),
    "es-CO": (
        "Hola, Ada:\n\n"
        "La reserva está hecha: «Product demo» con Grace Hopper.\n\n"
        "Cuándo  lunes, 18 de enero de 2027,"
        " 3:00 p. m.–3:30 p. m. Europe/Lisbon\n"
        "Reserva  UID\n\n"
        "Para cambiar o cancelar la cita, responda a este mensaje.\n"
    ),
    "pt-BR": (
        "Olá, Ada,\n\n"
        "A reserva está feita: “Product demo” com Grace Hopper.\n\n"
        "Quando  segunda-feira, 18 de janeiro de 2027, 15:00–15:30"
        " Europe/Lisbon\n"
        "Reserva  UID\n\n"
        "Para alterar ou cancelar o agendamento, responda a esta mensagem.\n"
    ),
    "en-US": (
        "Hello Ada,\n\n"
        "Product demo with Grace Hopper is booked.\n\n"
        "When  Mon, Jan 18, 2027, 3:00 pm–3:30 pm Europe/Lisbon\n"
        "Booking  UID\n\n"
        "To change or cancel it, reply to this mail.\n"
    ),
}


@pytest.mark.parametrize("tag", WRITTEN)
def test_an_invitation_is_in_the_persons_language(
    host: Client, sent: Sent, tag: str
) -> None:
    booking = book(host, tag)

    [mail] = sent()

    text = re.sub(r" {2,}", "  ", re.sub("[\xa0\u202f]", " ", mail.text))
    assert text.replace(booking.uid, "UID") == WRITTEN[tag]
    assert mail.message["Content-Language"] == tag


def test_each_reads_their_own_language_else_the_hosts(host: Client, sent: Sent) -> None:
    host.calendar.hosts.update("me", language="fr")
    guests = [
        {"name": "Bob", "email": "bob@example.com", "language": "de"},
        {"name": "Eve", "email": "eve@example.com", "language": "ja"},
    ]
    booking = book(host, None, guests=guests)

    mails = {mail.to[0]: mail for mail in sent()}

    assert {to: mail.message["Content-Language"] for to, mail in mails.items()} == {
        "ada@example.com": "fr",
        "bob@example.com": "de",
        "eve@example.com": "en",
    }
    assert "Gebucht von    Ada\n" in mails["bob@example.com"].text
    host.calendar.bookings.cancel(booking.uid, reason="Ill")
    cancelled = {mail.to[0]: mail for mail in sent()}
    assert "wurde abgesagt." in cancelled["bob@example.com"].text
    assert "Grund          Ill\n" in cancelled["bob@example.com"].text
    assert "Le rendez-vous est annulé" in cancelled["ada@example.com"].text


def test_the_calendar_part_is_in_it_too(host: Client, sent: Sent) -> None:
    host.calendar.event_types.update("demo", requires_confirmation=True)
    book(
        host, "de", notes="Ohne Milch", location={"type": "PHONE", "phone": "+4912345"}
    )

    [mail] = sent()

    text = mail.calendar.decode().replace("\r\n ", "")
    assert "SUMMARY:Product demo: Grace Hopper und Ada" in text
    assert "Anfrage: noch nicht bestätigt" in text
    assert "Anmerkungen: Ohne Milch" in text
    assert "LOCATION:Telefongespräch" in text
    assert mail.message["Subject"] == "Anfrage: Product demo: Grace Hopper und Ada"


def test_a_copy_of_an_invitation_is_in_the_attendees_language(host: Client) -> None:
    uid = book(host, "es").uid

    file = host.calendar.bookings.get_ics(uid)

    assert "SUMMARY:Product demo: Grace Hopper y Ada" in file


LOADED = """
import sys
from calbook import Client
client = Client(sys.argv[1])
client.calendar.bookings.create(
    event_type_id="demo", start_time="2027-01-19 10:00",
    attendee={"name": "Ada", "email": "a@b.org", "language": sys.argv[2] or None},
)
print(*(name for name in ("babel", "gettext") if name in sys.modules))
"""


@pytest.mark.parametrize("tag", ["", "en", "en-US", "ja", "de"])
def test_english_loads_no_catalog_and_no_babel(
    host: Client, database: str, environment: Callable[[], dict[str, str]], tag: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, database, tag],
        env=environment(),
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == (["babel", "gettext"] if tag == "de" else [])


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_kind_of_mail_is_written_in_every_language(
    host: Client, sent: Sent, tag: str
) -> None:
    """And no English is left in it but names."""
    rule = {"frequency": "WEEKLY", "count": 20}
    booking = book(host, tag, recurring=rule, guests=["Bob <bob@example.com>"])
    bookings = host.calendar.bookings
    bookings.reschedule(booking.uid, date="2027-01-25", start_time="2027-01-25 11:00")
    bookings.cancel(booking.uid, date="2027-02-01")
    bookings.cancel(booking.uid, all=True, reason="Ill")

    mails = [mail for mail in sent() if mail.to == ["ada@example.com"]]

    assert len(mails) == 4
    for mail in mails:
        assert mail.message["Content-Language"] == tag
        english = {"is", "has", "with", "you", "more", "this", "when"}
        words = {word.strip(".,:").lower() for word in mail.text.split()}
        assert bool(words & english) == (tag == "en"), mail.text
