"""The bookings database: facts out, changes in. The only SQL. Statements that every
database reads lie here, what only SQLite needs in `sqlite/`. May import core.
"""
