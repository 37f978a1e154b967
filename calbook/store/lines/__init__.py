"""All that is stored as lines of an export, an object each, and such lines as rows.

What belongs together stands in one line: a booking with its attendees, dates, notes and
history. `nouns` says which table is what; the rest knows no table by its name, but for
what is worked out again (`derived`).
"""
