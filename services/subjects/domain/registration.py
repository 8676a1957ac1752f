"""Is an application well formed?  Everything wrong with it is said at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from plumbline.contracts.vocabulary import ActionType
from plumbline.identifiers import region, uscc
from plumbline.law.refusal import InvalidParam, Refusal
from services.subjects.domain.powers import LegalBasis, PowerItem
from services.subjects.domain.refusals import LegalBasisInvalid, PowerItemInvalid, RegionUnknown, UsccInvalid

REFUSED_AS: dict[str, type[Refusal]] = {
    kind.code: kind for kind in (UsccInvalid, RegionUnknown, LegalBasisInvalid, PowerItemInvalid)
}


def require_well_formed(
    usc_code: str, body_region: str, bases: Sequence[LegalBasis], items: Sequence[PowerItem]
) -> None:
    """Refuse an application that contradicts itself; the refusal is named for the first fault and lists all."""
    faults = [*_of_body(usc_code, body_region), *_of_bases(bases), *_of_items(items, bases, body_region)]
    if faults:
        raise REFUSED_AS[faults[0].code](invalid=faults)


def _of_body(usc_code: str, body_region: str) -> Iterator[InvalidParam]:
    if fault := uscc.problem(usc_code):
        yield InvalidParam("uscCode", fault, UsccInvalid.code)
    if not region.known(body_region):
        yield InvalidParam("region", f"未知的行政区划代码{body_region}", RegionUnknown.code)


def _of_bases(bases: Sequence[LegalBasis]) -> Iterator[InvalidParam]:
    seen: set[str] = set()
    for index, basis in enumerate(bases):
        at = f"legalBases[{index}]"
        if basis.code in seen:
            yield InvalidParam(f"{at}.code", f"依据代码{basis.code}重复", LegalBasisInvalid.code)
        if basis.effective_to is not None and basis.effective_to < basis.effective_from:
            yield InvalidParam(f"{at}.effectiveTo", "失效日期早于生效日期", LegalBasisInvalid.code)
        seen.add(basis.code)


def _of_items(items: Sequence[PowerItem], bases: Sequence[LegalBasis], body_region: str) -> Iterator[InvalidParam]:
    known_bases = {basis.code for basis in bases}
    for index, item in enumerate(items):
        for name, reason in _of_item(item, known_bases, body_region):
            yield InvalidParam(f"powerItems[{index}].{name}", reason, PowerItemInvalid.code)
    for (_, earlier), (index, later) in combinations(enumerate(items), 2):
        if earlier.code == later.code and (earlier.version == later.version or earlier.overlaps(later)):
            reason = f"事项{later.code}的两个版本编号相同或者有效期重叠"
            yield InvalidParam(f"powerItems[{index}].version", reason, PowerItemInvalid.code)


def _of_item(item: PowerItem, known_bases: set[str], body_region: str) -> Iterator[tuple[str, str]]:
    if missing := sorted(set(item.basis_codes) - known_bases):
        yield "basisCodes", f"未列明的依据：{'、'.join(missing)}"
    if region.known(body_region) and not region.covers(body_region, item.region):
        yield "region", f"行使区域{item.region}不在主体区域{body_region}之内"
    if item.valid_to is not None and item.valid_to < item.valid_from:
        yield "validTo", "失效日期早于生效日期"
    if item.penalty_kinds and item.action_type != ActionType.PENALTY:
        yield "penaltyKinds", "只有行政处罚事项才有处罚种类"
