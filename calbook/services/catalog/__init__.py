"""What can be booked, with whom and when: event types, hosts and schedules."""
