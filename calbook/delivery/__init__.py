"""The outbox's way out: what is due, in order, by webhook or e-mail, with retries and
one process at a time. What is to be sent is decided and queued before. May import core,
wire, ical, store and settings.
"""
