"""Manifests that the C2PA project's own reader accepts, and findings that no bytes can upset."""

from __future__ import annotations

import io
import json
import random
import struct
import subprocess
import sys
import threading
import wave
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from colophon.errors import CredentialFailed, CredentialUnsupported, SigningKeyUnusable
from colophon.labels import aigc, certificates, credential, credential_report, provider_code
from colophon.labels.model import Label

STEM = "91110000EXAMPLE01"
CODE = provider_code.build(STEM + provider_code.uscc_check_character(STEM))
AIGC = aigc.write(Label(CODE, "id-1"))
WORDS = "AI生成"

READ_IN_A_FRESH_PROCESS = """
import json, sys
import c2pa
kind, path, root = sys.argv[1:]
settings = {"verify": {"remote_manifest_fetch": False}}
if root:
    settings["trust"] = {"user_anchors": open(root).read()}
context = c2pa.Context(settings=c2pa.Settings.from_dict(settings))
with open(path, "rb") as file, c2pa.Reader(kind, file, context=context) as reader:
    print(reader.json())
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return certificates.make_development(tmp_path_factory.mktemp("keys"), "示例科技")


@pytest.fixture(scope="module")
def signer(keys):
    return certificates.load(keys.key.parent)


def picture(form, size=(96, 64), **options):
    dice = np.random.default_rng(7)
    pixels = dice.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, form, **options)
    return held.getvalue()


def sound():
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(struct.pack("<400h", *range(400)))
    return held.getvalue()


def ffmpeg(tmp_path, name, *source):
    path = tmp_path / name
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", *source, str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path.read_bytes()


PICTURES = {
    "image/png": lambda: picture("PNG"),
    "image/jpeg": lambda: picture("JPEG"),
    "image/webp": lambda: picture("WEBP"),
    "image/gif": lambda: picture("GIF"),
    "image/tiff": lambda: picture("TIFF"),
    "application/pdf": lambda: picture("PDF"),
    "audio/wav": sound,
}
MEDIA = {
    "video/mp4": ("v.mp4", "testsrc=d=1:s=64x64"),
    "video/quicktime": ("v.mov", "testsrc=d=1:s=64x64"),
    "audio/mp4": ("a.m4a", "sine=d=1"),
    "audio/mpeg": ("a.mp3", "sine=d=1"),
}


def signed(data, media_type, signer, **more):
    target = io.BytesIO()
    options = {"title": "t", "software_agent": ("Example model", "2.1")}
    options |= {"aigc_json": AIGC, "explicit": WORDS, **more}
    done = credential.sign(io.BytesIO(data), target, media_type, signer, **options)
    return target.getvalue(), done


def independent(path, media_type, root=""):
    command = [sys.executable, "-c", READ_IN_A_FRESH_PROCESS, media_type, str(path), str(root)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True)
    return json.loads(done.stdout)


def checked(data, media_type, signer):
    result, _ = signed(data, media_type, signer)
    layer = credential.read(io.BytesIO(result), media_type, [signer.root], aigc_json=AIGC)
    assert (layer.present, layer.valid, layer.trusted, layer.issues) == (True, True, True, ())
    assert layer.aigc_matches is True
    assert layer.explicit == WORDS
    assert layer.signer == "示例科技"
    assert layer.digital_source_type == credential.GENERATED
    assert layer.generator.startswith("Colophon ")


@pytest.mark.parametrize("media_type", PICTURES)
def test_signed_and_read_back(media_type, signer):
    assert credential.supports(media_type)
    checked(PICTURES[media_type](), media_type, signer)


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("media_type", MEDIA)
def test_signed_and_read_back_from_ffmpeg(media_type, signer, tmp_path):
    name, source = MEDIA[media_type]
    assert credential.supports(media_type)
    checked(ffmpeg(tmp_path, name, source), media_type, signer)


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg"])
def test_the_projects_own_reader_validates_and_trusts(media_type, signer, keys, tmp_path):
    path = tmp_path / "signed"
    path.write_bytes(signed(PICTURES[media_type](), media_type, signer)[0])
    assert independent(path, media_type)["validation_state"] == "Valid"
    report = independent(path, media_type, keys.root)
    assert report["validation_state"] == "Trusted"
    manifest = report["manifests"][report["active_manifest"]]
    assert manifest["claim_version"] == 2
    assert "thumbnail" not in manifest
    assertions = {each["label"]: each["data"] for each in manifest["assertions"]}
    first, drawn = assertions["c2pa.actions.v2"]["actions"]
    assert first["action"] == "c2pa.created"
    assert (drawn["action"], drawn["description"]) == ("c2pa.edited", "explicit label added")
    assert first["digitalSourceType"] == credential.GENERATED
    assert first["softwareAgent"] == {"name": "Example model", "version": "2.1"}
    copy = assertions[credential_report.AIGC_ASSERTION]
    assert copy == {"implicit": json.loads(AIGC), "explicit": WORDS}


@pytest.mark.needs("exiftool")
def test_exiftool_sees_the_manifest(signer, tmp_path):
    path = tmp_path / "signed.png"
    path.write_bytes(signed(picture("PNG"), "image/png", signer)[0])
    command = ["exiftool", "-a", "-s", "-JUMBF:all", str(path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True)
    shown = [line.split(":", 1)[-1].strip() for line in done.stdout.splitlines()]
    assert "c2pa" in shown
    assert credential_report.AIGC_ASSERTION in shown


def test_the_pixels_stay_as_they_were(signer):
    data = picture("PNG")
    result, _ = signed(data, "image/png", signer)
    before, after = (np.asarray(Image.open(io.BytesIO(each))) for each in (data, result))
    assert np.array_equal(before, after)


def test_one_changed_byte_of_the_picture_is_seen(signer):
    data, _ = signed(picture("JPEG"), "image/jpeg", signer)
    changed = bytearray(data)
    changed[-20] ^= 1
    layer = credential.read(io.BytesIO(changed), "image/jpeg", [signer.root])
    assert (layer.present, layer.valid, layer.trusted) == (True, False, False)
    assert "assertion.dataHash.mismatch" in layer.issues


def test_metadata_added_after_signing_is_seen(signer):
    data, _ = signed(picture("PNG"), "image/png", signer)
    body = b"tEXtComment\0added"
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    layer = credential.read(io.BytesIO(data[:-12] + chunk + data[-12:]), "image/png")
    assert layer.valid is False


def test_a_signer_nobody_named_is_valid_but_not_trusted(signer):
    data, _ = signed(picture("PNG"), "image/png", signer)
    layer = credential.read(io.BytesIO(data), "image/png")
    assert (layer.valid, layer.trusted, layer.issues) == (True, False, ())


def test_another_operators_root_does_not_trust_us(signer, tmp_path):
    other = certificates.make_development(tmp_path, "另一家")
    data, _ = signed(picture("PNG"), "image/png", signer)
    assert (
        credential.read(io.BytesIO(data), "image/png", [other.root.read_bytes()]).trusted is False
    )
    both = [other.root.read_bytes(), signer.root]
    assert credential.read(io.BytesIO(data), "image/png", both).trusted is True


def test_a_label_that_differs_from_the_manifests_copy_is_told(signer):
    data, _ = signed(picture("PNG"), "image/png", signer)
    forged = aigc.write(Label(CODE, "id-2"))
    found = credential.read(io.BytesIO(data), "image/png", aigc_json=forged)
    assert (found.valid, found.aigc_matches) == (True, False)
    assert credential.read(io.BytesIO(data), "image/png", aigc_json="{").aigc_matches is False
    assert credential.read(io.BytesIO(data), "image/png").aigc_matches is None


def test_signing_again_keeps_the_first_manifest_as_parent(signer):
    once, first = signed(picture("PNG"), "image/png", signer)
    twice, second = signed(once, "image/png", signer, software_agent=("Editor", "3"))
    assert (first.parent, second.parent) == (False, True)
    layer = credential.read(io.BytesIO(twice), "image/png", [signer.root])
    assert (layer.valid, layer.trusted, layer.issues) == (True, True, ())
    (parent,) = layer.ingredients
    assert (parent["relationship"], parent["signer"]) == ("parentOf", "示例科技")
    assert parent["digital_source_type"] == credential.GENERATED


def test_the_original_is_the_parent_of_an_edited_copy(signer):
    original, _ = signed(picture("PNG"), "image/png", signer)
    edited = picture("PNG", size=(40, 40))
    data, done = signed(
        edited,
        "image/png",
        signer,
        parent=io.BytesIO(original),
        digital_source_type=credential.COMPOSITE,
    )
    assert done.parent
    layer = credential.read(io.BytesIO(data), "image/png", [signer.root])
    assert (layer.trusted, layer.digital_source_type) == (True, credential.COMPOSITE)
    assert len(layer.ingredients) == 1


def test_a_parent_of_another_type(signer):
    original, _ = signed(picture("PNG"), "image/png", signer)
    data, _ = signed(
        picture("JPEG"), "image/jpeg", signer, parent=io.BytesIO(original), parent_type="image/png"
    )
    layer = credential.read(io.BytesIO(data), "image/jpeg", [signer.root])
    assert (layer.trusted, layer.ingredients[0]["media_type"]) == (True, "image/png")


def test_whether_a_file_holds_a_manifest(signer):
    data, _ = signed(picture("PNG"), "image/png", signer)
    assert credential.holds(io.BytesIO(data), "image/png")
    assert not credential.holds(io.BytesIO(picture("PNG")), "image/png")
    assert not credential.holds(io.BytesIO(b"c2pa"), "image/png")
    assert not credential.holds(io.BytesIO(data), "text/plain")


def test_a_tampered_parent_does_not_stop_signing_and_stays_known(signer):
    once, _ = signed(picture("JPEG"), "image/jpeg", signer)
    broken = bytearray(once)
    broken[-20] ^= 1
    twice, done = signed(bytes(broken), "image/jpeg", signer)
    layer = credential.read(io.BytesIO(twice), "image/jpeg", [signer.root])
    assert done.parent
    assert (layer.valid, layer.trusted) == (True, True)


def test_paths(signer, tmp_path):
    source, target = tmp_path / "a.png", tmp_path / "b.tmp"
    source.write_bytes(picture("PNG"))
    before = source.read_bytes()
    done = credential.sign(
        source, target, "image/png", signer, title="a", software_agent=("m", "1")
    )
    assert done.size < 4096
    assert source.read_bytes() == before
    layer = credential.read(target, "image/png", [signer.root])
    assert (layer.trusted, layer.explicit, layer.aigc_matches) == (True, None, None)


@pytest.mark.parametrize("media_type", ["text/plain", "audio/ogg", "video/x-matroska", "x"])
def test_types_that_cannot_hold_a_manifest(media_type, signer, tmp_path):
    assert not credential.supports(media_type)
    with pytest.raises(CredentialUnsupported):
        signed(b"data", media_type, signer)
    assert credential.read(io.BytesIO(b"data"), media_type).present is False


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"no picture at all" * 50])
def test_a_file_that_is_not_what_it_is_called_is_refused_and_nothing_is_left(
    data, signer, tmp_path
):
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    source.write_bytes(data)
    with pytest.raises(CredentialFailed):
        credential.sign(source, target, "image/png", signer, title="a", software_agent=("m", "1"))
    assert not target.exists()
    assert source.read_bytes() == data


def test_a_certificate_the_standard_does_not_allow(signer):
    from dataclasses import replace

    with pytest.raises((SigningKeyUnusable, CredentialFailed)):
        signed(picture("PNG"), "image/png", replace(signer, chain=b"nonsense"))
    with pytest.raises((SigningKeyUnusable, CredentialFailed)):
        signed(picture("PNG"), "image/png", replace(signer, chain=signer.root))


def test_no_manifest(signer):
    for media_type, make in PICTURES.items():
        assert credential.read(io.BytesIO(make()), media_type).present is False


def test_no_bytes_raise(signer):
    dice = random.Random(25)
    for media_type in ("image/png", "image/jpeg", "image/webp", "audio/wav", "application/pdf"):
        data, _ = signed(PICTURES[media_type](), media_type, signer)
        for _ in range(40):
            broken = bytearray(data)
            for _ in range(dice.randint(1, 6)):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            cut = bytes(broken[: dice.randint(1, len(broken))])
            layer = credential.read(io.BytesIO(cut), media_type, [signer.root])
            assert layer.present in {True, False}
            credential.read(io.BytesIO(dice.randbytes(200)), media_type)


def test_a_manifest_cut_to_pieces_is_present_and_not_valid(signer):
    data, _ = signed(picture("PNG"), "image/png", signer)
    at = data.index(b"c2pa.signature")
    layer = credential.read(io.BytesIO(data[:at] + b"\xff" * 40 + data[at + 40 :]), "image/png")
    assert (layer.present, layer.valid) == (True, False)
    assert layer.issues


def test_any_report_becomes_a_layer():
    odd = [{}, {"manifests": 7}, {"active_manifest": "x", "manifests": {"x": {"assertions": [1]}}}]
    odd.append({"validation_results": {"activeManifest": {"failure": [None, {"code": 3}]}}})
    for report in odd:
        layer = credential_report.layer(report, "{}")
        assert (layer.present, layer.valid, layer.issues) == (True, False, ())


SIGN_AND_WEIGH = """
import resource, sys
from pathlib import Path
from colophon.labels import certificates, credential

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

keys, small, large, out = map(Path, sys.argv[1:])
signer = certificates.load(keys)
options = {"title": "t", "software_agent": ("m", "1")}
credential.sign(small, out, "video/mp4", signer, **options)
credential.read(out, "video/mp4")
before = peak()
credential.sign(large, out, "video/mp4", signer, **options)
valid = credential.read(out, "video/mp4", [signer.root]).trusted
print(int(peak() - before), valid)
"""


@pytest.mark.slow
@pytest.mark.needs("ffmpeg")
def test_a_large_film_is_held_in_memory_once_at_most(keys, tmp_path):
    small = ffmpeg(tmp_path, "small.mp4", "testsrc=d=1:s=64x64")
    size = 160 * 1024 * 1024
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.write(small + struct.pack(">I4s", size + 8, b"mdat"))
        file.truncate(len(small) + 8 + size)
    paths = [keys.key.parent, tmp_path / "small.mp4", large, tmp_path / "out.mp4"]
    command = [sys.executable, "-c", SIGN_AND_WEIGH, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120, text=True)
    mebibytes, trusted = done.stdout.split()
    assert trusted == "True"
    # The SDK hashes in pieces of 256 MiB; its working copy must not come on top of that.
    assert int(mebibytes) < 160 + 64
    changed = tmp_path / "out.mp4"
    with changed.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\x01")
    assert credential.read(changed, "video/mp4").valid is False


def test_many_threads_at_once(signer):
    data = picture("JPEG")
    barrier = threading.Barrier(4)

    def work(number):
        barrier.wait()
        result, _ = signed(data, "image/jpeg", signer, title=str(number))
        return credential.read(io.BytesIO(result), "image/jpeg", [signer.root]).trusted

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(8))) == [True] * 8
