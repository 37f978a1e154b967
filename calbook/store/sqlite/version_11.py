"""What version 11 adds to the tables."""

# In which language a host reads, and attendees who have said none.
LANGUAGES = """
alter table hosts add column language text;
"""
