"""Who is the same person, and who is meant."""

from __future__ import annotations

import pytest

from calbook.core import people
from calbook.core.errors import AmbiguousPerson, DuplicateAttendee, NotFound, UsageError
from calbook.core.model import Attendee
from calbook.core.people import Wanted

ADA = Attendee("ada@example.com", "Ada", "+351 912 345 678")
BOB = Attendee("bob@example.com", "Bob", "+351 912 345 678")
EVE = Attendee(name="Eve", phone="912 000 111")
KIT = Attendee(name="Kit", ref="K-17")
SAM = Attendee(name="Sam")


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("+351 912 345 678", "+351912345678"),
        ("00351 912-345-678", "+351912345678"),
        ("+351.912.345.678", "+351912345678"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("0044 (0)20/7946 0018", "+442079460018"),
        ("(0)912 345", "0912345"),
        ("912 345 678", "912345678"),
        ("555 0100 x12", "5550100x12"),
        ("((((", None),
        ("+x", None),
        (None, None),
    ],
)
def test_a_number_has_one_form_however_it_is_written(
    written: str | None, digits: str | None
) -> None:
    assert people.phone_digits(written) == digits


@pytest.mark.parametrize(
    ("person", "key"),
    [
        (ADA, "ada@example.com"),
        (Attendee("ADA@Exämple.com"), "ada@xn--exmple-cua.com"),
        (EVE, "tel:912000111"),
        (KIT, "ref:k-17"),
        (Attendee(name="  ÉVE  Lima "), "name:éve lima"),
        ({"email": None, "name": "Eve", "phone": "912 000 111"}, "tel:912000111"),
    ],
)
def test_a_person_is_known_by_the_first_that_there_is(
    person: Attendee, key: str
) -> None:
    assert people.person_key(person) == key


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param(ADA, BOB, False, id="one phone, two addresses"),
        pytest.param(
            ADA, Attendee("ADA@example.com", "A.", "1234"), True, id="one address"
        ),
        pytest.param(
            ADA, Attendee(name="A.", phone="00351912345678"), True, id="one phone"
        ),
        pytest.param(
            Attendee("weiß@b.example"), Attendee("Weiss@b.example"), False, id="ß"
        ),
        pytest.param(
            Attendee("weiß@b.example"), Attendee("WEIß@b.example"), True, id="ß twice"
        ),
        pytest.param(EVE, EVE._replace(ref="1"), True, id="a number more"),
        pytest.param(
            EVE._replace(ref="1"), KIT._replace(ref="1"), True, id="one number"
        ),
        pytest.param(KIT, Attendee(name="K.", ref="k - 17"), True, id="case, spaces"),
        pytest.param(KIT, Attendee(name="Kit", ref="K17"), False, id="two numbers"),
        pytest.param(SAM, Attendee("s@example.com", "sam"), True, id="one name"),
        pytest.param(SAM, EVE, False, id="nothing"),
        pytest.param(Attendee("a@b.c"), Attendee(phone="12345"), False, id="nameless"),
    ],
)
def test_the_first_that_both_have_says_who_is_the_same(
    one: Attendee, other: Attendee, is_same: bool
) -> None:
    assert people.is_same(one, other) is people.is_same(other, one) is is_same
    if is_same:
        with pytest.raises(DuplicateAttendee):
            people.check_no_duplicate([one, EVE, KIT, SAM, other])
    else:
        people.check_no_duplicate([one, other])


@pytest.mark.parametrize(
    ("wanted", "who"),
    [
        (Wanted(email="ADA@example.com"), ADA),
        (Wanted(phone="00912000111", email=None), None),
        (Wanted(phone="912-000-111"), EVE),
        (Wanted(ref="K-17"), KIT),
        (Wanted(ref="k -17"), KIT),
        (Wanted(person="k-17"), KIT),
        (Wanted(email="ada@example.com", phone="+351912345678"), ADA),
        (Wanted(email="ada@example.com", ref="K-17"), None),
        (Wanted(person="sam"), SAM),
        (Wanted(person="K-17"), KIT),
        (Wanted(person="912000111"), EVE),
        (Wanted(person="bob@example.com"), BOB),
        (Wanted(person="per_0123456789ab"), SAM),
        (Wanted(person="nobody"), None),
    ],
)
def test_somebody_is_found_by_any_fact(wanted: Wanted, who: Attendee | None) -> None:
    everybody = [ADA, BOB, EVE, KIT, SAM]
    if who is SAM:
        who = everybody[-1] = SAM._replace(person_id="per_0123456789ab")

    if who is None:
        with pytest.raises(NotFound):
            people.find_attendee(everybody, wanted)
    else:
        assert people.find_attendee(everybody, wanted) is who


@pytest.mark.parametrize(
    "wanted", [Wanted(phone="+351912345678"), Wanted(person="+351 912 345 678")]
)
def test_what_two_share_says_nothing_of_one(wanted: Wanted) -> None:
    with pytest.raises(AmbiguousPerson) as refusal:
        people.find_attendee([ADA, BOB], wanted)

    assert refusal.value.details["candidates"] == [
        "Ada <ada@example.com>",
        "Bob <bob@example.com>",
    ]
    assert refusal.value.exit_code == 6


@pytest.mark.parametrize(
    ("contact", "fits"),
    [
        ("EMAIL", {"Ada"}),
        ("PHONE", {"Ada", "Eve"}),
        ("ANY", {"Ada", "Eve", "Kit"}),
        ("NONE", {"Ada", "Eve", "Kit", "Sam"}),
    ],
)
def test_an_event_type_says_what_is_asked(contact: str, fits: set[str]) -> None:
    for person in (ADA, EVE, KIT, SAM):
        if person.name in fits:
            people.check_contact(contact, person, "evt_demo")
            continue
        with pytest.raises(UsageError) as refusal:
            people.check_contact(contact, person, "evt_demo")
        assert str(refusal.value.command_hint).startswith("add --")
