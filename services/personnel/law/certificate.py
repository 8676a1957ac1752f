"""May this officer get a certificate, and for how long may it be withheld?  (行政执法证件的申领与暂扣)

Each rule is one sentence of law.  Read the docstring against the statute; read the body against the docstring.
"""

from dataclasses import dataclass
from datetime import date

from plumbline.contracts.vocabulary import StaffingKind
from plumbline.law.dates import add_months, day_after
from plumbline.law.parameters import Parameters
from plumbline.law.rule import Citation, rule
from services.personnel.law.sources import (
    OPINION,
    OPINION_SINCE,
    TRANSPORT_CERTIFICATES,
    TRANSPORT_CERTIFICATES_SINCE,
    law_day,
)

NUMBERS = Parameters.beside(__file__)

#: People who assist and never hold a certificate.
ASSISTANTS = frozenset(
    {StaffingKind.WORKER, StaffingKind.DISPATCHED_LABOUR, StaffingKind.TEMPORARY, StaffingKind.AUXILIARY}
)


@dataclass(frozen=True)
class IssueFacts:
    """What is looked at before a certificate is issued, as of its day."""

    passed_public_law: bool
    passed_professional_law: bool
    in_enforcement_post: bool
    staffing_kind: str | None
    body_confirmed: bool
    categories_outside: str
    region_outside: bool
    holds_another: bool
    number_is_free: bool


@dataclass(frozen=True)
class SuspensionFacts:
    """The first and the last day on which a certificate is withheld."""

    since: date
    until: date


@rule(
    "PUBLIC_EXAM_MISSING",
    cites=Citation(OPINION, "二（一）1"),
    since=OPINION_SINCE,
    cure="公共法律知识考试合格后再申领",
)
def passed_public_law(facts: IssueFacts) -> bool:
    """领取执法证件之前，公共法律知识考试应当合格。"""
    return facts.passed_public_law


@rule(
    "PROFESSIONAL_EXAM_MISSING",
    cites=Citation(OPINION, "二（一）1"),
    since=OPINION_SINCE,
    cure="专业法律知识考试合格后再申领",
)
def passed_professional_law(facts: IssueFacts) -> bool:
    """领取执法证件之前，专业法律知识考试应当合格。"""
    return facts.passed_professional_law


@rule(
    "NOT_IN_ENFORCEMENT_POST",
    cites=Citation(OPINION, "二（一）2"),
    since=OPINION_SINCE,
    cure="调入执法岗位后再申领",
)
def holder_in_enforcement_post(facts: IssueFacts) -> bool:
    """不在执法岗位的人员不发放执法证件。"""
    return facts.in_enforcement_post


@rule(
    "STAFFING_KIND_BARRED",
    cites=Citation(OPINION, "二（一）1"),
    since=OPINION_SINCE,
    cure="由在编的执法人员申领；协助执法人员不能申领",
)
def holder_is_no_assistant(facts: IssueFacts) -> bool:
    """工勤、劳务派遣、临时聘用和辅助人员不得履行执法职责，不发放执法证件。"""
    return facts.staffing_kind not in ASSISTANTS


@rule(
    "SUBJECT_NOT_CONFIRMED",
    cites=Citation(OPINION, "二（一）2"),
    since=OPINION_SINCE,
    cure="所在单位的主体资格确认或者恢复后再申领",
)
def body_is_confirmed(facts: IssueFacts) -> bool:
    """执法证件按照法律、法规、规章和“三定”规定发放，所在单位当日应当具有执法主体资格。"""
    return facts.body_confirmed


@rule(
    "CATEGORY_OUTSIDE_POWERS",
    cites=Citation(OPINION, "二（一）2"),
    since=OPINION_SINCE,
    cure="删除单位没有职权的执法类别：{categories_outside}",
)
def categories_within_powers(facts: IssueFacts) -> bool:
    """证件上的执法类别不得超出所在单位的执法职权。"""
    return not facts.categories_outside


@rule(
    "REGION_OUTSIDE_POWERS",
    cites=Citation(OPINION, "二（一）2"),
    since=OPINION_SINCE,
    cure="将执法区域改为单位行使职权的区域",
)
def region_within_powers(facts: IssueFacts) -> bool:
    """证件上的执法区域不得超出所在单位行使职权的区域。"""
    return not facts.region_outside


@rule(
    "DUPLICATE",
    cites=Citation(OPINION, "二（一）1"),
    since=OPINION_SINCE,
    cure="原证件注销或者到期后再申领",
)
def one_certificate_at_a_time(facts: IssueFacts) -> bool:
    """执法证件由省人民政府统一颁发，一人同时只持一证。"""
    return not facts.holds_another


@rule(
    "DUPLICATE",
    cites=Citation(OPINION, "二（一）2"),
    since=OPINION_SINCE,
    cure="核对证件编号；注销的编号不再使用",
)
def number_never_used_before(facts: IssueFacts) -> bool:
    """执法人员数据库中一个证件编号只属于一个证件。"""
    return facts.number_is_free


@rule(
    "SUSPENSION_TERM",
    cites=Citation(TRANSPORT_CERTIFICATES, "第三十一条"),
    since=TRANSPORT_CERTIFICATES_SINCE,
    cure="调整暂扣的截止日期",
)
def withheld_for_one_to_six_months(facts: SuspensionFacts) -> bool:
    """执法证件暂扣一个月以上六个月以下。"""
    least, most = (NUMBERS.at(f"suspension_months_{name}", law_day(facts.since)) for name in ("least", "most"))
    return add_months(facts.since, least) <= day_after(facts.until) <= add_months(facts.since, most)


BARS_AN_ISSUE = (
    passed_public_law,
    passed_professional_law,
    holder_in_enforcement_post,
    holder_is_no_assistant,
    body_is_confirmed,
    categories_within_powers,
    region_within_powers,
    one_certificate_at_a_time,
    number_never_used_before,
)
BARS_A_SUSPENSION = (withheld_for_one_to_six_months,)
