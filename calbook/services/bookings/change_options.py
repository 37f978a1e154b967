"""How a change is asked for: once only, for one version, with notices, as a dry run."""

from __future__ import annotations

from calbook.core import checks
from calbook.core.typing_names import NamedTuple
from calbook.wire.reading import idempotency

_VERSIONS = 2**53


class ChangeOptions(NamedTuple):
    """What every change takes besides its own arguments."""

    if_version: int | None = None
    idempotency_key: str | None = None
    request: str = ""  # as given; compared when the key comes again
    dry_run: bool = False
    notify: bool | None = None  # tell the attendees; else as the event type says
    is_silent: bool = False  # nobody hears of it: no mail, webhook or calendar


def read_options(
    action: str,
    request: object,
    *,
    if_version: int | None = None,
    idempotency_key: str | None = None,
    notify_attendee: bool | None = None,
    dry_run: bool = False,
) -> ChangeOptions:
    """The options of an action, checked; `request` is all else that was given.

    Raises:
        MailNotConfigured: notices were asked for and nothing can send them.
    """
    if notify_attendee is not None and checks.boolean(
        notify_attendee, "notifyAttendee"
    ):
        from calbook.services.outbox import (
            mail_notices,  # only where somebody is to be told
        )

        mail_notices.require_mail_server()
    if if_version is not None:
        checks.whole_number(if_version, "ifVersion", least=0, most=_VERSIONS)
    text = ""
    if idempotency_key is not None:
        text = idempotency.request_text(action, request)
    return ChangeOptions(if_version, idempotency_key, text, dry_run, notify_attendee)
