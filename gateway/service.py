"""The only door from outside: HTTP routes, each forwarding to one service."""

from __future__ import annotations

from gateway.entrypoints import route
from plumbline.contracts import personnel as personnel_wire, subjects as subjects_wire
from plumbline.mesh.service import Neighbour


class GatewayService:
    """Routes are grouped by the service that answers them."""

    name = "gateway"

    subjects = Neighbour(subjects_wire)
    personnel = Neighbour(personnel_wire)

    @route("POST", "/v1/subjects", subjects_wire.RegisterSubject, status=201)
    def register_subject(self, request: dict) -> dict:
        """Register an enforcement body."""
        return self.subjects.register_subject(request)

    @route("GET", "/v1/subjects", subjects_wire.ListSubjects)
    def list_subjects(self, request: dict) -> dict:
        """A page of bodies."""
        return self.subjects.list_subjects(request)

    @route("GET", "/v1/subjects/<subjectId>", subjects_wire.GetSubject)
    def get_subject(self, request: dict) -> dict:
        """One body."""
        return self.subjects.get_subject(request)

    @route("POST", "/v1/subjects/<subjectId>/confirmations", subjects_wire.ConfirmSubject)
    def confirm_subject(self, request: dict) -> dict:
        """Confirm a body's qualification."""
        return self.subjects.confirm_subject(request)

    @route("POST", "/v1/subjects/<subjectId>/suspensions", subjects_wire.SuspendSubject)
    def suspend_subject(self, request: dict) -> dict:
        """Suspend a body."""
        return self.subjects.suspend_subject(request)

    @route("POST", "/v1/subjects/<subjectId>/resumptions", subjects_wire.ResumeSubject)
    def resume_subject(self, request: dict) -> dict:
        """Lift a suspension."""
        return self.subjects.resume_subject(request)

    @route("POST", "/v1/subjects/<subjectId>/revocations", subjects_wire.RevokeSubject)
    def revoke_subject(self, request: dict) -> dict:
        """End a body's qualification."""
        return self.subjects.revoke_subject(request)

    @route("POST", "/v1/subjects/right-to-act-questions", subjects_wire.MayAct)
    def may_act(self, request: dict) -> dict:
        """May these bodies do these acts?"""
        return self.subjects.may_act(request)

    @route("POST", "/v1/officers", personnel_wire.RegisterOfficer, status=201)
    def register_officer(self, request: dict) -> dict:
        """Register an officer."""
        return self.personnel.register_officer(request)

    @route("GET", "/v1/officers", personnel_wire.ListOfficers)
    def list_officers(self, request: dict) -> dict:
        """A page of officers."""
        return self.personnel.list_officers(request)

    @route("GET", "/v1/officers/<officerId>", personnel_wire.GetOfficer)
    def get_officer(self, request: dict) -> dict:
        """One officer."""
        return self.personnel.get_officer(request)

    @route("POST", "/v1/officers/<officerId>/exams", personnel_wire.RecordExam)
    def record_exam(self, request: dict) -> dict:
        """Record an exam."""
        return self.personnel.record_exam(request)

    @route("POST", "/v1/officers/<officerId>/certificates", personnel_wire.IssueCertificate, status=201)
    def issue_certificate(self, request: dict) -> dict:
        """Issue a certificate."""
        return self.personnel.issue_certificate(request)

    @route("POST", "/v1/officers/<officerId>/departures", personnel_wire.LeavePost)
    def leave_post(self, request: dict) -> dict:
        """Record that an officer left the post."""
        return self.personnel.leave_post(request)

    @route("GET", "/v1/certificates/<certificateNo>", personnel_wire.GetCertificate)
    def get_certificate(self, request: dict) -> dict:
        """One certificate."""
        return self.personnel.get_certificate(request)

    @route("POST", "/v1/certificates/<certificateNo>/suspensions", personnel_wire.SuspendCertificate)
    def suspend_certificate(self, request: dict) -> dict:
        """Suspend a certificate."""
        return self.personnel.suspend_certificate(request)

    @route("POST", "/v1/certificates/<certificateNo>/resumptions", personnel_wire.ResumeCertificate)
    def resume_certificate(self, request: dict) -> dict:
        """Lift a suspension."""
        return self.personnel.resume_certificate(request)

    @route("POST", "/v1/certificates/<certificateNo>/cancellations", personnel_wire.CancelCertificate)
    def cancel_certificate(self, request: dict) -> dict:
        """Cancel a certificate."""
        return self.personnel.cancel_certificate(request)

    @route("POST", "/v1/officers/right-to-act-questions", personnel_wire.CanAct)
    def can_act(self, request: dict) -> dict:
        """May these officers act?"""
        return self.personnel.can_act(request)
