"""Typing errors that a checker must find: each line marked `# error`, and no other.

Data of test_typing.py; nothing runs it.
"""

from datetime import timedelta

import calbook
from calbook.api import inputs

client = calbook.Client("bookings.db")
calendar = client.calendar
bookings = calendar.bookings
ada: inputs.Attendee = {"name": "Ada", "email": "ada@example.com"}
made = bookings.create(event_type_id="demo", start_time="now", attendee=ada)

# -- what comes back -------------------------------------------------------------------
made.startime  # error
made.startTime  # error
made.attendee.mail  # error
made.occurrences[0].stat  # error
print(made.status == calbook.Status.CONFIRMD)  # error
made.guests.append(ada)  # error
print(made.location and made.location["adress"])  # error
print(made.recurring and made.recurring["by_day"])  # error
calendar.event_types.get("demo").hosts[0]["user"]  # error
calendar.schedules.get("work").availability[0]["start"]  # error
calendar.hosts.get("me").e_mail  # error
bookings.stats().total.confirmd  # error
bookings.agenda().occurences  # error
calendar.webhooks.get("wh_0").secrets  # error
calendar.mails.log()[0].log[0]["milisec"]  # error
calendar.availability.get(event_type_id="demo")[0].host  # error

# -- making and changing ---------------------------------------------------------------
bookings.create(start_time="now", attendee=ada)  # error
bookings.create(event_type_id="d", start_time="now", attendee=ada, tittle="x")  # error
bookings.create(event_type_id="d", start_time="now", attendee={"nme": "A"})  # error
bookings.create_all([{"event": "d", "start_time": "now", "attendee": ada}])  # error
bookings.confirm("bk_0", if_versoin=1)  # error
bookings.cancel("bk_0", cancelled_by="hots")  # error
bookings.cancel_occurrence("bk_0", date="today", reson="x")  # error
bookings.reschedule("bk_0", start_time="now", override=["hour"])  # error
bookings.update("bk_0", location={"type": "ZOM"})  # error
bookings.add_attendee("bk_0", mail="ada@example.com")  # error
bookings.mark_attended("bk_0", notify_attendee=True)  # error

# -- reading ---------------------------------------------------------------------------
bookings.list(status="CONFIRMD")  # error
next(bookings.iter(host="me"))  # error
bookings.stats(by="hots")  # error
bookings.get_ics("bk_0", method="cancelled")  # error
calendar.availability.get(event_type_id="demo", limit=3)  # error
calendar.availability.explain(event_type_id="demo", start="now")  # error
calendar.busy.add(start_time="today", end_time=timedelta(hours=1))  # error
calendar.webhooks.log(status="drop")  # error
client.deliver(retry=True)  # error
calbook.Client("bookings.db", actor=5)  # error

# -- the catalog -----------------------------------------------------------------------
calendar.event_types.create("demo", tittle="x")  # error
calendar.event_types.create("demo", reminders=[{"minutes": 60, "to": "all"}])  # error
calendar.event_types.update("demo", scheduling_type="TEAM")  # error
calendar.hosts.update("me", mail=None)  # error
calendar.schedules.create("work", availability=[{"day": "MON"}])  # error
calendar.webhooks.create("https://example.com", events=["booking.creatd"])  # error

# -- what is right stays so ------------------------------------------------------------
print(made.starts_at + timedelta(minutes=30))
bookings.list(status=[calbook.Status.PENDING, "CONFIRMED"], count=10)
again = calendar.schedules.get("work")
calendar.schedules.create(
    "more", availability=again.availability, overrides=again.overrides
)
kind = calendar.event_types.get("demo")
calendar.event_types.create(
    "more", hosts=kind.hosts, reminders=kind.reminders, questions=kind.questions
)
calendar.event_types.update("more", location=kind.location, round_robin="PRIORITY")
calendar.event_types.update("more", hosts=["me", {"user_id": "eve", "isFixed": True}])
bookings.create(
    event_type_id="demo",
    start_time=made.starts_at,
    attendee=ada,
    guests=["bob@example.com"],
    by="host",
    override=["hours"],
    recurring=made.recurring or {"frequency": "weekly", "count": 4, "byDay": ["mo"]},
)
