"""What version 11 adds to the tables of a database, see `sqlite.version_11`."""

SCRIPT = """
alter table hosts
    add column language text;
"""
