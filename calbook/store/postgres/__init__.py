"""What only PostgreSQL needs: the connection and its locks, the schema and its
migrations, and how the shared statements are read there.
"""
