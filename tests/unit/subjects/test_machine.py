"""Any order of acts on one body: no path leads back from a revocation, and no later act rewrites a past day."""

from datetime import timedelta

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from plumbline.law.dates import LEGAL_ZONE, Occurrence, first_instant
from plumbline.law.refusal import Refusal
from services.subjects.domain.right_to_act import may_act
from services.subjects.domain.subject import TRANSITIONS
from tests.unit.subjects.builders import DAY, a_question, a_subject, an_opinion, on

BACK = st.integers(0, 4)
HORIZON = 25


class BodyOfEnforcement(RuleBasedStateMachine):
    """One body, a clock that only goes on, acts entered late or on time."""

    def __init__(self) -> None:
        super().__init__()
        self.subject = a_subject()
        self.now = on(DAY).recorded_at
        self.subject.apply(Occurrence(DAY, self.now))
        self.known: dict = {}

    def days(self):
        return [DAY + timedelta(days=n) for n in range(-2, HORIZON)]

    def answers(self, known_at=None):
        return {day: may_act(self.subject, a_question(day), known_at=known_at).allowed for day in self.days()}

    def attempt(self, act, occurrence):
        """Do it; whether refused or not, the days before it keep their answers."""
        before, status = self.answers(), self.subject.status
        try:
            act(occurrence)
        except Refusal:
            assert self.subject.status == status and self.answers() == before
            return
        after = self.answers()
        assert all(before[day] == after[day] for day in before if day < occurrence.on)
        assert status == self.subject.status or self.subject.status in TRANSITIONS[status]

    def when(self, back):
        self.now += timedelta(seconds=1)
        return Occurrence((self.now.astimezone(LEGAL_ZONE) - timedelta(days=back)).date(), self.now)

    @initialize(waits=st.integers(0, 3))
    def most_bodies_are_confirmed(self, waits):
        if waits:
            self.subject.confirm(an_opinion(), self.when(0))

    @rule(days=st.integers(1, 6))
    def time_goes_on(self, days):
        self.known[self.now] = self.answers(known_at=self.now)
        self.now += timedelta(days=days)

    @rule(back=BACK, agrees=st.booleans())
    def confirm(self, back, agrees):
        self.attempt(lambda when: self.subject.confirm(an_opinion(agrees=agrees), when), self.when(back))

    @rule(back=BACK, term=st.none() | st.integers(-1, 8))
    def suspend(self, back, term):
        when = self.when(back)
        until = None if term is None else when.on + timedelta(days=term)
        self.attempt(lambda when: self.subject.suspend(when, ground="g", legal_ground="l", until=until), when)

    @rule(back=BACK)
    def resume(self, back):
        self.attempt(lambda when: self.subject.resume(when, ground="g"), self.when(back))

    @rule(back=BACK, often=st.integers(0, 3))
    def revoke(self, back, often):
        if often == 0:
            self.attempt(lambda when: self.subject.revoke(when, reason="r", legal_ground="l"), self.when(back))

    @rule()
    def due_work_runs(self):
        """Ending a term changes no answer at all: the days after it were free already."""
        before = self.answers()
        self.now += timedelta(seconds=1)
        for resumed in self.subject.end_term(self.now):
            assert first_instant(resumed.occurred_on) <= self.now
        assert self.answers() == before

    @invariant()
    def a_revoked_body_never_acts(self):
        ended = [change.since for change in self.subject.history if change.status == "REVOKED"]
        assert not ended or self.subject.status == "REVOKED"
        assert not any(allowed for day, allowed in self.answers().items() if ended and day >= ended[0])

    @invariant()
    def nobody_acts_before_the_confirmation(self):
        confirmed = [change.since for change in self.subject.history if change.status == "CONFIRMED"]
        assert not any(allowed for day, allowed in self.answers().items() if not confirmed or day < confirmed[0])

    @invariant()
    def the_history_is_in_order_and_ends_where_the_body_stands(self):
        since = [change.since for change in self.subject.history]
        assert since == sorted(since)
        assert self.subject.history[-1].status == self.subject.status

    @invariant()
    def what_was_known_stays_what_was_known(self):
        for known_at, answers in self.known.items():
            assert self.answers(known_at=known_at) == answers


BodyOfEnforcement.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestBodyOfEnforcement = BodyOfEnforcement.TestCase
