"""What is fuzzed: every carrier with the samples of its own tests, and the readers of values."""

from __future__ import annotations

import io

from colophon.errors import ColophonError
from colophon.labels import aigc, gathering, security_data, xmp
from colophon.labels.carriers.compound import COMPOUND
from colophon.labels.carriers.packet import Carrier
from colophon.labels.carriers.stl import STL
from tests.fuzz.roads import all_roads
from tests.fuzz.target import LARGEST_SEED, Target, Unsound, contracts, seeds_of
from tests.labels.carriers import test_compound, test_stl
from tests.labels.carriers.contract import LABEL, CarrierContract, packets_of, read, render

MOST_SEEDS = 10


def all_targets() -> list[Target]:
    """One a carrier, then the readers that take a value by itself, then whole roads."""
    return [*(_of_carrier(one) for one in contracts()), *_of_readers(), *_of_values(), *all_roads()]


def _of_carrier(contract: CarrierContract) -> Target:
    carrier = contract.carrier
    name = f"{type(contract).__module__.rpartition('.test_')[2]}:{carrier.name}"
    language = "" if carrier.name != "source_code" else f" {carrier.media_types[0]}"
    seeds = tuple(seeds_of(contract, MOST_SEEDS))
    return Target(name + language, seeds, lambda data: _through(carrier, data))


def _of_readers() -> list[Target]:
    """Families that nothing is written into."""
    words = {"WordDocument": bytes(4500), test_compound.SUMMARY: LABEL}
    old = tuple(test_compound.compound(one) for one in (words, {"EncryptionInfo": b"x" * 100}))
    solids = tuple(one for one in test_stl.SAMPLES if len(one) <= LARGEST_SEED)
    return [
        Target("compound:compound", old, lambda data: _through(COMPOUND, data)),
        Target("stl:stl", solids, lambda data: _through(STL, data)),
    ]


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
