"""What people see on a terminal: tables, cards, the agenda, the week and its picture.
JSON, TSV and CSV are printed by `output`. Only `tables` imports rich.
"""
