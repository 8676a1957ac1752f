"""Every refusal a service can raise has a status, every reason a rule; and the reverse."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from plumbline.law.dates import DateOrder
from plumbline.law.refusal import Refusal
from plumbline.law.rule import Rule
from plumbline.mesh import city

ROOT = Path(__file__).parents[2]
SERVICES = city.names()
#: Refusals of the vocabulary of law that any service may raise.
SHARED = (DateOrder,)


def refusals(service):
    module = import_module(f"services.{service}.domain.refusals")
    found = [cls for _, cls in inspect.getmembers(module, inspect.isclass)]
    return [cls for cls in found if issubclass(cls, Refusal) and cls is not Refusal]


def rules(service):
    for path in sorted((ROOT / "services" / service / "law").glob("*.py")):
        module = import_module(f"services.{service}.law.{path.stem}")
        yield from (value for value in vars(module).values() if isinstance(value, Rule))


def names_used(service):
    """Every name that appears in the service's code outside of the place where refusals are defined."""
    for path in (ROOT / "services" / service).rglob("*.py"):
        if path.name != "refusals.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield from (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_refuses_what_its_contract_says_and_nothing_else(service):
    codes = {refusal.code for refusal in (*refusals(service), *SHARED)}
    assert codes == set(city.contract(service).REFUSALS)


@pytest.mark.parametrize("service", SERVICES)
def test_every_refusal_is_raised_somewhere(service):
    assert {refusal.__name__ for refusal in refusals(service)} <= set(names_used(service))


@pytest.mark.parametrize("service", SERVICES)
def test_no_two_refusals_share_a_code(service):
    codes = [refusal.code for refusal in refusals(service)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("service", SERVICES)
def test_a_status_says_bad_input_not_found_conflict_or_law(service):
    assert set(city.contract(service).REFUSALS.values()) <= {400, 404, 409, 422}


@pytest.mark.parametrize("service", SERVICES)
def test_every_reason_has_a_rule_and_every_rule_is_a_reason_or_a_refusal(service):
    contract = city.contract(service)
    codes = {rule.code for rule in rules(service)}
    assert set(contract.REASONS) <= codes <= set(contract.REASONS) | set(contract.REFUSALS)


@pytest.mark.parametrize("service", SERVICES)
def test_codes_are_upper_case_words(service):
    contract = city.contract(service)
    for code in (*contract.REFUSALS, *contract.REASONS):
        assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code), code


@pytest.mark.parametrize("service", SERVICES)
def test_every_rule_says_its_sentence_its_article_and_its_cure(service):
    for rule in rules(service):
        assert re.search(r"[\u4e00-\u9fff]", rule.text) and rule.text.endswith("。"), rule.code
        assert rule.citation.instrument and rule.citation.article, rule.code
        assert rule.cure, rule.code
