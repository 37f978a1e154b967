"""E-mail: the message of a notice or reminder, and its way over SMTP."""
