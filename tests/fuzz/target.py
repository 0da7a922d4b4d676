"""What a fuzzed thing is, and every carrier's samples to damage."""

from __future__ import annotations

import importlib
import inspect as looking
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tests.labels import carriers as carrier_tests
from tests.labels.carriers.contract import CarrierContract, packets_of, write

LARGEST_SEED = 40_000


@dataclass(frozen=True)
class Target:
    """``run`` takes any bytes and raises nothing but a named error. ``weight``: its part of all
    runs, beside the others' 1.
    """

    name: str
    seeds: tuple[bytes, ...]
    run: Callable[[bytes], None]
    weight: float = 1.0


class Unsound(Exception):
    """A file was written that does not read back as it should."""


@cache
def contracts() -> tuple[CarrierContract, ...]:
    """Every contract test of a carrier, ready to give its samples."""
    found = []
    for module in pkgutil.iter_modules(carrier_tests.__path__, carrier_tests.__name__ + "."):
        if not module.name.rpartition(".")[2].startswith("test_"):
            continue
        for _, value in looking.getmembers(importlib.import_module(module.name), looking.isclass):
            if (
                issubclass(value, CarrierContract)
                and not looking.isabstract(value)
                and hasattr(value, "carrier")
            ):
                found.append(value())
    return tuple(found)


def seeds_of(contract: CarrierContract, most: int) -> list[bytes]:
    """The family's smallest samples, first without a label, then with one."""
    plain = sorted(contract.samples(), key=len)
    small = [one for one in plain if len(one) <= LARGEST_SEED][:most] or plain[:1]
    packets = packets_of(contract.carrier.forms)
    return small + [write(contract.carrier, one, packets) for one in small]
