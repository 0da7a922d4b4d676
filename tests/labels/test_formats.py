"""Every format, measured on the real road, is what the record says, and the record hides nothing."""

from __future__ import annotations

import importlib.util
import subprocess
from functools import cache
from pathlib import Path

import pytest

from colophon.errors import OldOfficeFormat
from colophon.labels import Label, apply, carriers, certificates
from colophon.labels.carriers.families import FAMILIES
from colophon.labels.security_data import Sm2Key
from tests.labels import made
from tests.labels.carriers.test_compound import compound
from tests.labels.formats import measuring, record
from tests.labels.formats.table import REFUSED, Row, rows

RECORD = record.read()
AGAIN = "measure again: python -m tests.labels.formats, then python docs/generate.py"
OOXML = next(family.extensions for family in FAMILIES if family.constant == "OOXML")


@cache
def _unpacks() -> bool:
    """Whether exiftool can look into packages here."""
    return (
        subprocess.run(["perl", "-MArchive::Zip", "-e", "1"], capture_output=True).returncode == 0
    )


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> certificates.Signer:
    folder = tmp_path_factory.mktemp("signing")
    certificates.make_development(folder, "Example Operator")
    return certificates.load(folder)


@pytest.fixture(scope="module")
def key() -> Sm2Key:
    return Sm2Key.generate()


@pytest.mark.needs("ffmpeg", "ffprobe", "exiftool")
@pytest.mark.parametrize("row", rows(), ids=lambda row: row.suffix)
def test_the_record_is_what_is_measured(row: Row, key, signer, tmp_path: Path) -> None:
    if row.suffix == ".jxl":
        pytest.importorskip("pillow_jxl")
    if row.suffix in (".heic", ".heif", ".hif", ".heics"):
        pytest.importorskip("pillow_heif")
    if row.reader == "exiftool" and row.suffix in OOXML and not _unpacks():
        pytest.skip("needs the Debian package libarchive-zip-perl")
    assert measuring.measured(row, key, signer, tmp_path) == RECORD[row.suffix], AGAIN


def test_every_extension_is_in_the_record() -> None:
    suffixes = [row.suffix for row in rows()]
    assert set(suffixes) | REFUSED == carriers.extensions()
    assert suffixes == list(RECORD), AGAIN


@pytest.mark.parametrize("suffix", RECORD)
def test_nothing_in_the_record_is_excused(suffix: str) -> None:
    """Written and read back, agreed to by a stranger, unchanged beside it, signed and bound."""
    said = RECORD[suffix]
    for what in ("read_back", "reader_agrees", "same", "platform"):
        assert said[what] is True, what
    assert said["security"] == ["valid", "intact"]
    assert said["explicit"] or said["explicit_refused"]
    assert said["manifest"] in ("inside", "beside")


def test_a_sidecar_is_for_what_can_hold_nothing() -> None:
    beside = {suffix for suffix, said in RECORD.items() if said["sidecar"]}
    families = [one for one in FAMILIES if getattr(one.carrier(), "sidecar", False)]
    assert beside == {suffix for family in families for suffix in family.extensions}


def test_the_check_sees_a_file_that_changed(key, signer, tmp_path: Path) -> None:
    """Every oracle is shown a file of which it must say that it is another."""
    from tests.labels.formats.samples import sample

    for row in rows():
        if row.suffix in (".gif", ".png", ".wav", ".mp3", ".docx", ".ply", ".py", ".pdf", ".stl"):
            source = sample(row.suffix)
            other = bytearray(source)
            other[_within(row.suffix, source)] ^= 0x55
            assert not _same(row, source, bytes(other)), row.suffix


def _within(suffix: str, source: bytes) -> int:
    """A byte of the media itself."""
    return {".docx": source.find(b"word/document.xml") + 200}.get(suffix, len(source) * 2 // 3)


def _same(row: Row, before: bytes, after: bytes) -> bool:
    try:
        return row.same(before, after, row.suffix)
    except Exception:  # noqa: BLE001 - a reader of others may refuse the file in any way
        return False


@pytest.mark.parametrize("suffix", sorted(REFUSED))
def test_old_office_files_are_refused_by_name(suffix: str) -> None:
    stream = {".doc": "WordDocument", ".xls": "Workbook", ".ppt": "PowerPoint Document"}[suffix]
    with pytest.raises(OldOfficeFormat):
        apply(
            compound({stream: bytes(5000)}), name=f"a{suffix}", label=Label(made.PRODUCER, "old-1")
        )


def test_the_page_is_made_of_the_record() -> None:
    docs = Path(__file__).parents[2] / "docs"
    spec = importlib.util.spec_from_file_location("generate", docs / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert (docs / "formats.md").read_text(encoding="utf-8") == generate.formats_page(), AGAIN


def test_the_documents_count_what_was_measured() -> None:
    root = Path(__file__).parents[2]
    families = sum(not REFUSED.intersection(family.extensions) for family in FAMILIES)
    said = {
        "README.md": f"labels on {len(RECORD)} kinds of files",
        "README.zh.md": f"{len(RECORD)} 种扩展名",
        "CHANGELOG.md": f"Labels for {len(RECORD)} extensions of {families} container families",
    }
    for name, words in said.items():
        assert words in (root / name).read_text(encoding="utf-8"), name
