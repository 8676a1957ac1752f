"""Enforcement officers: the nameko face of the personnel service.

Every entrypoint reads the same way: load the form, open one unit of work, let the domain decide, say what happened,
commit.  Rules are in ``law/``, state is in ``domain/``, SQL is in ``storage/``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plumbline.contracts import personnel as wire, subjects as subjects_wire
from plumbline.contracts.vocabulary import SubjectStatus
from plumbline.law.dates import Occurrence
from plumbline.mesh.service import Heard, Neighbour, UnitOfWork, Work, due, listens, rpc
from services.personnel.domain.body import Body
from services.personnel.domain.certificate import NewCertificate
from services.personnel.domain.events import Event
from services.personnel.domain.officer import Officer
from services.personnel.domain.powers import BodyPowers, questions
from services.personnel.domain.right_to_act import Question, can_act
from services.personnel.storage import STORAGE

EXPIRY = "certificate_expiry"
SUSPENSION_END = "certificate_suspension_end"


class PersonnelService:
    """Keeps officers (执法人员) and their certificates (执法证件); says who can act."""

    name = wire.SERVICE

    work = UnitOfWork(STORAGE)
    subjects = Neighbour(subjects_wire)

    @rpc
    def register_officer(self, request: dict) -> dict:
        """Take in a person of a body, certified or not (登记)."""
        command = wire.RegisterOfficer().load(request)
        with self.work() as work:
            work.bodies.get(command["subject_id"], for_update=True).require_open()
            officer = Officer.from_form(work.new_id(), command)
            registered = officer.take_up(
                _when(command, work), staffing_kind=command["staffing_kind"], position=command["position"]
            )
            work.officers.add(officer)
            _say(work, officer, [registered])
            work.commit()
            return wire.Officer().dump(officer)

    @rpc
    def record_exam(self, request: dict) -> dict:
        """Enter an examination before the certificate (实施意见 二（一）1)."""
        command = wire.RecordExam().load(request)
        with self.work() as work:
            officer = work.officers.get(command["officer_id"], for_update=True)
            sat = officer.sit_exam(_when(command, work), kind=command["kind"], score=command["score"])
            _say(work, officer, [sat])
            work.commit()
            return wire.Officer().dump(officer)

    @rpc
    def issue_certificate(self, request: dict) -> dict:
        """Give an officer a certificate, or refuse and cite the articles in the way (实施意见 二（一）1、2)."""
        command = wire.IssueCertificate().load(request)
        new = NewCertificate.from_form(command)
        with self.work.reading() as work:
            asked = work.officers.get(command["officer_id"])
        powers = self._powers_of(asked.subject_id, new, command)
        with self.work() as work:
            officer = work.officers.get(asked.id, for_update=True, version=asked.version)
            free = work.officers.number_is_free(new.certificate_no)
            issued = officer.issue(new, _when(command, work), powers=powers, number_is_free=free)
            _say(work, officer, [issued])
            certificate = officer.certificate(new.certificate_no)
            work.due.at(EXPIRY, certificate.certificate_no, certificate.expires_at)
            work.commit()
            return wire.Certificate().dump(certificate)

    def _powers_of(self, subject_id: str, new: NewCertificate, command: dict[str, Any]) -> BodyPowers:
        """What the body may do in the categories of the certificate, as of the day of its issue."""
        asked = questions(subject_id, new.categories, new.region, command["occurred_on"])
        reply = self.subjects.may_act(subjects_wire.MayAct().dump({"questions": asked}))
        return BodyPowers.from_answers(new.categories, subjects_wire.MayActAnswers().load(reply)["answers"])

    @due(EXPIRY)
    def expire_certificate(self, certificate_no: str, work: Work) -> None:
        """The day after a certificate's last day: it has run out."""
        officer = work.officers.holding(certificate_no, for_update=True)
        _say(work, officer, officer.certificate(certificate_no).expire(work.legal_now))

    @rpc
    def suspend_certificate(self, request: dict) -> dict:
        """Withhold a certificate for one to six months (交通运输行政执法证件管理规定 第三十一条，参照)."""
        command = wire.SuspendCertificate().load(request)
        with self.work() as work:
            officer, certificate = _held(work, command)
            suspended = certificate.suspend(_when(command, work), until=command["until"], ground=command["ground"])
            _say(work, officer, [suspended])
            for instant in certificate.term_ends_at():
                work.due.at(SUSPENSION_END, certificate.certificate_no, instant)
            work.commit()
            return wire.Certificate().dump(certificate)

    @due(SUSPENSION_END)
    def end_suspension(self, certificate_no: str, work: Work) -> None:
        """The day after a suspension's last day: the certificate is valid again."""
        officer = work.officers.holding(certificate_no, for_update=True)
        _say(work, officer, officer.certificate(certificate_no).end_term(work.legal_now))

    @rpc
    def resume_certificate(self, request: dict) -> dict:
        """Give a withheld certificate back before its time."""
        command = wire.ResumeCertificate().load(request)
        with self.work() as work:
            officer, certificate = _held(work, command)
            resumed = certificate.resume(_when(command, work), ground=command["ground"])
            _say(work, officer, [resumed])
            work.commit()
            return wire.Certificate().dump(certificate)

    @rpc
    def cancel_certificate(self, request: dict) -> dict:
        """End a certificate for good (实施意见 二（一）3 注销)."""
        command = wire.CancelCertificate().load(request)
        with self.work() as work:
            officer, certificate = _held(work, command)
            cancelled = certificate.cancel(_when(command, work), command["cause"])
            _say(work, officer, [cancelled])
            work.commit()
            return wire.Certificate().dump(certificate)

    @rpc
    def leave_post(self, request: dict) -> dict:
        """Note that an officer left the post; the certificate ends with it (实施意见 一（二）1、二（一）2)."""
        command = wire.LeavePost().load(request)
        with self.work() as work:
            officer = work.officers.get(command["officer_id"], for_update=True)
            _say(work, officer, officer.leave_post(_when(command, work), command["reason"]))
            work.commit()
            return wire.Officer().dump(officer)

    @rpc
    def get_officer(self, request: dict) -> dict:
        """One officer with posts, examinations and certificates."""
        query = wire.GetOfficer().load(request)
        with self.work.reading() as work:
            return wire.Officer().dump(work.officers.get(query["officer_id"]))

    @rpc
    def list_officers(self, request: dict) -> dict:
        """A page of officers."""
        query = wire.ListOfficers().load(request)
        with self.work.reading() as work:
            return wire.OfficerList().dump(work.officers.page(**query))

    @rpc
    def get_certificate(self, request: dict) -> dict:
        """One certificate with its history."""
        query = wire.GetCertificate().load(request)
        with self.work.reading() as work:
            return wire.Certificate().dump(_held(work, query, for_update=False)[1])

    @rpc
    def can_act(self, request: dict) -> dict:
        """Can these officers act in these fields and regions on those days?  (行政处罚法 第四十二条第一款)"""
        asked = wire.CanAct().load(request)
        questions = [Question(**question) for question in asked["questions"]]
        with self.work.reading() as work:
            officers = work.officers.find(question.officer_id for question in questions)
            answers = [can_act(officers.get(q.officer_id), q, known_at=asked["known_at"]) for q in questions]
            return wire.CanActAnswers().dump({"answers": answers})

    @listens(subjects_wire.SERVICE, subjects_wire.SubjectRegistered, rebuilds=True)
    def note_registered(self, event: Heard, work: Work) -> None:
        """A new body: officers may be entered for it."""
        body = Body(event.data["subject_id"], event.data["name"])
        body.note(SubjectStatus.SUBMITTED, event.data["occurred_on"], work.legal_now)
        work.bodies.add(body)

    @listens(subjects_wire.SERVICE, subjects_wire.SubjectConfirmed, rebuilds=True)
    def note_confirmed(self, event: Heard, work: Work) -> None:
        """The body may act, in these fields."""
        body = work.bodies.get(event.data["subject_id"], for_update=True)
        body.note(SubjectStatus.CONFIRMED, event.data["occurred_on"], work.legal_now)
        body.note_powers(event.data["field_codes"])

    @listens(subjects_wire.SERVICE, subjects_wire.SubjectSuspended, rebuilds=True)
    def note_suspended(self, event: Heard, work: Work) -> None:
        """The body may take up nothing new; certificates stay, for `can_act` does not judge the body."""
        body = work.bodies.get(event.data["subject_id"], for_update=True)
        body.note(SubjectStatus.SUSPENDED, event.data["occurred_on"], work.legal_now, until=event.data.get("until"))

    @listens(subjects_wire.SERVICE, subjects_wire.SubjectResumed, rebuilds=True)
    def note_resumed(self, event: Heard, work: Work) -> None:
        """The body may act again."""
        body = work.bodies.get(event.data["subject_id"], for_update=True)
        body.note(SubjectStatus.CONFIRMED, event.data["occurred_on"], work.legal_now)

    @listens(subjects_wire.SERVICE, subjects_wire.SubjectRevoked, rebuilds=True)
    def end_posts_of_revoked(self, event: Heard, work: Work) -> None:
        """The body is no enforcement body any more: its enforcement posts and their certificates end (二（一）2)."""
        when = Occurrence(event.data["occurred_on"], work.legal_now)
        body = work.bodies.get(event.data["subject_id"], for_update=True)
        body.note(SubjectStatus.REVOKED, when.on, when.recorded_at)
        for officer in work.officers.in_post_at(body.id):
            _say(work, officer, officer.lose_body(when))


def _when(command: dict[str, Any], work: Work) -> Occurrence:
    return Occurrence(command["occurred_on"], work.legal_now)


def _held(work: Work, command: dict[str, Any], *, for_update: bool = True) -> tuple[Officer, Any]:
    officer = work.officers.holding(command["certificate_no"], for_update=for_update)
    return officer, officer.certificate(command["certificate_no"])


def _say(work: Work, officer: Officer, happened: Iterable[Event]) -> None:
    """Each event goes out under the wire form of its name."""
    for event in happened:
        work.say(officer, getattr(wire, type(event).__name__), event)
