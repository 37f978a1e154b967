"""On which terms a change is asked for, as every method of the library takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calbook.ledger import Terms

_VERSIONS = 2**53


def terms_of(
    action: str,
    request: object,
    *,
    if_version: int | None = None,
    key: str | None = None,
    notify: bool | None = None,
    dry_run: bool = False,
) -> Terms:
    from calbook.core import fields
    from calbook.intake import typed
    from calbook.ledger import Terms

    if notify is not None and fields.boolean(notify, "notifyAttendee"):
        from calbook import notices  # only where somebody is to be told

        notices.mail_server()
    if if_version is not None:
        fields.whole(if_version, "ifVersion", least=0, most=_VERSIONS)
    said = "" if key is None else typed.text(action, request)
    return Terms(if_version, key, said, dry_run, notify)
