"""No rule without its article, no number of the law in code, no article forgotten; and each guard can fail."""

import ast
import fnmatch
import importlib
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from plumbline.law.lint import numbers_in, rule_faults
from plumbline.law.register import Entry, Register, numeral, register, registered
from plumbline.law.rule import Citation
from plumbline.law.ruleset import Placed, placed

ROOT = Path(__file__).parents[3]

#: Numbers that are no numbers of the law. A pattern of paths, or `path::function`, and why.
EXCUSED = {
    "services/*/law/sources.py": "the days from which the cited instruments are in force",
    "services/personnel/domain/officer.py::certificate_on": "places in a tuple",
    "services/subjects/domain/registration.py::_of_items": "the size of a pair",
}
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/law") if (path / "__init__.py").exists())
MIND = sorted(path for part in ("law", "domain") for path in ROOT.glob(f"services/*/{part}/**/*.py"))


PURE = sorted(path for part in ("law", "identifiers") for path in (ROOT / "plumbline" / part).glob("*.py"))


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return modules | {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}


def rules_of(service: str) -> list[Placed]:
    paths = sorted((ROOT / "services" / service / "law").glob("*.py"))
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    return list(placed(importlib.import_module(name) for name in names))


def written_numbers() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in MIND:
        name = path.relative_to(ROOT).as_posix()
        for literal in numbers_in(path.read_text(encoding="utf-8")):
            found.setdefault(f"{name}::{literal.within}", []).append(str(literal))
    return found


def excuse(name: str) -> str | None:
    return next(
        (known for known in EXCUSED if fnmatch.fnmatch(name, known) or fnmatch.fnmatch(name, f"{known}::*")), None
    )


def test_no_number_of_the_law_stands_in_code():
    unexcused = {name: found for name, found in written_numbers().items() if not excuse(name)}
    assert unexcused == {}, "it belongs in parameters.yaml, with its day, unit and source; or excuse it in writing"


def test_no_excuse_for_a_number_outlives_its_need():
    assert set(EXCUSED) - {excuse(name) for name in written_numbers()} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_rule_cites_an_article_of_a_known_instrument(service):
    rules = rules_of(service)
    assert rules
    assert rule_faults(rules) == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_article_in_scope_is_encoded_or_said_not_to_be(service):
    assert register(service).faults(rules_of(service)) == []


def test_every_service_with_rules_has_a_register():
    assert list(registered()) == SERVICES


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_law_kit_stands_on_the_standard_library_and_yaml(path):
    foreign = {name.split(".")[0] for name in imported(path)} - sys.stdlib_module_names - {"yaml"}
    assert foreign <= {"plumbline"}
    ours = {name for name in imported(path) if name.startswith("plumbline.")}
    assert {name for name in ours if not name.startswith(("plumbline.law.", "plumbline.identifiers."))} == set()


def test_numbers_are_found_wherever_they_stand():
    source = (
        'def late(day):\n    """Ninety days, 90."""\n    return day > 90 or day < -2.5 or day in (0, 1, True)\nX = 7\n'
    )
    assert [str(literal) for literal in numbers_in(source)] == [
        "line 3, late: 90",
        "line 3, late: 2.5",
        "line 4, the module: 7",
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"citation": Citation("某法", "第一条")}, "not among the instruments"),
        ({"citation": Citation("中华人民共和国行政处罚法", " ")}, "names no article"),
        ({"citation": Citation("中华人民共和国行政处罚法", "第一条"), "since": date(2020, 1, 1)}, "in force before"),
        ({"cure": ""}, "what would clear it"),
    ],
)
def test_each_fault_of_a_rule_is_found(change, fault):
    found = next(one for one in rules_of("subjects") if one.rule.citation.article == "第十六条")
    assert [fault in said for said in rule_faults([replace(found, rule=replace(found.rule, **change))])] == [True]


def test_a_rule_that_is_used_nowhere_is_found():
    assert "neither bars nor flags" in rule_faults([replace(rules_of("subjects")[0], lists=())])[0]


def changed(entries: tuple[Entry, ...], **scope: tuple[str, ...]) -> list[str]:
    kept = register("subjects")
    return Register("subjects", {**kept.scope, **scope}, entries).faults(rules_of("subjects"))


def test_each_gap_in_a_register_is_found():
    entries = register("subjects").entries
    first = entries[0]
    assert changed(entries, APL=("第九十九条",)) == ["APL 第九十九条: neither encoded nor said why not"]
    assert changed((replace(first, encoded=frozenset(), unencoded="无"), *entries[1:])) == [
        "中华人民共和国行政处罚法第十六条: NORM_CREATES_NO_PENALTY is not in the register"
    ]
    assert changed((replace(first, encoded=first.encoded | {"NO_SUCH"}), *entries[1:])) == [
        "APL 第十六条: no rule NO_SUCH cites it"
    ]
    assert changed((*entries, Entry("APL", "第十七条第二款"))) == [
        "APL 第十七条第二款: say either which rules encode it or why none does"
    ]


def test_articles_are_counted_as_statutes_count_them():
    numbers = {
        1: "一",
        10: "十",
        16: "十六",
        20: "二十",
        85: "八十五",
        100: "一百",
        105: "一百零五",
        110: "一百一十",
        123: "一百二十三",
    }
    assert {number: numeral(number) for number in numbers} == numbers
