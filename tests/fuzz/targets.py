"""What is fuzzed: every carrier with the samples of its own tests, and the readers of values."""

from __future__ import annotations

import importlib
import inspect as looking
import io
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from colophon.errors import ColophonError
from colophon.labels import aigc, gathering, security_data, xmp
from colophon.labels.carriers.packet import Carrier
from tests.labels import carriers as carrier_tests
from tests.labels.carriers.contract import LABEL, CarrierContract, packets_of, read, render, write

LARGEST_SEED = 40_000
MOST_SEEDS = 10


@dataclass(frozen=True)
class Target:
    """``run`` takes any bytes and raises nothing but a named error."""

    name: str
    seeds: tuple[bytes, ...]
    run: Callable[[bytes], None]


class Unsound(Exception):
    """A file was written that does not read back as it should."""


def all_targets() -> list[Target]:
    """One a carrier, then the readers that take a value by itself."""
    return [*(_of_carrier(one) for one in contracts()), *_of_values()]


def contracts() -> list[CarrierContract]:
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
    return found


def _of_carrier(contract: CarrierContract) -> Target:
    carrier = contract.carrier
    packets = packets_of(carrier.forms)
    plain = sorted(contract.samples(), key=len)
    small = [one for one in plain if len(one) <= LARGEST_SEED][:MOST_SEEDS] or plain[:1]
    seeds = small + [write(carrier, one, packets) for one in small]
    name = f"{type(contract).__module__.rpartition('.test_')[2]}:{carrier.name}"
    return Target(name, tuple(seeds), lambda data: _through(carrier, data))


def _through(carrier: Carrier, data: bytes) -> None:
    """Read; write; and what was written must read back as exactly one label."""
    places = [carrier.standard_place(form) for form in carrier.forms]
    carrier.sniff(data[:4096])
    try:
        gathering.layer(read(carrier, data), places)
    except ColophonError:
        pass
    try:
        pieces = carrier.write(io.BytesIO(data), packets_of(carrier.forms))
    except ColophonError:
        return
    if getattr(carrier, "sidecar", False):
        return
    packets = read(carrier, render(data, pieces))
    found = gathering.layer([one for one in packets if one.place in places], places)
    if not found.present or found.produce_id != "p-1":
        raise Unsound(f"{carrier.name}: {[one.place for one in packets]}")


def _of_values() -> list[Target]:
    label = LABEL.decode()
    yaml = b"---\nAIGC:\n    Label: '1'\n    ContentProducer: 'x'\n    ProduceID: 'y'\n---\n# Hi\n"
    packet = xmp.write(None, label, "http://example.org/type", system=("a", "1"))
    code = b'{"SecurityData":{"Type":"TC260PG","Version":1,"PubSD":[{"Type":"DS","AlgID":"1.2.156.10197.1.501","TBSData":{"Type":"Md"},"Signature":"3045"},{"Type":"PubKey","KeyValue":"04ab"}],"Bindings":[]}}'  # noqa: E501
    wrapped = b'{"AIGC":' + LABEL + b"}"
    return [
        Target("value", (LABEL, yaml, wrapped), lambda data: _value(data)),
        Target("text", (LABEL, yaml, b"<!-- " + LABEL + b" -->"), lambda data: _text(data)),
        Target("xmp", (packet,), lambda data: _xmp(data)),
        Target("reserved code", (code,), lambda data: _code(data)),
    ]


def _value(data: bytes) -> None:
    aigc.layer([aigc.read(data, "fuzz")])


def _text(data: bytes) -> None:
    aigc.layer(aigc.find(data))


def _xmp(data: bytes) -> None:
    xmp.read(data)
    written = xmp.write(data, LABEL.decode(), "http://example.org/type")
    if [found.value for found in xmp.read(written).aigc] != [LABEL.decode()]:
        raise Unsound("xmp")


def _code(data: bytes) -> None:
    security_data.judge(data.decode("utf-8", "replace"), None)
