"""The public JSON: what people pass in, read into values (`reading`), and what goes
out, written from rows (`writing`). No SQL and no decisions. May import core.
"""
