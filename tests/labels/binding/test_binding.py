"""The digest of a content stays through labels, manifests and foreign metadata, and no change of
the content leaves it as it was.
"""

from __future__ import annotations

import io
import subprocess
import tracemalloc
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from colophon.errors import ColophonError, MalformedFile
from colophon.labels import aigc, binding, carriers, certificates, credential, gathering, xmp
from colophon.labels.binding import normal, parts
from colophon.labels.carriers.packet import Carrier
from colophon.labels.model import Label
from colophon.labels.security_data import Pin, Sm2Key, TrustStore, sign
from tests.labels import made
from tests.labels.carriers.contract import write

KEY = Sm2Key(20251121)


def still(form: str, **options: object) -> bytes:
    if form in ("HEIF", "JXL"):
        __import__({"HEIF": "pillow_heif", "JXL": "pillow_jxl"}[form])
    if form == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    out = io.BytesIO()
    Image.open(io.BytesIO(made.picture("PNG", (96, 64)))).save(out, form, **options)
    return out.getvalue()


def moving(form: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (32, 24), (40 * n, 0, 99)) for n in range(4)]
    frames[0].save(out, form, save_all=True, append_images=frames[1:], duration=90, loop=0)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("one/a.txt", "words " * 50)
        file.writestr("b.txt", "b")
    return out.getvalue()


def filmed(name: str) -> Callable[[Path], bytes]:
    return lambda folder: made.video(folder / name, 1).read_bytes()


def played(name: str) -> Callable[[Path], bytes]:
    return lambda folder: made.song(folder / name, 1).read_bytes()


def fragmented(folder: Path) -> bytes:
    source = "testsrc=duration=2:size=64x48:rate=12"
    flags = ("-g", "6", "-movflags", "frag_keyframe+empty_moov", "-pix_fmt", "yuv420p")
    return made.ffmpeg(folder / "f.mp4", "-f", "lavfi", "-i", source, *flags).read_bytes()


FILES: dict[str, Callable[[Path], bytes]] = {
    "a.png": lambda _: still("PNG"),
    "moving.png": lambda _: moving("PNG"),
    "a.jpg": lambda _: still("JPEG"),
    "progressive.jpg": lambda _: still("JPEG", progressive=True, quality=80),
    "a.gif": lambda _: moving("GIF"),
    "a.webp": lambda _: still("WEBP"),
    "moving.webp": lambda _: moving("WEBP"),
    "a.tif": lambda _: still("TIFF", compression="tiff_lzw"),
    "a.heic": lambda _: still("HEIF"),
    "a.avif": lambda _: still("AVIF"),
    "moving.avif": lambda _: moving("AVIF"),
    "a.jxl": lambda _: still("JXL"),
    "a.wav": lambda _: made.sound(),
    "a.mp3": played("a.mp3"),
    "a.flac": played("a.flac"),
    "a.aac": played("a.aac"),
    "a.m4a": played("a.m4a"),
    "a.mp4": filmed("a.mp4"),
    "a.mov": filmed("a.mov"),
    "a.avi": filmed("a.avi"),
    "fragments.mp4": fragmented,
    "a.pdf": lambda _: made.pdf(),
    "a.mkv": filmed("a.mkv"),
    "a.ogg": played("a.ogg"),
    "a.bmp": lambda _: still("BMP"),
    "a.zip": lambda _: archive(),
    "a.md": lambda _: "---\ntitle: x\n---\n\n# 标题\n\nwords\n".encode(),
    "a.html": lambda _: b"<!doctype html><html><head><title>t</title></head><body>x</body></html>",
    "a.txt": lambda _: b"some words\n",
    "a.svg": lambda _: (
        b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="5" height="5"/></svg>'
    ),
}


MARKS = {
    "a.md": b"words",
    "a.txt": b"words",
    "a.html": b"<body>x",
    "a.svg": b'width="5',
    "a.zip": b"one/a.txt",
}
"""Words of the files that are bound whole; their last byte is content."""


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    certificates.make_development(folder, "Example")
    return certificates.load(folder)


@pytest.fixture(scope="module", params=FILES)
def sample(request, tmp_path_factory):
    """A file's name, its bytes, its carrier and media type."""
    data = FILES[request.param](tmp_path_factory.mktemp("media"))
    found = carriers.recognise(io.BytesIO(data), request.param)
    assert found is not None
    return request.param, data, found.carrier, found.media_type


def digest(data: bytes, carrier: Carrier) -> str:
    return binding.digest(io.BytesIO(data), carrier)


def labelled(data: bytes, carrier: Carrier, text: str) -> bytes:
    """The file with this label, and the source type beside it in XMP."""
    packets = {}
    for form in carrier.forms:
        found = [p.data for p in carrier.read(io.BytesIO(data)) if p.form == "xmp"]
        old = found[0] if found else None
        packets[form] = (
            xmp.write(old, text, credential.GENERATED) if form == "xmp" else text.encode()
        )
    return write(carrier, data, packets)


def bound(data: bytes, carrier: Carrier) -> tuple[bytes, str]:
    """The file with a signed label that binds its content, as the road makes it."""
    blank = labelled(data, carrier, normal.BLANK)
    label = Label(made.PRODUCER, "p-1")
    code = sign(label, KEY, digest=digest(blank, carrier), method=binding.method_of(carrier))
    full = aigc.write(Label(made.PRODUCER, "p-1", reserved_code1=code))
    return labelled(blank, carrier, full), code


def judged(data: bytes, carrier: Carrier):
    source = io.BytesIO(data)
    trust = TrustStore((Pin("us", KEY.public, (made.PRODUCER,)),))
    places = [carrier.standard_place(form) for form in carrier.forms]
    content = binding.content(source, carrier)
    return gathering.layer(carrier.read(source), places, trust=trust, content=content).security


@pytest.mark.needs("ffmpeg")
def test_the_label_is_bound_and_stays_so_under_a_manifest(sample, signer, tmp_path):
    name, data, carrier, media_type = sample
    finished, _ = bound(data, carrier)
    found = judged(finished, carrier)
    assert (found.signature, found.binding) == ("valid", "intact")
    if not credential.supports(media_type):
        return
    (tmp_path / name).write_bytes(finished)
    target = tmp_path / f"signed-{name}"
    credential.sign(
        tmp_path / name, target, media_type, signer, title="p-1", software_agent=("Colophon", "1")
    )
    assert judged(target.read_bytes(), carrier) == found


@pytest.mark.needs("ffmpeg")
def test_the_payload_needs_no_label(sample):
    _, data, carrier, _ = sample
    if binding.method_of(carrier) == "payload":
        assert digest(data, carrier) == digest(bound(data, carrier)[0], carrier)


@pytest.mark.needs("ffmpeg")
def test_a_changed_byte_of_the_content_is_noticed(sample):
    name, data, carrier, _ = sample
    finished, _ = bound(data, carrier)
    if name == "a.pdf":
        at = finished.index(b"/MediaBox") + len("/MediaBox [ 0.0 0.0 ")
    elif binding.method_of(carrier) == "payload":
        walk = binding.WALKS[carrier.name](io.BytesIO(finished))
        spans = [part for part in walk if isinstance(part, parts.Span)]
        longest = max(spans, key=lambda span: span.end - span.start)
        at = (longest.start + longest.end) // 2
    else:
        mark = MARKS.get(name)
        at = finished.index(mark) + len(mark) - 1 if mark else len(finished) // 2
    changed = bytearray(finished)
    changed[at] ^= 1
    try:
        found = judged(bytes(changed), carrier)
    except ColophonError:
        return
    assert found.binding in {"altered", "unsupported"}


def test_a_label_moved_to_another_picture_is_noticed():
    carrier = carriers.recognise(io.BytesIO(still("PNG")), "a.png").carrier
    _, code = bound(still("PNG"), carrier)
    other = made.picture("PNG", (97, 64))
    full = aigc.write(Label(made.PRODUCER, "p-1", reserved_code1=code))
    found = judged(labelled(other, carrier, full), carrier)
    assert (found.signature, found.binding) == ("valid", "altered")


@pytest.mark.needs("exiftool", "ffmpeg")
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.gif", "a.mp4", "a.webp", "a.heic"])
def test_foreign_metadata_leave_the_content(name, tmp_path):
    data = FILES[name](tmp_path)
    path = tmp_path / name
    path.write_bytes(data)
    command = ["exiftool", "-q", "-overwrite_original", "-XMP:Creator=someone", "-XMP:Title=x"]
    subprocess.run([*command, str(path)], check=True)
    after = path.read_bytes()
    carrier = carriers.recognise(io.BytesIO(data), name).carrier
    assert after != data
    assert digest(after, carrier) == digest(data, carrier)


def test_words_may_bear_a_manifest_after_their_label():
    c2pa_text = pytest.importorskip("c2pa_text")
    carrier = carriers.recognise(io.BytesIO(b"words"), "a.txt").carrier
    finished, _ = bound("一些文字\n".encode(), carrier)
    signed = c2pa_text.embed_manifest(finished.decode(), bytes(range(40))).encode()
    assert signed != finished
    assert normal.without_manifest(signed, "plain_text") == finished.rstrip()


def test_svg_may_bear_a_manifest():
    before = b"<svg><metadata>x</metadata></svg>"
    manifest = b'<c2pa:manifest xmlns:c2pa="http://c2pa.org/manifest">%s</c2pa:manifest>'
    for inside, passed in ((b"AAAA", True), (b"words, seen", False)):
        after = before.replace(b"x<", b"x" + manifest % inside + b"<")
        assert (normal.without_manifest(after, "svg") == before) is passed


def test_parts_cannot_run_into_one_another():
    source = io.BytesIO(b"abcd")

    def said(*spans: tuple[int, int]) -> bytes:
        return b"".join(parts.streamed(source, [parts.Span(b"x", *span) for span in spans]))

    assert len({said((0, 4)), said((0, 2), (2, 4)), said((0, 1), (1, 4)), said((0, 3))}) == 4


def test_a_longer_sound_of_the_same_samples_is_another(tmp_path):
    with wave.open(io.BytesIO(made.sound())) as file:
        rate, samples = file.getframerate(), file.readframes(8000)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate * 2)
        file.writeframes(samples)
    slow, quick = made.sound(), out.getvalue()
    carrier = carriers.recognise(io.BytesIO(slow), "a.wav").carrier
    assert digest(slow, carrier) != digest(quick, carrier)


def test_a_large_file_costs_no_more_memory(tmp_path):
    path = tmp_path / "long.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        for _ in range(32):
            file.writeframesraw(bytes(1 << 20))
    with open(path, "rb") as source:
        carrier = carriers.recognise(source, path.name).carrier
        tracemalloc.start()
        binding.digest(source, carrier)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 8 << 20


def test_an_unknown_method_is_refused():
    carrier = carriers.recognise(io.BytesIO(b"words"), "a.txt").carrier
    for method in ("payload", "nonsense"):
        with pytest.raises(MalformedFile):
            binding.digest(io.BytesIO(b"words"), carrier, method)


SEEDS = {
    "png": still("PNG"),
    "jpeg": still("JPEG"),
    "gif": moving("GIF"),
    "webp": moving("WEBP"),
    "tiff": still("TIFF"),
    "heif": still("HEIF"),
    "jxl": still("JXL"),
    "wav": made.sound(0.01),
    "pdf": made.pdf(),
}


@pytest.mark.parametrize("name", sorted(binding.WALKS))
@settings(max_examples=25)
@given(st.data())
def test_any_bytes_give_a_digest_or_a_named_error(name, data):
    seed = SEEDS.get(name, SEEDS["heif"])
    hostile = data.draw(st.binary(max_size=64))
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, min(len(seed), 400)))
        hostile = seed[:at] + hostile + seed[at + len(hostile) :]
        hostile = hostile[: data.draw(st.integers(0, len(hostile)))]
    try:
        for _ in parts.streamed(io.BytesIO(hostile), binding.WALKS[name](io.BytesIO(hostile))):
            pass
    except ColophonError:
        pass
