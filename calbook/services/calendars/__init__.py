"""Calendar files: others' read as busy time, bookings written as invites, feeds."""
