"""The page that a run leaves behind."""

import json
from xml.etree import ElementTree

import pytest

from bench.figures import Chapter, Table, Target, shown
from bench.page import page, table
from bench.plot import bars, plots


@pytest.fixture
def chapter():
    """One met and one missed figure."""
    return Chapter(
        "rpc",
        "Calls",
        "What was done.",
        [Table("Calls", ("reply", "callers", "who", "calls/s", "×", "p50", "p99", "a", "b", "c"))],
        [Target("calls/s", 4.2, "× stock", least=2.3, aimed=3), Target("ready", 3.5, "s", most=3)],
        {"our service": [("mesh/rpc/server.py:Server._work", 0.125)]},
    )


def test_the_page_shows_the_machine_and_every_figure_that_is_asked_for(chapter):
    text = page([chapter], {"Python": "3.11.9"}, 5, {})

    assert "| Python | 3.11.9 |" in text
    assert "| calls/s | ≥ 2.3, aimed 3 | 4.20 × stock | met |" in text
    assert "| ready | < 3 | 3.50 s | **missed** |" in text
    assert "median of 5 rounds" in text


def test_a_missed_figure_comes_with_its_profile(chapter):
    assert "| `mesh/rpc/server.py:Server._work` | 12.5% |" in page([chapter], {}, 5, {})


def test_a_figure_under_the_aim_is_met_and_says_so(chapter):
    chapter.targets = [Target("calls/s", 2.5, "×", least=2.3, aimed=3)]

    assert "| met, under the aim |" in page([chapter], {}, 5, {})
    assert not chapter.missed


def test_what_is_kept_renders_the_same_again(chapter):
    chapter.tables[0].rows.append(["100 bytes", 64, "plumbline", 2000.0, 4.2, 1.0, 2.0, 100.0, 110.0, 120.0])
    kept = Chapter.from_json(json.loads(json.dumps(chapter.to_json())))

    assert page([kept], {}, 5, {}) == page([chapter], {}, 5, {})


def test_figures_stand_to_the_right_and_words_to_the_left():
    assert table(("who", "n"), [["a|b", 1.5], ["c", "–"]]).splitlines() == [
        "| who | n |",
        "| --- | ---: |",
        "| a\\|b | 1.50 |",
        "| c | – |",
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(1234.5, "1,234"), (12.34, "12.3"), (1.234, "1.23"), (64, "64"), ("–", "–")]
)
def test_a_figure_has_the_digits_it_deserves(value, text):
    assert shown(value) == text


def test_a_drawing_is_svg_and_the_longest_bar_is_the_largest_value():
    root = ElementTree.fromstring(bars("Rate", "1/s", [("a & b", 10.0, "#fff"), ("c", 20.0, "#000")]))

    widths = [float(bar.get("width")) for bar in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert widths[1] == 2 * widths[0]


def test_the_chapter_of_calls_has_two_drawings(chapter):
    chapter.tables[0].rows.append(["100 bytes", 64, "plumbline", 2000.0, 4.2, 1.0, 2.0, 100.0, 110.0, 120.0])

    drawn = plots(chapter)

    assert set(drawn) == {"performance-calls.svg", "performance-cost.svg"}
    assert ">330<" in drawn["performance-cost.svg"]
