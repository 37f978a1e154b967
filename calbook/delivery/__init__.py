"""The outbox's way out: what is due, in order, by webhook or e-mail."""
