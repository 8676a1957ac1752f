"""What a certificate allows and refuses between its issue and its end."""

from datetime import date, timedelta

import pytest

from plumbline.law.dates import DateOrder
from services.personnel.domain import events
from services.personnel.domain.refusals import CertificateState, UnlawfulSuspension
from tests.unit.personnel.builders import DAY, NUMBER, a_certificate, a_certified_officer, days, on, powers

UNTIL = date(2026, 5, 1)  # two months from the day of the issue, to the day


def a_held_certificate(**changes):
    return a_certified_officer(**changes).certificates[0]


def test_a_suspension_says_its_days_but_not_its_ground():
    said = a_held_certificate().suspend(on(DAY), until=UNTIL, ground="LENT")
    assert said == events.CertificateSuspended("o-1", NUMBER, DAY, UNTIL)


@pytest.mark.parametrize(
    ("until", "lawful"),
    [(date(2026, 3, 31), False), (date(2026, 4, 1), True), (date(2026, 9, 1), True), (date(2026, 9, 2), False)],
)
def test_a_suspension_lasts_one_to_six_months(until, lawful):
    certificate = a_held_certificate()
    if lawful:
        certificate.suspend(on(DAY), until=until, ground="LENT")
    else:
        with pytest.raises(UnlawfulSuspension):
            certificate.suspend(on(DAY), until=until, ground="LENT")


def test_a_suspension_does_not_end_before_it_begins():
    with pytest.raises(DateOrder):
        a_held_certificate().suspend(on(DAY), until=days(-1), ground="LENT")


def test_a_suspension_ends_by_itself_on_the_day_after_its_last():
    certificate = a_held_certificate()
    certificate.suspend(on(DAY), until=UNTIL, ground="LENT")

    assert certificate.end_term(on(UNTIL, hour=23).recorded_at) == []
    said = certificate.end_term(on(UNTIL + timedelta(days=1), hour=0).recorded_at)

    assert said == [events.CertificateResumed("o-1", NUMBER, UNTIL + timedelta(days=1))]
    assert certificate.end_term(on(date(2026, 6, 1)).recorded_at) == []


def test_a_suspension_may_be_lifted_early_and_another_may_follow():
    certificate = a_held_certificate()
    certificate.suspend(on(DAY), until=UNTIL, ground="LENT")
    certificate.resume(on(days(10)), ground="已改正")
    certificate.suspend(on(days(20)), until=date(2026, 7, 1), ground="ALTERED")
    assert [certificate.status_on(days(n)) for n in (0, 10, 19, 20)] == ["SUSPENDED", "VALID", "VALID", "SUSPENDED"]
    assert certificate.end_term(on(UNTIL + timedelta(days=1)).recorded_at) == []


def test_a_cancelled_certificate_never_comes_back():
    certificate = a_held_certificate()
    said = certificate.cancel(on(days(1)), "RETURNED")
    assert said == events.CertificateCancelled("o-1", NUMBER, "RETURNED", days(1))
    for act in (
        lambda: certificate.resume(on(days(2)), ground="x"),
        lambda: certificate.suspend(on(days(2)), until=UNTIL, ground="LENT"),
        lambda: certificate.cancel(on(days(2)), "RETURNED"),
    ):
        with pytest.raises(CertificateState, match="重新申领"):
            act()
    assert certificate.end_term(on(days(400)).recorded_at) == []
    assert certificate.expire(on(date(2030, 1, 1)).recorded_at) == []
    assert certificate.status_on(date(2030, 1, 1)) == "CANCELLED"


def test_a_suspended_certificate_may_be_cancelled():
    certificate = a_held_certificate()
    certificate.suspend(on(DAY), until=UNTIL, ground="LENT")
    certificate.cancel(on(days(1)), "INSPECTION_FAILED")
    assert certificate.end_term(on(date(2026, 6, 1)).recorded_at) == []
    assert certificate.status == "CANCELLED"


def test_a_valid_certificate_cannot_be_resumed_nor_a_suspended_one_suspended():
    certificate = a_held_certificate()
    with pytest.raises(CertificateState):
        certificate.resume(on(DAY), ground="x")
    certificate.suspend(on(DAY), until=UNTIL, ground="LENT")
    with pytest.raises(CertificateState):
        certificate.suspend(on(DAY), until=UNTIL, ground="LENT")


def test_a_certificate_runs_out_with_its_last_day():
    certificate = a_held_certificate(valid_to=days(9))
    assert [certificate.status_on(days(n)) for n in (9, 10)] == ["VALID", "EXPIRED"]
    assert certificate.expire(on(days(9), hour=23).recorded_at) == []
    assert certificate.expire(on(days(10), hour=0).recorded_at) == [events.CertificateExpired("o-1", NUMBER, days(10))]
    assert certificate.expire(on(days(11)).recorded_at) == []


def test_a_suspension_is_overtaken_by_the_end_of_the_validity():
    certificate = a_held_certificate(valid_to=days(9))
    certificate.suspend(on(days(1)), until=UNTIL, ground="LENT")
    certificate.expire(on(days(10)).recorded_at)
    assert certificate.end_term(on(date(2026, 6, 1)).recorded_at) == []
    assert certificate.status == "EXPIRED"


@pytest.mark.parametrize("act", ["suspend", "resume", "cancel"])
def test_no_act_is_dated_in_the_future_or_before_what_it_rests_on(act):
    particulars = {
        "suspend": {"until": UNTIL, "ground": "LENT"},
        "resume": {"ground": "x"},
        "cancel": {"cause": "RETURNED"},
    }[act]
    for occurrence in (on(days(2), entered=days(1)), on(days(-1), entered=days(1))):
        certificate = a_held_certificate()
        if act == "resume":
            certificate.suspend(on(DAY), until=UNTIL, ground="LENT")
        with pytest.raises(DateOrder):
            getattr(certificate, act)(occurrence, **particulars)


def test_a_new_certificate_follows_a_cancelled_one():
    officer = a_certified_officer()
    officer.certificates[0].cancel(on(days(1)), "RETURNED")
    officer.issue(a_certificate(certificate_no="HB-0400-00018"), on(days(1)), powers=powers())
    counts = [officer.certificate_on(days(n)).certificate_no for n in (0, 1)]
    assert counts == [NUMBER, "HB-0400-00018"]
