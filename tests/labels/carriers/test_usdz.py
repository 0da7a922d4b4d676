"""USDZ: contract, alignment of everything, whatever stands in the way."""

from __future__ import annotations

import io
import zipfile

import pytest

from colophon.labels.carriers.usdz import USDZ
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write
from tests.labels.carriers.packages import others, usdz


def placed(data: bytes) -> dict[str, tuple[int, int]]:
    """Where each entry's data begins, and by which method it is packed."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        for info in file.infolist():
            at = info.header_offset
            name, extra = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (26, 28))
            found[info.filename] = at + 30 + name + extra, info.compress_type
    return found


class TestUsdz(CarrierContract):
    carrier = USDZ
    cuts = 60
    flips = 60

    def samples(self) -> list[bytes]:
        return [usdz(), usdz("a.png", "textures/bb.png")]

    def payload(self, data: bytes) -> object:
        return others(data, "AIGC.json")

    def replaced(self, sample: bytes) -> int:
        return 1024


def test_all_data_stays_aligned_and_stored() -> None:
    for sample in TestUsdz().samples():
        for label in (LABEL, OTHER_LABEL):
            found = placed(write(USDZ, sample, {"aigc": label}))
            assert next(iter(found)) == "scene.usda"
            assert all(at % 64 == 0 and method == 0 for at, method in found.values())


def test_a_label_between_others_moves_last_and_they_stay_aligned() -> None:
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(usdz("a.png"))) as whole, zipfile.ZipFile(fixed, "w") as file:
        file.writestr("scene.usda", whole.read("scene.usda"))
        file.writestr("AIGC.json", OTHER_LABEL)
        file.writestr("a.png", whole.read("a.png"))
        file.writestr("long/name/of/a/picture.png", b"x" * 77)
    labelled = write(USDZ, fixed.getvalue(), {"aigc": LABEL})
    found = placed(labelled)
    assert [*found] == ["scene.usda", "a.png", "long/name/of/a/picture.png", "AIGC.json"]
    assert all(at % 64 == 0 for name, (at, _) in found.items() if name != "scene.usda")
    assert others(labelled, "AIGC.json") == others(fixed.getvalue(), "AIGC.json")
    (packet,) = read(USDZ, labelled)
    assert packet.data == LABEL


@pytest.mark.parametrize("names", [(), ("a.png", "bb.png")])
def test_there_and_back_gives_the_same_bytes(names: tuple[str, ...]) -> None:
    first = write(USDZ, usdz(*names), {"aigc": LABEL})
    there = write(USDZ, first, {"aigc": OTHER_LABEL})
    assert write(USDZ, there, {"aigc": LABEL}) == first
