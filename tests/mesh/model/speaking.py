"""What can happen to the speaker: its acts, its relays, and what they send on its way."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlalchemy.exc import OperationalError

from plumbline.mesh.broker.confirms import NotConfirmed
from plumbline.mesh.events.sending import Superseded
from tests.mesh.model import broker as scripts, promises
from tests.mesh.model.breaking import FATES, Died, nothing
from tests.mesh.model.world import ITEMS, World
from tests.mesh.town import wire
from tests.mesh.town.speaker import Item

KINDS = st.lists(st.sampled_from((wire.ItemChanged,) * 5 + (wire.ItemPraised,)), min_size=1, max_size=4)
SENDING = st.sampled_from(scripts.MOSTLY_FAIR)
CARRYING = st.sampled_from(scripts.MOSTLY_TRUE)
#: How far an act's events go at once: nowhere, to the broker, to the inbox, to their effects.
WAYS = st.sampled_from((0, 1, 1, 2, 3, 3))


class Speaking(RuleBasedStateMachine):
    """Rules on the speaker's side."""

    world: World

    @rule(item=st.sampled_from(ITEMS), kinds=KINDS, way=WAYS, send=SENDING, carry=CARRYING, at=st.integers(0, 9))
    def act(self, item, kinds, way, send, carry, at):
        """An act is committed, and what it says goes some of the way."""
        self._act(item, kinds, ())
        steps = (lambda: self._send(send, at), lambda: self._carry(carry, at), self._receive_all, self.world.loop.turn)
        for step in steps[: way + 1 if way else 0]:
            step()

    @rule(item=st.sampled_from(ITEMS), kinds=KINDS, fate=FATES, taken_back=st.booleans())
    def try_to_act(self, item, kinds, fate, taken_back):
        """An act is written and not committed, or its process dies over the commit, or the database is away."""
        if taken_back:
            with self.world.work() as work:
                self._change(work, item, kinds)
                work.flush()
        try:
            self._act(item, kinds, fate)
        except OperationalError:
            return
        except Died:
            self.world.new_relay(0)
        finally:
            self.world.speaker.at_commit = []

    def _act(self, item, kinds, fate):
        before, after = fate[0] if fate else (nothing, nothing)
        said = [kind.TYPE for kind in kinds]
        with self.world.work() as work:
            self._change(work, item, kinds)
            self.world.speaker.at_commit = [(before, lambda: (self.world.said[item].extend(said), after()))]
            work.commit()

    def _change(self, work, item_id, kinds):
        item = work.items.find(item_id)
        if item is None:
            item = Item(item_id)
            work.items.add(item)
        for kind in kinds:
            item.count += 1
            work.say(item, kind, {"count": item.count})

    @rule(act=SENDING, at=st.integers(0, 2))
    def send(self, act, at):
        """The relay in office marks and publishes; the broker does something with it."""
        self._send(act, at)

    @rule(act=SENDING)
    def send_late(self, act):
        """A relay that another has taken over from does not know it yet."""
        for relay in self.world.relays:
            if relay.active and relay is not self.world.office:
                self._relay_turns(relay, act)

    @rule(at=st.integers(0, 3), fate=FATES)
    def die_sending(self, at, fate):
        """A relay dies when `at` messages are out, or over the commit before."""

        def killed(confirms, messages, _):
            confirms.take(messages[:at])
            raise Died

        self._send(killed, 0, fate)

    @rule(act=SENDING)
    def be_overtaken(self, act):
        """While one relay publishes, the other takes over and sends too; the first one finds out afterwards."""
        world, first = self.world, self._in_office()
        second = world.relays[0] if first is world.relays[1] else world.relays[1]

        def overtaken(confirms, messages, at):
            world.broker.script = (scripts.takes_all, 0)
            self._take_office(second)
            second.turn()
            world.outbox_seen = promises.outbox(world)
            act(confirms, messages, at)

        self._relay_turns(first, overtaken)

    def _in_office(self):
        if self.world.office not in self.world.relays or not self.world.office.active:
            self._take_office(self.world.relays[0])
        return self.world.office

    def _take_office(self, relay):
        relay.begin()
        self.world.office = relay

    def _send(self, act=scripts.takes_all, at=0, fate=()):
        self._relay_turns(self._in_office(), act, at, fate)

    def _relay_turns(self, relay, act, at=0, fate=()):
        world = self.world
        world.broker.script, world.speaker.at_commit = (act, at), list(fate)
        world.outbox_seen = promises.outbox(world)
        try:
            relay.turn()
        except (Superseded, NotConfirmed, OperationalError):
            relay._close()
        except Died:
            world.new_relay(world.relays.index(relay))
        finally:
            world.broker.script, world.speaker.at_commit = (scripts.takes_all, 0), []
        promises.only_the_relay_in_office_wrote(world, relay)

    @rule(how=st.sampled_from(scripts.TAMPERING), at=st.integers(0, 9))
    def tamper(self, how, at):
        """The broker loses a message it had confirmed, doubles one, or changes their order."""
        self._carry(how, at)

    def _carry(self, how, at):
        if self.world.broker.ready:
            how(self.world.broker.ready, at)
