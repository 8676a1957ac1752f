"""May this body act on that day?  (主体资格状态与职权范围)

A body may act where nothing here and nothing in `authority.BARS_A_POWER` stands against it.
"""

from dataclasses import dataclass

from plumbline.contracts.vocabulary import ActionType, SubjectStatus
from plumbline.law.rule import Citation, rule
from services.subjects.law.sources import OPINION, OPINION_SINCE, PENALTY_LAW, PENALTY_LAW_SINCE

#: "Confirmed", wherever a rule says it.
CONFIRMED_WORDS = frozenset({SubjectStatus.CONFIRMED, SubjectStatus.PUBLISHED, SubjectStatus.ANNUAL_REVIEW})


@dataclass(frozen=True)
class StandingFacts:
    """Where the body stood on the day, and whether it held a power like the one asked for."""

    status: str | None
    holds_item: bool
    item_covers_region: bool
    action_type: str | None = None
    known: bool = True

    @property
    def is_penalty(self) -> bool:
        return self.action_type == ActionType.PENALTY

    @property
    def qualified(self) -> bool:
        return self.status in CONFIRMED_WORDS or self.status == SubjectStatus.SUSPENDED


@rule(
    "SUBJECT_UNKNOWN",
    cites=Citation(OPINION, "一（三）1"),
    since=OPINION_SINCE,
    cure="先申报并确认该单位的行政执法主体资格",
)
def body_is_registered(facts: StandingFacts) -> bool:
    """行政执法主体应当依法设置，未登记的单位不是执法主体。"""
    return facts.known


@rule(
    "SUBJECT_NOT_CONFIRMED",
    cites=Citation(OPINION, "一（三）3"),
    since=OPINION_SINCE,
    cure="待主体资格确认后，自确认之日起行使职权",
)
def body_was_confirmed(facts: StandingFacts) -> bool:
    """执法主体须经审核确认合法，当日尚未确认的不得执法。"""
    return not facts.known or facts.qualified or facts.status == SubjectStatus.REVOKED


@rule(
    "SUBJECT_SUSPENDED",
    cites=Citation(OPINION, "一（三）"),
    since=OPINION_SINCE,
    cure="待暂停期满或者恢复后再立案、作出决定、申领证件",
)
def body_was_not_suspended(facts: StandingFacts) -> bool:
    """主体资格暂停期间，不得新立案、作出决定、申领证件和票据。"""
    return facts.status != SubjectStatus.SUSPENDED


@rule(
    "SUBJECT_REVOKED",
    cites=Citation(OPINION, "一（三）3"),
    since=OPINION_SINCE,
    cure="由承接职权的主体办理",
)
def body_was_not_revoked(facts: StandingFacts) -> bool:
    """不符合法定条件的单位取消主体资格，取消之后不得执法。"""
    return facts.status != SubjectStatus.REVOKED


@rule(
    "PENALTY_VOID",
    cites=Citation(PENALTY_LAW, "第三十八条第一款"),
    since=PENALTY_LAW_SINCE,
    cure="由具有主体资格、持有该处罚权的机关实施",
)
def penalty_has_basis_and_body(facts: StandingFacts) -> bool:
    """处罚没有依据，或者实施主体不具有行政主体资格的，处罚无效。"""
    return not facts.is_penalty or (facts.qualified and facts.holds_item)


@rule(
    "NO_POWER",
    cites=Citation(PENALTY_LAW, "第十七条"),
    since=PENALTY_LAW_SINCE,
    cure="由持有该处罚权的机关办理",
)
def penalty_within_statutory_powers(facts: StandingFacts) -> bool:
    """处罚由具有处罚权的机关在法定职权范围内实施。"""
    return not facts.known or not facts.is_penalty or facts.holds_item


@rule(
    "NO_POWER",
    cites=Citation(OPINION, "一（三）1"),
    since=OPINION_SINCE,
    cure="由权力事项中列有该职权的机关办理",
)
def act_within_listed_powers(facts: StandingFacts) -> bool:
    """执法职权须有授权，没有当日有效的权力事项就不得行使。"""
    return not facts.known or facts.is_penalty or facts.holds_item


@rule(
    "REGION_OUTSIDE_POWER",
    cites=Citation(PENALTY_LAW, "第二十二条"),
    since=PENALTY_LAW_SINCE,
    cure="由违法行为发生地有管辖权的机关办理",
)
def penalty_where_the_violation_occurred(facts: StandingFacts) -> bool:
    """处罚由违法行为发生地的机关管辖。"""
    return not facts.is_penalty or not facts.holds_item or facts.item_covers_region


@rule(
    "REGION_OUTSIDE_POWER",
    cites=Citation(OPINION, "一（三）1"),
    since=OPINION_SINCE,
    cure="由该区域内持有该职权的机关办理",
)
def act_within_the_region(facts: StandingFacts) -> bool:
    """执法职权不得越出授权的区域行使。"""
    return facts.is_penalty or not facts.holds_item or facts.item_covers_region


BARS_AN_ACT = (
    body_is_registered,
    body_was_confirmed,
    body_was_not_suspended,
    body_was_not_revoked,
    penalty_has_basis_and_body,
    penalty_within_statutory_powers,
    act_within_listed_powers,
    penalty_where_the_violation_occurred,
    act_within_the_region,
)
