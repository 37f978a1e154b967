"""Options that several commands share, each with one name and one meaning."""

from typing import Annotated

import typer

Db = Annotated[
    str | None,
    typer.Option("--db", metavar="FILE", help="The bookings file [CALBOOK_DB]."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Jsonl = Annotated[bool, typer.Option("--jsonl", help="Print one JSON object a line.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV with a header line.")]
Fields = Annotated[
    str | None,
    typer.Option(
        "--fields", metavar="A,B", help="Only these JSON keys (attendee.email too)."
    ),
]
Tz = Annotated[
    str | None,
    typer.Option(
        "--tz", metavar="ZONE", help="Read and show times in this zone [CALBOOK_TZ]."
    ),
]
NoDeliver = Annotated[
    bool,
    typer.Option(
        "--no-deliver",
        help="Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].",
    ),
]
Notify = Annotated[
    bool | None,
    typer.Option(
        "--notify/--no-notify",
        help="Tell the attendees by e-mail, or not [as the event type says].",
    ),
]
DeliveryStatus = Annotated[
    str | None,
    typer.Option(
        "--status",
        metavar="pending|delivered|failed|dropped",
        help="Only those of which this became.",
    ),
]
Newest = Annotated[int, typer.Option("--limit", metavar="N", help="At most N.")]
DeliveryId = Annotated[
    str | None,
    typer.Option(
        "--id",
        metavar="DELIVERY",
        help="This delivery alone, with each of its attempts.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would happen; write nothing.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

Uid = Annotated[
    str, typer.Argument(metavar="UID", help="The booking; a unique prefix will do.")
]
Start = Annotated[
    str | None,
    typer.Option(
        "--start", metavar="WHEN", help="2027-01-18 10:00, fri 14:30, +90m, …"
    ),
]
EventType = Annotated[
    str | None,
    typer.Option("--event", metavar="EVENT", help="The event type: evt_demo or demo."),
]
Host = Annotated[
    str | None, typer.Option("--host", metavar="HOST", help="user_alice or alice.")
]
By = Annotated[
    str,
    typer.Option(
        "--by", metavar="attendee|host", help="Who asks: the host may override rules."
    ),
]
Override = Annotated[
    str | None,
    typer.Option(
        "--override",
        metavar="RULES",
        help="Rules the host passes: hours,notice,advance,per-day,questions,"
        "deadline,past,duration.",
    ),
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")]
IfVersion = Annotated[
    int | None,
    typer.Option(
        "--if-version", metavar="N", help="Only if the booking is at this version."
    ),
]
IdempotencyKey = Annotated[
    str | None,
    typer.Option(
        "--idempotency-key",
        metavar="KEY",
        help="The same key and request again give the first answer.",
    ),
]
Phone = Annotated[str | None, typer.Option("--phone", metavar="NUMBER")]
Email = Annotated[str | None, typer.Option("--email", metavar="ADDRESS")]
BookingNotes = Annotated[
    str | None,
    typer.Option("--notes", metavar="TEXT", help="What the attendee writes."),
]
Location = Annotated[
    str | None,
    typer.Option(
        "--location",
        metavar="TYPE:…",
        help="ZOOM:https://…, PHONE:+351…, IN_PERSON:address, LINK:…, CUSTOM:….",
    ),
]
MeetingUrl = Annotated[str | None, typer.Option("--meeting-url", metavar="URL")]
Meta = Annotated[
    list[str] | None,
    typer.Option("--meta", metavar="K=V", help="Metadata; may be repeated."),
]
On = Annotated[
    str | None,
    typer.Option(
        "--on", metavar="DATE", help="Of a series: the date, as first booked."
    ),
]
FromDate = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="DATE", help="Of a series: what is to come from that date on."
    ),
]
AllDates = Annotated[
    bool, typer.Option("--all", help="Of a series: all that is still to come.")
]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="WHEN", help="Starting then or later."),
]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="WHEN", help="A date includes that whole day."),
]
Every = Annotated[
    str | None,
    typer.Option("--every", metavar="N", help="Of a series: every N weeks, …"),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="Of a series: the last day."),
]
ByDay = Annotated[
    str | None,
    typer.Option(
        "--by-day", metavar="DAYS", help="Of a series: mo,we; monthly 2tu, -1fr."
    ),
]
Response = Annotated[
    list[str] | None,
    typer.Option("--response", metavar="K=V", help="An answer to a question."),
]
AttendeeTz = Annotated[
    str | None,
    typer.Option("--attendee-tz", metavar="ZONE", help="The attendee's own zone."),
]
Input = Annotated[
    str | None,
    typer.Option("--input", metavar="FILE|-", help="Read JSON; - is standard input."),
]
