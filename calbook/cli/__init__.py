"""The command line: commands, what they show on a screen, their help and completion. No
rule and no SQL: a command parses, calls the client once and prints. May import api,
wire, core and settings.
"""
