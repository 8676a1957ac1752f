"""Regions and what lies in them."""

import pytest

from plumbline.identifiers.region import REGIONS, covers, known


def test_the_table_has_the_cities_of_hebei_the_counties_of_handan_and_the_towns_of_wuan():
    levels = [region.level for region in REGIONS.values()]
    assert {level: levels.count(level) for level in levels} == {"PROVINCE": 1, "CITY": 11, "COUNTY": 20, "TOWNSHIP": 23}


def test_every_region_but_the_province_has_a_parent_in_the_table():
    assert [region.code for region in REGIONS.values() if region.parent not in REGIONS] == ["130000"]


@pytest.mark.parametrize("inner", ["130000", "130400", "130481", "130481101", "130481400", "130473"])
def test_the_province_covers_everything(inner):
    assert covers("130000", inner)


def test_a_region_covers_itself_and_what_is_below_but_nothing_beside_or_above():
    assert covers("130481", "130481")
    assert covers("130481", "130481400")
    assert not covers("130481101", "130481")
    assert not covers("130481", "130402")
    assert not covers("130300", "130481")


def test_an_unknown_region_is_covered_by_nothing():
    assert not known("130422")
    assert not covers("130000", "130422")
    assert not covers("130422", "130422")


def test_codes_of_the_statistics_bureau_are_marked():
    assert {code for code, region in REGIONS.items() if region.statistical} == {"130471", "130473", "130481400"}
