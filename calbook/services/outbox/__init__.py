"""What is queued to be sent: notices, reminders and webhook deliveries, their log and
their settings. The sending is done by `delivery`.
"""
