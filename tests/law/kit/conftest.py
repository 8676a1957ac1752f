"""Runs the tables of the law kit: one row, one question, the answer a lawyer expects, or the code of a refusal."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import yaml

from plumbline.law.unanswerable import Unanswerable
from tests.law.kit import questions

# How long one example takes says how busy the machine is.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


def pytest_collect_file(parent: pytest.Collector, file_path: Any) -> pytest.Collector | None:
    return KitTable.from_parent(parent, path=file_path) if file_path.suffix == ".yaml" else None


class KitTable(pytest.File):
    """The table of one question."""

    def collect(self) -> Iterator[pytest.Item]:
        table = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        for row in table["situations"]:
            yield Question.from_parent(self, name=row["name"], table=table, row=row)


class Question(pytest.Item):
    """One row: what is given, and what must come out."""

    def __init__(self, *, table: dict, row: dict, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ask = getattr(questions, table["question"])
        self.given = {**(table.get("given") or {}), **(row.get("when") or {})}
        self.row = row

    def runtest(self) -> None:
        if "refused" in self.row:
            with pytest.raises(Unanswerable) as refusal:
                self.ask(**self.given)
            assert refusal.value.code == self.row["refused"]
            assert refusal.value.detail and refusal.value.english
            return
        answer, expected = self.ask(**self.given), self.row["answer"]
        assert {name: answer[name] for name in expected} == expected

    def reportinfo(self) -> tuple[Any, int, str]:
        return self.path, 0, f"{self.path.stem}: {self.name}"
