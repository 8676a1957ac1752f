"""The machine: does anything, in any order, to two services, and looks at the promises after every step."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, seed, settings, strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from plumbline.mesh import clock
from plumbline.mesh.events import catchup
from tests.mesh.model import calm, promises
from tests.mesh.model.breaking import Clock
from tests.mesh.model.listening import Listening
from tests.mesh.model.speaking import Speaking
from tests.mesh.model.world import World


class Mesh(Speaking, Listening):
    """Both services; `templates` is where the empty databases lie."""

    templates: Path

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="plumbline-model-")
        self.clock = Clock()
        self._patches = [patch.object(clock, "utcnow", self.clock), patch.object(catchup, "PAGE", 2)]
        for one in self._patches:
            one.start()
        self.world = World(self.templates, Path(self._folder.name), self.clock)
        self.world.broker.on_taken = lambda event: promises.it_goes_out_in_its_turn(self.world, event)

    def teardown(self):
        """Let everything calm down, unless a promise is broken already."""
        try:
            if sys.exc_info()[0] is None:
                calm.calm_down(self.world)
                for promise in (*promises.ALWAYS, promises.everything_arrived):
                    promise(self.world)
        finally:
            self.world.close()
            for one in self._patches:
                one.stop()
            self._folder.cleanup()

    @rule()
    def restart(self):
        """Both services begin anew, with nothing but their databases."""
        self.world.new_relay(0)
        self.world.new_relay(1)
        self.world.start_hearer()

    @rule(seconds=st.sampled_from((0.4, 3.0, 70.0)))
    def wait(self, seconds):
        """Technical time passes, and with it back-off and hold."""
        self.world.clock.pass_by(seconds)

    @invariant()
    def keep_every_promise(self):
        for promise in promises.ALWAYS:
            promise(self.world)


def search(templates: Path, seeds: range, *, examples: int = 8, steps: int = 50, shrink: bool = True) -> None:
    """Run the machine from each of these seeds; raises the first breach of a promise.

    Many short runs from different seeds find more than one long one, which varies what it has tried.
    """
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
    )
    Mesh.templates = templates
    for number in seeds:

        def machine() -> Mesh:
            return Mesh()

        run_state_machine_as_test(seed(number)(machine), settings=chosen)
