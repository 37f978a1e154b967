# bash completion for calbook, made by `calbook completion bash`

# What may follow a command, what is offered for its value (-: it takes none), its help.
_calbook_enter() {
    local where row
    rows=()
    while IFS= read -r row; do
        [[ $row == "$1"$'\t'* ]] && rows+=("${row#*$'\t'}")
    done <<'END'
calbook	create	-	Book a meeting.
calbook	list	-	List bookings by start.
calbook	show	-	Show one booking.
calbook	confirm	-	Say yes to a booking that awaits confirmation.
calbook	reject	-	Say no to a booking that awaits confirmation.
calbook	cancel	-	Cancel a booking: as its attendee in time, as the host always.
calbook	reschedule	-	Move a booking to another start; of a series, some or all of its dates.
calbook	occurrences	-	Show every date of a series.
calbook	attendee	-	The persons in a group: add, list, remove.
calbook	note	-	The host's notes about a booking: add, list.
calbook	update	-	Correct a booking's details; an empty text takes a detail out.
calbook	attended	-	Record that the attendee came; from the start on.
calbook	no-show	-	Record that the attendee did not come; from the start on.
calbook	slots	-	List the starts that can be booked.
calbook	explain	-	Say of each rule whether it lets a start be booked.
calbook	agenda	-	Show what takes place, day by day.
calbook	week	-	Show a week as a grid.
calbook	next	-	Show the meeting that is running, else the next one.
calbook	history	-	Show what happened to a booking.
calbook	stats	-	Count meetings, hours, no-shows and cancellations.
calbook	ics	-	Print a booking as an iCalendar file, or many bookings as one feed.
calbook	busy	-	Other busy time: import, add, list, remove, refresh.
calbook	init	-	Make the bookings file yours: name, e-mail, zone.
calbook	event	-	What can be booked: add, list, show, update, remove.
calbook	host	-	Who gives the time: add, list, show, update, remove.
calbook	schedule	-	Weekly hours and overrides: add, list, show, update, remove.
calbook	webhook	-	Who is told of events: add, list, test, log and more.
calbook	tick	-	Write the events for what time has done: completed, expired.
calbook	deliver	-	Send what is due to webhooks and by e-mail; ticks too.
calbook	mail	-	Notices and reminders sent by e-mail: log, redeliver.
calbook	config	-	The mail server of this computer: show, smtp, smtp-test.
calbook	db	-	The bookings file: path, check, backup, restore.
calbook	completion	-	Print the completion script of a shell.
calbook	demo	-	Play the main job on a scratch file, and show every command.
calbook	help	-	Show a page of the manual, or what pages and commands there are.
calbook	--help	-	Show this message and exit.
calbook	--version	-	Show the version and exit.
calbook	-V	-	Show the version and exit.
calbook create	--event	events	The event type: evt_demo or demo.
calbook create	--start	?	2027-01-18 10:00, fri 14:30, +90m, …
calbook create	--name	?	Who books.
calbook create	--email	?	ADDRESS
calbook create	--phone	?	NUMBER
calbook create	--attendee-tz	?	The attendee's own zone.
calbook create	--guest	?	May be repeated.
calbook create	--notes	?	What the attendee writes.
calbook create	--response	?	An answer to a question.
calbook create	--meta	?	Metadata; may be repeated.
calbook create	--host	hosts	user_alice or alice.
calbook create	--location	?	ZOOM:https://…, PHONE:+351…, IN_PERSON:address, LINK:…, CUSTOM:….
calbook create	--meeting-url	?	URL
calbook create	--by	attendee|host|	Who asks: the host may override rules.
calbook create	--override	hours,notice,advance,per-day,questions,deadline,past,duration	Rules the host passes: hours,notice,advance,per-day,questions,deadline,past,duration.
calbook create	--duration	?	Of this booking alone.
calbook create	--repeat	daily|weekly|monthly|yearly|	Book a series.
calbook create	--every	?	Of a series: every N weeks, …
calbook create	--count	?	With --repeat: how many, to 730.
calbook create	--until	?	Of a series: the last day.
calbook create	--by-day	?	Of a series: mo,we; monthly 2tu, -1fr.
calbook create	--on-conflict	refuse|skip|	With --repeat: book none, or leave out the dates in the way.
calbook create	--input	file	Read JSON; - is standard input.
calbook create	--atomic	-	With --input: all lines or none.
calbook create	--idempotency-key	?	The same key and request again give the first answer.
calbook create	--notify	-	Tell the attendees by e-mail, or not [as the event type says].
calbook create	--no-notify	-	Not --notify.
calbook create	--dry-run	-	Show what would happen; write nothing.
calbook create	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook create	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook create	--json	-	Print JSON.
calbook create	--jsonl	-	Print one JSON object a line.
calbook create	--db	file	The bookings file [CALBOOK_DB].
calbook create	--help	-	Show this message and exit.
calbook list	--status	pending|confirmed|cancelled|completed|no-show|	May be repeated.
calbook list	--event	events	The event type: evt_demo or demo.
calbook list	--host	hosts	user_alice or alice.
calbook list	--email	?	Of an attendee or guest.
calbook list	--search	?	In names, addresses, notes.
calbook list	--from	?	Starting then or later.
calbook list	--to	?	A date includes that whole day.
calbook list	--upcoming	-	Starting from now on.
calbook list	--past	-	Started before now, latest first.
calbook list	--limit	?	At most N; on a terminal 50 without it.
calbook list	--offset	?	N
calbook list	--after	uids	The page behind this booking.
calbook list	--all	-	Without a limit.
calbook list	--occurrences	-	A row for each date of a series.
calbook list	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook list	--json	-	Print JSON.
calbook list	--jsonl	-	Print one JSON object a line.
calbook list	--csv	-	Print CSV with a header line.
calbook list	--fields	?	Only these JSON keys (attendee.email too).
calbook list	--db	file	The bookings file [CALBOOK_DB].
calbook list	--help	-	Show this message and exit.
calbook show	<1>	uids	UID
calbook show	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook show	--json	-	Print JSON.
calbook show	--fields	?	Only these JSON keys (attendee.email too).
calbook show	--db	file	The bookings file [CALBOOK_DB].
calbook show	--help	-	Show this message and exit.
calbook confirm	<1>	uids	UID
calbook confirm	--if-version	?	Only if the booking is at this version.
calbook confirm	--notify	-	Tell the attendees by e-mail, or not [as the event type says].
calbook confirm	--no-notify	-	Not --notify.
calbook confirm	--dry-run	-	Show what would happen; write nothing.
calbook confirm	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook confirm	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook confirm	--json	-	Print JSON.
calbook confirm	--db	file	The bookings file [CALBOOK_DB].
calbook confirm	--help	-	Show this message and exit.
calbook reject	<1>	uids	UID
calbook reject	--reason	?	Why.
calbook reject	--if-version	?	Only if the booking is at this version.
calbook reject	--notify	-	Tell the attendees by e-mail, or not [as the event type says].
calbook reject	--no-notify	-	Not --notify.
calbook reject	--dry-run	-	Show what would happen; write nothing.
calbook reject	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook reject	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook reject	--json	-	Print JSON.
calbook reject	--db	file	The bookings file [CALBOOK_DB].
calbook reject	--help	-	Show this message and exit.
calbook cancel	<1>	uids	UID
calbook cancel	--reason	?	Why.
calbook cancel	--by	attendee|host|	Who asks: the host may override rules.
calbook cancel	--on	?	Of a series: the date, as first booked.
calbook cancel	--from	?	Of a series: what is to come from that date on.
calbook cancel	--all	-	Of a series: all that is still to come.
calbook cancel	--if-version	?	Only if the booking is at this version.
calbook cancel	--idempotency-key	?	The same key and request again give the first answer.
calbook cancel	--notify	-	Tell the attendees by e-mail, or not [as the event type says].
calbook cancel	--no-notify	-	Not --notify.
calbook cancel	--dry-run	-	Show what would happen; write nothing.
calbook cancel	--yes	-	Do not ask.
calbook cancel	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook cancel	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook cancel	--json	-	Print JSON.
calbook cancel	--db	file	The bookings file [CALBOOK_DB].
calbook cancel	--help	-	Show this message and exit.
calbook reschedule	<1>	uids	UID
calbook reschedule	--start	?	2027-01-18 10:00, fri 14:30, +90m, …
calbook reschedule	--reason	?	Why.
calbook reschedule	--by	attendee|host|	Who asks: the host may override rules.
calbook reschedule	--override	hours,notice,advance,per-day,questions,deadline,past,duration	Rules the host passes: hours,notice,advance,per-day,questions,deadline,past,duration.
calbook reschedule	--on	?	Of a series: the date, as first booked.
calbook reschedule	--from	?	Of a series: what is to come from that date on.
calbook reschedule	--all	-	Of a series: all that is still to come.
calbook reschedule	--reassign	-	Let another host of the team take it.
calbook reschedule	--if-version	?	Only if the booking is at this version.
calbook reschedule	--idempotency-key	?	The same key and request again give the first answer.
calbook reschedule	--notify	-	Tell the attendees by e-mail, or not [as the event type says].
calbook reschedule	--no-notify	-	Not --notify.
calbook reschedule	--dry-run	-	Show what would happen; write nothing.
calbook reschedule	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook reschedule	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook reschedule	--json	-	Print JSON.
calbook reschedule	--db	file	The bookings file [CALBOOK_DB].
calbook reschedule	--help	-	Show this message and exit.
calbook occurrences	<1>	uids	UID
calbook occurrences	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook occurrences	--json	-	Print JSON.
calbook occurrences	--jsonl	-	Print one JSON object a line.
calbook occurrences	--csv	-	Print CSV with a header line.
calbook occurrences	--fields	?	Only these JSON keys (attendee.email too).
calbook occurrences	--db	file	The bookings file [CALBOOK_DB].
calbook occurrences	--help	-	Show this message and exit.
calbook attendee	add	-	Take a seat in a group for somebody.
calbook attendee	list	-	List the persons in a booking, the primary first.
calbook attendee	remove	-	Give a seat in a group back; then the one who joined first leads it.
calbook attendee	--help	-	Show this message and exit.
calbook attendee add	<1>	uids	UID
calbook attendee add	--name	?	NAME
calbook attendee add	--email	?	Whose seat it is.
calbook attendee add	--phone	?	NUMBER
calbook attendee add	--attendee-tz	?	The attendee's own zone.
calbook attendee add	--response	?	An answer to a question.
calbook attendee add	--by	attendee|host|	Who asks: the host may override rules.
calbook attendee add	--if-version	?	Only if the booking is at this version.
calbook attendee add	--notify	-	Tell the attendees by e-mail, or not [as the event type says].
calbook attendee add	--no-notify	-	Not --notify.
calbook attendee add	--dry-run	-	Show what would happen; write nothing.
calbook attendee add	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook attendee add	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook attendee add	--json	-	Print JSON.
calbook attendee add	--db	file	The bookings file [CALBOOK_DB].
calbook attendee add	--help	-	Show this message and exit.
calbook attendee list	<1>	uids	UID
calbook attendee list	--on	?	Of a series: the date, as first booked.
calbook attendee list	--json	-	Print JSON.
calbook attendee list	--jsonl	-	Print one JSON object a line.
calbook attendee list	--csv	-	Print CSV with a header line.
calbook attendee list	--fields	?	Only these JSON keys (attendee.email too).
calbook attendee list	--db	file	The bookings file [CALBOOK_DB].
calbook attendee list	--help	-	Show this message and exit.
calbook attendee remove	<1>	uids	UID
calbook attendee remove	--email	?	Whose seat it is.
calbook attendee remove	--by	attendee|host|	Who asks: the host may override rules.
calbook attendee remove	--if-version	?	Only if the booking is at this version.
calbook attendee remove	--notify	-	Tell the attendees by e-mail, or not [as the event type says].
calbook attendee remove	--no-notify	-	Not --notify.
calbook attendee remove	--dry-run	-	Show what would happen; write nothing.
calbook attendee remove	--yes	-	Do not ask.
calbook attendee remove	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook attendee remove	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook attendee remove	--json	-	Print JSON.
calbook attendee remove	--db	file	The bookings file [CALBOOK_DB].
calbook attendee remove	--help	-	Show this message and exit.
calbook note	add	-	Add a note to a booking; notes are never changed.
calbook note	list	-	List a booking's notes in order, private ones too.
calbook note	--help	-	Show this message and exit.
calbook note add	<1>	uids	UID
calbook note add	<2>	?	TEXT|-
calbook note add	--edit	-	Write it in your editor.
calbook note add	--private	-	For `note list` and `show` alone.
calbook note add	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook note add	--json	-	Print JSON.
calbook note add	--db	file	The bookings file [CALBOOK_DB].
calbook note add	--help	-	Show this message and exit.
calbook note list	<1>	uids	UID
calbook note list	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook note list	--json	-	Print JSON.
calbook note list	--jsonl	-	Print one JSON object a line.
calbook note list	--csv	-	Print CSV with a header line.
calbook note list	--fields	?	Only these JSON keys (attendee.email too).
calbook note list	--db	file	The bookings file [CALBOOK_DB].
calbook note list	--help	-	Show this message and exit.
calbook update	<1>	uids	UID
calbook update	--name	?	NAME
calbook update	--email	?	ADDRESS
calbook update	--phone	?	NUMBER
calbook update	--notes	?	What the attendee writes.
calbook update	--location	?	ZOOM:https://…, PHONE:+351…, IN_PERSON:address, LINK:…, CUSTOM:….
calbook update	--meeting-url	?	URL
calbook update	--meta	?	Metadata; may be repeated.
calbook update	--unset-meta	?	Take a metadata key out.
calbook update	--if-version	?	Only if the booking is at this version.
calbook update	--notify	-	Tell the attendees by e-mail, or not [as the event type says].
calbook update	--no-notify	-	Not --notify.
calbook update	--dry-run	-	Show what would happen; write nothing.
calbook update	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook update	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook update	--json	-	Print JSON.
calbook update	--db	file	The bookings file [CALBOOK_DB].
calbook update	--help	-	Show this message and exit.
calbook attended	<1>	uids	UID
calbook attended	--on	?	Of a series: the date, as first booked.
calbook attended	--email	?	In a group: this person; may be repeated.
calbook attended	--if-version	?	Only if the booking is at this version.
calbook attended	--dry-run	-	Show what would happen; write nothing.
calbook attended	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook attended	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook attended	--json	-	Print JSON.
calbook attended	--db	file	The bookings file [CALBOOK_DB].
calbook attended	--help	-	Show this message and exit.
calbook no-show	<1>	uids	UID
calbook no-show	--on	?	Of a series: the date, as first booked.
calbook no-show	--email	?	In a group: this person; may be repeated.
calbook no-show	--if-version	?	Only if the booking is at this version.
calbook no-show	--dry-run	-	Show what would happen; write nothing.
calbook no-show	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook no-show	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook no-show	--json	-	Print JSON.
calbook no-show	--db	file	The bookings file [CALBOOK_DB].
calbook no-show	--help	-	Show this message and exit.
calbook slots	--event	events	The event type: evt_demo or demo.
calbook slots	--from	?	From then on; now without it.
calbook slots	--to	?	A date includes that whole day.
calbook slots	--days	?	So many days instead; 7 without it.
calbook slots	--host	hosts	user_alice or alice.
calbook slots	--exclude	uids	As if this booking were not: to move it.
calbook slots	--on	?	With --exclude: that date of the series alone.
calbook slots	--series	daily|weekly|monthly|yearly|	Starts at which a whole series fits.
calbook slots	--every	?	Of a series: every N weeks, …
calbook slots	--count	?	With --series: how many dates; else as --limit.
calbook slots	--until	?	Of a series: the last day.
calbook slots	--by-day	?	Of a series: mo,we; monthly 2tu, -1fr.
calbook slots	--limit	?	At most N starts.
calbook slots	--explain	?	What blocks that day instead, and why.
calbook slots	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook slots	--json	-	Print JSON.
calbook slots	--jsonl	-	Print one JSON object a line.
calbook slots	--csv	-	Print CSV with a header line.
calbook slots	--fields	?	Only these JSON keys (attendee.email too).
calbook slots	--db	file	The bookings file [CALBOOK_DB].
calbook slots	--help	-	Show this message and exit.
calbook explain	--event	events	The event type: evt_demo or demo.
calbook explain	--start	?	2027-01-18 10:00, fri 14:30, +90m, …
calbook explain	--host	hosts	user_alice or alice.
calbook explain	--exclude	uids	As if this booking were not: to move it.
calbook explain	--on	?	With --exclude: that date of the series alone.
calbook explain	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook explain	--json	-	Print JSON.
calbook explain	--jsonl	-	Print one JSON object a line.
calbook explain	--csv	-	Print CSV with a header line.
calbook explain	--fields	?	Only these JSON keys (attendee.email too).
calbook explain	--db	file	The bookings file [CALBOOK_DB].
calbook explain	--help	-	Show this message and exit.
calbook agenda	--from	?	The first day.
calbook agenda	--days	?	How many days.
calbook agenda	--event	events	The event type: evt_demo or demo.
calbook agenda	--host	hosts	user_alice or alice.
calbook agenda	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook agenda	--json	-	Print JSON.
calbook agenda	--jsonl	-	Print one JSON object a line.
calbook agenda	--csv	-	Print CSV with a header line.
calbook agenda	--fields	?	Only these JSON keys (attendee.email too).
calbook agenda	--db	file	The bookings file [CALBOOK_DB].
calbook agenda	--help	-	Show this message and exit.
calbook week	--of	?	A day of that week.
calbook week	--host	hosts	user_alice or alice.
calbook week	--svg	file	Write it as a picture.
calbook week	--force	-	Replace an existing file.
calbook week	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook week	--json	-	Print JSON.
calbook week	--jsonl	-	Print one JSON object a line.
calbook week	--csv	-	Print CSV with a header line.
calbook week	--fields	?	Only these JSON keys (attendee.email too).
calbook week	--db	file	The bookings file [CALBOOK_DB].
calbook week	--help	-	Show this message and exit.
calbook next	--event	events	The event type: evt_demo or demo.
calbook next	--host	hosts	user_alice or alice.
calbook next	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook next	--json	-	Print JSON.
calbook next	--jsonl	-	Print one JSON object a line.
calbook next	--csv	-	Print CSV with a header line.
calbook next	--fields	?	Only these JSON keys (attendee.email too).
calbook next	--db	file	The bookings file [CALBOOK_DB].
calbook next	--help	-	Show this message and exit.
calbook history	<1>	uids	UID
calbook history	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook history	--json	-	Print JSON.
calbook history	--jsonl	-	Print one JSON object a line.
calbook history	--csv	-	Print CSV with a header line.
calbook history	--fields	?	Only these JSON keys (attendee.email too).
calbook history	--db	file	The bookings file [CALBOOK_DB].
calbook history	--help	-	Show this message and exit.
calbook stats	--by	event|host|week|status|attendee|	A row for each; without it the total.
calbook stats	--from	?	Starting then or later.
calbook stats	--to	?	A date includes that whole day.
calbook stats	--event	events	The event type: evt_demo or demo.
calbook stats	--host	hosts	user_alice or alice.
calbook stats	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook stats	--json	-	Print JSON.
calbook stats	--jsonl	-	Print one JSON object a line.
calbook stats	--csv	-	Print CSV with a header line.
calbook stats	--fields	?	Only these JSON keys (attendee.email too).
calbook stats	--db	file	The bookings file [CALBOOK_DB].
calbook stats	--help	-	Show this message and exit.
calbook ics	<1>	uids	UID
calbook ics	--method	publish|request|cancel|	What it asks of the calendar [request; cancel when cancelled].
calbook ics	--on	?	Of a series: the date, as first booked.
calbook ics	--event	events	The event type: evt_demo or demo.
calbook ics	--host	hosts	user_alice or alice.
calbook ics	--from	?	Of a feed: from then on.
calbook ics	--to	?	Of a feed: a date is included.
calbook ics	--alarm	?	A reminder before, as 15m.
calbook ics	-o	file	Instead of stdout.
calbook ics	--output	file	Instead of stdout.
calbook ics	--force	-	Replace an existing file.
calbook ics	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook ics	--json	-	Print JSON.
calbook ics	--db	file	The bookings file [CALBOOK_DB].
calbook ics	--help	-	Show this message and exit.
calbook busy	import	-	Block the time of a calendar file's events, in the place of what it held.
calbook busy	add	-	Block a host's time: a dentist, a week off.
calbook busy	list	-	List the calendars and own busy time of hosts.
calbook busy	remove	-	Remove a calendar or own busy time; its host is free again.
calbook busy	refresh	-	Read calendar files again, and further ahead as time goes by.
calbook busy	--help	-	Show this message and exit.
calbook busy import	<1>	file	FILE|-
calbook busy import	--name	?	What to call it; its file's name without it.
calbook busy import	--host	hosts	user_alice or alice.
calbook busy import	--show	-	Keep its titles, and tell whoever is refused.
calbook busy import	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook busy import	--json	-	Print JSON.
calbook busy import	--db	file	The bookings file [CALBOOK_DB].
calbook busy import	--help	-	Show this message and exit.
calbook busy add	--host	hosts	user_alice or alice.
calbook busy add	--from	?	A date begins that day.
calbook busy add	--to	?	A date includes that whole day.
calbook busy add	--reason	?	Why.
calbook busy add	--show	-	Tell whoever is refused what it is.
calbook busy add	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook busy add	--json	-	Print JSON.
calbook busy add	--db	file	The bookings file [CALBOOK_DB].
calbook busy add	--help	-	Show this message and exit.
calbook busy list	--host	hosts	user_alice or alice.
calbook busy list	--from	?	Busy then or later.
calbook busy list	--to	?	Busy before; a date is included.
calbook busy list	--times	-	Each busy stretch; from now on, a week.
calbook busy list	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook busy list	--json	-	Print JSON.
calbook busy list	--jsonl	-	Print one JSON object a line.
calbook busy list	--csv	-	Print CSV with a header line.
calbook busy list	--fields	?	Only these JSON keys (attendee.email too).
calbook busy list	--db	file	The bookings file [CALBOOK_DB].
calbook busy list	--help	-	Show this message and exit.
calbook busy remove	<1>	?	NAME
calbook busy remove	--host	hosts	user_alice or alice.
calbook busy remove	--yes	-	Do not ask.
calbook busy remove	--json	-	Print JSON.
calbook busy remove	--db	file	The bookings file [CALBOOK_DB].
calbook busy remove	--help	-	Show this message and exit.
calbook busy refresh	<1>	?	NAME
calbook busy refresh	--host	hosts	user_alice or alice.
calbook busy refresh	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook busy refresh	--json	-	Print JSON.
calbook busy refresh	--db	file	The bookings file [CALBOOK_DB].
calbook busy refresh	--help	-	Show this message and exit.
calbook init	--name	?	Your name.
calbook init	--email	?	Invites come from it.
calbook init	--tz	?	The zone of your working hours.
calbook init	--json	-	Print JSON.
calbook init	--db	file	The bookings file [CALBOOK_DB].
calbook init	--help	-	Show this message and exit.
calbook event	add	-	Add an event type; what is not said has a sensible default.
calbook event	list	-	List the event types.
calbook event	show	-	Show one event type with its rules.
calbook event	update	-	Change an event type; `none` takes a limit out.
calbook event	remove	-	Remove an event type that was never booked.
calbook event	--help	-	Show this message and exit.
calbook event add	<1>	?	EVENT
calbook event add	--title	?	TEXT
calbook event add	--duration	?	How long; also 90m, 12h, 2d.
calbook event add	--description	?	TEXT
calbook event add	--host	hosts	Who gives the time, in place of all before; also HOST:fixed, HOST:priority=5; may be repeated.
calbook event add	--schedule	schedules	Else each host's own.
calbook event add	--location	?	ZOOM:https://…, PHONE:+351…, IN_PERSON:address, LINK:…, CUSTOM:….
calbook event add	--meeting-url-template	?	https://meet.example/{token}, or {uid}.
calbook event add	--buffer-before	?	Kept free before; also 90m, 12h, 2d.
calbook event add	--buffer-after	?	Kept free after; also 90m, 12h, 2d.
calbook event add	--minimum-notice	?	Booked this long before; also 90m, 12h, 2d.
calbook event add	--maximum-advance	?	Days ahead, or none.
calbook event add	--slot-interval	?	A start every; also 90m, 12h, 2d.
calbook event add	--slots-per-day	?	Bookings a day, or none.
calbook event add	--requires-confirmation	-	Whether the host must say yes to each booking.
calbook event add	--no-confirmation	-	Not --requires-confirmation.
calbook event add	--cancellation	-	Whether attendees may cancel and move.
calbook event add	--no-cancellation	-	Not --cancellation.
calbook event add	--cancellation-deadline	?	Until when, or none; also 90m, 12h, 2d.
calbook event add	--seats	?	Persons of a group, or none.
calbook event add	--max-occurrences	?	Of a series, 730 at most.
calbook event add	--scheduling-type	single|round-robin|collective|	single|round-robin|collective
calbook event add	--assignment	least-recent|equal-distribution|availability-first|priority|	least-recent, priority, …
calbook event add	--question	?	'label|type|required|options'; may be repeated.
calbook event add	--notify	-	Whether attendees are told by e-mail.
calbook event add	--no-notify	-	Not --notify.
calbook event add	--reminder	?	A mail before it, to the attendee or to WHO: 60, 2h, 1d:all, 60:host; at most 30d. May be repeated; none takes all out.
calbook event add	--meta	?	Metadata; may be repeated.
calbook event add	--active	-	Whether it takes bookings.
calbook event add	--inactive	-	Not --active.
calbook event add	--input	file	Read JSON; - is standard input.
calbook event add	--json	-	Print JSON.
calbook event add	--db	file	The bookings file [CALBOOK_DB].
calbook event add	--help	-	Show this message and exit.
calbook event list	--json	-	Print JSON.
calbook event list	--jsonl	-	Print one JSON object a line.
calbook event list	--csv	-	Print CSV with a header line.
calbook event list	--fields	?	Only these JSON keys (attendee.email too).
calbook event list	--db	file	The bookings file [CALBOOK_DB].
calbook event list	--help	-	Show this message and exit.
calbook event show	<1>	events	EVENT
calbook event show	--json	-	Print JSON.
calbook event show	--fields	?	Only these JSON keys (attendee.email too).
calbook event show	--db	file	The bookings file [CALBOOK_DB].
calbook event show	--help	-	Show this message and exit.
calbook event update	<1>	events	EVENT
calbook event update	--title	?	TEXT
calbook event update	--duration	?	How long; also 90m, 12h, 2d.
calbook event update	--description	?	TEXT
calbook event update	--host	hosts	Who gives the time, in place of all before; also HOST:fixed, HOST:priority=5; may be repeated.
calbook event update	--schedule	schedules	Else each host's own.
calbook event update	--location	?	ZOOM:https://…, PHONE:+351…, IN_PERSON:address, LINK:…, CUSTOM:….
calbook event update	--meeting-url-template	?	https://meet.example/{token}, or {uid}.
calbook event update	--buffer-before	?	Kept free before; also 90m, 12h, 2d.
calbook event update	--buffer-after	?	Kept free after; also 90m, 12h, 2d.
calbook event update	--minimum-notice	?	Booked this long before; also 90m, 12h, 2d.
calbook event update	--maximum-advance	?	Days ahead, or none.
calbook event update	--slot-interval	?	A start every; also 90m, 12h, 2d.
calbook event update	--slots-per-day	?	Bookings a day, or none.
calbook event update	--requires-confirmation	-	Whether the host must say yes to each booking.
calbook event update	--no-confirmation	-	Not --requires-confirmation.
calbook event update	--cancellation	-	Whether attendees may cancel and move.
calbook event update	--no-cancellation	-	Not --cancellation.
calbook event update	--cancellation-deadline	?	Until when, or none; also 90m, 12h, 2d.
calbook event update	--seats	?	Persons of a group, or none.
calbook event update	--max-occurrences	?	Of a series, 730 at most.
calbook event update	--scheduling-type	single|round-robin|collective|	single|round-robin|collective
calbook event update	--assignment	least-recent|equal-distribution|availability-first|priority|	least-recent, priority, …
calbook event update	--question	?	'label|type|required|options'; may be repeated.
calbook event update	--notify	-	Whether attendees are told by e-mail.
calbook event update	--no-notify	-	Not --notify.
calbook event update	--reminder	?	A mail before it, to the attendee or to WHO: 60, 2h, 1d:all, 60:host; at most 30d. May be repeated; none takes all out.
calbook event update	--meta	?	Metadata; may be repeated.
calbook event update	--active	-	Whether it takes bookings.
calbook event update	--inactive	-	Not --active.
calbook event update	--input	file	Read JSON; - is standard input.
calbook event update	--json	-	Print JSON.
calbook event update	--db	file	The bookings file [CALBOOK_DB].
calbook event update	--help	-	Show this message and exit.
calbook event remove	<1>	events	EVENT
calbook event remove	--yes	-	Do not ask.
calbook event remove	--json	-	Print JSON.
calbook event remove	--db	file	The bookings file [CALBOOK_DB].
calbook event remove	--help	-	Show this message and exit.
calbook host	add	-	Add a host.
calbook host	list	-	List the hosts.
calbook host	show	-	Show one host.
calbook host	update	-	Change a host; an empty --email takes it out.
calbook host	remove	-	Remove a host that nothing refers to.
calbook host	--help	-	Show this message and exit.
calbook host add	<1>	?	HOST
calbook host add	--name	?	NAME
calbook host add	--email	?	ADDRESS
calbook host add	--tz	?	The host's zone.
calbook host add	--schedule	schedules	The host's usual schedule.
calbook host add	--json	-	Print JSON.
calbook host add	--db	file	The bookings file [CALBOOK_DB].
calbook host add	--help	-	Show this message and exit.
calbook host list	--json	-	Print JSON.
calbook host list	--jsonl	-	Print one JSON object a line.
calbook host list	--csv	-	Print CSV with a header line.
calbook host list	--fields	?	Only these JSON keys (attendee.email too).
calbook host list	--db	file	The bookings file [CALBOOK_DB].
calbook host list	--help	-	Show this message and exit.
calbook host show	<1>	hosts	HOST
calbook host show	--json	-	Print JSON.
calbook host show	--fields	?	Only these JSON keys (attendee.email too).
calbook host show	--db	file	The bookings file [CALBOOK_DB].
calbook host show	--help	-	Show this message and exit.
calbook host update	<1>	hosts	HOST
calbook host update	--name	?	NAME
calbook host update	--email	?	ADDRESS
calbook host update	--tz	?	The host's zone.
calbook host update	--schedule	schedules	The host's usual schedule.
calbook host update	--json	-	Print JSON.
calbook host update	--db	file	The bookings file [CALBOOK_DB].
calbook host update	--help	-	Show this message and exit.
calbook host remove	<1>	hosts	HOST
calbook host remove	--yes	-	Do not ask.
calbook host remove	--json	-	Print JSON.
calbook host remove	--db	file	The bookings file [CALBOOK_DB].
calbook host remove	--help	-	Show this message and exit.
calbook schedule	add	-	Add a schedule.
calbook schedule	list	-	List the schedules.
calbook schedule	show	-	Show one schedule with its overrides.
calbook schedule	update	-	Change a schedule; --hours replaces all its hours.
calbook schedule	remove	-	Remove a schedule that nothing refers to.
calbook schedule	override	-	Close a date, or give it other hours.
calbook schedule	--help	-	Show this message and exit.
calbook schedule add	<1>	?	SCHEDULE
calbook schedule add	--name	?	NAME
calbook schedule add	--tz	?	The schedule's zone.
calbook schedule add	--hours	?	'mon-fri 09:00-12:30,13:30-18:00'; may be repeated. Until 24:00, or across midnight: 22:00-02:00.
calbook schedule add	--json	-	Print JSON.
calbook schedule add	--db	file	The bookings file [CALBOOK_DB].
calbook schedule add	--help	-	Show this message and exit.
calbook schedule list	--json	-	Print JSON.
calbook schedule list	--jsonl	-	Print one JSON object a line.
calbook schedule list	--csv	-	Print CSV with a header line.
calbook schedule list	--fields	?	Only these JSON keys (attendee.email too).
calbook schedule list	--db	file	The bookings file [CALBOOK_DB].
calbook schedule list	--help	-	Show this message and exit.
calbook schedule show	<1>	schedules	SCHEDULE
calbook schedule show	--json	-	Print JSON.
calbook schedule show	--fields	?	Only these JSON keys (attendee.email too).
calbook schedule show	--db	file	The bookings file [CALBOOK_DB].
calbook schedule show	--help	-	Show this message and exit.
calbook schedule update	<1>	schedules	SCHEDULE
calbook schedule update	--name	?	NAME
calbook schedule update	--tz	?	The schedule's zone.
calbook schedule update	--hours	?	'mon-fri 09:00-12:30,13:30-18:00'; may be repeated. Until 24:00, or across midnight: 22:00-02:00.
calbook schedule update	--json	-	Print JSON.
calbook schedule update	--db	file	The bookings file [CALBOOK_DB].
calbook schedule update	--help	-	Show this message and exit.
calbook schedule remove	<1>	schedules	SCHEDULE
calbook schedule remove	--yes	-	Do not ask.
calbook schedule remove	--json	-	Print JSON.
calbook schedule remove	--db	file	The bookings file [CALBOOK_DB].
calbook schedule remove	--help	-	Show this message and exit.
calbook schedule override	<1>	schedules	SCHEDULE
calbook schedule override	--date	?	The local date.
calbook schedule override	--to	?	And all dates up to this one.
calbook schedule override	--closed	-	Closed all day.
calbook schedule override	--hours	?	Open then: 10:00-12:00,…
calbook schedule override	--remove	-	Back to the weekly hours.
calbook schedule override	--reason	?	Why.
calbook schedule override	--json	-	Print JSON.
calbook schedule override	--db	file	The bookings file [CALBOOK_DB].
calbook schedule override	--help	-	Show this message and exit.
calbook webhook	add	-	Send events to an address; prints its secret, this once.
calbook webhook	list	-	List the webhooks, without their secrets.
calbook webhook	show	-	Show one webhook, without its secret.
calbook webhook	update	-	Change a webhook; headers that are not named stay.
calbook webhook	remove	-	Remove a webhook; what is still to be sent is dropped.
calbook webhook	test	-	Send a sample (`webhook.test`) and show the answer.
calbook webhook	log	-	List what was and will be sent, the newest first.
calbook webhook	redeliver	-	Send one delivery again, whatever became of it; mail too.
calbook webhook	rotate	-	Take a new secret, shown once; both sign for a day.
calbook webhook	verify	-	Check a request on stdin as your receiver should.
calbook webhook	--help	-	Show this message and exit.
calbook webhook add	<1>	?	URL
calbook webhook add	--event	all|created|confirmed|cancelled|rescheduled|completed|no_show|attendee_added|attendee_removed|updated|	Only created, confirmed, cancelled, rescheduled, completed, no_show, attendee_added, attendee_removed or updated; may be repeated. Without it, all.
calbook webhook add	--header	?	Sent along, and never shown again: "Authorization=Bearer …".
calbook webhook add	--secret-stdin	-	Read the secret (whsec_…) from stdin.
calbook webhook add	--allow-http	-	Send without encryption, for a network you trust.
calbook webhook add	--no-http	-	Not --allow-http.
calbook webhook add	--json	-	Print JSON.
calbook webhook add	--db	file	The bookings file [CALBOOK_DB].
calbook webhook add	--help	-	Show this message and exit.
calbook webhook list	--json	-	Print JSON.
calbook webhook list	--jsonl	-	Print one JSON object a line.
calbook webhook list	--csv	-	Print CSV with a header line.
calbook webhook list	--fields	?	Only these JSON keys (attendee.email too).
calbook webhook list	--db	file	The bookings file [CALBOOK_DB].
calbook webhook list	--help	-	Show this message and exit.
calbook webhook show	<1>	webhooks	WEBHOOK
calbook webhook show	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook webhook show	--json	-	Print JSON.
calbook webhook show	--fields	?	Only these JSON keys (attendee.email too).
calbook webhook show	--db	file	The bookings file [CALBOOK_DB].
calbook webhook show	--help	-	Show this message and exit.
calbook webhook update	<1>	webhooks	WEBHOOK
calbook webhook update	--url	?	Send there from now on.
calbook webhook update	--event	all|created|confirmed|cancelled|rescheduled|completed|no_show|attendee_added|attendee_removed|updated|	Only created, confirmed, cancelled, rescheduled, completed, no_show, attendee_added, attendee_removed or updated; may be repeated; or all. Without it, as before.
calbook webhook update	--header	?	Sent along, and never shown again: "Authorization=Bearer …".
calbook webhook update	--unset-header	?	Send this header no more.
calbook webhook update	--allow-http	-	Send without encryption, for a network you trust.
calbook webhook update	--no-http	-	Not --allow-http.
calbook webhook update	--active	-	Switched off, it gets nothing, and what is still to be sent is dropped.
calbook webhook update	--inactive	-	Not --active.
calbook webhook update	--json	-	Print JSON.
calbook webhook update	--db	file	The bookings file [CALBOOK_DB].
calbook webhook update	--help	-	Show this message and exit.
calbook webhook remove	<1>	webhooks	WEBHOOK
calbook webhook remove	--yes	-	Do not ask.
calbook webhook remove	--json	-	Print JSON.
calbook webhook remove	--db	file	The bookings file [CALBOOK_DB].
calbook webhook remove	--help	-	Show this message and exit.
calbook webhook test	<1>	webhooks	WEBHOOK
calbook webhook test	--json	-	Print JSON.
calbook webhook test	--db	file	The bookings file [CALBOOK_DB].
calbook webhook test	--help	-	Show this message and exit.
calbook webhook log	<1>	webhooks	[WEBHOOK]
calbook webhook log	--uid	uids	Only this booking's.
calbook webhook log	--status	pending|delivered|failed|dropped|	Only those of which this became.
calbook webhook log	--limit	?	At most N.
calbook webhook log	--id	?	This delivery alone, with each of its attempts.
calbook webhook log	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook webhook log	--json	-	Print JSON.
calbook webhook log	--jsonl	-	Print one JSON object a line.
calbook webhook log	--csv	-	Print CSV with a header line.
calbook webhook log	--fields	?	Only these JSON keys (attendee.email too).
calbook webhook log	--db	file	The bookings file [CALBOOK_DB].
calbook webhook log	--help	-	Show this message and exit.
calbook webhook redeliver	<1>	?	DELIVERY
calbook webhook redeliver	--json	-	Print JSON.
calbook webhook redeliver	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook webhook redeliver	--db	file	The bookings file [CALBOOK_DB].
calbook webhook redeliver	--help	-	Show this message and exit.
calbook webhook rotate	<1>	webhooks	WEBHOOK
calbook webhook rotate	--secret-stdin	-	Read the secret (whsec_…) from stdin.
calbook webhook rotate	--json	-	Print JSON.
calbook webhook rotate	--db	file	The bookings file [CALBOOK_DB].
calbook webhook rotate	--help	-	Show this message and exit.
calbook webhook verify	<1>	webhooks	[WEBHOOK]
calbook webhook verify	--secret-env	?	The secret's variable.
calbook webhook verify	--secret-file	file	The secret's file.
calbook webhook verify	--tolerance	?	How old it may be: 90s, 5m, 1d.
calbook webhook verify	--json	-	Print JSON.
calbook webhook verify	--db	file	The bookings file [CALBOOK_DB].
calbook webhook verify	--help	-	Show this message and exit.
calbook tick	--json	-	Print JSON.
calbook tick	--jsonl	-	Print one JSON object a line.
calbook tick	--csv	-	Print CSV with a header line.
calbook tick	--fields	?	Only these JSON keys (attendee.email too).
calbook tick	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook tick	--db	file	The bookings file [CALBOOK_DB].
calbook tick	--help	-	Show this message and exit.
calbook deliver	--watch	-	Go on for ever; Ctrl-C ends it.
calbook deliver	--limit	?	At most N attempts.
calbook deliver	--retry-now	-	Also what waits for its next attempt; does not count.
calbook deliver	--json	-	Print JSON.
calbook deliver	--jsonl	-	Print one JSON object a line.
calbook deliver	--csv	-	Print CSV with a header line.
calbook deliver	--fields	?	Only these JSON keys (attendee.email too).
calbook deliver	--db	file	The bookings file [CALBOOK_DB].
calbook deliver	--help	-	Show this message and exit.
calbook mail	log	-	List what was and will be mailed, the newest first.
calbook mail	redeliver	-	Send one mail again, whatever became of it.
calbook mail	--help	-	Show this message and exit.
calbook mail log	<1>	uids	[UID]
calbook mail log	--email	?	Only to whom.
calbook mail log	--status	pending|delivered|failed|dropped|	Only those of which this became.
calbook mail log	--limit	?	At most N.
calbook mail log	--id	?	This delivery alone, with each of its attempts.
calbook mail log	--tz	?	Read and show times in this zone [CALBOOK_TZ].
calbook mail log	--json	-	Print JSON.
calbook mail log	--jsonl	-	Print one JSON object a line.
calbook mail log	--csv	-	Print CSV with a header line.
calbook mail log	--fields	?	Only these JSON keys (attendee.email too).
calbook mail log	--db	file	The bookings file [CALBOOK_DB].
calbook mail log	--help	-	Show this message and exit.
calbook mail redeliver	<1>	?	DELIVERY
calbook mail redeliver	--json	-	Print JSON.
calbook mail redeliver	--no-deliver	-	Leave what is to be sent in the outbox [CALBOOK_DELIVER=off].
calbook mail redeliver	--db	file	The bookings file [CALBOOK_DB].
calbook mail redeliver	--help	-	Show this message and exit.
calbook config	show	-	Show the mail server and where its settings are.
calbook config	smtp	-	Say which server takes the mail; the rest stays as it is.
calbook config	smtp-test	-	Try the mail server; with --to, by sending a mail.
calbook config	--help	-	Show this message and exit.
calbook config show	--json	-	Print JSON.
calbook config show	--help	-	Show this message and exit.
calbook config smtp	--host	hosts	The server: smtp.example.com.
calbook config smtp	--port	?	Its port, if not 587 for starttls, 465 for tls or 25 for none.
calbook config smtp	--security	starttls|tls|none|	[starttls]
calbook config smtp	--user	?	Who logs in; none: nobody.
calbook config smtp	--password-command	?	Prints the password: 'pass smtp'.
calbook config smtp	--password-env	?	The variable that holds it.
calbook config smtp	--from	?	Whom the mail comes from.
calbook config smtp	--allow-plain	-	Let mail go unencrypted, for others to read: --security none.
calbook config smtp	--remove	-	Send no mail any more.
calbook config smtp	--json	-	Print JSON.
calbook config smtp	--help	-	Show this message and exit.
calbook config smtp-test	--to	?	Send a mail there as well.
calbook config smtp-test	--json	-	Print JSON.
calbook config smtp-test	--help	-	Show this message and exit.
calbook db	path	-	Print where the bookings file is.
calbook db	check	-	Look for damage and contradictions; exit 1 if there are any.
calbook db	backup	-	Copy the bookings file while others go on using it.
calbook db	restore	-	Put a copy in the bookings file's place; the present one is kept beside it.
calbook db	--help	-	Show this message and exit.
calbook db path	--json	-	Print JSON.
calbook db path	--db	file	The bookings file [CALBOOK_DB].
calbook db path	--help	-	Show this message and exit.
calbook db check	--json	-	Print JSON.
calbook db check	--db	file	The bookings file [CALBOOK_DB].
calbook db check	--help	-	Show this message and exit.
calbook db backup	<1>	file	FILE
calbook db backup	--force	-	Replace an existing file.
calbook db backup	--json	-	Print JSON.
calbook db backup	--db	file	The bookings file [CALBOOK_DB].
calbook db backup	--help	-	Show this message and exit.
calbook db restore	<1>	file	FILE
calbook db restore	--yes	-	Do not ask.
calbook db restore	--json	-	Print JSON.
calbook db restore	--db	file	The bookings file [CALBOOK_DB].
calbook db restore	--help	-	Show this message and exit.
calbook completion	<1>	bash|zsh|fish|powershell|	bash|zsh|fish|powershell
calbook completion	--help	-	Show this message and exit.
calbook demo	--help	-	Show this message and exit.
calbook help	<1>	setup|booking|times|overview|series|groups|teams|calendars|notices|webhooks|scripting|library|rules|operation|	[TOPIC]
calbook help	--help	-	Show this message and exit.
END
}

_calbook_find() {
    local row
    for row in "${rows[@]}"; do
        [[ $row == "$1"$'\t'* ]] || continue
        help=${row##*$'\t'}
        offers=${row#*$'\t'} offers=${offers%$'\t'*}
        return 0
    done
    return 1
}

# From the word being written and those before it to what is offered.
_calbook_walk() {
    local now=$1 word place=calbook option= ended= number=1
    shift
    _calbook_enter "$place"
    for word in "$@"; do
        if [[ -n $option ]]; then
            [[ $option == --db ]] && db=$word
            option=
        elif [[ -z $ended && $word == -* ]]; then
            [[ $word == --db=* ]] && db=${word#*=}
            [[ $word == -- ]] && ended=1
            _calbook_find "$word" && [[ $offers != - ]] && option=$word
        elif [[ $word != -* ]] && _calbook_find "$word"; then
            place="$place $word"
            _calbook_enter "$place"
        else
            number=$((number + 1))
        fi
    done
    offers=- help=
    if [[ -n $option ]]; then
        _calbook_find "$option"
    elif [[ -z $ended && $now == --*=* ]]; then
        lead=${now%%=*}=
        _calbook_find "${now%%=*}" || offers='?'
    elif [[ -n $ended || $now != -* ]]; then
        _calbook_find "<$number>" || ((number == 1)) || offers='?'
    fi
}

# The words up to the cursor as the shell will pass them: bash cuts them at : and =.
_calbook_read() {
    local line=${COMP_LINE-${COMP_WORDS[*]:0:COMP_CWORD+1}} rest word i
    line=${line:0:${COMP_POINT:-${#line}}}
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=${line#"${line%%[![:space:]]*}"}
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=$rest
        if ((i > 0)) && [[ $rest == "$line" ]]; then
            typed[${#typed[@]} - 1]+=$word
        else
            typed+=("$word")
        fi
        line=${rest#*"$word"}
    done
}

_calbook() {
    local IFS=$' \t\n' now lead= offers= help= db= word row
    local -a typed=() rows=()
    COMPREPLY=()
    _calbook_read
    now=${typed[${#typed[@]} - 1]}
    typed=("${typed[@]//[\"\'\\]/}")
    _calbook_walk "$now" "${typed[@]:1:${#typed[@]}-2}"
    now=${now#"$lead"}
    case $offers in
        -)
            # Options are offered where there is nothing else, or when begun.
            for row in "${rows[@]}"; do
                [[ $now != -* && $rows != -* && $row != [a-z]* ]] && continue
                [[ $row == "$now"* ]] && COMPREPLY+=("${row%%$'\t'*}")
            done
            ;;
        file) compopt -o default 2>/dev/null ;;
        uids | events | hosts | schedules | webhooks)
            compopt -o nosort 2>/dev/null
            while IFS=$'\t' read -r word _; do
                COMPREPLY+=("$word")
            done < <(command calbook __complete "$offers" --db="$db" "$now" \
                </dev/null 2>/dev/null)
            ;;
        *,*)
            compopt -o nospace 2>/dev/null
            word=${now##*,}
            COMPREPLY=($(compgen -P "${now%"$word"}" -W "${offers//,/ }" -- "$word"))
            ;;
        *'|') COMPREPLY=($(compgen -W "${offers//|/ }" -- "$now")) ;;
    esac
    # bash replaces what is behind the "=", unless it was told not to cut there.
    [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/$lead}")
}

complete -F _calbook calbook
