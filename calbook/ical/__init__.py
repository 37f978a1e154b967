"""iCalendar: bookings written for other calendars, other calendars read as busy time.
Slow to import: it loads icalendar. May import core.
"""
