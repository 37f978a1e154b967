"""What goes in and comes out, as JSON Schema 2020-12: made from the types of
`api/values/` and `api/inputs.py`, and what JSON Schema says beyond them.
"""
