"""A little of what ``make fuzz`` does at length, and that no family is left out of it."""

from __future__ import annotations

import random

import pytest

from colophon.errors import ColophonError
from colophon.labels.carriers.families import FAMILIES
from tests.fuzz.mutations import mutated
from tests.fuzz.targets import Target, all_targets, contracts

RUNS = 60
TARGETS = all_targets()


def test_every_family_is_fuzzed() -> None:
    tested = {id(contract.carrier) for contract in contracts()}
    missing = [family.constant for family in FAMILIES if id(family.carrier()) not in tested]
    assert missing == []


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_damage_is_named_or_survived(target: Target) -> None:
    chance = random.Random(45438)
    for _ in range(RUNS):
        data = mutated(chance.choice(target.seeds), target.seeds, chance)
        try:
            target.run(data)
        except ColophonError as error:
            assert error.code
