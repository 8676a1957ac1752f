"""Any order of acts on one officer: an ended certificate never comes back, no later act rewrites a past day."""

from datetime import timedelta

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from plumbline.law.dates import LEGAL_ZONE, Occurrence
from plumbline.law.refusal import Refusal
from services.personnel.domain.right_to_act import can_act
from tests.unit.personnel.builders import DAY, a_certificate, a_question, an_examined_officer, on, powers

BACK = st.integers(0, 4)
VALIDITY = st.integers(-1, 80)
HORIZON = 100


class OneOfficer(RuleBasedStateMachine):
    """One officer, a clock that only goes on, acts entered late or on time."""

    def __init__(self) -> None:
        super().__init__()
        self.officer = an_examined_officer()
        self.now = on(DAY).recorded_at
        self.numbers = 0
        self.ended: set = set()
        self.known: dict = {}

    def answers(self, known_at=None):
        days = [DAY + timedelta(days=n) for n in range(-2, HORIZON, 3)]
        return {day: can_act(self.officer, a_question(day), known_at=known_at).allowed for day in days}

    def when(self, back=0):
        self.now += timedelta(seconds=1)
        return Occurrence((self.now.astimezone(LEGAL_ZONE) - timedelta(days=back)).date(), self.now)

    def attempt(self, act, when):
        """Do it; whether refused or not, the days before it keep their answers."""
        before = self.answers()
        try:
            act(when)
        except Refusal:
            assert self.answers() == before
            return
        after = self.answers()
        assert all(before[day] == after[day] for day in before if day < when.on)

    def issue_one(self, when, valid, body):
        self.numbers += 1
        new = a_certificate(certificate_no=f"HB-{self.numbers:06}", valid_to=when.on + timedelta(days=valid))
        self.attempt(lambda when: self.officer.issue(new, when, powers=body), when)

    def on_last(self, act, when):
        if self.officer.certificates:
            self.attempt(lambda when: act(self.officer.certificates[-1], when), when)

    @rule(days=st.integers(1, 30))
    def time_goes_on(self, days):
        self.known[self.now] = self.answers(known_at=self.now)
        self.now += timedelta(days=days)

    @initialize(valid=VALIDITY)
    def the_first_is_issued(self, valid):
        self.issue_one(self.when(), valid, powers())

    @rule(back=BACK, valid=VALIDITY)
    def issue(self, back, valid):
        self.issue_one(self.when(back), valid, powers())

    @rule(valid=VALIDITY)
    def issue_for_a_suspended_body(self, valid):
        self.issue_one(self.when(), valid, powers("SUBJECT_SUSPENDED"))

    @rule(back=BACK, term=st.integers(28, 60))
    def suspend(self, back, term):
        when = self.when(back)
        self.on_last(lambda held, w: held.suspend(w, until=w.on + timedelta(days=term), ground="LENT"), when)

    @rule(back=BACK)
    def resume(self, back):
        self.on_last(lambda held, when: held.resume(when, ground="x"), self.when(back))

    @rule(back=BACK)
    def cancel(self, back):
        self.on_last(lambda held, when: held.cancel(when, "RETURNED"), self.when(back))

    @rule(back=BACK, reason=st.sampled_from(["OFF_ENFORCEMENT", "RETIRED"]), often=st.integers(0, 4))
    def leave(self, back, reason, often):
        if often == 0:
            self.attempt(lambda when: self.officer.leave_post(when, reason), self.when(back))

    @rule(often=st.integers(0, 4))
    def lose_body(self, often):
        if often == 0:
            self.attempt(self.officer.lose_body, self.when())

    @rule()
    def due_work_runs(self):
        """Noting what ended by itself changes no answer at all."""
        before = self.answers()
        self.now += timedelta(seconds=1)
        for held in self.officer.certificates:
            held.end_term(self.now)
            held.expire(self.now)
        assert self.answers() == before

    @invariant()
    def an_ended_certificate_never_comes_back(self):
        open_now = {held.certificate_no for held in self.officer.certificates if held.is_open}
        assert not self.ended & open_now
        self.ended |= {held.certificate_no for held in self.officer.certificates} - open_now

    @invariant()
    def at_most_one_certificate_is_open_on_any_day(self):
        for day in (DAY + timedelta(days=n) for n in range(HORIZON)):
            open_then = [held for held in self.officer.certificates if held.status_on(day) in ("VALID", "SUSPENDED")]
            assert len(open_then) <= 1

    @invariant()
    def off_post_there_is_neither_certificate_nor_right(self):
        if not self.officer.in_enforcement_post:
            assert not any(held.is_open for held in self.officer.certificates)
            left = self.officer.postings[-1].since
            assert not any(allowed for day, allowed in self.answers().items() if day >= left)

    @invariant()
    def what_was_known_stays_what_was_known(self):
        for known_at, answers in self.known.items():
            assert self.answers(known_at=known_at) == answers


OneOfficer.TestCase.settings = settings(max_examples=80, stateful_step_count=20, deadline=None)
TestOneOfficer = OneOfficer.TestCase
