"""The rules of booking, pure: frozen values in, decisions out. No clock, no file, no
database, no JSON. May import the standard library and dateutil.
"""
