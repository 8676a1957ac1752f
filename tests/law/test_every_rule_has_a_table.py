"""No rule without a table, and no table that only ever says yes."""

from importlib import import_module
from pathlib import Path

import pytest
import yaml

from plumbline.law.rule import Rule

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def rules() -> dict[str, Rule]:
    found = {}
    for path in sorted(ROOT.glob("services/*/law/*.py")):
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        found |= {f"{module.__name__}.{name}": rule for name, rule in vars(module).items() if isinstance(rule, Rule)}
    return found


def tables() -> dict[str, dict]:
    return {
        table["rule"]: table
        for path in sorted(HERE.glob("*/*.yaml"))
        for table in [yaml.safe_load(path.read_text(encoding="utf-8"))]
    }


def test_every_rule_has_a_table_and_every_table_a_rule():
    assert set(rules()) == set(tables())


@pytest.mark.parametrize("name", sorted(tables()))
def test_a_table_shows_the_rule_kept_and_broken(name):
    assert {row["holds"] for row in tables()[name]["situations"]} == {True, False}


@pytest.mark.parametrize("name", sorted(rules()))
def test_every_rule_is_used_to_bar_or_to_flag(name):
    module = import_module(name.rpartition(".")[0])
    lists = [value for key, value in vars(module).items() if key.startswith(("BARS_", "FLAGS_"))]
    assert any(rules()[name] in used for used in lists)
