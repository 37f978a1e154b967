"""Which starts can be booked and why others cannot: free ranges, groups, the hosts who
would take it. Booking asks the same; writing belongs to `bookings`.
"""
