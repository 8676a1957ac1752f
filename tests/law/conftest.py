"""Runs ``*.yaml`` statute tables: one row, one situation, one expected answer.

A row may be written and reviewed by someone who reads law and not Python.
"""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin, get_type_hints

import pytest
import yaml

KIT = Path(__file__).with_name("kit")


def pytest_collect_file(parent: pytest.Collector, file_path: Any) -> pytest.Collector | None:
    """Tables of rules; those below kit/ ask the law kit other questions and have a collector of their own."""
    if file_path.suffix != ".yaml" or KIT in file_path.parents:
        return None
    return StatuteTable.from_parent(parent, path=file_path)


class StatuteTable(pytest.File):
    """The table of one rule."""

    def collect(self) -> Iterator[pytest.Item]:
        table = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        for row in table["situations"]:
            yield Situation.from_parent(self, name=row["name"], table=table, row=row)


class Situation(pytest.Item):
    """One row: these facts, and whether the rule holds."""

    def __init__(self, *, table: dict, row: dict, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.table, self.row = table, row

    def runtest(self) -> None:
        module_name, rule_name = self.table["rule"].rsplit(".", 1)
        module = importlib.import_module(module_name)
        given = {**self.table["given"], **(self.row.get("when") or {})}
        facts = facts_from(getattr(module, self.table["facts"]), given)
        rule = getattr(module, rule_name)
        assert rule.holds(facts) is self.row["holds"], f"{rule.citation} {rule.text}"

    def reportinfo(self) -> tuple[Any, int, str]:
        return self.path, 0, f"{self.path.stem}: {self.name}"


def facts_from(kind: type, given: dict[str, Any]) -> Any:
    """The facts of a row; a YAML list becomes the set the rule reads."""
    hints = get_type_hints(kind)
    return kind(**{name: frozenset(v) if get_origin(hints[name]) is frozenset else v for name, v in given.items()})
