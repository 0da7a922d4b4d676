"""Label, read back, and let other people's programs read the same: the roads, in detail.

Every format's turn comes in ``test_formats.py``.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from colophon.errors import (
    ColophonError,
    ExplicitRequired,
    ExplicitUnsupported,
    ReadBackFailed,
    TargetExists,
    UsageError,
    WrongExtension,
)
from colophon.labels import Label, apply, certificates, inspect
from colophon.labels.duty import Action
from colophon.labels.model import Acceptance, Integrity, Notice, Verdict
from tests.labels import made
from tests.labels.formats.samples import sample

LABEL = Label(made.PRODUCER, "road-0001")
TEXTS = {
    ".md": "---\ntitle: A\n---\n\n# Heading\n\nWords.\n",
    ".html": "<!doctype html><html><head><title>A</title></head><body><p>Words</p></body></html>",
    ".txt": "Some words.\nMore words.\n",
}


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("signing")
    certificates.make_development(folder, "Example Operator")
    return certificates.load(folder)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("media")

    def get(suffix: str) -> Path:
        path = folder / f"source{suffix}"
        if not path.exists():
            _make(path)
        return path

    return get


def _make(path: Path) -> None:
    suffix = path.suffix
    if suffix in TEXTS:
        path.write_text(TEXTS[suffix], encoding="utf-8")
    elif suffix in (".png", ".jpg", ".webp"):
        path.write_bytes(made.picture({".jpg": "JPEG"}.get(suffix, suffix[1:].upper())))
    elif suffix == ".wav":
        path.write_bytes(made.sound())
    elif suffix == ".pdf":
        path.write_bytes(made.pdf())
    elif suffix in (".mp4", ".mov"):
        made.video(path)
    else:
        made.song(path)


METADATA_ONLY = (".png", ".jpg", ".webp", ".wav", ".mp3", ".m4a", ".mp4", ".mov", ".pdf")
ALL = (*METADATA_ONLY, *TEXTS)


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("suffix", ALL)
def test_a_full_label_is_put_on_and_read(suffix, media, signer, tmp_path) -> None:
    source, target = media(suffix), tmp_path / f"out{suffix}"
    before = source.read_bytes()
    applied = apply(source, target, label=LABEL, credential=signer)
    assert source.read_bytes() == before
    assert applied.read_back
    assert applied.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    found = inspect(target)
    assert (found.verdict, found.notice) == (Verdict.LABELLED, Notice.IS)
    layer = found.layers.aigc
    assert (layer.count, layer.label, layer.content_producer) == (1, "1", made.PRODUCER)
    assert (layer.produce_id, layer.propagate_id) == ("road-0001", "road-0001")
    assert layer.deviations == ()
    if suffix not in TEXTS:
        assert found.layers.credential.valid
        assert found.integrity is Integrity.INTACT
    assert applied.written["explicit"]["text"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [target.name]


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("suffix", METADATA_ONLY)
def test_metadata_only_keeps_the_media(suffix, media, tmp_path) -> None:
    source, target = media(suffix), tmp_path / f"out{suffix}"
    apply(source, target, label=LABEL, kind="image", action=Action.EDITED)
    assert _payload(source) == _payload(target)


def _payload(path: Path) -> object:
    if path.suffix == ".pdf":
        return path.read_bytes()[:400]
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0", "-f", "framemd5", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.mark.needs("ffmpeg", "exiftool")
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_exiftool_reads_the_picture_label(suffix, media, tmp_path) -> None:
    target = tmp_path / f"out{suffix}"
    apply(media(suffix), target, label=LABEL)
    packet = subprocess.run(
        ["exiftool", "-b", "-XMP", str(target)], check=True, capture_output=True
    ).stdout.decode()
    assert made.PRODUCER in packet
    told = subprocess.run(
        ["exiftool", "-j", "-XMP:all", str(target)], check=True, capture_output=True, text=True
    ).stdout
    assert json.loads(json.loads(told)[0]["Aigc"])["ProduceID"] == "road-0001"


@pytest.mark.needs("ffmpeg", "ffprobe")
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".m4a", ".mp3"])
def test_ffprobe_reads_the_label(suffix, media, tmp_path) -> None:
    target = tmp_path / f"out{suffix}"
    apply(media(suffix), target, label=LABEL)
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format_tags", "-of", "json", str(target)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    tags = json.loads(told)["format"]["tags"]
    assert json.loads(tags["AIGC"])["ContentProducer"] == made.PRODUCER


def test_another_reader_reads_the_wav_chunk(media, tmp_path) -> None:
    import soundfile

    target = tmp_path / "out.wav"
    apply(media(".wav"), target, label=LABEL)
    data = target.read_bytes()
    at = data.index(b"AIGC")
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    assert json.loads(data[at + 8 : at + 8 + size].rstrip(b"\0"))["ProduceID"] == "road-0001"
    assert soundfile.info(str(target)).samplerate == 16000


def test_pypdf_reads_the_pdf_label(media, tmp_path) -> None:
    from pypdf import PdfReader

    target = tmp_path / "out.pdf"
    apply(media(".pdf"), target, label=LABEL)
    assert json.loads(PdfReader(target).metadata["/AIGC"])["ContentProducer"] == made.PRODUCER


@pytest.mark.parametrize("suffix", TEXTS)
def test_texts_say_it_in_words(suffix, media, tmp_path) -> None:
    target = tmp_path / f"out{suffix}"
    apply(media(suffix), target, label=LABEL)
    assert "AI生成" in target.read_text(encoding="utf-8")
    assert inspect(target).layers.explicit.present
    assert not inspect(media(suffix)).layers.explicit.present


@pytest.mark.parametrize(
    "suffix", [".md", ".html", ".txt", ".py", ".srt", ".docx", ".epub", ".glb"]
)
def test_labelling_twice_changes_nothing_more(suffix) -> None:
    once = apply(sample(suffix), name=f"a{suffix}", label=LABEL).data
    assert apply(once, name=f"a{suffix}", label=LABEL).data == once


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.txt"])
def test_a_text_that_quotes_a_label_can_be_labelled(name) -> None:
    quoted = '{"Label": "1", "ContentProducer": "Somebody", "ProduceID": "quoted"}'
    text = {
        "a.md": f"# How labels look\n\n```json\n{quoted}\n```\n",
        "a.html": f"<html><body><pre>{quoted}</pre><script>var x = {quoted};</script></body></html>",
        "a.txt": f"How labels look:\n{quoted}\nThat is all.\n",
    }[name]
    applied = apply(text.encode(), name=name, label=LABEL)
    assert quoted in applied.data.decode()
    layer = inspect(applied.data, name=name).layers.aigc
    assert layer.produce_id == "road-0001"
    assert [note.code for note in applied.notes] == ["further_labels_in_text"]


def test_a_malformed_packet_is_mended_with_its_neighbours_kept() -> None:
    packet = (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"??><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:source>kept</dc:source>'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()
    body = b"XML:com.adobe.xmp\0\0\0\0\0" + packet
    chunk = struct.pack(">I", len(body)) + b"iTXt" + body
    chunk += struct.pack(">I", zlib.crc32(b"iTXt" + body))
    plain = made.picture("PNG")
    applied = apply(
        plain[:33] + chunk + plain[33:], name="a.png", label=LABEL, action=Action.EDITED
    )
    assert b"kept" in applied.data
    assert b"??>" not in applied.data
    assert inspect(applied.data, name="a.png").layers.aigc.deviations == ()


def test_bytes_in_bytes_out(media) -> None:
    data = media(".png").read_bytes()
    applied = apply(io.BytesIO(data), name="a.png", label=LABEL)
    assert applied.output is None
    assert inspect(applied.data, name="a.png").layers.aigc.produce_id == "road-0001"
    assert "data" not in applied.to_json()


def test_a_tampered_file_is_altered(media, signer, tmp_path) -> None:
    target = tmp_path / "out.jpg"
    apply(media(".jpg"), target, label=LABEL, credential=signer)
    data = bytearray(target.read_bytes())
    data[-200] ^= 1
    found = inspect(bytes(data), name="out.jpg")
    assert found.integrity is Integrity.ALTERED


def test_trust_needs_an_anchor(media, signer, tmp_path) -> None:
    target = tmp_path / "out.png"
    apply(media(".png"), target, label=LABEL, credential=signer)
    assert inspect(target).layers.credential.trusted is False
    assert inspect(target, anchors=[signer.root]).layers.credential.trusted is True


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("suffix", [".jpg", ".mp4"])
def test_a_signed_source_becomes_the_parent_and_stays_valid(suffix, media, signer) -> None:
    first = apply(media(suffix), label=Label(made.PRODUCER, "first"), credential=signer)
    second = apply(first.data, name=f"a{suffix}", label=LABEL, credential=signer)
    found = inspect(second.data, name=f"a{suffix}", anchors=[signer.root]).layers.credential
    assert (found.valid, found.trusted) == (True, True)
    assert [parent["title"] for parent in found.ingredients] == ["first"]


def test_no_name_of_a_file_goes_into_a_manifest(media, signer, tmp_path) -> None:
    source = tmp_path / "Zhang-San-private.png"
    source.write_bytes(media(".png").read_bytes())
    applied = apply(source, label=LABEL, credential=signer)
    assert b"Zhang-San" not in applied.data


def test_another_producers_label_is_kept(media) -> None:
    theirs = apply(
        media(".png").read_bytes(), name="a.png", label=Label(made.OTHER_PRODUCER, "theirs")
    )
    ours = apply(theirs.data, name="a.png", label=LABEL)
    layer = inspect(ours.data, name="a.png").layers.aigc
    assert (layer.content_producer, layer.produce_id) == (made.OTHER_PRODUCER, "theirs")
    assert (layer.content_propagator, layer.propagate_id) == (made.PRODUCER, "road-0001")
    assert [note.code for note in ours.notes] == ["label_kept"]
    assert (ours.produce_id, ours.content_id) == ("road-0001", "road-0001")


@pytest.mark.parametrize("suffix", [".ply", ".obj", ".csv", ".json"])
def test_a_due_label_that_cannot_be_put_on_releases_nothing(suffix, tmp_path) -> None:
    source = sample(suffix)
    with pytest.raises(ExplicitUnsupported):
        apply(source, tmp_path / f"a{suffix}", name=f"a{suffix}", label=LABEL)
    assert list(tmp_path.iterdir()) == []
    accepted = Acceptance("user-7", "0" * 64, "2026-03-04T05:06:07+08:00")
    applied = apply(source, name=f"a{suffix}", label=LABEL, explicit="off", acceptance=accepted)
    assert inspect(applied.data, name=f"a{suffix}").layers.aigc.produce_id == "road-0001"


def test_required_labels_cannot_be_switched_off(media, tmp_path) -> None:
    with pytest.raises(ExplicitRequired):
        apply(media(".png"), tmp_path / "a.png", label=LABEL, explicit="off")
    assert list(tmp_path.iterdir()) == []
    applied = apply(
        media(".png"), tmp_path / "a.png", label=LABEL, explicit="off", action=Action.EDITED
    )
    assert (applied.duty.explicit, applied.duty.source) == ("offered", "Art. 17.2")


def test_the_wrong_extension_is_refused_and_read(media, tmp_path) -> None:
    wrong = tmp_path / "picture.jpg"
    wrong.write_bytes(media(".png").read_bytes())
    with pytest.raises(WrongExtension):
        apply(wrong, tmp_path / "out.jpg", label=LABEL)
    found = inspect(wrong)
    assert found.media_type == "image/png"
    assert found.notes


def test_an_existing_target_stays(media, tmp_path) -> None:
    target = tmp_path / "out.png"
    target.write_bytes(b"mine")
    with pytest.raises(TargetExists):
        apply(media(".png"), target, label=LABEL)
    assert target.read_bytes() == b"mine"


def test_nothing_is_released_unrecorded(media, tmp_path) -> None:
    class BookClosed(ColophonError):
        pass

    def record(applied) -> None:
        raise BookClosed

    with pytest.raises(BookClosed):
        apply(media(".png"), tmp_path / "out.png", label=LABEL, record=record)
    assert list(tmp_path.iterdir()) == []


def test_the_register_gives_the_content_its_id(media) -> None:
    applied = apply(media(".png"), label=LABEL, record=lambda applied: "register-7")
    assert applied.to_json()["content_id"] == "register-7"


def test_work_can_be_stopped(media, tmp_path) -> None:
    def stop(fraction: float) -> None:
        raise InterruptedError

    with pytest.raises(ColophonError):
        apply(media(".mp4"), tmp_path / "out.mp4", label=LABEL, progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "options",
    [
        {"label": None},
        {"label": "1"},
        {"profile": "mars"},
        {"explicit": "maybe"},
        {"watermark": "on"},
        {"kind": "poem"},
        {"action": "dreamt"},
        {"replce": True},
    ],
)
def test_wrong_usage_is_named(media, options) -> None:
    with pytest.raises(UsageError):
        apply(media(".png"), **{"label": LABEL, **options})


def test_read_back_compares_every_field(media, monkeypatch) -> None:
    """The last gate really closes: a carrier that loses a field releases nothing."""
    from colophon.labels.carriers import png

    written = type(png.PNG).write

    def forgetful(self, source, packets):
        spoilt = {form: data.replace(b"road-0001", b"road-0002") for form, data in packets.items()}
        return written(self, source, spoilt)

    monkeypatch.setattr(type(png.PNG), "write", forgetful)
    with pytest.raises(ReadBackFailed):
        apply(media(".png"), label=LABEL)


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_a_film_without_pictures_is_sound(suffix, tmp_path) -> None:
    source = made.ffmpeg(tmp_path / f"a{suffix}", "-f", "lavfi", "-i", "sine=d=2")
    target = tmp_path / f"b{suffix}"
    applied = apply(source, target, label=LABEL)
    assert applied.written["explicit"]["form"] in {"speech", "rhythm"}
    assert (applied.duty.source, inspect(target).medium) == ("Art. 17.1.2", "audio")
    assert inspect(source).medium == "audio"
