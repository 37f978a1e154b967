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
    notify: bool = False,
    dry_run: bool = False,
) -> Terms:
    from calbook.core import fields
    from calbook.intake import typed
    from calbook.intake.requests import check_notice
    from calbook.ledger import Terms

    check_notice(notify)
    if if_version is not None:
        fields.whole(if_version, "ifVersion", least=0, most=_VERSIONS)
    said = "" if key is None else typed.text(action, request)
    return Terms(if_version, key, said, dry_run)
