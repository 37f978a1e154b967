"""What version 12 adds to the tables of a database, see `sqlite.version_12`."""

INDEXES = """
select 1;
"""


SEARCH = """
"""


COUNTERS = """
"""


EVENTS = """
"""

SCRIPT = INDEXES + SEARCH + COUNTERS + EVENTS
