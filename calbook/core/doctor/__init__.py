"""What `doctor` finds wrong, decided from facts: about the file or database, the zones'
rules, what is to be sent, calendars, the catalog and the program itself.
"""
