"""Taking over what was booked with another program."""
