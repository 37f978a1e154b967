"""Single values that people give: what is kept, and what is refused."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest

from calbook.core import checks, ids
from calbook.core.errors import BadInput
from calbook.core.rules.booking_rules import RULE_OVERRIDES

Check = Callable[..., Any]


def refused(check: Check, *args: Any, **named: Any) -> BadInput:
    with pytest.raises(BadInput) as refusal:
        check(*args, **named)
    assert refusal.value.code == "bad_input"
    return refusal.value


# -- text ----------------------------------------------------------------------------

UNSTORABLE = [
    pytest.param(None, "name must be text, not null", id="null"),
    pytest.param(5, "name must be text, not a number", id="number"),
    pytest.param(1.5, "name must be text, not a number", id="float"),
    pytest.param(True, "name must be text, not true or false", id="true"),
    pytest.param([], "name must be text, not a list", id="list"),
    pytest.param({}, "name must be text, not an object", id="object"),
    pytest.param(b"Ada", "name must be text, not bytes", id="bytes"),
    pytest.param("Ada\0", "name holds a NUL byte", id="nul"),
    pytest.param("\udcff", "name is not valid UTF-8", id="surrogate"),
    pytest.param("\ud800", "name is not valid UTF-8", id="first-surrogate"),
    pytest.param("\udfff", "name is not valid UTF-8", id="last-surrogate"),
    pytest.param(
        "x" * 201, "name has 201 characters; at most 200 fit", id="one-too-many"
    ),
]


@pytest.mark.parametrize(("value", "message"), UNSTORABLE)
def test_text_that_cannot_be_stored_is_refused(value: object, message: str) -> None:
    assert refused(checks.line, value, "name").json_message == message
    assert refused(checks.prose, value, "name", most=200).json_message == message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Ada", id="plain"),
        pytest.param(" Ada ", id="blanks-around-are-kept"),
        pytest.param("Zoë 李 👩\u200d💻", id="any-script"),
        pytest.param("a\tb\x1b[31m\u202e", id="stored-as-given"),
        pytest.param("\U0001f600" * 200, id="characters-not-bytes"),
    ],
)
def test_a_line_is_kept_as_it_was_given(text: str) -> None:
    assert checks.line(text, "name") == text


@pytest.mark.parametrize(
    "line_break",
    [
        "\n",
        "\r",
        "\r\n",
        "\v",
        "\f",
        "\x1c",
        "\x1d",
        "\x1e",
        "\x85",
        "\u2028",
        "\u2029",
    ],
    ids=lambda text: text.encode("unicode_escape").decode(),
)
def test_a_line_takes_no_line_break(line_break: str) -> None:
    refusal = refused(checks.line, f"Ada{line_break}Lovelace", "name")

    assert refusal.json_message == "name must be one line"
    assert checks.prose(f"Ada{line_break}", "notes") == f"Ada{line_break}"


@pytest.mark.parametrize("text", ["", " ", "\t", "\u00a0", "\u3000"])
def test_a_line_says_something(text: str) -> None:
    assert refused(checks.line, text, "name").json_message == "name is empty"
    assert checks.prose(text, "notes") == text


def test_prose_takes_20_000_characters() -> None:
    assert checks.prose("x" * 20_000, "notes") == "x" * 20_000
    assert refused(checks.prose, "x" * 20_001, "notes").details == {
        "field": "notes",
        "length": 20_001,
        "most": 20_000,
    }


# -- addresses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com",
        "Ada.Lovelace+calbook@Sub.Example.co.uk",
        "o'brien@example.com",
        "zoë@exämple.de",
        "用户@例子.公司",
        "x" * 64 + "@example.com",
        "é" * 32 + "@example.com",
        f"x@{'x' * 63}.{'y' * 63}.com",
        "x" * 64 + "@" + ("y" * 61 + ".") * 3 + "com",
        "x@my_host.example",
        "first.last@straße.example",
    ],
)
def test_an_address_is_kept_as_it_was_given(address: str) -> None:
    assert checks.email(address) == address


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("", id="empty"),
        pytest.param("ada", id="no-at"),
        pytest.param("@example.com", id="no-local-part"),
        pytest.param("ada@", id="no-domain"),
        pytest.param("ada@a@b", id="two-ats"),
        pytest.param("ada@localhost", id="no-dot"),
        pytest.param("none@none", id="none"),
        pytest.param("john@acme", id="half-a-domain"),
        pytest.param("Ada <ada@example.com>", id="display-name"),
        pytest.param("ada @example.com", id="space"),
        pytest.param(" ada@example.com", id="space-before"),
        pytest.param("ada@example.com,bob@example.com", id="two-addresses"),
        pytest.param("ada@example.com;bob@example.com", id="two-with-semicolon"),
        pytest.param('"ada"@example.com', id="quotes"),
        pytest.param("ada@example.com\r\nBcc: eve@example.com", id="header-injection"),
        pytest.param("ada@example.com\n", id="line-break"),
        pytest.param("mailto:ada@example.com", id="mailto"),
        pytest.param("ada\u200b@example.com", id="zero-width-space"),
        pytest.param("ada\u202e@example.com", id="right-to-left"),
        pytest.param("ada\x07@example.com", id="bell"),
        pytest.param("ada\u00a0@example.com", id="no-break-space"),
        pytest.param("x" * 64 + "@" + ("y" * 61 + ".") * 3 + "coms", id="255"),
        pytest.param("x" * 65 + "@example.com", id="65-before-the-at"),
        pytest.param("é" * 33 + "@example.com", id="66-octets-before-the-at"),
        pytest.param(f"x@{'x' * 64}.com", id="64-between-dots"),
        pytest.param("x@" + "ü" * 60 + ".com", id="64-between-dots-in-ascii"),
        pytest.param("x" * 64 + "@" + "ü.c" * 40, id="255-in-ascii"),
        pytest.param("a@b..example", id="nothing-between-dots"),
        pytest.param("a@.example", id="nothing-before-a-dot"),
        pytest.param("a@example.", id="nothing-behind-a-dot"),
        pytest.param("a@b\u3002\u3002example", id="nothing-between-full-width-dots"),
        pytest.param("a..b@example.com", id="nothing-between-dots-before-the-at"),
        pytest.param(".a@example.com", id="dot-first"),
        pytest.param("a.@example.com", id="dot-last"),
        pytest.param("a@-b.example", id="hyphen"),
        pytest.param("a@b!c.example", id="no-letter"),
        pytest.param("a@\u2100.example", id="a-letter-that-means-a-slash"),
        pytest.param("a@\U0001f600.example", id="no-name-by-idna-2008"),
        pytest.param(None, id="null"),
        pytest.param(5, id="number"),
    ],
)
def test_anything_else_is_no_address(address: object) -> None:
    assert refused(checks.email, address, "guest.email").details["field"] == (
        "guest.email"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("straße@example.com", "STRAßE@EXAMPLE.COM"),
        ("zoe\u0308@example.com", "zo\u00eb@example.com"),
        ("ada@B\u00fccher.example", "ada@XN--bcher-kva.example"),
        ("ada@bu\u0308cher\u3002example", "ada@b\u00fccher.example"),
    ],
    ids=["case", "sharp-s", "composition", "domain", "full-width dot"],
)
def test_addresses_are_compared_folded(one: str, other: str) -> None:
    assert checks.fold_email(one) == checks.fold_email(other)
    assert checks.fold_email(one) != checks.fold_email("bob@example.com")


def test_two_hosts_are_two_addresses() -> None:
    """They were one, as mail to the first went to the second (IDNA of 2003)."""
    one, other = map(checks.fold_email, ("a@straße.de", "a@strasse.de"))

    assert (one, other) == ("a@xn--strae-oqa.de", "a@strasse.de")


@pytest.mark.parametrize(
    "number",
    ["112", "+351 912 345 678", "(020) 7946-0018", "555.0100 x12", "+1/555/0100"],
)
def test_a_phone_number_is_kept_as_it_was_given(number: str) -> None:
    assert checks.phone(number) == number


@pytest.mark.parametrize(
    "number",
    [
        "",
        "12",
        "call me",
        "++351",
        "+",
        "９１２３",
        "912 345 678;ext=1",
        "1" * 41,
        None,
    ],
)
def test_anything_else_is_no_phone_number(number: object) -> None:
    refused(checks.phone, number)


@pytest.mark.parametrize(
    "address",
    [
        "https://meet.example/room",
        "HTTPS://Meet.Example",
        "http://localhost:8080/x?y=1#z",
        "https://[::1]:8443/",
        "https://meet.example/a@b",
        "https://bücher.example/",
        "https://meet.example/?" + "x" * 1_978,
    ],
)
def test_a_web_address_is_kept_as_it_was_given(address: str) -> None:
    assert checks.url(address, "meetingUrl") == address


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("", id="empty"),
        pytest.param("meet.example/room", id="no-scheme"),
        pytest.param("//meet.example/room", id="no-scheme-slashes"),
        pytest.param("https:/meet.example", id="one-slash"),
        pytest.param("https://", id="no-host"),
        pytest.param("https:///room", id="no-host-path"),
        pytest.param("https://?x", id="no-host-query"),
        pytest.param("ftp://meet.example", id="ftp"),
        pytest.param("javascript://meet.example/%0aalert(1)", id="javascript"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("https://ada:secret@meet.example", id="password"),
        pytest.param("https://ada@meet.example/", id="user"),
        pytest.param("https://meet.example\\@evil.example", id="backslash"),
        pytest.param("https://meet.example/a b", id="space"),
        pytest.param("https://meet.example/\u202e", id="right-to-left"),
        pytest.param("https://meet.example/\x1b[31m", id="escape"),
        pytest.param("https://meet.example/\n", id="line-break"),
        pytest.param("https://meet.example/" + "x" * 1_980, id="2001-characters"),
        pytest.param(None, id="null"),
    ],
)
def test_anything_else_is_no_web_address(address: object) -> None:
    refused(checks.url, address, "meetingUrl")


# -- ids -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "prefix", "full"),
    [
        pytest.param("demo", "evt", "evt_demo", id="slug"),
        pytest.param("evt_demo", "evt", "evt_demo", id="id"),
        pytest.param("evt_xxx", "evt", "evt_xxx", id="seed"),
        pytest.param("user_demo", "evt", "evt_user_demo", id="another-nouns-prefix"),
        pytest.param("evt", "evt", "evt_evt", id="prefix-as-slug"),
        pytest.param("0", "sched", "sched_0", id="digit"),
        pytest.param("EVT_Demo", "evt", "evt_demo", id="in-any-case"),
        pytest.param("_", "user", "user__", id="underscore"),
        pytest.param("dev-call", "evt", "evt_dev-call", id="hyphen"),
        pytest.param("x" * 60, "user", "user_" + "x" * 60, id="60"),
    ],
)
def test_a_bare_slug_gets_its_prefix(given: str, prefix: str, full: str) -> None:
    assert checks.identifier(given, prefix, "id") == full


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("", id="empty"),
        pytest.param("evt_", id="prefix-alone"),
        pytest.param("-demo", id="hyphen-first"),
        pytest.param("my demo", id="space"),
        pytest.param("demo\n", id="line-break"),
        pytest.param("démo", id="accent"),
        pytest.param("demo٣", id="arabic-digit"),
        pytest.param("../demo", id="path"),
        pytest.param("x" * 61, id="61"),
        pytest.param("x" * 1000, id="1000"),
        pytest.param(None, id="null"),
        pytest.param(7, id="number"),
    ],
)
def test_anything_else_is_no_id(given: object) -> None:
    refused(checks.identifier, given, "evt", "eventTypeId")


def test_new_uids_are_60_random_bits_in_crockfords_letters() -> None:
    uids = {ids.uid() for _ in range(200)}

    assert len(uids) == 200
    assert all(re.fullmatch("bk_[0-9a-hjkmnp-tv-z]{12}", uid) for uid in uids)
    assert re.fullmatch("ev_[0-9a-hjkmnp-tv-z]{16}", ids.event())
    assert re.fullmatch("[A-Za-z0-9_-]{22}", ids.token())


# -- numbers, choices, true and false ------------------------------------------------


@pytest.mark.parametrize("value", [1, 720, 1440])
def test_a_whole_number_lies_in_its_range(value: int) -> None:
    assert checks.whole_number(value, "duration", least=1, most=1440) == value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "duration is 0; it must be from 1 to 1,440"),
        (1441, "duration is 1,441; it must be from 1 to 1,440"),
        (-5, "duration is -5; it must be from 1 to 1,440"),
        (30.0, "duration must be a whole number"),
        ("30", "duration must be a whole number"),
        (True, "duration must be a whole number"),
        (None, "duration must be a whole number"),
    ],
)
def test_any_other_number_is_refused(value: object, message: str) -> None:
    refusal = refused(checks.whole_number, value, "duration", least=1, most=1440)

    assert refusal.json_message == message


@pytest.mark.parametrize("value", [True, False])
def test_true_and_false_are_themselves(value: bool) -> None:
    assert checks.boolean(value, "active") is value


@pytest.mark.parametrize("value", [0, 1, "true", "", None])
def test_nothing_else_is_true_or_false(value: object) -> None:
    assert refused(checks.boolean, value, "active").json_message == (
        "active must be true or false"
    )


@pytest.mark.parametrize("given", ["ROUND_ROBIN", "round_robin", "Round-Robin"])
def test_a_choice_is_read_in_any_case(given: str) -> None:
    kinds = ("SINGLE", "ROUND_ROBIN")

    assert checks.choice(given, "schedulingType", kinds) == "ROUND_ROBIN"


@pytest.mark.parametrize("name", RULE_OVERRIDES)
def test_every_override_can_be_chosen(name: str) -> None:
    """`per-day` could not: hyphens were folded in what was typed only."""
    assert checks.choice(name, "override", RULE_OVERRIDES) == name
    assert (
        checks.choice(name.replace("-", "_").upper(), "override", RULE_OVERRIDES)
        == name
    )


@pytest.mark.parametrize("given", ["", "TRIPLE", None, 5, "\x1b"])
def test_any_other_choice_is_refused_naming_them_all(given: object) -> None:
    refusal = refused(checks.choice, given, "kind", ("SINGLE", "ROUND_ROBIN"))

    assert refusal.json_hint == "choose one of SINGLE, ROUND_ROBIN"
    assert refusal.json_message.isprintable()


# -- what a refusal says -------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "args", "message", "hint"),
    [
        pytest.param(
            checks.email,
            ("a\x1bb",),
            "email is not an e-mail address: a\\u001bb",
            "write it as name@example.com",
            id="email",
        ),
        pytest.param(
            checks.email,
            ("a@i❤.example",),
            "email is not an e-mail address: a@i❤.example",
            "no such domain is looked up; if it has an xn-- form, write that",
            id="domain",
        ),
        pytest.param(
            checks.email,
            ("a@x..example",),
            "email is not an e-mail address: a@x..example",
            "before the @ fit 64 bytes, and between dots from 1 to 63",
            id="parts",
        ),
        pytest.param(
            checks.phone,
            ("\u202e1",),
            "phone is not a phone number: \\u202e1",
            "write it with digits, as in +351 912 345 678",
            id="phone",
        ),
        pytest.param(
            checks.url,
            ("meet.example", "meetingUrl"),
            "meetingUrl is not a web address: meet.example",
            "write it as https://meet.example/room",
            id="url",
        ),
        pytest.param(
            checks.identifier,
            ("my.demo", "evt", "eventTypeId"),
            "eventTypeId cannot be my.demo",
            "use up to 60 of a-z, 0-9, - and _, as in evt_demo",
            id="id",
        ),
        pytest.param(
            checks.choice,
            ("triple", "kind", ("SINGLE", "ROUND_ROBIN")),
            "kind cannot be triple",
            "choose one of SINGLE, ROUND_ROBIN",
            id="choice",
        ),
        pytest.param(
            checks.metadata,
            ([],),
            "metadata must be an object of keys and values",
            None,
            id="metadata",
        ),
        pytest.param(
            checks.metadata,
            ({str(n): n for n in range(51)},),
            "metadata has more than 50 keys",
            None,
            id="metadata-keys",
        ),
        pytest.param(
            checks.metadata,
            ({"k" * 41: 1},),
            "metadata key has 41 characters; at most 40 fit",
            None,
            id="metadata-key",
        ),
        pytest.param(
            checks.metadata,
            ({"a": "x" * (64 * 1024)},),
            "metadata takes 65,545 bytes; at most 65,536 fit",
            None,
            id="metadata-size",
        ),
        pytest.param(
            checks.metadata,
            ({"a": "\0"},),
            "metadata holds a NUL byte",
            None,
            id="metadata-nul",
        ),
        pytest.param(
            checks.metadata,
            ({"a": {1}},),
            "metadata cannot be written as JSON",
            None,
            id="metadata-json",
        ),
    ],
)
def test_a_refusal_names_the_field_and_what_would_be_right(
    check: Check, args: tuple[Any, ...], message: str, hint: str | None
) -> None:
    refusal = refused(check, *args)

    assert (refusal.json_message, refusal.json_hint) == (message, hint)


# -- metadata ------------------------------------------------------------------------

SIXTY_FOUR_KB = 64 * 1024


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({}, id="empty"),
        pytest.param({"a": 1, "b": [None, {"c": "é"}]}, id="nested"),
        pytest.param({str(n): n for n in range(50)}, id="50-keys"),
        pytest.param({"k" * 40: 1}, id="key-of-40"),
        pytest.param({"a": "x" * (SIXTY_FOUR_KB - 9)}, id="64-kB"),
        pytest.param({"a": "\\u0000"}, id="spelt-out-nul"),
        pytest.param({"a": "line\nbreak\t"}, id="escapes"),
    ],
)
def test_metadata_is_kept_as_it_was_given(value: dict[str, Any]) -> None:
    assert checks.metadata(value) == value


def test_metadata_from_any_mapping_becomes_a_plain_object() -> None:
    assert type(checks.metadata(OrderedDict(a=1))) is dict


def test_text_that_spells_out_a_nul_is_no_nul() -> None:
    r"""`\u0000`, six characters long, was taken for the NUL that JSON writes so."""
    assert checks.to_json_text("\\u0000", "metadata") == '"\\\\u0000"'
    assert checks.to_json_text("\\\\u0000", "metadata") == '"\\\\\\\\u0000"'
    refused(checks.to_json_text, "\\\0", "metadata")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="null"),
        pytest.param([], id="list"),
        pytest.param("a=1", id="text"),
        pytest.param({str(n): n for n in range(51)}, id="51-keys"),
        pytest.param({"k" * 41: 1}, id="key-of-41"),
        pytest.param({"": 1}, id="key-empty"),
        pytest.param({"a\nb": 1}, id="key-of-two-lines"),
        pytest.param({1: 1}, id="key-number"),
        pytest.param({"a": "x" * (SIXTY_FOUR_KB - 8)}, id="one-byte-more"),
        pytest.param({"a": "é" * (SIXTY_FOUR_KB // 2)}, id="bytes-not-characters"),
        pytest.param({"a": float("nan")}, id="nan"),
        pytest.param({"a": float("-inf")}, id="infinity"),
        pytest.param({"a": 10**5000}, id="huge-number"),
        pytest.param({"a": {1, 2}}, id="set"),
        pytest.param({"a": b"x"}, id="bytes"),
        pytest.param({"a": "\0"}, id="nul"),
        pytest.param({"a": {"\0": 1}}, id="nul-in-a-key"),
        pytest.param({"a": "\udcff"}, id="surrogate"),
    ],
)
def test_metadata_that_does_not_fit_is_refused(value: object) -> None:
    assert "metadata" in refused(checks.metadata, value).json_message


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_metadata_may_be_nested_20_deep() -> None:
    deepest = {"a": nested(19)}

    assert checks.metadata(deepest) == deepest
    assert refused(checks.metadata, {"a": nested(20)}).json_message == (
        "metadata is nested more than 20 deep"
    )
    refused(checks.metadata, {"a": [{"b": nested(18)}]})


def test_metadata_that_holds_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["a"] = endless

    refused(checks.metadata, endless)
    refused(checks.metadata, {"a": nested(100_000)})


def test_json_is_written_in_utf_8_letters() -> None:
    text = checks.to_json_text({"a": "é"}, "metadata")

    assert text == '{"a": "é"}'
    assert json.loads(text) == {"a": "é"}
