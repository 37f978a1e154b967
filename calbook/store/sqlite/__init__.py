"""What only SQLite needs: the connection and its locks, the schema and its migrations,
first use, and looking after the file.
"""
