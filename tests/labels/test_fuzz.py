"""A little of what ``make fuzz`` does at length, and that no family is left out of it."""

from __future__ import annotations

import math
import random
import time

import pytest

from colophon.errors import ColophonError
from colophon.labels import aigc
from colophon.labels.carriers.families import FAMILIES
from tests.fuzz.mutations import mutated
from tests.fuzz.target import Target
from tests.fuzz.targets import all_targets

RUNS = 60
MOST_LABELS = 256
TARGETS = all_targets()


def test_every_family_is_fuzzed() -> None:
    fuzzed = {target.name.partition(":")[0] for target in TARGETS}
    assert {family.module for family in FAMILIES} - fuzzed == set()


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_damage_is_named_or_survived(target: Target) -> None:
    chance = random.Random(45438)
    for _ in range(math.ceil(RUNS * target.weight)):
        data = mutated(chance.choice(target.seeds), target.seeds, chance)
        try:
            target.run(data)
        except ColophonError as error:
            assert error.code


@pytest.mark.parametrize(
    "piece",
    [
        '00\\",\\"PropagateID\\":\\"p-1\\",\\"ReservedCode2\\":\\"\\"}"}',
        "&quot;ProduceID&quot;:&quot;p-1&quot;,",
        "---\nReservedCode1: ''\nContentPropagator: 'x'\n---\n",
        "ContentProducer: a ",
    ],
)
def test_a_flood_of_fields_costs_little(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    assert len(aigc.find(text)) <= MOST_LABELS
    assert time.process_time() - began < 0.4
