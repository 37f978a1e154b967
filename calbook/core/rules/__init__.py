"""May it be booked? The rules, several dates decided together, the questions asked of
attendees, and why a start can or cannot be booked.
"""
