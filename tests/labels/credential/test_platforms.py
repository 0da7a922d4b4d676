"""A platform adds its fields to a signed file, which makes it invalid, and signs it again."""

from __future__ import annotations

import io
import struct
import zlib

import pytest

from colophon.errors import UsageError
from colophon.labels import certificates, credential
from colophon.labels.aigc import write
from colophon.labels.carriers import recognise
from colophon.labels.model import Label
from tests.labels.credential import media
from tests.labels.credential.conftest import AIGC
from tests.labels.made import OTHER_PRODUCER, PRODUCER

PROPAGATED = write(
    Label(PRODUCER, "id-1", label="2", content_propagator=OTHER_PRODUCER, propagate_id="p-1")
)
NAMES = {
    "image/png": "a.png",
    "image/jpeg": "a.jpg",
    "audio/wav": "a.wav",
    "application/pdf": "a.pdf",
    "text/html": "a.html",
    "text/plain": "a.txt",
    "video/mp4": "a.mp4",
}
KINDS = [
    pytest.param(kind, marks=[pytest.mark.needs("ffmpeg")] if kind in media.FILMS else [])
    for kind in NAMES
]


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    folder = tmp_path_factory.mktemp("platform")
    certificates.make_development(folder, "示例平台")
    return certificates.load(folder)


def with_label(data, kind, label):
    """The file with that label in its standard place, by the carriers alone."""
    from colophon.labels import xmp

    source = io.BytesIO(data)
    carrier = recognise(source, NAMES[kind]).carrier
    values = {"aigc": label.encode(), "xmp": xmp.write(None, label, None)}
    pieces = carrier.write(source, {form: values[form] for form in carrier.forms})
    return b"".join(
        one.data if hasattr(one, "data") else data[one.start : one.end] for one in pieces
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_platforms_fields_break_the_signature_and_its_own_restores_it(
    kind, sign, read, signer, platform
):
    published = sign(with_label(media.made(kind), kind, AIGC), kind)
    edited = with_label(published, kind, PROPAGATED)
    assert read(edited, kind).valid is False
    again = sign(
        edited,
        kind,
        platform,
        parent=io.BytesIO(published),
        digital_source_type=None,
        aigc_json=PROPAGATED,
    )
    roots = [signer.root, platform.root]
    layer = read(again, kind, roots, aigc_json=PROPAGATED)
    assert (layer.valid, layer.trusted, layer.issues) == (True, True, ())
    assert (layer.signer, layer.aigc_matches, layer.digital_source_type) == (
        "示例平台",
        True,
        None,
    )
    (parent,) = layer.ingredients
    assert (parent["signer"], parent["valid"], parent["issues"]) == ("示例科技", True, [])
    assert parent["digital_source_type"] == credential.GENERATED


def test_a_parent_whose_manifest_no_longer_held_is_told(sign, read, platform):
    once = bytearray(sign(media.made("image/jpeg"), "image/jpeg"))
    once[-20] ^= 1
    again = sign(bytes(once), "image/jpeg", platform, digital_source_type=None)
    layer = read(again, "image/jpeg", [platform.root])
    assert (layer.valid, layer.trusted) == (True, True)
    (parent,) = layer.ingredients
    assert parent["valid"] is False
    assert parent["issues"] == ["assertion.dataHash.mismatch"]


def test_a_parent_in_a_text_whose_manifest_no_longer_held_is_told(sign, read, platform):
    once = sign(media.made("text/html"), "text/html").replace("正文".encode(), "正丈".encode())
    layer = read(sign(once, "text/html", platform), "text/html", [platform.root])
    assert layer.valid
    assert layer.ingredients[0]["valid"] is False


def test_a_parent_without_a_manifest_is_named_and_nothing_is_said_of_one(sign, read):
    for kind, parent_kind in (("image/png", "image/png"), ("text/html", "audio/ogg")):
        data = sign(
            media.made(kind),
            kind,
            parent=io.BytesIO(media.made(parent_kind)),
            parent_type=parent_kind,
            digital_source_type=credential.COMPOSITE,
        )
        layer = read(data, kind)
        assert layer.trusted
        (parent,) = layer.ingredients
        assert (parent["relationship"], parent["valid"]) == ("parentOf", None)


def test_an_explicit_label_drawn_by_a_platform_is_no_source_type(sign, read):
    once = sign(media.made("image/png"), "image/png")
    data = sign(once, "image/png", digital_source_type=None, explicit="AI生成")
    layer = read(data, "image/png")
    assert (layer.digital_source_type, layer.explicit) == (None, "AI生成")


def test_what_has_no_parent_was_not_opened_and_what_was_created_has_a_type(sign):
    with pytest.raises(UsageError):
        sign(media.made("image/png"), "image/png", action="opened")
    with pytest.raises(UsageError):
        sign(media.made("image/png"), "image/png", digital_source_type=None)


def test_a_manifest_elsewhere_is_not_fetched(read):
    """A picture that names a manifest on the net; no connection is made, and none is missed."""
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:dcterms="http://purl.org/dc/terms/" '
        b'dcterms:provenance="http://127.0.0.1:9/c2pa.c2pa"/></rdf:RDF></x:xmpmeta>'
    )
    body = b"iTXtXML:com.adobe.xmp\0\0\0\0\0" + packet
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    data = media.made("image/png")
    layer = read(data[:33] + chunk + data[33:], "image/png")
    assert (layer.present, layer.valid, layer.issues) == (True, None, (credential.ELSEWHERE,))
