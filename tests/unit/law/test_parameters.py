"""Numbers of the law have a day, a unit, a source and an evidence tag, or they are not read."""

from datetime import date

import pytest

from plumbline.law.parameters import ParameterIncomplete, ParameterNotInForce, Parameters

GOOD = """
training_hours:
  meaning: Hours a year
  unit: hour
  values:
    2017-01-01: {value: 40, reference: 实施意见 二（二）1, evidence: SEED}
    2021-08-01: {value: 60, reference: 法治政府建设实施纲要, evidence: V}
"""


def numbers(folder, text):
    (folder / "parameters.yaml").write_text(text, encoding="utf-8")
    return Parameters.beside(str(folder / "rules.py"))


def test_the_value_in_force_on_the_day_counts(tmp_path):
    table = numbers(tmp_path, GOOD)
    assert [table.at("training_hours", day) for day in (date(2017, 1, 1), date(2021, 7, 31), date(2021, 8, 1))] == [
        40,
        40,
        60,
    ]


def test_before_the_first_value_there_is_none(tmp_path):
    with pytest.raises(ParameterNotInForce, match="2017-01-01"):
        numbers(tmp_path, GOOD).at("training_hours", date(2016, 12, 31))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  unit: hour\n", ""),
        ("  meaning: Hours a year\n", ""),
        (", evidence: V", ""),
        ("evidence: V", "evidence: hearsay"),
        (", reference: 法治政府建设实施纲要", ""),
    ],
)
def test_a_number_without_unit_source_or_evidence_is_not_read(tmp_path, old, new):
    with pytest.raises(ParameterIncomplete):
        numbers(tmp_path, GOOD.replace(old, new))
