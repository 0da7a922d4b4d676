"""Files too large to be signed or checked in bounded memory, and what is said of them."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import wave

import pytest
from PIL import Image

from colophon.labels import Label, apply, certificates, credential, inspect
from colophon.labels.credential_bytes import LARGEST
from colophon.labels.provider_code import build, uscc_check_character

STEM = "91110000EXAMPLE01"
LABEL = Label(build(STEM + uscc_check_character(STEM)), "id-1")
MIB = 1 << 20

WEIGH = """
import json, sys
from pathlib import Path
from colophon.labels import Label, apply, certificates, inspect

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024

label, keys, small, large, out, *road = sys.argv[1:]
signer = certificates.load(Path(keys))
label = Label(*json.loads(label))

def work(source, target):
    if road == ["inspect"]:
        return inspect(source).to_json()
    kind = {"kind": "audio", "action": "edited"}
    return apply(source, target, label=label, credential=signer, replace=True, **kind).to_json()

work(small, out)
before = peak()
done = work(large, out)
print(json.dumps([peak() - before, done]))
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return certificates.make_development(tmp_path_factory.mktemp("keys"), "示例科技").key.parent


def picture(path):
    Image.new("RGB", (64, 64), "red").save(path, "JPEG")
    return path


def signed_picture(keys, folder):
    out = folder / "signed.jpg"
    apply(
        picture(folder / "source.jpg"),
        out,
        label=LABEL,
        kind="image",
        action="edited",
        credential=certificates.load(keys),
    )
    return out


def grown(source, target, size):
    """The same file with nothing after its end, much of it; the disk holds only the start."""
    if target != source:
        target.write_bytes(source.read_bytes())
    with target.open("r+b") as file:
        file.truncate(size)
    return target


def sound(path, seconds, size=None):
    """A WAV file; ``size`` bytes of silence that the disk does not hold."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000 * seconds))
    if size is None:
        return path
    with path.open("r+b") as file:
        file.seek(4)
        file.write(struct.pack("<I", 36 + size))
        file.seek(40)
        file.write(struct.pack("<I", size))
        file.truncate(44 + size)
    return path


def weighed(keys, small, large, out, *road):
    """(MiB over what a small file takes, the result), of a process of its own."""
    words = json.dumps([LABEL.content_producer, LABEL.produce_id])
    given = [words, *map(str, (keys, small, large, out)), *road]
    command = [sys.executable, "-c", WEIGH, *given]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120, text=True)
    return json.loads(done.stdout)


def test_a_manifest_in_a_huge_picture_is_told_and_not_called_altered(keys, tmp_path):
    small = signed_picture(keys, tmp_path)
    large = grown(small, tmp_path / "large.jpg", LARGEST + 1)
    memory, found = weighed(keys, small, large, tmp_path / "out.jpg", "inspect")
    layer = found["layers"]["credential"]
    assert (layer["present"], layer.get("valid"), layer["issues"]) == (
        True,
        None,
        [credential.TOO_LARGE],
    )
    assert found["integrity"] == "unverifiable"
    assert found["verdict"] == "labelled"
    assert memory < 48
    assert credential.holds(large, "image/jpeg")


def test_the_bound_is_exact(tmp_path):
    path = grown(picture(tmp_path / "a.jpg"), tmp_path / "large.jpg", LARGEST)
    assert not credential.too_large(path, "image/jpeg")
    grown(path, path, LARGEST + 1)
    assert credential.too_large(path, "image/jpeg")


def test_a_huge_picture_without_a_manifest_has_none(tmp_path):
    large = grown(picture(tmp_path / "a.jpg"), tmp_path / "large.jpg", LARGEST + 1)
    with large.open("r+b") as file:
        file.seek(LARGEST // 2)
        file.write(b"words about c2pa are no manifest")
    assert not credential.holds(large, "image/jpeg")
    assert credential.read(large, "image/jpeg").present is False


@pytest.mark.slow
def test_a_huge_sound_is_labelled_in_bounded_memory_and_the_note_says_it_is_not_signed(
    keys, tmp_path
):
    small = sound(tmp_path / "small.wav", 1)
    large = sound(tmp_path / "large.wav", 1, LARGEST + 2)
    memory, done = weighed(keys, small, large, tmp_path / "out.wav")
    assert "credential" not in done["written"]
    assert "too_large_to_sign" in [note["code"] for note in done["notes"]]
    assert memory < 48
    found = inspect(tmp_path / "out.wav")
    assert (found.verdict, found.layers.credential.present) == ("labelled", False)


def box(kind, size):
    return struct.pack(">I4s", size, kind)


@pytest.mark.parametrize(
    ("kind", "refused"), [(b"mdat", False), (b"free", False), (b"uuid", True), (b"moov", True)]
)
def test_of_a_film_only_what_is_no_media_counts(kind, refused, tmp_path):
    film = tmp_path / "film.mp4"
    with film.open("wb") as file:
        file.write(box(b"ftyp", 16) + b"isom\0\0\0\0" + box(kind, LARGEST + 9))
        file.truncate(16 + LARGEST + 9)
    assert credential.too_large(film, "video/mp4") is refused
    assert credential.too_large(film, "image/jpeg") is True


def test_boxes_without_end_are_too_large():
    class Endless(io.BytesIO):
        """Says it is larger than it is, and holds one small box after the other."""

        def seek(self, offset, whence=0):
            return 2 * LARGEST if whence == 2 else super().seek(offset % 8)

    assert credential.too_large(Endless(box(b"mdat", 8) * 2), "video/mp4")
