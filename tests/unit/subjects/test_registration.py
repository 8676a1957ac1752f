"""What an application may look like, and that everything wrong with it is said at once."""

from datetime import date

import pytest

from plumbline.law.dates import DateOrder
from services.subjects.domain.events import SubjectRegistered
from services.subjects.domain.refusals import LegalBasisInvalid, PowerItemInvalid, RegionUnknown, UsccInvalid
from tests.unit.subjects.builders import DAY, USCC, a_basis, a_subject, an_item, days, on


def names(refusal):
    return [param.name for param in refusal.value.invalid]


def test_an_application_is_submitted_and_says_so():
    subject = a_subject()

    said = subject.apply(on(DAY))

    assert subject.status == "SUBMITTED"
    assert said == SubjectRegistered("s-1", "武安市市场监督管理局", USCC, "STATUTORY", "COUNTY", "130481", DAY)


def test_a_credit_code_in_small_letters_with_blanks_is_the_same_code():
    assert a_subject(usc_code=" 11130400000481238a ").usc_code == USCC


@pytest.mark.parametrize("code", ["1113040000048123A", "111304000004812380", "91130481MA07KOKK8F", "", "一" * 18])
def test_a_text_that_is_no_credit_code_is_refused(code):
    with pytest.raises(UsccInvalid) as refusal:
        a_subject(usc_code=code)
    assert names(refusal) == ["uscCode"]


def test_a_region_nobody_knows_is_refused():
    with pytest.raises(RegionUnknown):
        a_subject(region="999999", power_items=[])


def test_two_bases_of_one_code_are_refused():
    with pytest.raises(LegalBasisInvalid) as refusal:
        a_subject(legal_bases=[a_basis(), a_basis()])
    assert names(refusal) == ["legalBases[1].code"]


def test_a_basis_that_ends_before_it_begins_is_refused():
    with pytest.raises(LegalBasisInvalid):
        a_subject(legal_bases=[a_basis(effective_to=date(2015, 9, 30))])


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"basis_codes": ("other-law",)}, "basisCodes"),
        ({"region": "130402"}, "region"),
        ({"region": "130400"}, "region"),
        ({"region": "nowhere"}, "region"),
        ({"valid_to": date(2019, 12, 31)}, "validTo"),
        ({"action_type": "INSPECTION"}, "penaltyKinds"),
    ],
)
def test_a_power_item_that_contradicts_itself_or_its_body_is_refused(change, name):
    with pytest.raises(PowerItemInvalid) as refusal:
        a_subject(power_items=[an_item(**change)])
    assert names(refusal) == [f"powerItems[0].{name}"]


def test_versions_of_an_item_may_follow_each_other_but_not_overlap():
    first = an_item(valid_to=date(2025, 12, 31))
    a_subject(power_items=[first, an_item(version=2, valid_from=date(2026, 1, 1))])

    with pytest.raises(PowerItemInvalid):
        a_subject(power_items=[first, an_item(version=2, valid_from=date(2025, 12, 31))])


def test_two_versions_of_an_item_have_two_numbers():
    with pytest.raises(PowerItemInvalid):
        a_subject(power_items=[an_item(valid_to=date(2025, 12, 31)), an_item(valid_from=date(2026, 1, 1))])


def test_everything_wrong_is_said_at_once_under_the_name_of_the_first_fault():
    with pytest.raises(UsccInvalid) as refusal:
        a_subject(usc_code="1", legal_bases=[a_basis(), a_basis()], power_items=[an_item(region="130402")])
    assert names(refusal) == ["uscCode", "legalBases[1].code", "powerItems[0].region"]


def test_an_application_cannot_be_filed_tomorrow():
    with pytest.raises(DateOrder):
        a_subject().apply(on(days(1), entered=DAY))


def test_an_application_filed_last_week_may_be_entered_today():
    subject = a_subject()
    subject.apply(on(DAY, entered=days(7)))
    assert subject.history[0].since == DAY
    assert subject.history[0].recorded_at == on(days(7)).recorded_at
