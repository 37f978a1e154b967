"""What attendees read, in their language: sentences from catalogs, dates as they write.

Screens, errors and what programs read are English. May import core, and babel in
`translated`, which is loaded only where another language than English is asked.
"""
