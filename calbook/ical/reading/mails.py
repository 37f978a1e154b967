"""What a mail brings that answers an invitation, and from whom (RFC 6047).

A mail is hostile: everything in it is bounded, nothing of it is believed that it does
not need, and who sends it is read strictly: whatever could be read in two ways is
nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from typing import NamedTuple

from calbook.core.errors import BadInput
from calbook.ical.reading.authentication import is_authenticated
from calbook.ical.reading.replies import Answer, read_answers

LARGEST_MESSAGE = 1_000_000
MOST_PARTS = 50
_DEEPEST = 10
_LARGEST_HEAD = 256_000
_MOST_HEADERS = 1_000

_BARE = re.compile(rb"(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*B\0?E\0?G\0?I\0?N", re.I)
_BARE_END = re.compile(rb"E\0?N\0?D\0?:\0?V\0?(CAL|C\0A\0L\0|EVE|E\0V\0E\0)", re.I)
_BOUNDARY = re.compile(rb"boundary[ \t]*(\*\d*\*?)?[ \t]*=", re.IGNORECASE)
_FROM = re.compile(rb"^from[ \t]*:", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_ANGLED = re.compile(r"[^<>@,;:]*<\s*([^\s<>@]+@[^\s<>@]+)\s*>\s*")
_PLAIN = re.compile(r"\s*([^\s<>@,;:]+@[^\s<>@,;:]+)\s*")
_ENCODED = re.compile(r"=\?[^?\s]*\?[bq]\?[^?]*\?=", re.IGNORECASE)
# What is text in one way: no codec that unpacks, and none that takes its time.
_CHARSETS = re.compile(
    r"iso-?8859-?\d{1,2}|latin-?1|windows-?125\d|cp125\d|koi8-[ru]|gb2312|gbk|gb18030"
    r"|big5|shift[-_]jis|euc-(jp|kr)|iso-2022-jp|utf-?(16|32)(-?[lb]e)?",
    re.IGNORECASE,
)
_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "base64", "quoted-printable"})


class ReceivedMail(NamedTuple):
    """The answers of a mail, or of a bare calendar file, and who sends them.

    `sender` is the one address of From; None where it names none or several.
    `is_authenticated` is what the host's own server found out about it.
    """

    answers: tuple[Answer, ...]
    is_mail: bool = False
    sender: str | None = None
    is_authenticated: bool = False


def may_answer(data: bytes) -> bool:
    """Whether a mail could bring an answer at all, told by its bytes alone."""
    said = data.lower()
    return b"calendar" in said or b".ics" in said or b"/ics" in said


def read_mail(data: bytes, *, authserv_id: str | None = None) -> ReceivedMail:
    """The answers of a mail or of a calendar file; of others none.

    Raises:
        BadInput: it is too large, has too many parts, or cannot be read.
    """
    if len(data) > LARGEST_MESSAGE:
        raise BadInput(
            f"the mail has more than {LARGEST_MESSAGE:,} bytes", most=LARGEST_MESSAGE
        )
    if _BARE.match(data) and _BARE_END.search(data):
        return ReceivedMail(read_answers(data))
    message = _parse(data)
    answers = _answers(message)
    if not answers:
        return ReceivedMail((), is_mail=True)
    headers = _headers(message)
    sender = _sender(headers) if len(_FROM.findall(_head(data))) == 1 else None
    return ReceivedMail(
        answers,
        is_mail=True,
        sender=sender,
        is_authenticated=is_authenticated(headers, sender, authserv_id),
    )


def _head(data: bytes) -> bytes:
    return re.split(rb"\r?\n\r?\n|\r\r", data, maxsplit=1)[0]


def _parse(data: bytes) -> Message:
    head = _head(data)
    if len(head) > _LARGEST_HEAD or head.count(b"\n") > _MOST_HEADERS:
        raise BadInput("the head of the mail is too long", most=_LARGEST_HEAD)
    if len(_BOUNDARY.findall(data)) > MOST_PARTS:
        raise BadInput(f"the mail has more than {MOST_PARTS} parts", most=MOST_PARTS)
    try:
        return BytesParser().parsebytes(data)
    except (RecursionError, ValueError, LookupError):
        raise BadInput("the mail is built too badly to be read") from None


def _headers(message: Message) -> list[tuple[str, str]]:
    """Names in small letters and unfolded values, as they stand there, from the top."""
    return [
        (name.strip().lower(), re.sub(r"[\r\n]+[ \t]*", " ", str(value)).strip())
        for name, value in message.raw_items()
    ]


def _sender(headers: list[tuple[str, str]]) -> str | None:
    """The address of the one mailbox that From names (RFC 5322, 3.6.2).

    What is quoted, a comment or an encoded word is no address, whatever it looks like.
    """
    found = [value for name, value in headers if name == "from"]
    if len(found) != 1 or len(found[0]) > 2_000:
        return None
    text = _QUOTED.sub("", found[0])
    for _ in range(_DEEPEST):
        text, count = _COMMENT.subn("", text)
        if not count:
            break
    text = _ENCODED.sub("", text)
    if any(each in text for each in '"()\\') or text.count("@") != 1:
        return None
    match = _ANGLED.fullmatch(text) or _PLAIN.fullmatch(text)
    if match is None or not match[1].isprintable():
        return None
    return match[1].encode("utf-8", "surrogateescape").decode("utf-8", "replace")


# -- parts -----------------------------------------------------------------------------


def _answers(message: Message) -> tuple[Answer, ...]:
    """Those of the first part that has any: the same often comes as a file too."""
    fault: BadInput | None = None
    for part in _calendar_parts(message):
        try:
            found = read_answers(_content(part), method=_parameter(part, "method"))
        except BadInput as error:
            fault = fault or error
            continue
        if found:
            return found
    if fault is not None:
        raise fault
    return ()


def _calendar_parts(message: Message) -> Iterator[Message]:
    for count, (part, depth) in enumerate(_parts(message, 0), 1):
        if count > MOST_PARTS or depth > _DEEPEST:
            what, most = f"has more than {MOST_PARTS} parts", MOST_PARTS
            if depth > _DEEPEST:
                what, most = f"is nested more than {_DEEPEST} deep", _DEEPEST
            raise BadInput(f"the mail {what}", most=most)
        if not part.is_multipart() and _is_calendar(part):
            yield part


def _parts(message: Message, depth: int) -> Iterator[tuple[Message, int]]:
    """Every part, also of mails within it, each with how deep it lies."""
    yield message, depth
    if depth <= _DEEPEST and message.is_multipart():  # else it would be decoded
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)


def _is_calendar(part: Message) -> bool:
    if part.get_content_type() in ("text/calendar", "application/ics"):
        return True
    names = [_parameter(part, "name")]
    names += [_parameter(part, "filename", header="content-disposition")]
    return any((name or "").lower().endswith(".ics") for name in names)


def _parameter(part: Message, name: str, *, header: str = "content-type") -> str | None:
    """A parameter in plain text; one that is built oddly is none."""
    try:
        value = part.get_param(name, header=header)
    except (ValueError, LookupError, TypeError):
        return None
    if isinstance(value, tuple):  # RFC 2231: charset, language, text
        value = value[2]
    return value.strip()[:200] if isinstance(value, str) else None


def _content(part: Message) -> bytes:
    """Its bytes, in UTF-8 or with a mark of their order."""
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    if encoding not in _ENCODINGS:
        raise BadInput("the calendar in the mail is encoded in an unknown way")
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, RecursionError):
        raise BadInput("the calendar in the mail cannot be decoded") from None
    assert isinstance(data, bytes)  # it is no multipart
    charset = (_parameter(part, "charset") or "").strip("'\" ")
    if not _CHARSETS.fullmatch(charset) or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data
    try:
        return data.decode(charset, "replace").encode("utf-8", "replace")
    except LookupError:
        return data
