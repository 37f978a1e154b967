"""Other people's calendars, read as busy time: components, zones, recurring events.
Nothing in a file is believed before it was checked.
"""
