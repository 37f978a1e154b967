"""One module for each noun or verb of the command line, loaded when it is typed. What a
command shows on a terminal is laid out in `screen`.
"""
