"""Many bookings at once: the agenda, the week and the statistics."""
