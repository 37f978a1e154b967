"""The work behind the library, a folder for each subject: one call is one transaction
that reads facts, lets the core decide, saves and records. Takes values, returns JSON
objects. May import core, wire, ical, store, delivery and settings.
"""
