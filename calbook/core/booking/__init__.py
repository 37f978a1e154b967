"""The life of a booking: its transitions and actions, what passing time makes of it,
its persons and its dates. Whether something may be booked is decided in `rules`.
"""
