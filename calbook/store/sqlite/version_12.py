"""What version 12 adds to the tables."""

INDEXES = """
"""


SEARCH = """
"""


COUNTERS = """
"""


EVENTS = """
"""
