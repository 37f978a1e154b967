"""Other people's calendars, read as busy time: components, zones, recurring events.

And what attendees answer to invitations, also by mail.
Nothing in a file is believed before it was checked.
"""
