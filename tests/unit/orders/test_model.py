"""Whatever order webhooks come in, however often, late or never: what is handed out is what the payments say."""

from datetime import UTC, datetime
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from quietline.profiles.profile import Profile, load_profile

from tests.unit.orders.world import STEPS, World

START = datetime(2026, 10, 5, 15, 0, tzinfo=UTC)


def test_ten_thousand_steps(profile: Profile) -> None:
    random = Random(20261125)
    world = World(profile, random, START)
    done: dict[str, int] = {}
    for number, step in enumerate(random.choices(list(STEPS), weights=list(STEPS.values()), k=10_000), start=1):
        world.step(step)
        done[step] = done.get(step, 0) + 1
        if number % 60 == 0:
            world.join()
        if number % 25 == 0:
            world.settle()
            world.check()
        if number % 1000 == 0:
            world.audit()

    reached = {one.state for one in world.store.stored.values()}
    assert {"active", "refunded", "disputed", "voided", "uncollectible"} <= reached, "the run went everywhere"
    assert {one.problem for one in world.store.stored.values()} >= {None, "superseded"}
    assert set(done) == set(STEPS)


class Machine(RuleBasedStateMachine):
    """The same world, with Hypothesis choosing and shrinking the steps."""

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.world = World(load_profile("us"), Random(seed), START)

    @rule(steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=8))
    def happen(self, steps: list[str]) -> None:
        for step in steps:
            self.world.step(step)

    @rule()
    def a_night(self) -> None:
        self.world.settle()
        self.world.check()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.settle()
            self.world.check()
            self.world.audit()


TestMachine: Any = Machine.TestCase
TestMachine.settings = settings(max_examples=40, stateful_step_count=20)
