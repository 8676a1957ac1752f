"""Enforcement bodies: the nameko face of the subjects service.

Every entrypoint reads the same way: load the form, open one unit of work, let the domain decide, say what happened,
commit.  Rules are in ``law/``, state is in ``domain/``, SQL is in ``storage/``.
"""

from __future__ import annotations

from typing import Any

from plumbline.contracts import subjects as wire
from plumbline.law.dates import Occurrence
from plumbline.mesh.service import UnitOfWork, Work, due, rpc
from services.subjects.domain.powers import StaffingOpinion
from services.subjects.domain.right_to_act import Question, may_act
from services.subjects.domain.subject import Subject
from services.subjects.storage import STORAGE

SUSPENSION_END = "suspension_end"


class SubjectsService:
    """Registers, confirms, suspends and revokes enforcement bodies (行政执法主体); says who may act."""

    name = wire.SERVICE

    work = UnitOfWork(STORAGE)

    @rpc
    def register_subject(self, request: dict) -> dict:
        """Take in a body's application with its legal bases and power list (申报)."""
        command = wire.RegisterSubject().load(request)
        with self.work() as work:
            subject = Subject.from_application(work.new_id(), command)
            registered = subject.apply(_when(command, work))
            work.subjects.add(subject)
            work.say(subject, wire.SubjectRegistered, registered)
            work.commit()
            return wire.Subject().dump(subject)

    @rpc
    def confirm_subject(self, request: dict) -> dict:
        """Confirm the body's qualification, or refuse and cite the articles in the way (实施意见 一（三）1)."""
        command = wire.ConfirmSubject().load(request)
        opinion = StaffingOpinion(**command["staffing_opinion"])
        with self.work() as work:
            subject = work.subjects.get(command["subject_id"], for_update=True)
            free = work.subjects.code_is_free(subject)
            confirmed = subject.confirm(opinion, _when(command, work), code_is_free=free)
            work.say(subject, wire.SubjectConfirmed, confirmed)
            work.commit()
            return wire.Subject().dump(subject)

    @rpc
    def suspend_subject(self, request: dict) -> dict:
        """Bar the body from anything new, for a term or until lifted (暂停)."""
        command = wire.SuspendSubject().load(request)
        particulars = {name: command[name] for name in ("until", "ground", "legal_ground")}
        with self.work() as work:
            subject = work.subjects.get(command["subject_id"], for_update=True)
            suspended = subject.suspend(_when(command, work), **particulars)
            work.say(subject, wire.SubjectSuspended, suspended)
            for instant in subject.term_ends_at():
                work.due.at(SUSPENSION_END, subject.id, instant)
            work.commit()
            return wire.Subject().dump(subject)

    @due(SUSPENSION_END)
    def end_suspension(self, subject_id: str, work: Work) -> None:
        """The day after a suspension's last day: it is over."""
        subject = work.subjects.get(subject_id, for_update=True)
        for resumed in subject.end_term(work.legal_now):
            work.say(subject, wire.SubjectResumed, resumed)

    @rpc
    def resume_subject(self, request: dict) -> dict:
        """Lift a suspension (恢复)."""
        command = wire.ResumeSubject().load(request)
        with self.work() as work:
            subject = work.subjects.get(command["subject_id"], for_update=True)
            resumed = subject.resume(_when(command, work), ground=command["ground"])
            work.say(subject, wire.SubjectResumed, resumed)
            work.commit()
            return wire.Subject().dump(subject)

    @rpc
    def revoke_subject(self, request: dict) -> dict:
        """End the body's qualification (实施意见 一（三）3 取消主体资格)."""
        command = wire.RevokeSubject().load(request)
        particulars = {name: command[name] for name in ("reason", "legal_ground")}
        with self.work() as work:
            subject = work.subjects.get(command["subject_id"], for_update=True)
            revoked = subject.revoke(_when(command, work), **particulars)
            work.say(subject, wire.SubjectRevoked, revoked)
            work.commit()
            return wire.Subject().dump(subject)

    @rpc
    def get_subject(self, request: dict) -> dict:
        """One body with its bases, powers and history."""
        query = wire.GetSubject().load(request)
        with self.work.reading() as work:
            return wire.Subject().dump(work.subjects.get(query["subject_id"]))

    @rpc
    def list_subjects(self, request: dict) -> dict:
        """A page of bodies."""
        query = wire.ListSubjects().load(request)
        with self.work.reading() as work:
            return wire.SubjectList().dump(work.subjects.page(**query))

    @rpc
    def may_act(self, request: dict) -> dict:
        """May these bodies do these acts on those days, and on what basis?  (行政处罚法 第十七条、第三十八条)"""
        asked = wire.MayAct().load(request)
        questions = [Question(**question) for question in asked["questions"]]
        with self.work.reading() as work:
            bodies = work.subjects.find(question.subject_id for question in questions)
            answers = [may_act(bodies.get(q.subject_id), q, known_at=asked["known_at"]) for q in questions]
            return wire.MayActAnswers().dump({"answers": answers})


def _when(command: dict[str, Any], work: Work) -> Occurrence:
    return Occurrence(command["occurred_on"], work.legal_now)
