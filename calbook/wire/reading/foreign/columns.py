"""Which column of a table is which field: as somebody says, else by its name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from calbook.core import checks
from calbook.core.errors import BadInput, UsageError
from calbook.core.text import excerpt

# By field: its names in English, German, French, Spanish, Italian, Portuguese and
# Dutch, without accents and signs; the likeliest first.
_NAMES: Mapping[str, str] = {
    "start": "start|start time|start date time|starts at|start datetime|begin|begins|"
    "startzeit|beginn|anfang|startdatum uhrzeit|termin|termin am|datum uhrzeit|"
    "debut|heure de debut|date de debut et heure|inicio|comienzo|fecha y hora|"
    "fecha hora|inizio|data e ora|data ora|data e hora|data hora|starttijd|aanvang|"
    "begintijd|datum en tijd|date time|date and time|appointment|appointment time",
    "date": "date|start date|day|datum|startdatum|tag|date de debut|jour|fecha|"
    "fecha de inicio|dia|data|data inizio|data di inizio|giorno|data de inicio|"
    "begindatum|dag|appointment date|event date",
    "time": "time|uhrzeit|zeit|heure|hora|hora de inicio|ora|ora inizio|ora di inizio|"
    "tijd|appointment time of day|von|from|start clock",
    "end": "end|end time|end date time|ends at|end datetime|endzeit|ende|schluss|fin|"
    "heure de fin|fine|fim|termino|eindtijd|einde|bis|to|until|hora de fin|ora fine|"
    "hora de termino|hora fim",
    "end_date": "end date|enddatum|date de fin|fecha de fin|data fine|data de fim|"
    "einddatum",
    "duration": "duration|length|minutes|duration minutes|duration min|dauer|"
    "dauer min|dauer minuten|dauer in minuten|duree|duree min|duracion|"
    "duracion min|durata|durata min|duracao|duracao min|duur|lengte",
    "name": "name|full name|customer|customer name|client|client name|attendee|"
    "attendee name|invitee|invitee name|guest name|patient|participant|contact|"
    "kunde|kundin|kundenname|teilnehmer|gast|nom complet|nom du client|"
    "nom et prenom|nombre completo|cliente|nombre del cliente|paziente|"
    "nome completo|nome cliente|nome do cliente|naam|volledige naam|klant|klantnaam|"
    "nominativo|paciente",
    "first_name": "first name|firstname|given name|vorname|prenom|nombre|nome|"
    "primeiro nome|voornaam",
    "last_name": "last name|lastname|surname|family name|nachname|familienname|nom|"
    "nom de famille|apellido|apellidos|cognome|sobrenome|apelido|achternaam",
    "email": "email|e mail|mail|email address|e mail address|customer email|"
    "client email|invitee email|attendee email|e mail adresse|emailadresse|"
    "e mailadresse|courriel|adresse e mail|adresse mail|correo|correo electronico|"
    "posta elettronica|indirizzo email|correio eletronico|e mail adres|emailadres|"
    "e mailadres",
    "phone": "phone|phone number|telephone|mobile|mobile number|cell|telefon|"
    "telefonnummer|handy|mobil|mobilnummer|tel|numero de telephone|portable|"
    "telefono|movil|numero de telefono|cellulare|telefone|telemovel|celular|"
    "telefoon|telefoonnummer|mobiel",
    "event": "event|event type|event type name|service|service name|type|meeting type|"
    "appointment type|leistung|dienstleistung|terminart|art|veranstaltung|angebot|"
    "prestation|evenement|type de rendez vous|servicio|tipo|evento|tipo de cita|"
    "servizio|tipo di appuntamento|servico|dienst|soort|afspraaktype",
    "status": "status|state|booking status|stand|zustand|statut|etat|estado|stato|"
    "situacao",
    "notes": "notes|note|comment|comments|remarks|description|message|notizen|notiz|"
    "bemerkung|bemerkungen|anmerkung|anmerkungen|kommentar|beschreibung|remarque|"
    "remarques|commentaire|notas|observaciones|comentario|comentarios|commento|"
    "osservazioni|observacoes|opmerking|opmerkingen|notities|beschrijving",
    "location": "location|place|venue|address|ort|treffpunkt|adresse|lieu|endroit|"
    "lugar|ubicacion|direccion|luogo|indirizzo|local|morada|endereco|locatie|plaats|"
    "where|wo",
    "timezone": "timezone|time zone|tz|zeitzone|fuseau horaire|zona horaria|"
    "fuso orario|fuso horario|tijdzone",
    "id": "id|uid|booking id|appointment id|event id|reference|confirmation number|"
    "buchungsnummer|terminnummer|nummer|nr|numero de reservation|numero de reserva|"
    "numero prenotazione|boekingsnummer|code",
    "host": "host|host email|staff|staff member|provider|employee|assigned to|"
    "mitarbeiter|behandler|berater|organizer|praticien|employe|empleado|operatore|"
    "dipendente|funcionario|medewerker|calendar|therapist|doctor|practitioner|"
    "consultant|advisor|adviser|coach|trainer|instructor|mitarbeiterin|behandlerin|"
    "beraterin|therapeut|therapeutin|arzt|arztin|trainerin|therapeute|medecin|docteur|"
    "conseiller|conseillere|praticienne|employee|terapeuta|medico|medica|doctora|"
    "asesor|asesora|profesional|empleada|consulente|dottore|dottoressa|"
    "professionista|consultor|consultora|profissional|funcionaria|behandelaar|"
    "adviseur|arts",
    "guests": "guests|guest emails|guest email s|additional guests|gaste|invites|"
    "invitados|ospiti|convidados|gasten",
}
FIELDS = tuple(_NAMES)
_NEEDED_START = ("start", "date")


@cache
def _fields_by_name() -> dict[str, str]:
    found: dict[str, str] = {}
    for field, names in _NAMES.items():
        for name in names.split("|"):
            found.setdefault(name, field)
    return found


def fold(name: str) -> str:
    """A column's name without case, accents and signs."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+|_", " ", kept).split())


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Which column is which field, by its name; each field has one at most."""
    found: dict[str, str] = {}
    for column in columns:
        field = _fields_by_name().get(fold(re.sub(r"\(.*?\)", " ", column)))
        field = field or _fields_by_name().get(fold(column))
        if field is not None:
            found.setdefault(field, column)
    if "name" not in found and "first_name" in found and "last_name" not in found:
        found["name"] = found.pop("first_name")  # `Nome`, `Nombre`: all of it
    if "name" not in found and "last_name" in found and "first_name" not in found:
        found["name"] = found.pop("last_name")
    if "time" in found and "date" not in found and "start" in found:
        found["date"] = found.pop("start")  # `Termin`, beside `Uhrzeit`
    return found


def read_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """`start=Startzeit,name=Kunde`, in one text or several, as it was said.

    A field with nothing behind it is no column's.
    """
    found: dict[str, str] = {}
    for text in pairs:
        for part in _split(text):
            field, equals, column = part.partition("=")
            name = fold(field).replace(" ", "_")
            if not equals:
                raise UsageError(
                    f"a map needs field=column, not {excerpt(part)}",
                    hint="write start=Startzeit,name=Kunde",
                )
            found[checks.choice(name, "map", FIELDS)] = column.strip()
    return found


def _split(text: str) -> list[str]:
    """At commas before a field: columns may have commas in their names."""
    fields = "|".join(FIELDS)
    return [
        part
        for part in re.split(rf",(?=\s*(?:{fields})\s*=)", text.strip(), flags=re.I)
        if part.strip()
    ]


def choose(
    columns: Sequence[str], wanted: Mapping[str, str]
) -> tuple[dict[str, str], bool]:
    """The column of each field, and whether any was guessed.

    Raises:
        BadInput: there is no such column, or none says when.
    """
    by_name = {fold(column): column for column in reversed(columns)}
    said: dict[str, str] = {}
    for field, column in wanted.items():
        if column == "":
            continue
        found = column if column in columns else by_name.get(fold(column))
        if found is None:
            raise BadInput(
                f"there is no column {excerpt(column)}",
                hint=f"its columns are {', '.join(map(excerpt, columns))}",
                field="map",
            )
        said[field] = found
    guessed = {
        field: column
        for field, column in guess(columns).items()
        if field not in wanted and column not in said.values()
    }
    if not said.keys().isdisjoint(_NEEDED_START):  # the rest belongs to the other way
        guessed = {k: v for k, v in guessed.items() if k not in _NEEDED_START}
    found_all = {**guessed, **said}
    if not any(field in found_all for field in _NEEDED_START):
        raise BadInput(
            "no column says when a booking begins",
            hint=f'say map="start=…"; its columns are '
            f"{', '.join(map(excerpt, columns))}",
            command_hint="say --map start=COLUMN; its columns are "
            f"{', '.join(map(excerpt, columns))}",
            field="map",
        )
    return found_all, bool(guessed)
