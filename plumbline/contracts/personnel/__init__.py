"""The published language of the personnel service: officers, certificates, and who can act.

Data only.  Grows by addition: nothing is renamed, retyped or removed; a new meaning is a new name.
"""

from __future__ import annotations

from plumbline.contracts.personnel.events import (
    CertificateCancelled,
    CertificateExpired,
    CertificateIssued,
    CertificateResumed,
    CertificateSuspended,
    ExamRecorded,
    OfficerLeftPost,
    OfficerRegistered,
)
from plumbline.contracts.personnel.replies import (
    REASONS,
    CanActAnswer,
    CanActAnswers,
    Certificate,
    CertificateChange,
    CertificateSummary,
    Exam,
    GrantedUnder,
    Officer,
    OfficerList,
    OfficerSummary,
    Posting,
)
from plumbline.contracts.personnel.requests import (
    CanAct,
    CanActQuestion,
    CancelCertificate,
    GetCertificate,
    GetOfficer,
    IssueCertificate,
    LeavePost,
    ListOfficers,
    RecordExam,
    RegisterOfficer,
    ResumeCertificate,
    SuspendCertificate,
)
from plumbline.contracts.wire import Wire

__all__ = [
    "CALLS",
    "HEARS",
    "OPERATIONS",
    "REASONS",
    "REFUSALS",
    "SERVICE",
    "CanAct",
    "CanActAnswer",
    "CanActAnswers",
    "CanActQuestion",
    "CancelCertificate",
    "Certificate",
    "CertificateCancelled",
    "CertificateChange",
    "CertificateExpired",
    "CertificateIssued",
    "CertificateResumed",
    "CertificateSummary",
    "CertificateSuspended",
    "Exam",
    "ExamRecorded",
    "GetCertificate",
    "GetOfficer",
    "GrantedUnder",
    "IssueCertificate",
    "LeavePost",
    "ListOfficers",
    "Officer",
    "OfficerLeftPost",
    "OfficerList",
    "OfficerRegistered",
    "OfficerSummary",
    "Posting",
    "RecordExam",
    "RegisterOfficer",
    "ResumeCertificate",
    "SuspendCertificate",
]

SERVICE = "personnel"
CALLS = ("subjects",)
HEARS = ("subjects",)

#: What the service may refuse, and the HTTP status it is answered with.
REFUSALS = {
    "CERT_NUMBER_INVALID": 400,
    "REGION_UNKNOWN": 400,
    "DATE_ORDER": 400,
    "CURSOR_INVALID": 400,
    "OFFICER_NOT_FOUND": 404,
    "CERTIFICATE_NOT_FOUND": 404,
    "SUBJECT_UNKNOWN": 409,
    "SUBJECT_REVOKED": 409,
    "OFFICER_LEFT": 409,
    "CERTIFICATE_STATE": 409,
    "DUPLICATE": 409,
    "CERT_ELIGIBILITY": 422,
    "SUSPENSION_TERM": 422,
}

#: What may be asked: operation → what is sent, what is answered.
OPERATIONS: dict[str, tuple[type[Wire], type[Wire]]] = {
    "register_officer": (RegisterOfficer, Officer),
    "record_exam": (RecordExam, Officer),
    "issue_certificate": (IssueCertificate, Certificate),
    "suspend_certificate": (SuspendCertificate, Certificate),
    "resume_certificate": (ResumeCertificate, Certificate),
    "cancel_certificate": (CancelCertificate, Certificate),
    "leave_post": (LeavePost, Officer),
    "get_officer": (GetOfficer, Officer),
    "list_officers": (ListOfficers, OfficerList),
    "get_certificate": (GetCertificate, Certificate),
    "can_act": (CanAct, CanActAnswers),
}
