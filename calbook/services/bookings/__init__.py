"""Bookings made, changed, read and recorded, each in one transaction."""
