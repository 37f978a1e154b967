"""All that is to be read in a mail, however it is encoded.

Slow to import.
"""

from __future__ import annotations

from email import message_from_string, policy
from email.message import EmailMessage


def read_mail_texts(payload: str) -> str:
    """Headers and bodies, also of what is enclosed, as plain text."""
    message = message_from_string(payload, _class=EmailMessage, policy=policy.default)
    found = [payload]
    for part in message.walk():
        found += [f"{name}: {value}" for name, value in part.items()]
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True)
        if isinstance(data, bytes):
            text = data.decode(part.get_content_charset() or "utf-8", "replace")
            found += [text, text.replace("\r\n ", "").replace("\n ", "")]  # unfolded
    return "\n".join(found)
