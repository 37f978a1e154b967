"""The help of commands, made of the command tree: on a screen and as man pages.

Its modules are imported only when help is asked for: no other command pays for them.
"""
