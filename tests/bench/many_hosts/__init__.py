"""Very many hosts on one PostgreSQL server: what each booking costs as tables grow.

The statements are those of a booking with one host, with calbook's keys and columns.
All tables of a host are in the partition that a hash of its id chooses.
"""
