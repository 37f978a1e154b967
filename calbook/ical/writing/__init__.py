"""Bookings as iCalendar files: invitations, series, time zones, feeds (RFC 5545, 5546)."""
