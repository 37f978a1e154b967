"""The command line: commands, what they show on a screen, and what shells complete. No
rule and no SQL: a command parses, calls the client once and prints. May import api,
wire, core and settings.
"""
