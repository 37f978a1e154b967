"""Instants, zones and wall clocks: typed times, local days, opening hours, recurrence.
Nothing naive leaves it.
"""
