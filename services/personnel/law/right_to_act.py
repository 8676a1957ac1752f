"""Can this officer act on that day?  (执法人员持证上岗)

Whether the officer's body may act is not judged here: callers ask subjects and personnel side by side, and need both.
"""

from dataclasses import dataclass

from plumbline.contracts.vocabulary import CertificateStatus
from plumbline.law.rule import Citation, rule
from services.personnel.law.certificate import ASSISTANTS
from services.personnel.law.sources import (
    OPINION,
    OPINION_SINCE,
    PENALTY_LAW,
    PENALTY_LAW_SINCE,
    TRANSPORT_CERTIFICATES,
    TRANSPORT_CERTIFICATES_SINCE,
)


@dataclass(frozen=True)
class OfficerFacts:
    """How things stood with the officer and the certificate on the day."""

    known: bool
    in_enforcement_post: bool
    staffing_kind: str | None
    certificate_status: str | None
    category_matches: bool
    region_matches: bool


@rule(
    "OFFICER_UNKNOWN",
    cites=Citation(PENALTY_LAW, "第四十二条第一款"),
    since=PENALTY_LAW_SINCE,
    cure="先登记该执法人员",
)
def officer_is_registered(facts: OfficerFacts) -> bool:
    """执法由具有行政执法资格的人员实施，未登记的人员没有执法资格。"""
    return facts.known


@rule(
    "NOT_IN_ENFORCEMENT_POST",
    cites=Citation(OPINION, "二（一）2"),
    since=OPINION_SINCE,
    cure="由当日在执法岗位的人员执法",
)
def officer_in_enforcement_post(facts: OfficerFacts) -> bool:
    """持证上岗执法，当日不在执法岗位的人员不得执法。"""
    return not facts.known or facts.in_enforcement_post


@rule(
    "STAFFING_KIND_BARRED",
    cites=Citation(OPINION, "二（一）1"),
    since=OPINION_SINCE,
    cure="由在编的执法人员执法，协助人员不得单独或者代替执法",
)
def officer_is_no_assistant(facts: OfficerFacts) -> bool:
    """聘用的协助执法人员不得履行行政执法职责。"""
    return facts.staffing_kind not in ASSISTANTS


@rule(
    "CERT_MISSING",
    cites=Citation(PENALTY_LAW, "第四十二条第一款"),
    since=PENALTY_LAW_SINCE,
    cure="考试合格并取得执法证件后再执法",
)
def officer_holds_a_certificate(facts: OfficerFacts) -> bool:
    """执法由具有行政执法资格的人员实施，资格以执法证件为凭。"""
    return not facts.known or facts.certificate_status is not None


@rule(
    "CERT_SUSPENDED",
    cites=Citation(TRANSPORT_CERTIFICATES, "第三十一条第二款"),
    since=TRANSPORT_CERTIFICATES_SINCE,
    cure="暂扣期满或者恢复后再执法",
)
def certificate_was_not_suspended(facts: OfficerFacts) -> bool:
    """执法证件暂扣期间，持证人不得从事执法活动。"""
    return facts.certificate_status != CertificateStatus.SUSPENDED


@rule(
    "CERT_CANCELLED",
    cites=Citation(OPINION, "二（一）3"),
    since=OPINION_SINCE,
    cure="重新申领证件；注销的证件不能恢复",
)
def certificate_was_not_cancelled(facts: OfficerFacts) -> bool:
    """执法证件注销之后不再是执法资格的凭证。"""
    return facts.certificate_status != CertificateStatus.CANCELLED


@rule(
    "CERT_EXPIRED",
    cites=Citation(OPINION, "二（一）1"),
    since=OPINION_SINCE,
    cure="换发新证后再执法",
)
def certificate_was_not_expired(facts: OfficerFacts) -> bool:
    """执法人员须持有效证件上岗，超过有效期的证件不再有效。"""
    return facts.certificate_status != CertificateStatus.EXPIRED


@rule(
    "CATEGORY_MISMATCH",
    cites=Citation(OPINION, "二（一）2"),
    since=OPINION_SINCE,
    cure="由证件载有该执法类别的人员执法",
)
def category_on_the_certificate(facts: OfficerFacts) -> bool:
    """只能在证件载明的执法类别之内执法。"""
    return facts.certificate_status is None or facts.category_matches


@rule(
    "REGION_MISMATCH",
    cites=Citation(OPINION, "二（一）2"),
    since=OPINION_SINCE,
    cure="由证件载有该执法区域的人员执法",
)
def region_on_the_certificate(facts: OfficerFacts) -> bool:
    """只能在证件载明的执法区域之内执法。"""
    return facts.certificate_status is None or facts.region_matches


BARS_AN_OFFICER = (
    officer_is_registered,
    officer_in_enforcement_post,
    officer_is_no_assistant,
    officer_holds_a_certificate,
    certificate_was_not_suspended,
    certificate_was_not_cancelled,
    certificate_was_not_expired,
    category_on_the_certificate,
    region_on_the_certificate,
)
