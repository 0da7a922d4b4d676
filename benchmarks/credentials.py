"""Content credentials: what signing and checking a manifest costs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from benchmarks import pictures
from benchmarks.measuring import MIB, Row, child, mebibytes, milliseconds, processor
from colophon.labels import certificates, credential

TITLE = "Content credentials"
SIGN_BAR = 0.003
"""Seconds of processor time for a picture of 1 MB."""
MEMORY_BAR = 640 * MIB
_WORDS: credential.Told = {
    "title": "benchmark",
    "software_agent": ("Colophon", "benchmark"),
    "text_manifest": True,
}


def rows(folder: Path) -> Iterator[Row]:
    signer = certificates.load(_keys(folder))
    for form in ("JPEG", "PNG"):
        path = pictures.megabyte(folder, form)
        yield from _picture(path, f"image/{form.lower()}", signer)
    yield from _texts(signer)
    yield _beside(folder, signer)
    yield from _film(folder)


def _keys(folder: Path) -> Path:
    return certificates.make_development(folder / "keys", "Benchmark").key.parent


def _picture(path: Path, media_type: str, signer: certificates.Signer) -> Iterator[Row]:
    data, made = path.read_bytes(), io.BytesIO()
    what = f"{media_type.partition('/')[2].upper()} of {len(data) / 1e6:.1f} MB"

    def sign() -> credential.Signed:
        made.seek(0)
        return credential.sign(io.BytesIO(data), made, media_type, signer, **_WORDS)

    def read() -> object:
        return credential.read(made, media_type, [signer.root])

    signing = processor(sign, 40)
    size = sign().size
    yield Row(
        f"sign, {what}, processor time",
        milliseconds(signing),
        bar=f"≤ {milliseconds(SIGN_BAR)}",
        held=signing <= SIGN_BAR,
    )
    yield Row(f"check, {what}, processor time", milliseconds(processor(read, 40)))
    yield Row(f"manifest, {what}", f"{size} bytes", ratio=f"{size / len(data):.2%} of the file")


def _texts(signer: certificates.Signer) -> Iterator[Row]:
    """An article of some 10 000 characters. Plain text is signed several times over, until the
    manifest fits the place that it says it is in."""
    words = "模型写下的一段文字，用来测量签署所需的时间。\n" * 450
    page = f"<!DOCTYPE html><html><head><title>t</title></head><body>{words}</body></html>"
    for media_type, text in (("text/plain", words), ("text/html", page)):
        made = io.BytesIO()

        def sign(text: str = text, media_type: str = media_type, made: io.BytesIO = made) -> None:
            made.seek(0)
            source = io.BytesIO(text.encode())
            credential.sign(source, made, media_type, signer, **_WORDS)
            made.truncate()

        def read(media_type: str = media_type, made: io.BytesIO = made) -> object:
            return credential.read(made, media_type, [signer.root or b""])

        what = f"{media_type} of {len(text.encode()) / 1000:.0f} KB"
        yield Row(f"sign, {what}, processor time", milliseconds(processor(sign, 40)))
        yield Row(f"check, {what}, processor time", milliseconds(processor(read, 40)))


def _beside(folder: Path, signer: certificates.Signer) -> Row:
    data = pictures.megabyte(folder, "JPEG").read_bytes()

    def sign() -> bytes:
        return credential.sign_sidecar(io.BytesIO(data), "audio/ogg", signer, **_WORDS)

    what = f"sign beside a file of {len(data) / 1e6:.1f} MB, processor time"
    return Row(what, milliseconds(processor(sign, 40)))


def _film(folder: Path) -> Iterator[Row]:
    """A film is hashed piece by piece: its memory is the same however long it is."""
    clip, large = pictures.clip(folder), folder / "sparse.mp4"
    size = 700 * MIB
    with large.open("wb") as file:
        file.write(clip.read_bytes() + (size + 8).to_bytes(4, "big") + b"mdat")
        file.truncate(clip.stat().st_size + 8 + size)
    printed = child(_CHILD, folder / "keys", clip, large, folder / "signed.mp4").split()
    large.unlink()
    for what, memory in zip(("signing", "checking"), map(int, printed), strict=True):
        yield Row(
            f"memory of {what} an MP4 of {size / 2**30:.1f} GiB",
            mebibytes(memory),
            bar=f"≤ {mebibytes(MEMORY_BAR)}",
            held=memory <= MEMORY_BAR,
        )


_CHILD = """
import sys
from pathlib import Path
from benchmarks.measuring import peak_memory
from colophon.labels import certificates, credential
keys, small, large, target = map(Path, sys.argv[1:])
signer = certificates.load(keys)
def sign(source):
    words = {"title": "b", "software_agent": ("Colophon", "benchmark")}
    credential.sign(source, target, "video/mp4", signer, **words)
sign(small)
base = peak_memory()
sign(large)
print(peak_memory() - base)
Path("/proc/self/clear_refs").write_text("5")
base = peak_memory()
credential.read(target, "video/mp4")
print(peak_memory() - base)
"""
