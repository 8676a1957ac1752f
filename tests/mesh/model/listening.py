"""What can happen to the hearer: its receiver, its workers, its effects, and a person who decides."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from sqlalchemy.exc import OperationalError

from plumbline.mesh.events import parked
from tests.mesh.model.breaking import FATES, Died, die, nothing
from tests.mesh.model.world import ITEMS, World


class Listening(RuleBasedStateMachine):
    """Rules on the hearer's side."""

    world: World

    @rule(count=st.integers(1, 5), fate=FATES)
    def receive(self, count, fate):
        """The receiver stores what arrives; it may die before or after its commit."""
        self.world.broker.deliver(self.world.receiver, count)
        self._hearer(self._store, fate)

    @rule(count=st.integers(0, 5))
    def lose_the_connection(self, count):
        """The hearer's connection is lost, perhaps while it stores, and the next one delivers again."""
        self.world.broker.deliver(self.world.receiver, count)
        self._hearer(self._store, [(nothing, self._reconnect)])
        self._reconnect()

    @rule()
    def restart(self):
        """Both services begin anew, with nothing but their databases."""
        self.world.new_relay(0)
        self.world.new_relay(1)
        self.world.start_hearer()

    def _reconnect(self):
        self.world.receiver.lost()
        self.world.broker.connect(self.world.receiver)
        self.world.broker.deliver(self.world.receiver, 9)

    def _receive_all(self):
        self.world.broker.deliver(self.world.receiver, 9)
        self._store()

    def _store(self):
        if self.world.receiver._waiting:
            self.world.receiver.turn()

    @rule(fate=FATES, in_effect=st.sampled_from((nothing, nothing, die)))
    def apply(self, fate, in_effect):
        """A worker takes a batch of lanes; it may be killed in the middle of an effect."""
        self.world.in_effect = in_effect
        self._hearer(self.world.loop.turn, fate)
        self.world.in_effect = nothing

    @rule(fate=FATES)
    def catch_up(self, fate):
        """The hearer asks the speaker for what it has not received."""
        self._hearer(self.world.catch_up.run_once, fate)

    @rule(item=st.sampled_from(ITEMS), times=st.integers(1, 4))
    def let_effects_fail(self, item, times):
        """The next effects of this item fail by their own fault."""
        self.world.to_fail[item] = times

    @rule(discards=st.booleans())
    @precondition(lambda self: self.world.see("hearer", "SELECT 1 FROM inbox_lane WHERE state = 'parked'"))
    def decide(self, discards):
        """A person looks at what is parked."""
        with self.world.hearer.writing() as session:
            found = parked.parked(session)[0]
            if discards:
                parked.discard(session, found.source, found.aggregate, by="an officer", reason="wrong")
                self.world.discarded.add((found.aggregate, found.sequence))
            else:
                parked.replay(session, found.source, found.aggregate, by="an officer", reason="mended")
            session.commit()

    def _hearer(self, step, fate):
        self.world.hearer.at_commit = list(fate)
        try:
            step()
        except OperationalError:
            return
        except Died:
            self.world.start_hearer()
        finally:
            self.world.hearer.at_commit = []
