"""What `--json` prints, webhooks carry and `to_dict()` returns, written from rows."""
