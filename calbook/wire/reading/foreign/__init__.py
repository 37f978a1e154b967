"""What other booking programs export: tables, JSON and SQL, read into values."""
