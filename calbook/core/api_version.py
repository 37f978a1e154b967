"""What the JSON that leaves calbook is numbered by: webhook bodies, schema, export.

It goes up when a reader of the JSON has to change.
"""

API_VERSION = "1"
