"""Whatever is done to two services, in any order: nothing is lost, doubled, ghostly or out of order."""

import pytest
from hypothesis.strategies._internal.featureflags import FeatureFlags

from plumbline.mesh import logs
from tests.mesh.model.guards_of_hearing import HEARING
from tests.mesh.model.guards_of_sending import SENDING
from tests.mesh.model.machine import search
from tests.mesh.model.promises import Breach
from tests.mesh.model.world import make_databases


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    """Databases to be copied for every run of the machine."""
    folder = tmp_path_factory.mktemp("templates")
    make_databases(folder)
    return folder


@pytest.fixture(autouse=True)
def no_logs(monkeypatch):
    """What is logged about thousands of crashes is nobody's business."""
    monkeypatch.setattr(logs.writer, "write", lambda line: None)


def test_nothing_is_lost_doubled_ghostly_or_out_of_order(templates):
    search(templates, range(6))


@pytest.mark.parametrize("guard", (*SENDING, *HEARING), ids=lambda guard: guard.__name__)
def test_without_any_one_guard_the_machine_finds_a_broken_promise(templates, guard, monkeypatch):
    monkeypatch.setattr(FeatureFlags, "is_enabled", lambda flags, rule: True)  # every rule in every run: found sooner
    guard(monkeypatch)

    with pytest.raises(Breach):
        search(templates, range(40), examples=6, shrink=False)
