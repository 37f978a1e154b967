"""What is set for this computer, in `config.toml`. It holds no password.

`table` says which settings there are, `reading` and `values` what is set, `editing`
writes it. May import core and wire. What is set in a bookings file is in `store`.
"""
