"""iCalendar: bookings written for other calendars, other calendars read as busy time.
May import core.
"""
