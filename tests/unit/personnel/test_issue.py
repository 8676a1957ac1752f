"""Who gets a certificate, and every reason why not."""

from decimal import Decimal

import pytest

from plumbline.law.dates import DateOrder
from services.personnel.domain.events import CertificateIssued
from services.personnel.domain.refusals import (
    CertificateNumberInvalid,
    DuplicateCertificate,
    IneligibleForCertificate,
    RegionUnknown,
)
from tests.unit.personnel.builders import (
    DAY,
    NUMBER,
    a_certificate,
    a_certified_officer,
    an_examined_officer,
    an_officer,
    codes,
    days,
    on,
    powers,
)


def refused(officer, *, day=DAY, body=None, **changes):
    with pytest.raises(IneligibleForCertificate) as refusal:
        officer.issue(a_certificate(**changes), on(day), powers=body or powers())
    assert officer.certificates == []
    return codes(refusal.value)


def test_an_examined_officer_in_post_gets_a_certificate_and_says_what_is_public_of_it():
    officer = an_examined_officer()

    said = officer.issue(a_certificate(), on(DAY), powers=powers())

    assert said == CertificateIssued(
        "o-1", "s-1", "甲某", "执法队员", NUMBER, "PROVINCIAL", "河北省人民政府", ("FOOD",), "130481", DAY,
        a_certificate().valid_to,
    )  # fmt: skip
    assert officer.certificates[0].status_on(DAY) == "VALID"


def test_the_certificate_keeps_under_which_item_each_category_was_granted():
    officer = a_certified_officer()
    assert officer.certificates[0].granted_under == [
        {"category": "FOOD", "power_item_code": "CF-001", "power_item_version": 1}
    ]


def test_one_examination_is_not_enough():
    officer = an_officer()
    officer.sit_exam(on(DAY), kind="PUBLIC_LAW", score=Decimal(100))
    assert refused(officer) == ["PROFESSIONAL_EXAM_MISSING"]


@pytest.mark.parametrize(("score", "passed"), [("59.9", False), ("60", True), ("100", True), ("0", False)])
def test_sixty_of_a_hundred_is_a_pass(score, passed):
    said = an_officer().sit_exam(on(DAY), kind="PUBLIC_LAW", score=Decimal(score))
    assert said.passed is passed


def test_an_examination_after_the_issue_does_not_count():
    officer = an_officer()
    for kind in ("PUBLIC_LAW", "PROFESSIONAL_LAW"):
        officer.sit_exam(on(days(2)), kind=kind, score=Decimal(90))
    assert refused(officer, day=days(1)) == ["PUBLIC_EXAM_MISSING", "PROFESSIONAL_EXAM_MISSING"]


def test_a_failed_examination_may_be_sat_again():
    officer = an_officer()
    for score in (40, 75):
        officer.sit_exam(on(DAY), kind="PUBLIC_LAW", score=Decimal(score))
    assert refused(officer) == ["PROFESSIONAL_EXAM_MISSING"]


def test_an_examination_cannot_be_in_the_future():
    with pytest.raises(DateOrder):
        an_officer().sit_exam(on(days(1), entered=DAY), kind="PUBLIC_LAW", score=Decimal(90))


@pytest.mark.parametrize("kind", ["WORKER", "DISPATCHED_LABOUR", "TEMPORARY", "AUXILIARY"])
def test_assistants_never_get_one(kind):
    assert refused(an_examined_officer(staffing_kind=kind)) == ["STAFFING_KIND_BARRED"]


def test_off_post_nobody_gets_one():
    assert refused(an_examined_officer(in_enforcement_post=False)) == ["NOT_IN_ENFORCEMENT_POST"]
    left = an_examined_officer()
    left.leave_post(on(days(3)), "RETIRED")
    assert refused(left, day=days(4)) == ["NOT_IN_ENFORCEMENT_POST"]
    assert refused(left, day=days(1)) == ["NOT_IN_ENFORCEMENT_POST"]


@pytest.mark.parametrize("bar", ["SUBJECT_UNKNOWN", "SUBJECT_NOT_CONFIRMED", "SUBJECT_SUSPENDED", "SUBJECT_REVOKED"])
def test_a_body_that_may_not_act_gets_no_certificates(bar):
    assert refused(an_examined_officer(), body=powers(bar)) == ["SUBJECT_NOT_CONFIRMED"]


def test_a_category_outside_the_powers_of_the_body_is_refused_by_name():
    officer = an_examined_officer()
    with pytest.raises(IneligibleForCertificate) as refusal:
        officer.issue(a_certificate(), on(DAY), powers=powers("NO_POWER", category="TOBACCO"))
    assert codes(refusal.value) == ["CATEGORY_OUTSIDE_POWERS"]
    assert "TOBACCO" in refusal.value.breaches[0].cure


def test_a_power_that_lost_its_basis_is_no_power():
    assert refused(an_examined_officer(), body=powers("POWER_SOURCE_MISSING")) == ["CATEGORY_OUTSIDE_POWERS"]


def test_a_region_outside_the_powers_of_the_body_is_refused():
    assert refused(an_examined_officer(), body=powers("REGION_OUTSIDE_POWER")) == ["REGION_OUTSIDE_POWERS"]


def test_every_breach_is_named_at_once():
    officer = an_officer(in_enforcement_post=False, staffing_kind="AUXILIARY")
    with pytest.raises(IneligibleForCertificate) as refusal:
        officer.issue(a_certificate(), on(DAY), powers=powers("SUBJECT_SUSPENDED", "NO_POWER"), number_is_free=False)
    assert codes(refusal.value) == [
        "PUBLIC_EXAM_MISSING",
        "PROFESSIONAL_EXAM_MISSING",
        "NOT_IN_ENFORCEMENT_POST",
        "STAFFING_KIND_BARRED",
        "SUBJECT_NOT_CONFIRMED",
        "CATEGORY_OUTSIDE_POWERS",
        "DUPLICATE",
    ]
    assert all(breach.article and breach.cure for breach in refusal.value.breaches)


def test_a_number_is_given_once():
    with pytest.raises(DuplicateCertificate):
        an_examined_officer().issue(a_certificate(), on(DAY), powers=powers(), number_is_free=False)


def test_nobody_holds_two_at_a_time():
    officer = a_certified_officer()
    with pytest.raises(DuplicateCertificate):
        officer.issue(a_certificate(certificate_no="HB-0400-00018"), on(days(1)), powers=powers())


def test_a_second_one_cannot_be_slipped_in_before_the_first_ended():
    officer = a_certified_officer()
    officer.certificates[0].cancel(on(days(10)), "RETURNED")
    with pytest.raises(DateOrder):
        officer.issue(a_certificate(certificate_no="HB-0400-00018"), on(days(5), days(11)), powers=powers())
    officer.issue(a_certificate(certificate_no="HB-0400-00018"), on(days(10), days(11)), powers=powers())


@pytest.mark.parametrize("number", ["A-123", "A" * 21, "冀D0400017", "HB 0400 17", "hb-0400-17", "HB_0400_17"])
def test_a_text_that_is_no_certificate_number_is_refused(number):
    with pytest.raises(CertificateNumberInvalid):
        an_examined_officer().issue(a_certificate(certificate_no=number), on(DAY), powers=powers())


@pytest.mark.parametrize("number", ["A-1234", "A" * 20, "13048100000000000017"])
def test_six_to_twenty_characters_are_a_number(number):
    an_examined_officer().issue(a_certificate(certificate_no=number), on(DAY), powers=powers())


def test_a_region_nobody_knows_is_refused():
    with pytest.raises(RegionUnknown):
        an_examined_officer().issue(a_certificate(region="999999"), on(DAY), powers=powers())


def test_a_certificate_is_not_valid_until_before_its_issue():
    with pytest.raises(DateOrder) as refusal:
        an_examined_officer().issue(a_certificate(valid_to=days(-1)), on(DAY), powers=powers())
    assert refusal.value.invalid[0].name == "validTo"


def test_a_certificate_is_not_issued_tomorrow_nor_before_the_post():
    for occurrence in (on(days(1), entered=DAY), on(days(-1), entered=DAY)):
        with pytest.raises(DateOrder):
            an_examined_officer().issue(a_certificate(), occurrence, powers=powers())


def test_a_certificate_that_ran_out_is_no_obstacle_even_before_anybody_notes_it():
    officer = a_certified_officer(valid_to=days(9))
    with pytest.raises(DuplicateCertificate):
        officer.issue(a_certificate(certificate_no="HB-0400-00018"), on(days(9)), powers=powers())
    officer.issue(a_certificate(certificate_no="HB-0400-00018"), on(days(10)), powers=powers())
