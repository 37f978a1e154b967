"""iCalendar: bookings written for other calendars, other calendars read as busy time.
Writing is slow to import: it loads icalendar. May import core.
"""
