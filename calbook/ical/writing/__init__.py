"""Bookings as iCalendar files: invitations, series, feeds (RFC 5545, 5546)."""
