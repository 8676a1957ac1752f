"""The published language of the subjects service: bodies, their powers, and who may act.

Data only.  Grows by addition: nothing is renamed, retyped or removed; a new meaning is a new name.
"""

from __future__ import annotations

from plumbline.contracts.subjects.events import (
    SubjectConfirmed,
    SubjectRegistered,
    SubjectResumed,
    SubjectRevoked,
    SubjectSuspended,
)
from plumbline.contracts.subjects.replies import (
    REASONS,
    LegalBasis,
    MayActAnswer,
    MayActAnswers,
    PowerBasis,
    PowerItem,
    StatusChange,
    Subject,
    SubjectList,
    SubjectSummary,
)
from plumbline.contracts.subjects.requests import (
    ConfirmSubject,
    GetSubject,
    ListSubjects,
    MayAct,
    MayActQuestion,
    NewLegalBasis,
    NewPowerItem,
    RegisterSubject,
    ResumeSubject,
    RevokeSubject,
    StaffingDocument,
    StaffingOpinion,
    SuspendSubject,
)
from plumbline.contracts.wire import Wire

__all__ = [
    "CALLS",
    "HEARS",
    "OPERATIONS",
    "REASONS",
    "REFUSALS",
    "SERVICE",
    "ConfirmSubject",
    "GetSubject",
    "LegalBasis",
    "ListSubjects",
    "MayAct",
    "MayActAnswer",
    "MayActAnswers",
    "MayActQuestion",
    "NewLegalBasis",
    "NewPowerItem",
    "PowerBasis",
    "PowerItem",
    "RegisterSubject",
    "ResumeSubject",
    "RevokeSubject",
    "StaffingDocument",
    "StaffingOpinion",
    "StatusChange",
    "Subject",
    "SubjectConfirmed",
    "SubjectList",
    "SubjectRegistered",
    "SubjectResumed",
    "SubjectRevoked",
    "SubjectSummary",
    "SubjectSuspended",
    "SuspendSubject",
]

SERVICE = "subjects"
CALLS: tuple[str, ...] = ()
HEARS: tuple[str, ...] = ()

#: What the service may refuse, and the HTTP status it is answered with.
REFUSALS = {
    "USCC_INVALID": 400,
    "REGION_UNKNOWN": 400,
    "LEGAL_BASIS_INVALID": 400,
    "POWER_ITEM_INVALID": 400,
    "DATE_ORDER": 400,
    "CURSOR_INVALID": 400,
    "SUBJECT_NOT_FOUND": 404,
    "SUBJECT_STATE": 409,
    "DUPLICATE": 409,
    "BASIS_INSUFFICIENT": 422,
}

#: What may be asked: operation → what is sent, what is answered.
OPERATIONS: dict[str, tuple[type[Wire], type[Wire]]] = {
    "register_subject": (RegisterSubject, Subject),
    "confirm_subject": (ConfirmSubject, Subject),
    "suspend_subject": (SuspendSubject, Subject),
    "resume_subject": (ResumeSubject, Subject),
    "revoke_subject": (RevokeSubject, Subject),
    "get_subject": (GetSubject, Subject),
    "list_subjects": (ListSubjects, SubjectList),
    "may_act": (MayAct, MayActAnswers),
}
