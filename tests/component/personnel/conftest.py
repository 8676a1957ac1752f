"""Personnel with subjects beside it, and an officer to begin with."""

import pytest

from tests.component.forms import a_confirmation, a_registration, an_exam, an_officer
from tests.component.personnel.looking import heard
from tests.component.town import until


@pytest.fixture
def members():
    return ("subjects", "personnel")


@pytest.fixture
def personnel(town, legal_clock):
    town.start("subjects", "personnel")
    return lambda method, request: town.call("personnel", method, request)


@pytest.fixture
def body(town, personnel):
    """A confirmed body that personnel has heard of."""
    subject = town.call("subjects", "register_subject", a_registration())
    town.call("subjects", "confirm_subject", a_confirmation(subject["id"]))
    until(lambda: heard(town, subject["id"]) == ["SUBMITTED", "CONFIRMED"])
    return subject["id"]


@pytest.fixture
def officer(personnel, body):
    """An examined officer of the body."""
    officer = personnel("register_officer", an_officer(body))
    for kind in ("PUBLIC_LAW", "PROFESSIONAL_LAW"):
        personnel("record_exam", an_exam(officer["id"], kind))
    return officer["id"]
