"""Where bookings are when nobody says where."""

from __future__ import annotations

import os


def default_path() -> str:
    """`CALBOOK_DB`, else `calbook.db` in the user's data directory, made if needed."""
    if path := os.environ.get("CALBOOK_DB"):
        return path
    from platformdirs import user_data_dir  # slow to import

    try:
        directory = user_data_dir("calbook", appauthor=False)
        if not os.path.isdir(directory):
            from calbook.settings.directories import make_directory

            make_directory(directory)
    except (OSError, RuntimeError) as error:
        from calbook.core.errors import StoreError

        raise StoreError(
            f"there is no data directory to use: {error}",
            hint="give the bookings file's path, or set CALBOOK_DB",
            command_hint="name the bookings file with --db or CALBOOK_DB",
        ) from None
    return os.path.join(directory, "calbook.db")
