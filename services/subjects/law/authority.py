"""Is this a body of enforcement, and does it hold this power?  (执法主体资格与执法职权)

Each rule is one sentence of law.  Read the docstring against the statute; read the body against the docstring.
"""

from dataclasses import dataclass

from plumbline.contracts.vocabulary import ActionType, BasisKind, Level, PenaltyKind, SubjectKind
from plumbline.law.rule import Citation, rule
from services.subjects.law.sources import (
    CREDIT_CODES,
    CREDIT_CODES_SINCE,
    MARKET_PROCEDURE,
    MARKET_PROCEDURE_SINCE,
    OPINION,
    OPINION_SINCE,
    PENALTY_LAW,
    PENALTY_LAW_SINCE,
)

STATUTES = frozenset({BasisKind.LAW, BasisKind.AREG, BasisKind.LREG})
SOURCES = STATUTES | {BasisKind.RULE, BasisKind.TRANSFER}


@dataclass(frozen=True)
class BodyFacts:
    """What is looked at before a body is confirmed."""

    basis_kinds: frozenset[str]
    has_staffing_document: bool
    staffing_office_agrees: bool
    code_is_free: bool = True


@dataclass(frozen=True)
class PowerFacts:
    """One power item of a body, with the bases in force on the day; `naming_kinds` are those that name the body."""

    item_code: str
    action_type: str
    penalty_kinds: frozenset[str]
    body_kind: str
    body_level: str
    basis_kinds: frozenset[str]
    naming_kinds: frozenset[str]

    @property
    def is_penalty(self) -> bool:
        return self.action_type == ActionType.PENALTY


@rule(
    "POWER_SOURCE_MISSING",
    cites=Citation(OPINION, "一（三）1"),
    since=OPINION_SINCE,
    cure="补充法律、法规、规章授权或者相对集中、赋权决定",
)
def body_has_a_source(facts: BodyFacts) -> bool:
    """行政执法主体应当有法律、法规、规章的授权，或者有权机关的集中、赋权决定。"""
    return bool(facts.basis_kinds & SOURCES)


@rule(
    "STAFFING_DOCUMENT_MISSING",
    cites=Citation(OPINION, "一（三）1"),
    since=OPINION_SINCE,
    cure="补充“三定”规定的文号和日期",
)
def body_has_staffing_document(facts: BodyFacts) -> bool:
    """行政执法主体应当由“三定”规定予以明确。"""
    return facts.has_staffing_document


@rule(
    "STAFFING_OPINION_MISSING",
    cites=Citation(OPINION, "一（三）1"),
    since=OPINION_SINCE,
    cure="取得编制部门的同意意见后再确认",
)
def staffing_office_agrees(facts: BodyFacts) -> bool:
    """主体资格由编制部门和法制部门共同负责审核，编制部门不同意的不予确认。"""
    return facts.staffing_office_agrees


@rule(
    "DUPLICATE",
    cites=Citation(CREDIT_CODES, "唯一性原则"),
    since=CREDIT_CODES_SINCE,
    cure="核对代码，或者先取消原主体的资格",
)
def credit_code_is_free(facts: BodyFacts) -> bool:
    """一个统一社会信用代码只属于一个组织，不能由两个有效的执法主体使用。"""
    return facts.code_is_free


@rule(
    "POWER_SOURCE_MISSING",
    cites=Citation(OPINION, "一（三）1"),
    since=OPINION_SINCE,
    cure="为事项{item_code}补充现行有效的法律、法规、规章或者赋权决定",
)
def power_has_a_source(facts: PowerFacts) -> bool:
    """每项执法职权都应当有法律、法规、规章的授权，或者有权机关的集中、赋权决定。"""
    return bool(facts.basis_kinds & SOURCES)


@rule(
    "NORM_CREATES_NO_PENALTY",
    cites=Citation(PENALTY_LAW, "第十六条"),
    since=PENALTY_LAW_SINCE,
    cure="为处罚事项{item_code}补充设定该处罚的法律、法规或者规章",
)
def no_penalty_by_normative_document(facts: PowerFacts) -> bool:
    """法律、法规、规章以外的其他规范性文件，不能作为处罚的依据。"""
    return not facts.is_penalty or bool(facts.basis_kinds & SOURCES)


@rule(
    "STATUTE_REQUIRED",
    cites=Citation(PENALTY_LAW, "第十九条"),
    since=PENALTY_LAW_SINCE,
    cure="为处罚事项{item_code}补充法律、行政法规或者地方性法规的授权",
)
def authorised_by_statute(facts: PowerFacts) -> bool:
    """授权组织实施处罚，须有法律、法规的授权，只有规章授权的不行。"""
    concerned = facts.is_penalty and facts.body_kind == SubjectKind.AUTHORISED
    return not concerned or bool(facts.basis_kinds & STATUTES)


@rule(
    "CONCENTRATION_UNDECIDED",
    cites=Citation(PENALTY_LAW, "第十八条第二款"),
    since=PENALTY_LAW_SINCE,
    cure="为处罚事项{item_code}补充国务院或者省级人民政府的集中行使决定",
)
def concentrated_by_decision(facts: PowerFacts) -> bool:
    """由一个机关集中行使其他机关的处罚权，须由国务院或者省级人民政府决定；法律、法规直接指明本机关的除外。"""
    concerned = facts.is_penalty and facts.body_kind == SubjectKind.CONCENTRATED
    return not concerned or BasisKind.TRANSFER in facts.basis_kinds or bool(facts.naming_kinds & STATUTES)


@rule(
    "HANDOVER_UNDECIDED",
    cites=Citation(PENALTY_LAW, "第二十三条、第二十四条第一款"),
    since=PENALTY_LAW_SINCE,
    cure="为处罚事项{item_code}补充省级赋权决定，或者直接指明本机关的法律、行政法规",
)
def below_county_by_decision(facts: PowerFacts) -> bool:
    """处罚由县级以上机关管辖，乡镇、街道须凭省级赋权决定行使；法律、行政法规另有规定的除外。"""
    below_county = facts.body_level == Level.TOWNSHIP or facts.body_kind == SubjectKind.TOWNSHIP
    named = facts.naming_kinds & {BasisKind.LAW, BasisKind.AREG}
    return not (facts.is_penalty and below_county) or BasisKind.TRANSFER in facts.basis_kinds or bool(named)


@rule(
    "DETENTION_RESERVED",
    cites=Citation(PENALTY_LAW, "第十八条第三款"),
    since=PENALTY_LAW_SINCE,
    cure="从事项{item_code}中删除行政拘留，或者补充直接指明本机关的法律",
)
def detention_by_organs_named_in_law(facts: PowerFacts) -> bool:
    """限制人身自由的处罚，只能由公安机关和法律指明的其他机关行使。"""
    return PenaltyKind.DETENTION not in facts.penalty_kinds or BasisKind.LAW in facts.naming_kinds


@rule(
    "OWN_NAME_UNAUTHORISED",
    cites=Citation(MARKET_PROCEDURE, "第九条第一款"),
    since=MARKET_PROCEDURE_SINCE,
    cure="以所属部门名义处罚，或者为事项{item_code}补充授权派出机构的法律、法规",
)
def dispatched_in_own_name_by_statute(facts: PowerFacts) -> bool:
    """派出机构以所属部门的名义处罚，法律、法规授权以派出机构名义处罚的除外。"""
    concerned = facts.is_penalty and facts.body_kind == SubjectKind.DISPATCHED
    return not concerned or bool(facts.naming_kinds & STATUTES)


@rule(
    "DELEGATION_INVALID",
    cites=Citation(PENALTY_LAW, "第二十条第四款"),
    since=PENALTY_LAW_SINCE,
    cure="由委托机关以自己的名义行使事项{item_code}",
)
def delegate_not_in_own_name(facts: PowerFacts) -> bool:
    """受委托组织以委托机关的名义行使职权，自己不是执法主体。"""
    return facts.body_kind != SubjectKind.DELEGATE


BARS_A_CONFIRMATION = (body_has_a_source, body_has_staffing_document, staffing_office_agrees, credit_code_is_free)
BARS_A_POWER = (
    power_has_a_source,
    no_penalty_by_normative_document,
    authorised_by_statute,
    concentrated_by_decision,
    below_county_by_decision,
    detention_by_organs_named_in_law,
    dispatched_in_own_name_by_statute,
    delegate_not_in_own_name,
)
