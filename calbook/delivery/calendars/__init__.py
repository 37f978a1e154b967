"""Other people's calendars as they are reached: collections of CalDAV, directories."""
